import { create, fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { decodeColumn } from '../../src/api/columns';
import { ColumnSchema, ColumnType } from '../../src/api/generated/projector_contracts/loader/v1/loader_pb';
import { type ColumnValues, MISSING_CODE } from '../../src/domain/columns';
import { categoryBytes, textBytes } from '../support/fixtures';

function decoded(bytes: Uint8Array): ColumnValues {
  return decodeColumn(fromBinary(ColumnSchema, bytes));
}

function numbers(type: ColumnType, values: number[], nRows = values.length): ColumnValues {
  const float64 = new Uint8Array(Float64Array.from(values).buffer);
  const column: MessageInitShape<typeof ColumnSchema> = {
    name: 'x',
    type,
    nRows,
    values: { case: 'numbers', value: { float64 } },
  };
  return decodeColumn(create(ColumnSchema, column));
}

describe('numbers', () => {
  test.each([
    ['integers', ColumnType.INTEGER, { kind: 'number', integer: true }],
    ['numbers', ColumnType.NUMBER, { kind: 'number', integer: false }],
    ['moments', ColumnType.DATE_TIME, { kind: 'time' }],
  ])('are %s where their column says so', (_, type, wanted) => {
    expect(numbers(type, [2026, Number.NaN])).toMatchObject({
      ...wanted,
      values: Float64Array.of(2026, Number.NaN),
    });
  });

  test('fewer than the rows are refused', () => {
    expect(() => numbers(ColumnType.NUMBER, [1], 2)).toThrow('Column x holds 8 bytes where 16');
  });
});

test('categories keep their values and their missing rows', () => {
  expect(decoded(categoryBytes('kind', ['a', 'b'], [1, MISSING_CODE, 0]))).toEqual({
    kind: 'dictionary',
    name: 'kind',
    values: ['a', 'b'],
    codes: Uint32Array.of(1, MISSING_CODE, 0),
  });
});

// A longer name before the bytes moves them: at three of four places they are not aligned.
test.each(['k', 'ki', 'kin', 'kind'])(
  'the codes of a column called "%s" are read wherever they lie',
  (name) => {
    expect(decoded(categoryBytes(name, ['a'], [0, MISSING_CODE]))).toMatchObject({
      codes: Uint32Array.of(0, MISSING_CODE),
    });
  },
);

test('texts of any script are cut at their own ends', () => {
  const texts = ['one', '', 'שלום', '四', '👍🏽 ok'];
  expect(decoded(textBytes('word', texts))).toEqual({ kind: 'text', name: 'word', texts });
});

test('a column without rows is empty', () => {
  expect(decoded(textBytes('word', []))).toMatchObject({ texts: [] });
});

test('a column without values is refused by name', () => {
  expect(() => decodeColumn(create(ColumnSchema, { name: 'gone', nRows: 1 }))).toThrow('Column gone');
});
