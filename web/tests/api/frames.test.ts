import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../src/api/frames';
import { Encoding, FrameSchema } from '../../src/api/generated/projector_contracts/compute/v1/job_pb';
import { frame } from '../support/fixtures';

describe('a frame of floats', () => {
  test('keeps its numbers, its shape and what it says of itself', () => {
    const values = [1.5, -2, 3, 4, 5, 6];
    const decoded = decodeFrame(frame({ sequence: 9, step: 50, loss: 1.25, nPoints: 2, nDims: 3, values }));
    expect(decoded).toEqual({
      sequence: 9,
      step: 50,
      loss: 1.25,
      nPoints: 2,
      nComponents: 3,
      values: Float32Array.from(values),
    });
  });

  test('of hidden points keeps them as NaN', () => {
    expect(decodeFrame(frame({ nPoints: 1, values: [Number.NaN, 1] })).values[0]).toBeNaN();
  });

  // The length of a field before the bytes moves them: at three of four places they are not aligned.
  test.each([0, 1, 2, 3])('is read %d bytes off a multiple of four', (shift) => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8];
    const message = toBinary(FrameSchema, frame({ values }));
    const holder = new Uint8Array(message.length + shift);
    holder.set(message, shift);
    const read = fromBinary(FrameSchema, holder.subarray(shift));
    expect([...decodeFrame(read).values]).toEqual(values);
  });

  test('does not hold on to the message it came in', () => {
    const message = frame();
    const { values } = decodeFrame(message);
    message.layout.fill(0xff);
    expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe('a frame of 16-bit codes', () => {
  const quantised = create(FrameSchema, {
    sequence: 1n,
    nPoints: 2,
    nDims: 2,
    encoding: Encoding.UINT16,
    scale: [0.5, 0.001],
    offset: [-10, 100],
    layout: new Uint8Array(Uint16Array.of(0, 0, 0xffff, 1000).buffer),
  });

  test('is spread between the ends of each dimension', () => {
    const [x0, y0, x1, y1] = decodeFrame(quantised).values;
    expect([x0, y0, x1]).toEqual([-10, 100, -10 + 0.5 * 0xffff]);
    expect(y1).toBeCloseTo(101, 4);
  });

  test('without a scale for each dimension is refused', () => {
    const message = create(FrameSchema, { ...quantised, scale: [0.5] });
    expect(() => decodeFrame(message)).toThrow('1 scales for 2 dimensions');
  });
});

test.each([
  ['fewer bytes than points', [1, 2, 3]],
  ['more bytes than points', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
])('a frame with %s is refused', (_, values) => {
  expect(() => decodeFrame(frame({ nPoints: 4, values }))).toThrow('where 32 were announced');
});

test('an encoding that is not known is refused', () => {
  const message = create(FrameSchema, { sequence: 3n, encoding: 99 as Encoding });
  expect(() => decodeFrame(message)).toThrow('unknown encoding 99');
});
