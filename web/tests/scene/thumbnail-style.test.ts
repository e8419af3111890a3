import { describe, expect, type Mock, test, vi } from 'vitest';
import { sampledCells, thumbnailStyle } from '../../src/scene/thumbnail-style';
import { square } from '../support/fake-atlas';

const SIDE_PX = 8;
type Pixel = readonly [red: number, green: number, blue: number, alpha: number];

const BLACK: Pixel = [0, 0, 0, 255];
const WHITE: Pixel = [255, 255, 255, 255];
const GREY: Pixel = [128, 128, 128, 255];
const RED: Pixel = [200, 20, 20, 255];

const LEVEL = square(SIDE_PX, { nColumns: 2, nRows: 2, nPages: 1 });
const IMAGE = { width: 16 * SIDE_PX, height: 2 * SIDE_PX } as ImageBitmap;

/** Pictures of one colour at the edges and another within; returns what is told which part of the image is looked at. */
function picturesOf(edge: Pixel, within: Pixel): Mock {
  const data = new Uint8ClampedArray(SIDE_PX * SIDE_PX * 4);
  const isEdge = (at: number) => at === 0 || at === SIDE_PX - 1;
  for (let pixel = 0; pixel < SIDE_PX * SIDE_PX; pixel += 1) {
    const [x, y] = [pixel % SIDE_PX, Math.floor(pixel / SIDE_PX)];
    data.set(isEdge(x) || isEdge(y) ? edge : within, 4 * pixel);
  }
  const drawImage = vi.fn();
  const context = { clearRect: vi.fn(), drawImage, getImageData: () => ({ data }) };
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      readonly getContext = () => context;
    },
  );
  return drawImage;
}

describe('thumbnails', () => {
  test.each([
    ['white strokes on black', BLACK, WHITE, 'ink on dark'],
    ['black strokes on white', WHITE, BLACK, 'ink on light'],
    ['grey pictures without paper', GREY, BLACK, 'photograph'],
    ['pictures in colour', BLACK, RED, 'photograph'],
    ['cut-outs', BLACK, [255, 255, 255, 0], 'photograph'],
  ] as const)('of %s are drawn as such', (_, edge, within, style) => {
    picturesOf(edge, within);
    expect(thumbnailStyle(IMAGE, LEVEL, 20)).toBe(style);
  });

  test('are pictures where the browser lets nobody look at them', () => {
    vi.stubGlobal(
      'OffscreenCanvas',
      class {
        readonly getContext = () => null;
      },
    );
    expect(thumbnailStyle(IMAGE, LEVEL, 20)).toBe('photograph');
  });

  test('are looked at one by one, where they lie in the list', () => {
    const drawImage = picturesOf(BLACK, WHITE);
    thumbnailStyle(IMAGE, LEVEL, 18);
    const corners = drawImage.mock.calls.map(([, left, top]) => [left, top]);
    expect(corners).toHaveLength(18);
    expect(corners.slice(15)).toEqual([
      [15 * SIDE_PX, 0],
      [0, SIDE_PX],
      [SIDE_PX, SIDE_PX],
    ]);
  });
});

describe('the thumbnails that are looked at', () => {
  test('are spread over the atlas', () => {
    const cells = sampledCells({ nCells: 2400, levels: [] });
    expect(cells).toHaveLength(24);
    expect([cells[0], cells[1], cells[23]]).toEqual([0, 100, 2300]);
  });

  test('are all where there are few', () => {
    expect(sampledCells({ nCells: 3, levels: [] })).toEqual(Uint32Array.of(0, 1, 2));
  });
});
