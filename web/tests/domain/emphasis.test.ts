import { expect, test } from 'vitest';
import {
  DIMMED,
  type EmphasisRules,
  emphasisOfRows,
  MARKED,
  NORMAL,
  ofShownPoints,
  SELECTED,
} from '../../src/domain/emphasis';
import { NO_ROWS } from '../../src/domain/selection';

const NOTHING: EmphasisRules = {
  nRows: 4,
  selection: NO_ROWS,
  neighbors: null,
  matches: null,
  isKept: null,
};

function emphasis(rules: Partial<EmphasisRules>): number[] {
  return [...emphasisOfRows({ ...NOTHING, ...rules })];
}

test('nothing stands out while nothing is chosen', () => {
  expect(emphasis({})).toEqual([NORMAL, NORMAL, NORMAL, NORMAL]);
});

test('a selection stands out and dims nobody', () => {
  expect(emphasis({ selection: Uint32Array.of(1) })).toEqual([NORMAL, SELECTED, NORMAL, NORMAL]);
});

test('neighbors dim all others', () => {
  expect(emphasis({ neighbors: Uint32Array.of(2) })).toEqual([DIMMED, DIMMED, MARKED, DIMMED]);
});

test('a search without a match dims everything', () => {
  expect(emphasis({ matches: NO_ROWS })).toEqual([DIMMED, DIMMED, DIMMED, DIMMED]);
});

test('matches and neighbors are marked together', () => {
  const rules = { matches: Uint32Array.of(0), neighbors: Uint32Array.of(3) };
  expect(emphasis(rules)).toEqual([MARKED, DIMMED, DIMMED, MARKED]);
});

test('the legend dims neighbors that it leaves out', () => {
  const rules = { neighbors: Uint32Array.of(0, 1), isKept: (row: number) => row === 1 };
  expect(emphasis(rules)).toEqual([DIMMED, MARKED, DIMMED, DIMMED]);
});

test('a selected point stands out whatever the legend leaves out', () => {
  const rules = { selection: Uint32Array.of(0), isKept: (row: number) => row === 1 };
  expect(emphasis(rules)).toEqual([SELECTED, NORMAL, DIMMED, DIMMED]);
});

test('isolated points take the values of their original rows', () => {
  const byRow = Uint8Array.of(DIMMED, MARKED, NORMAL, SELECTED);
  expect([...ofShownPoints(byRow, Uint32Array.of(3, 0))]).toEqual([SELECTED, DIMMED]);
});

test('while all rows are shown nothing is copied', () => {
  const byRow = Uint8Array.of(NORMAL);
  expect(ofShownPoints(byRow, null)).toBe(byRow);
});
