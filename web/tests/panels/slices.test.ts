import { expect, test } from 'vitest';
import { sameSlices } from '../../src/panels/panel';

test('slices are the same while each is the very same thing', () => {
  const rows = new Uint32Array(3);
  expect(sameSlices([rows, Number.NaN, null], [rows, Number.NaN, null])).toBe(true);
});

test('an equal copy is a change, as is one slice more', () => {
  expect(sameSlices([new Uint32Array(3)], [new Uint32Array(3)])).toBe(false);
  expect(sameSlices([1], [1, 2])).toBe(false);
});
