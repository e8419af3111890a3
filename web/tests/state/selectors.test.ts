import { describe, expect, test } from 'vitest';
import { initialState } from '../../src/state/initial';
import { labelledRows } from '../../src/state/labelled-rows';
import type { LayoutState, State } from '../../src/state/model';
import { DEFAULT_PREFERENCES } from '../../src/state/preferences';
import { axisCaptions, isFinal, labelOfRow, shownComponents, shownTheme } from '../../src/state/selectors';

const STATE = initialState(DEFAULT_PREFERENCES, 'dark');

function layout(change: Partial<LayoutState> = {}): LayoutState {
  return {
    jobId: 'J1',
    bookmark: null,
    method: 'pca',
    projection: null,
    preprocessing: 'none',
    seed: 0,
    sequence: 1,
    step: 0,
    loss: Number.NaN,
    nPoints: 4,
    nComponents: 8,
    values: new Float32Array(32),
    rows: null,
    explainedVariance: null,
    ...change,
  };
}

describe('the theme', () => {
  test('follows the system until a person chooses', () => {
    expect(shownTheme(STATE)).toBe('dark');
    expect(shownTheme({ ...STATE, theme: 'light' })).toBe('light');
  });
});

describe('the components that are shown', () => {
  const shown = (components: number[], viewDims: 2 | 3, change: Partial<LayoutState> = {}) =>
    shownComponents({ pca: { components }, viewDims }, layout(change));

  test('of PCA are those chosen, in their order', () => {
    expect(shown([4, 0, 2], 3)).toEqual([4, 0, 2]);
  });

  test('of PCA beyond the layout are replaced by the first that are free', () => {
    expect(shown([9, 1, 7], 3, { nComponents: 3 })).toEqual([1, 0, 2]);
  });

  test('are no more than the layout has', () => {
    expect(shown([0, 1, 2], 3, { nComponents: 1 })).toEqual([0]);
  });

  test('of another method are its first', () => {
    expect(shown([4, 5, 6], 2, { method: 'tsne', nComponents: 3 })).toEqual([0, 1]);
  });
});

describe('axis captions', () => {
  const captions = (change: Partial<LayoutState>) =>
    axisCaptions({ layout: layout(change), pca: { components: [2, 0] }, viewDims: 2 });

  test('name the components, counted from one', () => {
    expect(captions({})).toEqual(['PC 3', 'PC 1']);
  });

  test('tell the share of the variance once it is known', () => {
    expect(captions({ explainedVariance: [0.5, 0.3, 0.1204] })).toEqual(['PC 3 (12.0 %)', 'PC 1 (50.0 %)']);
  });

  test('are absent where axes mean nothing', () => {
    expect(captions({ method: 'tsne' })).toEqual([]);
  });
});

describe('the label of a row', () => {
  const column = { kind: 'text', name: 'word', texts: ['one', ''] } as const;
  const state: State = {
    ...STATE,
    labelColumn: 'word',
    columns: new Map([['word', { kind: 'ready', value: column }]]),
  };

  test('is its text', () => {
    expect(labelOfRow(state, 0)).toBe('one');
  });

  test('is its number where it has no text, or the column is on its way', () => {
    expect(labelOfRow(state, 1)).toBe('1');
    expect(labelOfRow({ ...state, columns: new Map() }, 0)).toBe('0');
  });
});

test.each([
  ['running', false],
  ['paused', false],
  ['queued', false],
  ['finished', true],
  ['stopped', true],
  ['failed', true],
])('a job that is %s has ended: %s', (phase, ended) => {
  expect(isFinal(phase)).toBe(ended);
});

describe('rows worth a label', () => {
  const ready = (...rows: number[]) =>
    ({
      kind: 'ready',
      value: { rows: Uint32Array.from(rows), distances: new Float32Array(rows.length) },
    }) as const;
  const state: State = {
    ...STATE,
    hoveredRow: 7,
    selection: Uint32Array.of(3, 7),
    neighbors: { row: 3, k: 2, metric: 'cosine', space: 'original', result: ready(5, 3) },
  };

  test('are what is pointed at, then selected, then near, each once', () => {
    expect([...labelledRows(state, layout())]).toEqual([7, 3, 5]);
  });

  test('are few where images say it already', () => {
    const selection = Uint32Array.from({ length: 50 }, (_, row) => row);
    const rows = labelledRows({ ...STATE, appearance: 'images', selection }, layout());
    expect(rows.size).toBeLessThan(10);
  });

  test('are spread over all points while labels are shown', () => {
    const rows = labelledRows({ ...STATE, appearance: 'labels' }, layout({ nPoints: 100_000 }));
    expect(rows.size).toBeLessThanOrEqual(4000);
    expect(Math.max(...rows)).toBeGreaterThan(99_000);
  });

  test('count original rows while some are isolated', () => {
    const isolated = layout({ nPoints: 2, rows: Uint32Array.of(40, 90) });
    expect([...labelledRows({ ...STATE, appearance: 'labels' }, isolated)]).toEqual([40, 90]);
  });
});
