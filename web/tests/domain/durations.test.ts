import { expect, test } from 'vitest';
import { ago, ordinal, timeLeft } from '../../src/domain/durations';

test.each([
  [2, 'a few seconds left'],
  [38, 'about 40 s left'],
  [89, 'about 90 s left'],
  [400, 'about 7 min left'],
  [9000, 'about 3 h left'],
])('%d seconds are %j', (seconds, words) => {
  expect(timeLeft(seconds)).toBe(words);
});

test.each([
  [20, 'just now'],
  [130, '2 min ago'],
  [7300, '2 h ago'],
  [100_000, 'yesterday'],
  [200_000, '2 days ago'],
])('%d seconds since are %j', (seconds, words) => {
  expect(ago(seconds)).toBe(words);
});

test.each([
  [1, '1st'],
  [2, '2nd'],
  [3, '3rd'],
  [11, '11th'],
  [12, '12th'],
  [23, '23rd'],
])('place %d is the %s', (place, words) => {
  expect(ordinal(place)).toBe(words);
});
