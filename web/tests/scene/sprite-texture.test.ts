import { beforeEach, describe, expect, test, vi } from 'vitest';
import { makeSpriteTexture, thumbnailStyle } from '../../src/scene/layers/sprite-texture';
import type { SpriteAtlas } from '../../src/scene/scene-api';
import { FakeBrowser } from '../support/fake-browser';

const SIDE_PX = 8;
type Pixel = readonly [red: number, green: number, blue: number, alpha: number];

const BLACK: Pixel = [0, 0, 0, 255];
const WHITE: Pixel = [255, 255, 255, 255];
const GREY: Pixel = [128, 128, 128, 255];
const RED: Pixel = [200, 20, 20, 255];

function atlas(change: Partial<SpriteAtlas> = {}, side = 2 * SIDE_PX): SpriteAtlas {
  const image = { width: side, height: side, close: () => undefined } as ImageBitmap;
  return { image, thumbnailWidthPx: SIDE_PX, thumbnailHeightPx: SIDE_PX, nColumns: 2, ...change };
}

/** Pictures of one colour at the edges and another within. */
function picturesOf(edge: Pixel, within: Pixel): void {
  const data = new Uint8ClampedArray(SIDE_PX * SIDE_PX * 4);
  const isEdge = (at: number) => at === 0 || at === SIDE_PX - 1;
  for (let pixel = 0; pixel < SIDE_PX * SIDE_PX; pixel += 1) {
    const [x, y] = [pixel % SIDE_PX, Math.floor(pixel / SIDE_PX)];
    data.set(isEdge(x) || isEdge(y) ? edge : within, 4 * pixel);
  }
  const context = { clearRect: vi.fn(), drawImage: vi.fn(), getImageData: () => ({ data }) };
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      readonly getContext = () => context;
    },
  );
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
    expect(thumbnailStyle(atlas())).toBe(style);
  });

  test('are pictures where the browser lets nobody look at them', () => {
    vi.stubGlobal(
      'OffscreenCanvas',
      class {
        readonly getContext = () => null;
      },
    );
    expect(thumbnailStyle(atlas())).toBe('photograph');
  });
});

describe('the atlas on the GPU', () => {
  let browser: FakeBrowser;

  beforeEach(() => {
    browser = new FakeBrowser();
  });

  test('is the image itself where it fits', () => {
    const small = atlas();
    expect(makeSpriteTexture(small, 4096).image).toBe(small.image);
  });

  test('is scaled down where the device takes no larger one', () => {
    makeSpriteTexture(atlas({}, 8192), 2048);
    expect([browser.canvas.width, browser.canvas.height]).toEqual([2048, 2048]);
  });

  test('has row 0 at the top', () => {
    expect(makeSpriteTexture(atlas(), 4096).flipY).toBe(false);
  });
});
