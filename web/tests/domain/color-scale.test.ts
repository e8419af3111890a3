import { describe, expect, test } from 'vitest';
import {
  buildColorScale,
  type CategoryLegend,
  type ColorMode,
  type ColorScale,
  MISSING_VALUE,
  type NumberLegend,
  OTHER_VALUE,
  paintPoints,
} from '../../src/domain/color-scale';
import { type ColumnValues, MISSING_CODE } from '../../src/domain/columns';
import {
  categoryColor,
  MISSING_COLOR,
  numberColor,
  OTHER_COLOR,
  PLAIN_ALPHA,
  PLAIN_COLOR,
  type Rgb,
} from '../../src/domain/palettes';

function numbers(values: readonly number[], integer = false): ColumnValues {
  return { kind: 'number', name: 'size', integer, values: Float64Array.from(values) };
}

function texts(...values: string[]): ColumnValues {
  return { kind: 'text', name: 'word', texts: values };
}

function times(values: readonly number[]): ColumnValues {
  return { kind: 'time', name: 'born', values: Float64Array.from(values) };
}

/** 0, 1, 2 ... and so many numbers that they are a range. */
const RANGE = Array.from({ length: 101 }, (_, index) => index);

function scaleOf(column: ColumnValues, mode: ColorMode = 'auto'): ColorScale {
  return buildColorScale(column, mode, 'light');
}

function categoriesOf(scale: ColorScale): CategoryLegend {
  if (scale.legend.kind !== 'categories') throw new Error('The legend shows a range.');
  return scale.legend;
}

function rangeOf(scale: ColorScale): NumberLegend {
  if (scale.legend.kind !== 'numbers') throw new Error('The legend shows categories.');
  return scale.legend;
}

function colorOf(scale: ColorScale, row: number): Rgb {
  const [red, green, blue] = paintPoints(scale, 1, Uint32Array.of(row), 'light');
  return [red ?? 0, green ?? 0, blue ?? 0];
}

describe('numbers', () => {
  test.each([
    ['few distinct ones are categories', [1, 2, 2, 3], 'auto', 'categories'],
    ['eleven distinct ones are a range', RANGE.slice(0, 11), 'auto', 'numbers'],
    ['ten distinct ones and gaps are categories', [...RANGE.slice(0, 10), Number.NaN], 'auto', 'categories'],
    ['few are a range when a person says so', [1, 2], 'numeric', 'numbers'],
    ['fifty are categories when a person says so', RANGE.slice(0, 50), 'categorical', 'categories'],
    ['more than fifty are a range whatever a person says', RANGE.slice(0, 51), 'categorical', 'numbers'],
  ] as const)('%s', (_, values, mode, kind) => {
    expect(scaleOf(numbers(values), mode).legend.kind).toBe(kind);
  });

  test('of a range are coloured evenly from the smallest to the largest', () => {
    const scale = scaleOf(numbers(RANGE));
    expect(colorOf(scale, 0)).toEqual(numberColor('light', 0));
    expect(colorOf(scale, 100)).toEqual(numberColor('light', 1));
    expect(colorOf(scale, 20)).toEqual(numberColor('light', 51 / 255));
  });

  test('of a wide range are coloured by ratio, and the legend says so', () => {
    const decades = Array.from({ length: 11 }, (_, index) => 10 ** index);
    const scale = scaleOf(numbers(decades));
    expect(rangeOf(scale).logarithmic).toBe(true);
    expect(colorOf(scale, 5)).toEqual(numberColor('light', Math.round(255 / 2) / 255));
  });

  test.each([
    ['a narrow range', RANGE.map((value) => value + 1)],
    ['a range with zero', [0, ...RANGE.map((value) => 10 ** (value / 10))]],
    ['a range with numbers below zero', [-1, ...RANGE.map((value) => 10 ** (value / 10))]],
  ])('of %s are coloured by difference', (_, values) => {
    expect(rangeOf(scaleOf(numbers(values))).logarithmic).toBe(false);
  });

  test('that are missing or no numbers are grey, counted, and leave the range alone', () => {
    const values = [...RANGE, Number.NaN, Number.POSITIVE_INFINITY];
    const scale = scaleOf(numbers(values));
    expect(rangeOf(scale)).toMatchObject({ minimum: 0, maximum: 100, nMissing: 2 });
    expect(colorOf(scale, 101)).toEqual(MISSING_COLOR.light);
    expect(colorOf(scale, 102)).toEqual(MISSING_COLOR.light);
  });

  test('that are all the same have a colour, not a division by zero', () => {
    expect(colorOf(scaleOf(numbers([5, 5, 5]), 'numeric'), 1)).toEqual(numberColor('light', 0));
  });

  test('that are all missing have a legend from zero to zero', () => {
    const scale = scaleOf(numbers([Number.NaN, Number.NaN]), 'numeric');
    expect(rangeOf(scale)).toMatchObject({ minimum: 0, maximum: 0, nMissing: 2 });
  });

  test.each([
    ['integers', numbers(RANGE, true), 'integer'],
    ['decimals', numbers(RANGE), 'decimal'],
    ['moments', times(RANGE), 'time'],
  ])('the legend shows %s as such', (_, column, shows) => {
    expect(rangeOf(scaleOf(column)).shows).toBe(shows);
  });

  test('moments are never coloured by ratio: 1970 is no origin', () => {
    expect(rangeOf(scaleOf(times(RANGE.map((value) => 10 ** (value / 10))))).logarithmic).toBe(false);
  });

  test('of a range have no entries to click', () => {
    expect(scaleOf(numbers(RANGE)).entryOf).toBeNull();
  });
});

