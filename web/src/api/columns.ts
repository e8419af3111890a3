/** Decodes a column of the wire into typed arrays. */

import type { ColumnValues } from '../domain/columns';
import { type Column, ColumnType } from './generated/projector_contracts/loader/v1/loader_pb';

/** @throws RangeError when the bytes do not hold `nRows` values. */
export function decodeColumn(column: Column): ColumnValues {
  const { name, nRows, values } = column;
  switch (values.case) {
    case 'numbers': {
      const numbers = new Float64Array(alignedCopy(name, values.value.float64, 8 * nRows));
      if (column.type === ColumnType.DATE_TIME) return { kind: 'time', name, values: numbers };
      return { kind: 'number', name, integer: column.type === ColumnType.INTEGER, values: numbers };
    }
    case 'dictionary':
      return {
        kind: 'dictionary',
        name,
        values: values.value.values,
        codes: new Uint32Array(alignedCopy(name, values.value.codes, 4 * nRows)),
      };
    case 'text':
      return {
        kind: 'text',
        name,
        texts: textsOf(
          values.value.utf8,
          new Uint32Array(alignedCopy(name, values.value.offsets, 4 * (nRows + 1))),
        ),
      };
    default:
      throw new RangeError(`Column ${name} came without values.`);
  }
}

/** Bytes fields start anywhere in their message: a typed array needs its own, aligned buffer. */
function alignedCopy(name: string, bytes: Uint8Array, nBytes: number): ArrayBuffer {
  if (bytes.byteLength !== nBytes) {
    throw new RangeError(`Column ${name} holds ${bytes.byteLength} bytes where ${nBytes} were announced.`);
  }
  return bytes.slice().buffer as ArrayBuffer;
}

function textsOf(utf8: Uint8Array, offsets: Uint32Array): string[] {
  const decoder = new TextDecoder();
  const texts: string[] = new Array(Math.max(0, offsets.length - 1));
  for (let row = 0; row < texts.length; row += 1) {
    texts[row] = decoder.decode(utf8.subarray(offsets[row], offsets[row + 1]));
  }
  return texts;
}
