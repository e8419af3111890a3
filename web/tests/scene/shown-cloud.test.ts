import { type Points, Scene } from 'three';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { homeCamera } from '../../src/domain/camera';
import { FrameUniforms } from '../../src/scene/frame';
import type { Renderer } from '../../src/scene/renderer';
import { type Look, ShownCloud } from '../../src/scene/shown-cloud';
import { SELECTED } from '../../src/scene/size-law';
import { SpriteSheet } from '../../src/scene/sprite-sheet';
import { makeView } from '../../src/scene/view';
import { FakeAtlas, square } from '../support/fake-atlas';
import { FakeBrowser } from '../support/fake-browser';

const VIEW = makeView(homeCamera(2), { widthPx: 800, heightPx: 800 });
const PLAIN: Look = { appearance: 'points', pointScale: 1, sheet: null, cells: null };
const LAYOUT = { positions: Float32Array.of(-1, -1, 1, 1, Number.NaN, 0), nPoints: 3, nDims: 2 } as const;

let scene: Scene;
let renderer: Renderer;
let shown: ShownCloud;

beforeEach(() => {
  new FakeBrowser();
  scene = new Scene();
  renderer = { scene, copyIntoLayer: () => undefined } as unknown as Renderer;
  shown = new ShownCloud(LAYOUT, [0, 0, 0, 255], new FrameUniforms(), renderer, PLAIN);
});

/** Thumbnails of 4 x 8 px that are on their way. */
function coming(): SpriteSheet {
  const level = { ...square(8, { nColumns: 4, nRows: 1, nPages: 1 }), thumbnailWidthPx: 4, cellWidthPx: 4 };
  const events = { changed: () => undefined, progress: () => undefined, failed: () => undefined };
  return new SpriteSheet(new FakeAtlas({ nCells: 3, levels: [level] }), renderer, events);
}

/** Thumbnails that are there. */
async function ready(): Promise<SpriteSheet> {
  const sheet = coming();
  await vi.waitFor(() => expect(sheet.isDrawable).toBe(true));
  return sheet;
}

/** Which of the objects in the scene are drawn. */
function visible(): boolean[] {
  return scene.children.map((object) => object.visible);
}

describe('images', () => {
  test('are drawn instead of points', async () => {
    shown.setLook({ ...PLAIN, appearance: 'images', sheet: await ready() });
    expect(visible()).toEqual([false, true]);
  });

  test('are points while there is no atlas', () => {
    shown.setLook({ ...PLAIN, appearance: 'images' });
    expect(visible()).toEqual([true]);
    expect(shown.thumbnailShape).toBeNull();
    expect(shown.appearance).toBe('points');
  });

  test('are points until the first of them are there', async () => {
    const sheet = coming();
    shown.setLook({ ...PLAIN, appearance: 'images', sheet });
    expect(visible()).toEqual([true, false]);
    expect(shown.thumbnailShape).toBeNull();
    await vi.waitFor(() => expect(sheet.isDrawable).toBe(true));
    expect(shown.appearance).toBe('images');
  });

  test('have the shape of their thumbnails', async () => {
    shown.setLook({ ...PLAIN, appearance: 'images', sheet: await ready() });
    expect(shown.thumbnailShape).toEqual([0.5, 1]);
  });

  test('are those of other rows once others are told', () => {
    shown.setLook({ ...PLAIN, cells: Uint32Array.of(7, 8, 9) });
    const { geometry } = scene.children[0] as Points;
    expect([...geometry.getAttribute('cell').array]).toEqual([7, 8, 9]);
  });

  test('are drawn by the same programs while their sheet is the same', () => {
    const sheet = coming();
    shown.setLook({ ...PLAIN, sheet });
    const before = scene.children[1];
    shown.setLook({ ...PLAIN, sheet, pointScale: 2 });
    expect(scene.children[1]).toBe(before);
  });
});

describe('the size of points', () => {
  const base = (look: Partial<Look>) => {
    shown.setLook({ ...PLAIN, ...look });
    return shown.law(VIEW).base;
  };

  test('follows what a person set', () => {
    expect(base({ pointScale: 2 })).toBeCloseTo(2 * base({}), 9);
  });

  test('is smaller where points carry labels', () => {
    expect(base({ appearance: 'labels' })).toBeLessThan(base({}));
  });

  test('is larger where points are images', async () => {
    expect(base({ appearance: 'images', sheet: await ready() })).toBeGreaterThan(base({}));
  });
});

describe('the place of a point', () => {
  test('is where it is drawn, as large as it stands out', () => {
    const plain = shown.placeOf(VIEW, shown.law(VIEW), 1);
    shown.cloud.setEmphasis(Uint8Array.of(1, SELECTED, 1));
    const selected = shown.placeOf(VIEW, shown.law(VIEW), 1);
    expect(plain?.x).toBeGreaterThan(400);
    expect(plain?.y).toBeLessThan(400);
    expect(selected?.radiusPx).toBeGreaterThan(plain?.radiusPx ?? 0);
  });

  test('is nowhere while it is hidden', () => {
    expect(shown.placeOf(VIEW, shown.law(VIEW), 2)).toBeNull();
  });
});

test('disposed it leaves nothing in the scene', () => {
  shown.setLook({ ...PLAIN, sheet: coming() });
  shown.dispose();
  expect(scene.children).toEqual([]);
});
