import { describe, expect, test } from 'vitest';
import {
  levelAtLeast,
  levelOfSide,
  listedColumns,
  mostListed,
  placeInList,
  placeOfCell,
  type SpriteLevel,
  textureBytes,
  wholeLevel,
} from '../../src/domain/sprite-geometry';
import { PHOTOS } from '../support/fake-atlas';

function level(change: Partial<SpriteLevel> = {}): SpriteLevel {
  return {
    thumbnailWidthPx: 20,
    thumbnailHeightPx: 8,
    cellWidthPx: 20,
    cellHeightPx: 8,
    nColumns: 10,
    nRows: 3,
    nPages: 1,
    ...change,
  };
}

describe('a cell of a page', () => {
  test.each([
    [0, { page: 0, left: 0, top: 0 }],
    [9, { page: 0, left: 180, top: 0 }],
    [10, { page: 0, left: 0, top: 8 }],
    [29, { page: 0, left: 180, top: 16 }],
    [30, { page: 1, left: 0, top: 0 }],
    [95, { page: 3, left: 100, top: 0 }],
  ])('%i lies row-major, page after page', (cell, place) => {
    expect(placeOfCell(level({ nPages: 4 }), cell)).toEqual(place);
  });

  test('keeps its place where its thumbnail is smaller than it', () => {
    const padded = level({ thumbnailWidthPx: 12.5, cellWidthPx: 14, thumbnailHeightPx: 5, cellHeightPx: 6 });
    expect(placeOfCell(padded, 11)).toEqual({ page: 0, left: 14, top: 6 });
  });
});

describe('a list of thumbnails', () => {
  test('has sixteen columns and rows, or as many as fit 2048 px', () => {
    expect([listedColumns(level()), mostListed(level())]).toEqual([16, 256]);
    const large = level({ cellWidthPx: 256, cellHeightPx: 160 });
    expect([listedColumns(large), mostListed(large)]).toEqual([8, 96]);
  });

  test('is row-major in the order listed', () => {
    expect(placeInList(level(), 17)).toEqual({ page: 0, left: 20, top: 8 });
    expect(placeInList(level({ cellWidthPx: 256 }), 17)).toEqual({ page: 0, left: 256, top: 16 });
  });
});

describe('the level to draw from', () => {
  test.each([
    [400, 0],
    [64, 0],
    [46, 0],
    [45, 1],
    [32, 1],
    [23, 1],
    [22, 2],
    [8, 3],
    [1, 3],
  ])('for %i px on screen is the nearest', (sidePx, expected) => {
    expect(levelOfSide(PHOTOS, sidePx)).toBe(expected);
  });

  test.each([
    [200, 0],
    [64, 0],
    [33, 0],
    [32, 1],
    [9, 2],
    [1, 3],
  ])('for a picture of %i px is the smallest that is as large', (sidePx, expected) => {
    expect(levelAtLeast(PHOTOS, sidePx)).toBe(expected);
  });
});

describe('the level that is held as a whole', () => {
  test('is the finest that fits together with all smaller ones', () => {
    expect(textureBytes(PHOTOS, 2)).toBe((120 * 16) ** 2 * 7 * 4 + (224 * 8) ** 2 * 2 * 4);
    expect(wholeLevel(PHOTOS, 256 * 2 ** 20)).toBe(2);
    expect(wholeLevel(PHOTOS, textureBytes(PHOTOS, 1))).toBe(1);
    expect(wholeLevel(PHOTOS, textureBytes(PHOTOS, 1) - 1)).toBe(2);
  });

  test('takes no more layers than every GPU has', () => {
    const narrow = { nCells: 10 ** 6, levels: [level({ nPages: 257 }), level({ nPages: 256 })] };
    expect(wholeLevel(narrow, 2 ** 40)).toBe(1);
  });

  test('is none where not even the smallest fits', () => {
    expect(textureBytes(PHOTOS, 3)).toBe((224 * 8) ** 2 * 2 * 4);
    expect(wholeLevel(PHOTOS, textureBytes(PHOTOS, 3) - 1)).toBeNull();
  });
});
