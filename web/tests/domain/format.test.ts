import { expect, it } from 'vitest';
import { countOf, percent, textOfTime } from '../../src/domain/format';

it.each([
  [0, '1970-01-01'],
  [86400, '1970-01-02'],
  [1706659205, '2024-01-31 00:00:05'],
  [1.25, '1970-01-01 00:00:01.250'],
  [-1, '1969-12-31 23:59:59'],
  [Number.NaN, ''],
])('shows %d seconds since 1970 as "%s"', (seconds, text) => {
  expect(textOfTime(seconds)).toBe(text);
});

it.each([
  [1, '1 point'],
  [0, '0 points'],
  [1797, '1,797 points'],
])('counts %d of something as "%s"', (value, text) => {
  expect(countOf(value, 'point')).toBe(text);
});

it('takes an irregular plural as it is given', () => {
  expect(countOf(2, 'axis', 'axes')).toBe('2 axes');
});

it('keeps one digit of a share', () => {
  expect(percent(0.12034)).toBe('12.0 %');
});