describe('categories', () => {
  test('come in the order of their frequency, each with its count', () => {
    const { entries } = categoriesOf(scaleOf(texts('b', 'a', 'c', 'a', 'c', 'c')));
    expect(entries.map(({ value, count }) => [value, count])).toEqual([
      ['c', 3],
      ['a', 2],
      ['b', 1],
    ]);
  });

  test('as frequent as each other come in the order of the data', () => {
    const { entries } = categoriesOf(scaleOf(texts('b', 'a', 'c')));
    expect(entries.map(({ value }) => value)).toEqual(['b', 'a', 'c']);
  });

  test('that are numbers come in the order of numbers', () => {
    const { entries } = categoriesOf(scaleOf(texts('10', '9', '9', '-1')));
    expect(entries.map(({ value }) => value)).toEqual(['-1', '9', '10']);
  });

  test('have the colours that their legend shows', () => {
    const scale = scaleOf(texts('a', 'b', 'a'));
    expect(colorOf(scale, 0)).toEqual(categoryColor('light', 0));
    expect(colorOf(scale, 1)).toEqual(categoryColor('light', 1));
    expect(colorOf(scale, 2)).toEqual(colorOf(scale, 0));
  });

  test('beyond the thirty most frequent share one colour and one entry', () => {
    const many = Array.from({ length: 32 }, (_, index) => `v${index}`);
    const scale = scaleOf(texts(...many, ...many.slice(2), ...many.slice(2)));
    const { entries } = categoriesOf(scale);
    expect(entries).toHaveLength(31);
    expect(entries.at(-1)).toMatchObject({ value: OTHER_VALUE, text: '2 other values', count: 2 });
    expect(colorOf(scale, 0)).toEqual(OTHER_COLOR.light);
    expect(scale.entryOf?.(1)).toBe(OTHER_VALUE);
  });

  test('without a value share an entry of their own, the last', () => {
    const scale = scaleOf(texts('a', '', ''));
    expect(categoriesOf(scale).entries.at(-1)).toMatchObject({ value: MISSING_VALUE, count: 2 });
    expect(colorOf(scale, 1)).toEqual(MISSING_COLOR.light);
    expect(scale.entryOf?.(2)).toBe(MISSING_VALUE);
  });

  test('of a dictionary that no row has are not in the legend', () => {
    const column: ColumnValues = {
      kind: 'dictionary',
      name: 'kind',
      values: ['used', 'unused'],
      codes: Uint32Array.of(0, MISSING_CODE),
    };
    expect(categoriesOf(scaleOf(column)).entries.map(({ value }) => value)).toEqual(['used', MISSING_VALUE]);
  });

  test('know the entry of each row', () => {
    const scale = scaleOf(texts('a', 'b'));
    expect([scale.entryOf?.(0), scale.entryOf?.(1)]).toEqual(['a', 'b']);
  });

  test('that are moments read as dates', () => {
    const { entries } = categoriesOf(scaleOf(times([0, 0, 86400])));
    expect(entries.map(({ value }) => value)).toEqual(['1970-01-01', '1970-01-02']);
  });

  test('have colours of their theme', () => {
    const dark = buildColorScale(texts('a', 'b'), 'auto', 'dark');
    expect([...paintPoints(dark, 1, null, 'dark').subarray(0, 3)]).toEqual([...categoryColor('dark', 0)]);
  });
});

describe('points', () => {
  test('have the plain colour, see-through, while nothing is chosen', () => {
    const colors = paintPoints(null, 2, null, 'dark');
    expect([...colors]).toEqual([...PLAIN_COLOR.dark, PLAIN_ALPHA, ...PLAIN_COLOR.dark, PLAIN_ALPHA]);
  });

  test('have the colours of their original rows while some are isolated', () => {
    const scale = scaleOf(texts('a', 'b', 'b'));
    const some = paintPoints(scale, 2, Uint32Array.of(2, 0), 'light');
    expect([...some]).toEqual([...categoryColor('light', 0), 255, ...categoryColor('light', 1), 255]);
  });

  test('beyond the rows of the column are missing values', () => {
    expect(colorOf(scaleOf(texts('a')), 9)).toEqual(MISSING_COLOR.light);
    expect(colorOf(scaleOf(numbers(RANGE)), 900)).toEqual(MISSING_COLOR.light);
  });
});
