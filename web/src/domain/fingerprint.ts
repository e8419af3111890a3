/** A short name for the exact content of an array. */

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/**
 * FNV-1a over 32-bit words of a layout, as eight hexadecimal digits: equal bits give equal text.
 *
 * Source: G. Fowler, L. C. Noll, K.-P. Vo; words instead of bytes, because it runs while points move.
 */
export function layoutHash(values: Float32Array): string {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let hash = OFFSET_BASIS;
  for (const word of words) hash = Math.imul(hash ^ word, PRIME);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
