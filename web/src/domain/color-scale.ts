/**
 * Maps one metadata column to colours and a legend. A scale is built once per column, mode and theme; painting the
 * points of a layout is then one pass over typed arrays.
 */

import { type ColumnValues, MISSING_CODE, type NumberColumn, type TimeColumn, textOfRow } from './columns';
import {
  categoryColor,
  hexOf,
  MISSING_COLOR,
  N_CATEGORY_COLORS,
  numberColor,
  OTHER_COLOR,
  PLAIN_ALPHA,
  PLAIN_COLOR,
  type Rgb,
  SOLID_ALPHA,
  type ThemeName,
} from './palettes';

export type ColorMode = 'auto' | 'categorical' | 'numeric';

export interface LegendEntry {
  readonly value: string; // what toggleLegendValue takes and legendIsolated holds
  readonly text: string;
  readonly color: string; // CSS hex
  readonly count: number;
}

export interface CategoryLegend {
  readonly kind: 'categories';
  readonly column: string;
  readonly entries: readonly LegendEntry[]; // "other" and "no value" last, where there are such rows
}

export interface NumberLegend {
  readonly kind: 'numbers';
  readonly column: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly shows: 'integer' | 'decimal' | 'time';
  readonly logarithmic: boolean; // equal steps of colour are equal ratios
  readonly stops: readonly string[]; // CSS hex, evenly spaced from minimum to maximum
  readonly nMissing: number;
  readonly missingColor: string;
}

export type Legend = CategoryLegend | NumberLegend;

/** Keys of the legend's two collective entries; no cell of a TSV file can hold these characters. */
export const OTHER_VALUE = '\n other';
export const MISSING_VALUE = '\n missing';

export interface ColorScale {
  readonly legend: Legend;
  /** Writes RGBA of a row at `offset` of `colors`. */
  readonly paintRow: (row: number, colors: Uint8Array, offset: number) => void;
  /** Key of a row's legend entry; null for numeric scales. */
  readonly entryOf: ((row: number) => string) | null;
}

/** More distinct numbers than this are a range, not categories, unless a person asks for categories. */
const MOST_CATEGORIES_AUTO = 10;
const MOST_CATEGORIES_ASKED = 50;
const N_LEGEND_STOPS = 16;
/** Positive numbers that span more are coloured by ratio: counts and prices would else be one colour but for a few. */
const LINEAR_MOST_RATIO = 1000;

/** Builds the scale of a column; numbers with few distinct values count as categories, as `mode` says. */
export function buildColorScale(column: ColumnValues, mode: ColorMode, theme: ThemeName): ColorScale {
  if ((column.kind === 'number' || column.kind === 'time') && isRange(column.values, mode)) {
    return numberScale(column, theme);
  }
  return categoryScale(column.name, categoriesOf(column), theme);
}

/** RGBA of each shown point; `rows` gives the original row of a point (null: the identity). */
export function paintPoints(
  scale: ColorScale | null,
  nPoints: number,
  rows: Uint32Array | null,
  theme: ThemeName,
): Uint8Array {
  const colors = new Uint8Array(4 * nPoints);
  if (scale === null) {
    const [red, green, blue] = PLAIN_COLOR[theme];
    for (let point = 0; point < nPoints; point += 1)
      writeColor(colors, 4 * point, red, green, blue, PLAIN_ALPHA);
    return colors;
  }
  for (let point = 0; point < nPoints; point += 1) scale.paintRow(rows?.[point] ?? point, colors, 4 * point);
  return colors;
}

function isRange(values: Float64Array, mode: ColorMode): boolean {
  if (mode === 'numeric') return true;
  const most = mode === 'auto' ? MOST_CATEGORIES_AUTO : MOST_CATEGORIES_ASKED;
  const distinct = new Set<number>();
  for (const value of values) {
    if (!Number.isNaN(value)) distinct.add(value);
    if (distinct.size > most) return true;
  }
  return false;
}

function numberScale(column: NumberColumn | TimeColumn, theme: ThemeName): ColorScale {
  const { values } = column;
  const { minimum, maximum, nMissing } = rangeOf(values);
  const logarithmic = column.kind === 'number' && minimum > 0 && maximum / minimum > LINEAR_MOST_RATIO;
  const placed = logarithmic ? Math.log : (value: number) => value;
  const start = placed(minimum);
  const extent = placed(maximum) - start;
  const table = Array.from({ length: 256 }, (_, index) => numberColor(theme, index / 255));
  const missing = MISSING_COLOR[theme];
  return {
    legend: {
      kind: 'numbers',
      column: column.name,
      minimum,
      maximum,
      shows: column.kind === 'time' ? 'time' : column.integer ? 'integer' : 'decimal',
      logarithmic,
      stops: Array.from({ length: N_LEGEND_STOPS }, (_, i) =>
        hexOf(numberColor(theme, i / (N_LEGEND_STOPS - 1))),
      ),
      nMissing,
      missingColor: hexOf(missing),
    },
    paintRow: (row, colors, offset) => {
      const value = values[row] ?? Number.NaN;
      const place = extent > 0 ? Math.round((255 * (placed(value) - start)) / extent) : 0;
      const [red, green, blue] = Number.isFinite(value) ? (table[place] ?? missing) : missing;
      writeColor(colors, offset, red, green, blue, SOLID_ALPHA);
    },
    entryOf: null,
  };
}

