/** Values of one metadata column, all rows, as typed arrays. */

import { textOfTime } from './format';

export type ColumnValues = NumberColumn | TimeColumn | DictionaryColumn | TextColumn;

export interface NumberColumn {
  readonly kind: 'number';
  readonly name: string;
  readonly integer: boolean;
  readonly values: Float64Array; // NaN: missing
}

export interface TimeColumn {
  readonly kind: 'time';
  readonly name: string;
  readonly values: Float64Array; // seconds since the start of 1970, UTC; NaN: missing
}

export interface DictionaryColumn {
  readonly kind: 'dictionary';
  readonly name: string;
  readonly values: readonly string[];
  readonly codes: Uint32Array; // MISSING_CODE: missing
}

export interface TextColumn {
  readonly kind: 'text';
  readonly name: string;
  readonly texts: readonly string[]; // '': missing
}

export const MISSING_CODE = 0xffffffff;

/** The text shown for a row; '' when it is missing. */
export function textOfRow(column: ColumnValues, row: number): string {
  switch (column.kind) {
    case 'number': {
      const value = column.values[row];
      return value === undefined || Number.isNaN(value) ? '' : String(value);
    }
    case 'time':
      return textOfTime(column.values[row] ?? Number.NaN);
    case 'dictionary':
      return column.values[column.codes[row] ?? MISSING_CODE] ?? '';
    case 'text':
      return column.texts[row] ?? '';
  }
}
