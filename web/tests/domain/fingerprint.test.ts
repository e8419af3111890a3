import { expect, test } from 'vitest';
import { layoutHash } from '../../src/domain/fingerprint';

test('nothing has the offset basis of FNV-1a', () => {
  expect(layoutHash(new Float32Array(0))).toBe('811c9dc5');
});

test('one word is folded in as the algorithm says', () => {
  const word = new Float32Array(Uint32Array.of(0x3f800000).buffer); // 1.0
  const wanted = ((0x811c9dc5n ^ 0x3f800000n) * 0x01000193n) % 2n ** 32n;
  expect(layoutHash(word)).toBe(wanted.toString(16).padStart(8, '0'));
});

test('the same numbers elsewhere in memory have the same hash', () => {
  const buffer = Float32Array.of(9, 1, 2, 3);
  expect(layoutHash(buffer.subarray(1))).toBe(layoutHash(Float32Array.of(1, 2, 3)));
});

test('the order of the points matters', () => {
  expect(layoutHash(Float32Array.of(1, 2))).not.toBe(layoutHash(Float32Array.of(2, 1)));
});