function rangeOf(values: Float64Array): { minimum: number; maximum: number; nMissing: number } {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let nMissing = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) {
      nMissing += 1;
    } else {
      minimum = Math.min(minimum, value);
      maximum = Math.max(maximum, value);
    }
  }
  return nMissing === values.length ? { minimum: 0, maximum: 0, nMissing } : { minimum, maximum, nMissing };
}

interface Categories {
  readonly values: readonly string[];
  readonly codes: Uint32Array; // MISSING_CODE: missing
}

function categoriesOf(column: ColumnValues): Categories {
  switch (column.kind) {
    case 'dictionary':
      return column;
    case 'text':
      return encoded(column.texts.length, (row) => column.texts[row] || null);
    case 'number':
    case 'time':
      return encoded(column.values.length, (row) => textOfRow(column, row) || null);
  }
}

function encoded(nRows: number, textOf: (row: number) => string | null): Categories {
  const codeOf = new Map<string, number>();
  const codes = new Uint32Array(nRows);
  for (let row = 0; row < nRows; row += 1) {
    const text = textOf(row);
    if (text === null) {
      codes[row] = MISSING_CODE;
    } else {
      const code = codeOf.get(text) ?? codeOf.size;
      codeOf.set(text, code);
      codes[row] = code;
    }
  }
  return { values: [...codeOf.keys()], codes };
}

function categoryScale(name: string, { values, codes }: Categories, theme: ThemeName): ColorScale {
  const counts = new Uint32Array(values.length);
  let nMissing = 0;
  for (const code of codes) {
    if (code === MISSING_CODE) nMissing += 1;
    else counts[code] = (counts[code] ?? 0) + 1;
  }
  const ownColor = codesWithOwnColor(values, counts);
  const placeOf = new Int32Array(values.length).fill(-1);
  ownColor.forEach((code, place) => {
    placeOf[code] = place;
  });
  const colors = ownColor.map((_, place) => categoryColor(theme, place));
  const colorOf = (code: number): Rgb => {
    if (code === MISSING_CODE) return MISSING_COLOR[theme];
    return colors[placeOf[code] ?? -1] ?? OTHER_COLOR[theme];
  };
  const entries = ownColor.map((code, place) => {
    const value = values[code] ?? '';
    return {
      value,
      text: value,
      color: hexOf(colors[place] ?? OTHER_COLOR[theme]),
      count: counts[code] ?? 0,
    };
  });
  const nOther = codes.length - nMissing - entries.reduce((sum, entry) => sum + entry.count, 0);
  return {
    legend: {
      kind: 'categories',
      column: name,
      entries: [...entries, ...collectiveEntries(nOther, values.length - ownColor.length, nMissing, theme)],
    },
    paintRow: (row, target, offset) => {
      const [red, green, blue] = colorOf(codes[row] ?? MISSING_CODE);
      writeColor(target, offset, red, green, blue, SOLID_ALPHA);
    },
    entryOf: (row) => {
      const code = codes[row] ?? MISSING_CODE;
      if (code === MISSING_CODE) return MISSING_VALUE;
      return (placeOf[code] ?? -1) < 0 ? OTHER_VALUE : (values[code] ?? OTHER_VALUE);
    },
  };
}

/** The most frequent codes, in the order of the legend: numbers ascending, texts by frequency. */
function codesWithOwnColor(values: readonly string[], counts: Uint32Array): number[] {
  const byCount = values
    .map((_, code) => code)
    .filter((code) => (counts[code] ?? 0) > 0)
    .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b);
  const kept = byCount.slice(0, N_CATEGORY_COLORS);
  const areNumbers = kept.every((code) => values[code] !== '' && Number.isFinite(Number(values[code])));
  return areNumbers ? kept.sort((a, b) => Number(values[a]) - Number(values[b])) : kept;
}

function collectiveEntries(
  nOther: number,
  nOtherValues: number,
  nMissing: number,
  theme: ThemeName,
): LegendEntry[] {
  const entries: LegendEntry[] = [];
  if (nOther > 0) {
    const text = `${nOtherValues} other values`;
    entries.push({ value: OTHER_VALUE, text, color: hexOf(OTHER_COLOR[theme]), count: nOther });
  }
  if (nMissing > 0) {
    entries.push({
      value: MISSING_VALUE,
      text: 'no value',
      color: hexOf(MISSING_COLOR[theme]),
      count: nMissing,
    });
  }
  return entries;
}

function writeColor(
  colors: Uint8Array,
  offset: number,
  red: number,
  green: number,
  blue: number,
  alpha: number,
): void {
  colors[offset] = red;
  colors[offset + 1] = green;
  colors[offset + 2] = blue;
  colors[offset + 3] = alpha;
}
