/** Texts on the overlay: which are painted, and in what order. */

import { beforeEach, describe, expect, test } from 'vitest';
import { homeCamera } from '../../src/domain/camera';
import { createScene } from '../../src/scene';
import type { LayoutPositions, Scene } from '../../src/scene/scene-api';
import { DIMMED, NORMAL, SELECTED } from '../../src/scene/size-law';
import { SCENE_PALETTES } from '../../src/state/scene-palettes';
import { FakeBrowser } from '../support/fake-browser';

/** Five points on a line in 2-D, far enough apart for a label each. */
const LINE = flat(-1, -1, -0.5, -0.5, 0, 0, 0.5, 0.5, 1, 1);
/** Two points that share their place, and one far away at either side. */
const PAIR = flat(0, 0, 0, 0, -1, -1, 1, 1);

let browser: FakeBrowser;
let scene: Scene;

beforeEach(() => {
  browser = new FakeBrowser();
  browser.container.clientWidth = 800;
  browser.container.clientHeight = 600;
  scene = createScene(browser.container as unknown as HTMLElement, SCENE_PALETTES.light, {
    onHover: () => undefined,
    onPick: () => undefined,
    onCameraMoved: () => undefined,
    onSprite: () => undefined,
    onFailure: () => undefined,
  });
});

function flat(...positions: number[]): LayoutPositions {
  return { positions: Float32Array.from(positions), nPoints: positions.length / 2, nDims: 2 };
}

function ask(...points: number[]): void {
  scene.setLabels(Uint32Array.from(points), (point) => `p${point}`);
}

/** The texts of the next frame, in the order in which they are painted. */
function painted(): string[] {
  browser.settle();
  const overlay = browser.canvases[1];
  if (!overlay) throw new Error('The scene has no overlay.');
  overlay.texts.length = 0;
  scene.setPalette(SCENE_PALETTES.light); // a frame more
  browser.settle();
  return [...overlay.texts];
}

describe('labels that are asked for', () => {
  test('are painted, the others not', () => {
    scene.setLayout(LINE);
    ask(1, 3);
    expect(painted().sort()).toEqual(['p1', 'p3']);
  });

  test('move to the other side of their point rather than be left out', () => {
    scene.setLayout(PAIR);
    ask(0, 1);
    expect(painted().sort()).toEqual(['p0', 'p1']);
  });

  test('are left out where there is no room, the less important first', () => {
    scene.setLayout(flat(...Array(20).fill(0), -1, -1, 1, 1));
    ask(7, 3, 0, 1, 2, 4, 5, 6, 8, 9);
    const texts = painted();
    expect(texts).toEqual(expect.arrayContaining(['p7', 'p3']));
    expect(texts.length).toBeLessThan(10);
  });

  test('of hidden points are not painted', () => {
    scene.setLayout(flat(Number.NaN, 0, 0, 0, 1, 1));
    ask(0, 1);
    expect(painted()).toEqual(['p1']);
  });

  test('without a text take no room', () => {
    scene.setLayout(LINE);
    scene.setLabels(Uint32Array.of(0, 1), (point) => (point === 0 ? '' : 'one'));
    expect(painted()).toEqual(['one']);
  });

  test('outside the screen are not painted', () => {
    scene.setLayout(LINE);
    scene.setCamera({ ...homeCamera(2), zoom: 8 });
    ask(0, 2, 4);
    expect(painted()).toEqual(['p2']);
  });

  test('stay while others come that are less important', () => {
    scene.setLayout(PAIR);
    ask(0);
    expect(painted()).toEqual(['p0']);
    ask(0, 1, 2);
    expect(painted()).toContain('p0');
  });

  test('of the far side of a deep cloud are painted as well', () => {
    scene.setLayout({ positions: Float32Array.of(0, 0, -1, 0, 0, 1, 1, 0, 0), nPoints: 3, nDims: 3 });
    scene.setCamera({ ...homeCamera(3), position: [0.4, 0.4, 2] });
    ask(0);
    expect(painted()).toEqual(['p0']);
  });
});

describe('the label of the point under the pointer', () => {
  test('is painted last, over everything', () => {
    scene.setLayout(LINE);
    ask(1, 2, 3);
    scene.setHovered(2);
    expect(painted().at(-1)).toBe('p2');
  });

  test('is painted once', () => {
    scene.setLayout(LINE);
    ask(2);
    scene.setHovered(2);
    expect(painted()).toEqual(['p2']);
  });

  test('is painted even if nobody asked for it', () => {
    scene.setLayout(LINE);
    ask();
    scene.setHovered(4);
    expect(painted()).toEqual(['p4']);
  });
});

describe('labels everywhere', () => {
  beforeEach(() => {
    scene.setAppearance('labels');
    scene.setLayout(LINE);
    ask();
  });

  test('are those of all points that have room', () => {
    expect(painted().sort()).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
  });

  test('leave dimmed points out', () => {
    scene.setEmphasis(Uint8Array.of(DIMMED, NORMAL, DIMMED, SELECTED, NORMAL));
    expect(painted().sort()).toEqual(['p1', 'p3', 'p4']);
  });

  test('leave out the far side of a deep cloud', () => {
    scene.setLayout({ positions: Float32Array.of(0, 0, -1, 0, 0, 1, 1, 0, 0), nPoints: 3, nDims: 3 });
    scene.setCamera({ ...homeCamera(3), position: [0.4, 0.4, 2] });
    expect(painted().sort()).toEqual(['p1', 'p2']);
  });

  test('are not more than can be read', () => {
    const positions = Array.from({ length: 10_000 }, (_, at) => Math.sin(at * 12.9898));
    scene.setLayout(flat(...positions));
    ask();
    expect(painted().length).toBeLessThanOrEqual(500);
  });
});

describe('captions of the axes', () => {
  test('are painted at the axes that are seen', () => {
    scene.setLayout(LINE);
    scene.setAxisCaptions(['PC 1', 'PC 2', 'PC 3']);
    expect(painted()).toEqual(['PC 1', 'PC 2']);
  });

  test('are left out where an axis points at the viewer', () => {
    scene.setLayout({ positions: Float32Array.of(0, 0, -1, 0, 0, 1, 1, 0, 0), nPoints: 3, nDims: 3 });
    scene.setCamera({ ...homeCamera(3), position: [0, 0, 2.2] });
    scene.setAxisCaptions(['PC 1', 'PC 2', 'PC 3']);
    expect(painted()).toEqual(['PC 1', 'PC 2']);
  });
});
