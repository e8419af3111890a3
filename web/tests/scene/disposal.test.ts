/** What lives on the GPU, and that it does not stay there. */

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createScene } from '../../src/scene';
import type { LayoutPositions, Scene } from '../../src/scene/scene-api';
import { SCENE_PALETTES } from '../../src/state/scene-palettes';
import { DIGITS, FakeAtlas } from '../support/fake-atlas';
import { FakeBrowser } from '../support/fake-browser';

let browser: FakeBrowser;
let scene: Scene;

beforeEach(() => {
  browser = new FakeBrowser();
  scene = createScene(browser.container as unknown as HTMLElement, SCENE_PALETTES.light, {
    onHover: () => undefined,
    onPick: () => undefined,
    onCameraMoved: () => undefined,
    onSprite: () => undefined,
    onFailure: () => undefined,
  });
  browser.settle();
});

function layout(nPoints: number): LayoutPositions {
  return { positions: Float32Array.from({ length: nPoints * 3 }, (_, at) => at % 7), nPoints, nDims: 3 };
}

async function showImages(): Promise<void> {
  scene.setLayout(layout(4));
  scene.setSprite(new FakeAtlas());
  scene.setAppearance('images');
  await vi.waitFor(() => expect(scene.statistics().textures).toBe(DIGITS.levels.length));
  browser.settle();
}

test('a scene with points and images has buffers, textures and programs on the GPU', async () => {
  await showImages();
  expect(browser.gpu.live('Buffer')).toBeGreaterThan(4);
  expect(browser.gpu.live('Program')).toBeGreaterThan(1);
  expect(scene.statistics()).toMatchObject({ geometries: 2, textures: DIGITS.levels.length });
});

describe('a disposed scene', () => {
  test.each(['Buffer', 'Texture', 'Program', 'Shader', 'VertexArray'])(
    'leaves no %s on the GPU but those with which the renderer began',
    async (kind) => {
      const atStart = browser.gpu.live(kind);
      await showImages();
      scene.setAppearance('points');
      browser.settle();
      scene.dispose();
      expect(browser.gpu.live(kind)).toBeLessThanOrEqual(atStart);
    },
  );

  test('gives its context back: browsers have few', () => {
    scene.dispose();
    expect(browser.gpu.isGivenBack).toBe(true);
  });

  test('listens to nothing and asks for no frame', async () => {
    await showImages();
    const { canvas } = browser;
    scene.setHovered(1);
    scene.dispose();
    expect(browser.waitingFrames).toBe(0);
    expect(browser.windowListeners.size).toBe(0);
    expect(browser.observers).toBe(0);
    expect([...canvas.listeners.values()].every((listeners) => listeners.size === 0)).toBe(true);
  });

  test('takes both of its canvases away', () => {
    scene.dispose();
    for (const canvas of browser.canvases.slice(0, 2)) expect(canvas.remove).toHaveBeenCalled();
  });
});

describe('the GPU does not fill up', () => {
  test('with layouts of other sizes', async () => {
    await showImages();
    const before = browser.gpu.live();
    for (const nPoints of [5, 9, 3, 4]) {
      scene.setLayout(layout(nPoints));
      browser.settle();
    }
    expect(browser.gpu.live()).toBe(before);
  });

  test('with layouts of the same size, which take the buffers of the one before', () => {
    scene.setLayout(layout(4));
    browser.settle();
    const before = browser.gpu.live();
    for (let step = 0; step < 5; step += 1) {
      scene.setLayout(layout(4), { animate: true });
      browser.settle();
    }
    expect(browser.gpu.live()).toBe(before);
  });

  test('with other atlases', async () => {
    for (let round = 0; round < 3; round += 1) await showImages();
    expect(scene.statistics().textures).toBe(DIGITS.levels.length);
  });

  test('after the last layout and the atlas are taken away', async () => {
    const before = scene.statistics();
    await showImages();
    scene.setLayout(null);
    scene.setSprite(null);
    browser.settle();
    expect(scene.statistics()).toMatchObject({ textures: 0, drawnPoints: 0 });
    expect(scene.statistics().geometries).toBeLessThanOrEqual(before.geometries + 1);
  });
});
