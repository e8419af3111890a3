import { describe, expect, test } from 'vitest';
import {
  combined,
  contains,
  difference,
  indexOf,
  intersection,
  NO_ROWS,
  rowSet,
  sameRows,
  union,
} from '../../src/domain/selection';

const set = (...rows: number[]) => Uint32Array.from(rows);

test('a set of rows ascends as numbers do and holds each once', () => {
  expect([...rowSet([100, 9, 20, 9, 0, 0])]).toEqual([0, 9, 20, 100]);
});

test('the set of no rows is empty', () => {
  expect(rowSet([])).toHaveLength(0);
});

describe.each([
  ['apart', set(1, 3), set(2, 9), [1, 2, 3, 9], [1, 3], []],
  ['overlapping', set(1, 2, 3), set(2, 3, 4), [1, 2, 3, 4], [1], [2, 3]],
  ['with the first empty', NO_ROWS, set(5), [5], [], []],
  ['with the second empty', set(5), NO_ROWS, [5], [5], []],
  ['with the largest row there is', set(0xffffffff), set(0, 0xffffffff), [0, 0xffffffff], [], [0xffffffff]],
])('two sets %s', (_, first, second, together, rest, shared) => {
  test('have a union', () => {
    expect([...union(first, second)]).toEqual(together);
  });

  test('have a difference', () => {
    expect([...difference(first, second)]).toEqual(rest);
  });

  test('have an intersection', () => {
    expect([...intersection(first, second)]).toEqual(shared);
  });
});

test.each([
  [2, 0],
  [3, 1],
  [900, 2],
  [1, -1],
  [4, -1],
  [901, -1],
])('row %d has place %d of three', (row, place) => {
  expect(indexOf(set(2, 3, 900), row)).toBe(place);
});

test('nothing is contained in the empty set', () => {
  expect(contains(NO_ROWS, 0)).toBe(false);
});

test('sets are the same when they hold the same rows', () => {
  expect(sameRows(set(1, 2), set(1, 2))).toBe(true);
  expect(sameRows(set(1, 2), set(1, 3))).toBe(false);
  expect(sameRows(set(1), set(1, 2))).toBe(false);
});

test('"all rows" is the same only as itself', () => {
  expect(sameRows(null, null)).toBe(true);
  expect(sameRows(null, NO_ROWS)).toBe(false);
});

test.each([
  ['replace', [3, 4]],
  ['add', [1, 3, 4]],
  ['remove', [1]],
] as const)('picking to %s changes the selection so', (mode, rows) => {
  expect([...combined(set(1, 3), set(3, 4), mode)]).toEqual(rows);
});
