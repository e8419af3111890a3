/** The whole scene over a GPU that draws nothing: when it draws, what it reports, what it refuses. */

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { homeCamera } from '../../src/domain/camera';
import { createScene } from '../../src/scene';
import type { LayoutPositions, Scene } from '../../src/scene/scene-api';
import { SCENE_PALETTES } from '../../src/state/scene-palettes';
import { FakeBrowser } from '../support/fake-browser';
import { CAMERA } from '../support/fixtures';

/** Four points: two at the left, one behind the other, and the ends of the x axis. */
const DEEP: LayoutPositions = {
  positions: Float32Array.of(-0.5, 0, 0.5, -0.5, 0, -0.5, 1, 0, 0, -1, 0, 0),
  nPoints: 4,
  nDims: 3,
};
const FLAT: LayoutPositions = {
  positions: Float32Array.of(-0.5, 0, -0.5, 0, 1, 0, -1, 0),
  nPoints: 4,
  nDims: 2,
};

let browser: FakeBrowser;
let scene: Scene;

const told = {
  onHover: vi.fn(),
  onPick: vi.fn(),
  onCameraMoved: vi.fn(),
  onSprite: vi.fn(),
  onFailure: vi.fn(),
};

beforeEach(() => {
  vi.clearAllMocks();
  browser = new FakeBrowser();
  scene = createScene(browser.container as unknown as HTMLElement, SCENE_PALETTES.light, told);
  browser.settle();
});

function show(layout: LayoutPositions): void {
  scene.setLayout(layout);
  browser.settle();
}

/** Where a point is on the canvas. */
function placeOf(point: number): readonly [number, number] {
  const place = scene.screenPosition(point);
  if (place === null) throw new Error(`Point ${point} is not shown.`);
  return [place.x, place.y];
}

describe('a frame', () => {
  test('is drawn only when something changed', () => {
    show(DEEP);
    const { drawnFrames } = scene.statistics();
    browser.paint();
    expect(scene.statistics().drawnFrames).toBe(drawnFrames);
    scene.setPointScale(2);
    browser.paint();
    expect(scene.statistics().drawnFrames).toBe(drawnFrames + 1);
  });

  test('is one for many changes', () => {
    show(DEEP);
    const { drawnFrames } = scene.statistics();
    scene.setPalette(SCENE_PALETTES.dark);
    scene.setEmphasis(new Uint8Array(4));
    scene.setAxisCaptions(['PC 1']);
    browser.settle();
    expect(scene.statistics().drawnFrames).toBe(drawnFrames + 1);
  });

  test('follows another while points move, and none once they rest', () => {
    show(DEEP);
    scene.setLayout({ ...DEEP, positions: DEEP.positions.map((value) => -value) }, { animate: true });
    const { drawnFrames } = scene.statistics();
    browser.settle();
    expect(scene.statistics().drawnFrames - drawnFrames).toBeGreaterThan(5);
    expect(browser.waitingFrames).toBe(0);
  });

  test('has the canvas of the palette behind it', () => {
    scene.setPalette(SCENE_PALETTES.dark);
    browser.settle();
    const [red, green, blue] = browser.gpu.clearColor;
    expect([red, green, blue].map((part) => Math.round(255 * part))).toEqual([0x0e, 0x11, 0x16]);
  });

  test('is drawn at once for another size, so that nothing is stretched', () => {
    show(DEEP);
    const { drawnFrames } = scene.statistics();
    browser.resize(800, 600);
    expect(scene.statistics().drawnFrames).toBe(drawnFrames + 1);
  });

  test('holds every point that is not hidden', () => {
    const positions = DEEP.positions.slice();
    positions[0] = Number.NaN;
    show({ ...DEEP, positions });
    expect(scene.statistics().drawnPoints).toBe(3);
  });

  test('with hidden points brings no complaint of the graphics library', () => {
    const complaints = vi.spyOn(console, 'error');
    show({ ...DEEP, positions: DEEP.positions.map((value, at) => (at === 0 ? Number.NaN : value)) });
    expect(complaints).not.toHaveBeenCalled();
  });
});

describe('a hand', () => {
  beforeEach(() => show(DEEP));

  test('that points at a point is reported once', () => {
    const [x, y] = placeOf(2);
    browser.canvas.send('pointermove', x, y);
    browser.canvas.send('pointermove', x + 1, y);
    browser.settle();
    expect(told.onHover).toHaveBeenCalledExactlyOnceWith(2);
  });

  test('that leaves is reported', () => {
    browser.canvas.send('pointermove', ...placeOf(2));
    browser.settle();
    browser.canvas.send('pointerleave', 0, 0);
    browser.settle();
    expect(told.onHover).toHaveBeenLastCalledWith(null);
  });

  test('that clicks picks the point in front', () => {
    scene.setCamera({ ...homeCamera(3), position: [0, 0, 4] });
    browser.settle();
    const [x, y] = placeOf(0);
    browser.canvas.send('pointerdown', x, y);
    browser.canvas.send('pointerup', x, y);
    expect(told.onPick).toHaveBeenCalledExactlyOnceWith(Uint32Array.of(0), 'replace');
  });

  test('that clicks beside everything picks nothing', () => {
    browser.canvas.send('pointerdown', 1, 1);
    browser.canvas.send('pointerup', 1, 1);
    expect(told.onPick).toHaveBeenCalledExactlyOnceWith(new Uint32Array(), 'replace');
  });

  test('that draws a box picks what lies in it, hidden behind others or not', () => {
    scene.setCamera({ ...homeCamera(2) });
    scene.setTool('box');
    browser.settle();
    const [x, y] = placeOf(0);
    browser.canvas.send('pointerdown', x - 10, y - 10);
    browser.canvas.send('pointermove', x + 10, y + 10);
    browser.canvas.send('pointerup', x + 10, y + 10);
    expect(told.onPick).toHaveBeenCalledExactlyOnceWith(Uint32Array.of(0, 1), 'replace');
  });

  test('that turns the cloud moves the camera, told at most once a frame', () => {
    told.onCameraMoved.mockClear();
    browser.canvas.send('pointerdown', 10, 10);
    browser.canvas.send('pointermove', 30, 10);
    browser.canvas.send('pointermove', 50, 10);
    browser.paint();
    expect(told.onCameraMoved).toHaveBeenCalledExactlyOnceWith(scene.camera());
  });
});

