/** How thumbnails come to the GPU: small ones first, all that fits, the sharp ones in view, and away again. */

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createScene } from '../../src/scene';
import type { Scene, SpriteProgress } from '../../src/scene/scene-api';
import { SCENE_PALETTES } from '../../src/state/scene-palettes';
import { DIGITS, FakeAtlas, PHOTOS, square } from '../support/fake-atlas';
import { FakeBrowser } from '../support/fake-browser';

let browser: FakeBrowser;
let scene: Scene;
let progress: SpriteProgress[];
const onFailure = vi.fn();

beforeEach(() => {
  onFailure.mockClear();
  progress = [];
  browser = new FakeBrowser();
  scene = createScene(browser.container as unknown as HTMLElement, SCENE_PALETTES.light, {
    onHover: () => undefined,
    onPick: () => undefined,
    onCameraMoved: () => undefined,
    onSprite: (told) => progress.push(told),
    onFailure,
  });
  scene.setLayout({ positions: Float32Array.of(0, 0, 1, 0, 0, 1, -1, -1), nPoints: 4, nDims: 2 });
  scene.setAppearance('images');
  browser.settle();
});

/** Shows an atlas and waits until all of it is there that is held as a whole. */
async function shown(atlas: FakeAtlas): Promise<FakeAtlas> {
  scene.setSprite(atlas);
  await vi.waitFor(() => expect(progress.at(-1)?.kind).toBe('ready'));
  browser.settle();
  return atlas;
}

describe('thumbnails that fit as a whole', () => {
  test('come from the smallest level up, each once', async () => {
    const atlas = await shown(new FakeAtlas());
    expect(atlas.asked).toEqual(['cells 0: 0,1,2,3', 'page 2/0', 'page 1/0', 'page 0/0']);
    expect(scene.statistics().textures).toBe(3);
  });

  test('tell how far they are', async () => {
    await shown(new FakeAtlas());
    const shares = progress.map((told) => (told.kind === 'loading' ? told.share.toFixed(2) : told.kind));
    expect(shares).toEqual(['0.00', '0.33', '0.67', '1.00', 'ready']);
  });

  test('leave no image open', async () => {
    expect((await shown(new FakeAtlas())).open.size).toBe(0);
  });

  test('are fetched once for all layouts', async () => {
    const atlas = await shown(new FakeAtlas());
    const nAsked = atlas.asked.length;
    scene.setLayout({ positions: new Float32Array(6), nPoints: 3, nDims: 2 });
    scene.setCells(Uint32Array.of(0, 2, 3));
    browser.settle();
    expect(atlas.asked).toHaveLength(nAsked);
    expect(scene.statistics().textures).toBe(3);
  });

  test('are fetched again when the GPU has forgotten them', async () => {
    const atlas = await shown(new FakeAtlas());
    const asked = [...atlas.asked];
    browser.canvas.send('webglcontextrestored', 0, 0);
    await vi.waitFor(() => expect(atlas.asked).toEqual([...asked, ...asked]));
  });
});

