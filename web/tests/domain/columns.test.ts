import { expect, test } from 'vitest';
import { type ColumnValues, MISSING_CODE, textOfRow } from '../../src/domain/columns';

const NUMBERS: ColumnValues = {
  kind: 'number',
  name: 'age',
  integer: true,
  values: Float64Array.of(7, Number.NaN, 0),
};
const TIMES: ColumnValues = { kind: 'time', name: 'born', values: Float64Array.of(86400, Number.NaN) };
const CATEGORIES: ColumnValues = {
  kind: 'dictionary',
  name: 'kind',
  values: ['cat', 'dog'],
  codes: Uint32Array.of(1, MISSING_CODE),
};
const TEXTS: ColumnValues = { kind: 'text', name: 'word', texts: ['one', ''] };

test.each([
  ['a number', NUMBERS, 0, '7'],
  ['zero, which is a value', NUMBERS, 2, '0'],
  ['a missing number', NUMBERS, 1, ''],
  ['a moment', TIMES, 0, '1970-01-02'],
  ['a missing moment', TIMES, 1, ''],
  ['a category', CATEGORIES, 0, 'dog'],
  ['a missing category', CATEGORIES, 1, ''],
  ['a text', TEXTS, 0, 'one'],
  ['a row beyond a text column', TEXTS, 9, ''],
  ['a row beyond a number column', NUMBERS, 9, ''],
  ['a row beyond a category column', CATEGORIES, 9, ''],
])('%s reads as people expect', (_, column, row, text) => {
  expect(textOfRow(column, row)).toBe(text);
});
