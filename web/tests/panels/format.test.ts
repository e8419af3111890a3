import { expect, test } from 'vitest';
import { columnNumber, counted, measured } from '../../src/panels/format';

test('counts are grouped by thousands', () => {
  expect(counted(10_000)).toBe('10,000');
});

test.each([
  [Number.NaN, '–'],
  [0, '0'],
  [Math.PI, '3.142'],
  [0.00012345, '1.234e-4'],
  [-2_500_000, '-2.500e+6'],
])('the measured value %d reads %s', (value, text) => {
  expect(measured(value)).toBe(text);
});

test('whole numbers of a column are written in full: they may be years or ids', () => {
  expect(columnNumber(2026, true)).toBe('2026');
});