describe('thumbnails of which not all fit', () => {
  test('come as a whole up to the finest level that does', async () => {
    const atlas = await shown(new FakeAtlas(PHOTOS));
    const pages = atlas.asked.filter((asked) => asked.startsWith('page'));
    expect(pages.slice(0, 2)).toEqual(['page 3/0', 'page 3/1']);
    expect(pages.slice(2)).toEqual([0, 1, 2, 3, 4, 5, 6].map((page) => `page 2/${page}`));
  });

  test('come sharp where they are in view, once the picture rests', async () => {
    scene.setCells(Uint32Array.of(99_999, 7, 512, 60_000));
    const atlas = await shown(new FakeAtlas(PHOTOS));
    await vi.waitFor(() => expect(atlas.asked.at(-1)).toMatch(/^cells 0: /));
    expect(sharpCells(atlas)).toEqual([7, 512, 60_000, 99_999]);
    expect(atlas.open.size).toBe(0);
  });

  test('that are out of view are left as they are', async () => {
    const camera = scene.homeCamera(2);
    scene.setCamera({ ...camera, position: [1, 0, 3], target: [1, 0, 0], zoom: 20 });
    const atlas = await shown(new FakeAtlas(PHOTOS));
    await vi.waitFor(() => expect(atlas.asked.at(-1)).toMatch(/^cells 0: /));
    expect(sharpCells(atlas)).toEqual([1]);
  });

  test('are not fetched again while they are there', async () => {
    const atlas = await shown(new FakeAtlas(PHOTOS));
    await vi.waitFor(() => expect(sharpCells(atlas)).toEqual([0, 1, 2, 3]));
    const nAsked = atlas.asked.length;
    scene.setPointScale(1.01);
    browser.settle();
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(atlas.asked).toHaveLength(nAsked);
  });

  test('that cannot be made sharp are told, and stay drawn', async () => {
    const atlas = await shown(new FakeAtlas(PHOTOS));
    atlas.failure = new Error('The sprite has changed.');
    browser.settle();
    await vi.waitFor(() => expect(onFailure).toHaveBeenCalledWith('The sprite has changed.'));
    expect(progress.at(-1)).toEqual({ kind: 'ready' });
  });
});

describe('thumbnails that cannot be shown', () => {
  test('because they cannot be fetched are told with the error', async () => {
    const atlas = new FakeAtlas();
    atlas.failure = new Error('The sprite is cut off.');
    scene.setSprite(atlas);
    await vi.waitFor(() => expect(progress.at(-1)).toEqual({ kind: 'failed', error: atlas.failure }));
  });

  test('are fetched again when that is asked for', async () => {
    const atlas = new FakeAtlas();
    atlas.failure = new Error('The projector cannot be reached.');
    scene.setSprite(atlas);
    await vi.waitFor(() => expect(progress.at(-1)?.kind).toBe('failed'));
    atlas.failure = null;
    scene.reloadSprite();
    await vi.waitFor(() => expect(progress.at(-1)?.kind).toBe('ready'));
    browser.settle();
    expect(scene.statistics().textures).toBe(3);
  });

  test('because not even the smallest fit are told, and nothing is fetched', async () => {
    const grid = { nColumns: 292, nRows: 292, nPages: 24 };
    const atlas = new FakeAtlas({ nCells: 2_000_000, levels: [square(7, grid)] });
    scene.setSprite(atlas);
    await vi.waitFor(() => expect(progress.at(-1)?.kind).toBe('failed'));
    expect(String((progress.at(-1) as { error?: unknown }).error)).toContain('2,000,000 thumbnails');
    expect(atlas.asked).toEqual([]);
  });
});

describe('an atlas that is replaced', () => {
  test('frees what it took', async () => {
    const before = browser.gpu.live('Texture');
    await shown(new FakeAtlas(PHOTOS));
    await shown(new FakeAtlas(DIGITS));
    expect(scene.statistics().textures).toBe(3);
    scene.setSprite(null);
    browser.settle();
    expect(scene.statistics().textures).toBe(0);
    expect(browser.gpu.live('Texture')).toBe(before);
  });

  test('while it is on its way draws nothing of it and leaves no image open', async () => {
    const late = new FakeAtlas(PHOTOS);
    late.hold();
    scene.setSprite(late);
    const next = await shown(new FakeAtlas());
    const { textures } = scene.statistics();
    late.release();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(late.open.size).toBe(0);
    expect(late.asked.filter((asked) => asked.startsWith('page'))).toEqual(['page 3/0', 'page 3/1']);
    expect(scene.statistics().textures).toBe(textures);
    expect(progress.at(-1)).toEqual({ kind: 'ready' });
    expect(next.open.size).toBe(0);
  });
});

/** The cells that were asked for at full size after the sampled ones, ascending. */
function sharpCells(atlas: FakeAtlas): number[] {
  const lists = atlas.asked.filter((asked) => asked.startsWith('cells 0: ')).slice(1);
  return lists
    .flatMap((asked) => asked.slice('cells 0: '.length).split(',').map(Number))
    .sort((a, b) => a - b);
}
