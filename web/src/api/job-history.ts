/** Decodes what is kept of a job's past. */

import { fromBinary } from '@bufbuild/protobuf';
import { JobHistorySchema, ThumbnailSchema } from './generated/projector_contracts/compute/v1/job_pb';

export interface DecodedPoint {
  readonly sequence: number;
  readonly step: number;
  readonly loss: number; // NaN where it has no meaning
  readonly isKept: boolean;
}

export interface DecodedThumbnail {
  readonly sequence: number;
  readonly rows: Uint32Array; // (n,), of the embedding
  readonly places: Uint8Array; // (n, 2), x to the right and y upwards
}

/** @throws RangeError where the arrays are not as long as each other. */
export function decodeHistory(bytes: Uint8Array): readonly DecodedPoint[] {
  const history = fromBinary(JobHistorySchema, bytes);
  const sequences = new BigUint64Array(aligned(history.sequences, BigUint64Array.BYTES_PER_ELEMENT));
  const steps = new Uint32Array(aligned(history.steps, Uint32Array.BYTES_PER_ELEMENT));
  const losses = new Float64Array(aligned(history.losses, Float64Array.BYTES_PER_ELEMENT));
  const { kept } = history;
  const lengths = [sequences.length, steps.length, losses.length, kept.length];
  if (lengths.some((length) => length !== sequences.length)) {
    throw new RangeError(`The history of a job has arrays of ${lengths.join(', ')} values.`);
  }
  return Array.from(sequences, (sequence, index) => ({
    sequence: Number(sequence),
    step: steps[index] ?? 0,
    loss: losses[index] ?? Number.NaN,
    isKept: kept[index] === 1,
  }));
}

/** @throws RangeError where there are not two places a row. */
export function decodeThumbnail(bytes: Uint8Array): DecodedThumbnail {
  const { sequence, rows: rowBytes, places } = fromBinary(ThumbnailSchema, bytes);
  const rows = new Uint32Array(aligned(rowBytes, Uint32Array.BYTES_PER_ELEMENT));
  if (places.length !== 2 * rows.length) {
    throw new RangeError(`A thumbnail has ${places.length} places for ${rows.length} rows.`);
  }
  return { sequence: Number(sequence), rows, places };
}

/** Bytes fields start anywhere in their message: a typed array needs its own, aligned buffer. */
function aligned(bytes: Uint8Array, nBytesEach: number): ArrayBuffer {
  if (bytes.byteLength % nBytesEach !== 0) {
    throw new RangeError(`${bytes.byteLength} bytes are no array of ${nBytesEach} bytes each.`);
  }
  return bytes.slice().buffer as ArrayBuffer;
}
