import { describe, expect, test } from 'vitest';
import type { SpriteLevel } from '../../src/domain/sprite-geometry';
import { DetailSlots } from '../../src/scene/detail-slots';

const LEVEL: SpriteLevel = {
  thumbnailWidthPx: 256,
  thumbnailHeightPx: 256,
  cellWidthPx: 256,
  cellHeightPx: 256,
  nColumns: 8,
  nRows: 8,
  nPages: 20,
};
const LAYER_BYTES = 2048 * 2048 * 4;

function rows(first: number, end: number): Uint32Array {
  return Uint32Array.from({ length: end - first }, (_, index) => first + index);
}

/** Fetches until nothing is missing, as the scene does. */
function fill(slots: DetailSlots, wanted: Uint32Array): number {
  let nBatches = 0;
  for (let batch = slots.missing(wanted); batch.length > 0; batch = slots.missing(wanted)) {
    slots.place(batch, wanted);
    nBatches += 1;
    if (nBatches > 100) throw new Error('Batches push each other out without end.');
  }
  return nBatches;
}

describe('the room for sharp thumbnails', () => {
  test('is bounded and never less than two layers', () => {
    expect(new DetailSlots(LEVEL, new Uint16Array(1000), 4 * LAYER_BYTES)).toMatchObject({
      nLayers: 4,
      nPerLayer: 64,
      nColumns: 8,
      mostWanted: 128,
    });
    expect(new DetailSlots(LEVEL, new Uint16Array(1000), 1).nLayers).toBe(2);
  });

  test('has no more places than the table can name', () => {
    const tiny = { ...LEVEL, cellWidthPx: 2, cellHeightPx: 2 };
    const slots = new DetailSlots(tiny, new Uint16Array(1000), 2 ** 40);
    expect(slots.nLayers * slots.nPerLayer).toBeLessThan(2 ** 16);
  });
});

describe('cells that are wanted', () => {
  test('are missing in their order until they have a place of their own', () => {
    const table = new Uint16Array(1000);
    const slots = new DetailSlots(LEVEL, table, 4 * LAYER_BYTES);
    const wanted = Uint32Array.of(7, 3, 999);
    expect(slots.missing(wanted)).toEqual(wanted);
    const layer = slots.place(slots.missing(wanted), wanted);
    expect([table[7], table[3], table[999]]).toEqual([1, 2, 3].map((place) => layer * 64 + place));
    expect(slots.missing(Uint32Array.of(3, 4))).toEqual(Uint32Array.of(4));
  });

  test('come in batches of a layer', () => {
    const slots = new DetailSlots(LEVEL, new Uint16Array(1000), 4 * LAYER_BYTES);
    expect(slots.missing(rows(0, 128))).toEqual(rows(0, 64));
    expect(fill(slots, rows(0, 128))).toBe(2);
  });

  test('push out what is not wanted any more', () => {
    const table = new Uint16Array(1000);
    const slots = new DetailSlots(LEVEL, table, 4 * LAYER_BYTES);
    for (let first = 0; first < 640; first += 32) {
      fill(slots, rows(first, first + slots.mostWanted));
      const places = Array.from(table).filter((place) => place > 0);
      expect(places.length).toBeLessThanOrEqual(256);
      expect(new Set(places).size).toBe(places.length);
    }
  });

  test('that lie scattered over all layers find room together', () => {
    const slots = new DetailSlots(LEVEL, new Uint16Array(1000), 4 * LAYER_BYTES);
    fill(slots, rows(0, 128));
    fill(slots, rows(128, 256));
    const every = rows(0, 256).filter((row) => row % 2 === 0);
    expect(fill(slots, Uint32Array.from([...rows(600, 664), ...every.subarray(0, 64)]))).toBeLessThan(5);
  });
});