describe('the camera', () => {
  test('goes to the front for a flat layout and back for a deep one', () => {
    show(FLAT);
    expect(scene.camera()).toEqual(homeCamera(2));
    show(DEEP);
    expect(scene.camera()).toEqual(homeCamera(3));
  });

  test('that was set for a layout stays when the layout comes', () => {
    const flat = { ...homeCamera(2), zoom: 3 };
    scene.setCamera(flat);
    show(FLAT);
    expect(scene.camera()).toEqual(flat);
  });

  test('stays where it is from frame to frame of one job', () => {
    show(DEEP);
    scene.setCamera(CAMERA);
    scene.setLayout({ ...DEEP }, { animate: true });
    browser.settle();
    expect(scene.camera()).toEqual(CAMERA);
  });

  test('flies, and tells where it came to rest', async () => {
    show(DEEP);
    const landed = scene.flyTo(CAMERA);
    browser.settle();
    await landed;
    expect(scene.camera()).toEqual(CAMERA);
    expect(told.onCameraMoved).toHaveBeenLastCalledWith(CAMERA);
  });

  test('jumps for people who asked for less motion', async () => {
    browser.reducedMotion = true;
    await scene.flyTo(CAMERA);
    expect(scene.camera()).toEqual(CAMERA);
  });
});

test('points jump for people who asked for less motion', () => {
  show(DEEP);
  browser.reducedMotion = true;
  scene.setLayout({ ...DEEP, positions: DEEP.positions.map((value) => -value) }, { animate: true });
  const { drawnFrames } = scene.statistics();
  browser.settle();
  expect(scene.statistics().drawnFrames - drawnFrames).toBe(1);
});

describe('keys', () => {
  test('turn a deep cloud and push a flat one', () => {
    show(DEEP);
    scene.nudge(24, 0);
    expect(scene.camera().target).toEqual([0, 0, 0]);
    show(FLAT);
    scene.nudge(24, 0);
    expect(scene.camera().target[0]).toBeLessThan(0);
  });

  test('zoom about the middle', () => {
    show(FLAT);
    scene.zoomBy(2);
    expect(scene.camera().zoom).toBe(2);
    expect(scene.camera().target[0]).toBeCloseTo(0, 12);
    expect(scene.camera().target[1]).toBeCloseTo(0, 12);
  });
});

describe('what does not fit the layout is refused by name', () => {
  beforeEach(() => show(DEEP));

  test('what fits is taken', () => {
    scene.setColors(new Uint8Array(16));
    scene.setEmphasis(new Uint8Array(4));
    expect(browser.waitingFrames).toBe(1);
  });

  test.each([
    ['positions', () => scene.setLayout({ ...DEEP, nPoints: 5 })],
    ['colors', () => scene.setColors(new Uint8Array(4))],
    ['emphasis', () => scene.setEmphasis(new Uint8Array(3))],
  ])('%s', (name, call) => {
    expect(call).toThrow(name);
  });
});

test('a hidden point has no place on the screen', () => {
  show({ ...DEEP, positions: DEEP.positions.map((value, at) => (at === 0 ? Number.NaN : value)) });
  expect(scene.screenPosition(0)).toBeNull();
});

test('a hovered point of a layout that is gone is hovered no more', () => {
  show(DEEP);
  browser.canvas.send('pointermove', ...placeOf(2));
  browser.settle();
  scene.setLayout(null);
  expect(told.onHover).toHaveBeenLastCalledWith(null);
});

test('a picture is taken without leaving the screen changed', async () => {
  show(DEEP);
  const { width, height } = browser.canvas;
  expect((await scene.toPng(3)).size).toBeGreaterThan(0);
  expect([browser.canvas.width, browser.canvas.height]).toEqual([width, height]);
});

describe('a lost graphics context', () => {
  beforeEach(() => void vi.spyOn(console, 'log').mockReturnValue()); // three.js tells of it

  test('that does not come back is told with what to do', () => {
    vi.useFakeTimers();
    expect(browser.canvas.send('webglcontextlost', 0, 0)).toBe(true);
    vi.advanceTimersByTime(8000);
    vi.useRealTimers();
    expect(told.onFailure).toHaveBeenCalledOnce();
  });

  test('that comes back is drawn again and told to nobody', () => {
    vi.useFakeTimers();
    show(DEEP);
    const { drawnFrames } = scene.statistics();
    browser.canvas.send('webglcontextlost', 0, 0);
    browser.canvas.send('webglcontextrestored', 0, 0);
    vi.advanceTimersByTime(8000);
    vi.useRealTimers();
    browser.settle();
    expect(told.onFailure).not.toHaveBeenCalled();
    expect(scene.statistics().drawnFrames).toBe(drawnFrames + 1);
  });
});
