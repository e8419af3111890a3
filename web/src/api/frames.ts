/** Decodes frames of the wire into coordinates. */

import { Encoding, type Frame } from './generated/projector_contracts/compute/v1/job_pb';

export interface DecodedFrame {
  readonly sequence: number;
  readonly step: number;
  readonly loss: number; // NaN where it has no meaning
  readonly nPoints: number;
  readonly nComponents: number;
  readonly values: Float32Array; // row-major, nPoints * nComponents
}

/** @throws RangeError for a frame whose bytes do not fit its shape, or in an encoding that is not known. */
export function decodeFrame(frame: Frame): DecodedFrame {
  return {
    sequence: Number(frame.sequence),
    step: frame.step,
    loss: frame.loss,
    nPoints: frame.nPoints,
    nComponents: frame.nDims,
    values: coordinates(frame),
  };
}

function coordinates(frame: Frame): Float32Array {
  const nValues = frame.nPoints * frame.nDims;
  switch (frame.encoding) {
    case Encoding.FLOAT32:
      return new Float32Array(alignedCopy(frame, nValues * Float32Array.BYTES_PER_ELEMENT));
    case Encoding.UINT16:
      return dequantized(frame, new Uint16Array(alignedCopy(frame, nValues * Uint16Array.BYTES_PER_ELEMENT)));
    default:
      throw new RangeError(`Frame ${frame.sequence} has the unknown encoding ${frame.encoding}.`);
  }
}

/** value = offset[d] + scale[d] * code, for dimension d. */
function dequantized({ sequence, nPoints, nDims, scale, offset }: Frame, codes: Uint16Array): Float32Array {
  if (scale.length !== nDims || offset.length !== nDims) {
    throw new RangeError(`Frame ${sequence} has ${scale.length} scales for ${nDims} dimensions.`);
  }
  const values = new Float32Array(codes.length);
  for (let dim = 0; dim < nDims; dim += 1) {
    const step = scale[dim] ?? 0;
    const start = offset[dim] ?? 0;
    for (let index = dim; index < nPoints * nDims; index += nDims) {
      values[index] = start + step * (codes[index] ?? 0);
    }
  }
  return values;
}

/** Bytes fields start anywhere in their message: a typed array needs its own, aligned buffer. */
function alignedCopy(frame: Frame, nBytes: number): ArrayBuffer {
  if (frame.layout.byteLength !== nBytes) {
    throw new RangeError(
      `Frame ${frame.sequence} holds ${frame.layout.byteLength} bytes where ${nBytes} were announced.`,
    );
  }
  return frame.layout.slice().buffer as ArrayBuffer;
}
