/** What the scene is told of the state, and what becomes of what it reports. */

import { beforeEach, describe, expect, type Mock, test, vi } from 'vitest';
import { DIMMED, MARKED, NORMAL, SELECTED } from '../../src/domain/emphasis';
import { neighborColor } from '../../src/domain/palettes';
import type { SceneCallbacks, SpriteAtlas } from '../../src/scene/scene-api';
import type { ActionContext } from '../../src/state/context';
import { linkScene, positionsOf, sceneCallbacks } from '../../src/state/scene-link';
import { FakeScene } from '../support/fake-scene';
import { bookmark, CAMERA, categoryBytes, frameEvent, job } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

const VALUES = [0, 1, 10, 11, 20, 21, 30, 31];

let page: Harness;
let scene: FakeScene;
let callbacks: SceneCallbacks;
let notify: Mock<ActionContext['notify']>;

beforeEach(async () => {
  page = await opened((gateway) =>
    gateway.on('POST', '/embeddings/E1/neighbors', { rows: [3, 0], distances: [0.25, 0.5] }),
  );
  scene = new FakeScene();
  notify = vi.fn();
  callbacks = sceneCallbacks(page.store, page.states, notify);
  linkScene(page.store, scene, () => null);
  page.sockets.last.receive(frameEvent({ nDims: 2, values: VALUES }));
  await told();
  scene.takeNames();
});

/** Lets the store tell the scene. */
async function told(): Promise<void> {
  await Promise.resolve();
  await Promise.resolve();
}

/** A scene that joins now and is told all at once. */
function newScene(): FakeScene {
  const other = new FakeScene();
  linkScene(page.store, other, () => null);
  return other;
}

/** Shows rows 0, 2 and 3 alone. */
async function isolated(): Promise<void> {
  page.gateway.on('POST', '/jobs', job({ id: 'J2', rows: [0, 2, 3], n_points: 3 }));
  page.store.actions.select(Uint32Array.of(0, 2, 3), 'replace');
  await page.store.actions.isolateSelection();
  page.sockets.last.receive(frameEvent({ nPoints: 3, values: [5, 5, 6, 6, 7, 7] }));
  await told();
}

describe('a layout', () => {
  test('is shown with its colours, emphasis, labels and captions', () => {
    const all = newScene();
    expect(all.told('setLayout').at(-1)?.[0]).toMatchObject({ nPoints: 4, nDims: 2 });
    expect(all.told('setColors').at(-1)?.[0]).toHaveLength(16);
    expect(all.told('setEmphasis').at(-1)?.[0]).toEqual(new Uint8Array(4).fill(NORMAL));
    expect(all.told('setAxisCaptions').at(-1)).toEqual([['PC 1', 'PC 2']]);
  });

  test('that follows with as many points moves them and tells nothing per point again', async () => {
    page.sockets.last.receive(frameEvent({ sequence: 2, nDims: 2 }));
    await told();
    expect(scene.told('setLayout').at(-1)?.[1]).toEqual({ animate: true });
    expect(scene.told('setColors')).toEqual([]);
    expect(scene.told('setEmphasis')).toEqual([]);
    expect(scene.told('setLabels')).toEqual([]);
  });

  test('that is gone is taken away', async () => {
    page.states.update({ layout: null });
    await told();
    expect(scene.told('setLayout').at(-1)?.[0]).toBeNull();
  });

  test('of which only the variance became known is not shown again', async () => {
    const { layout } = page.state();
    page.states.update({ layout: layout && { ...layout, explainedVariance: [0.5, 0.25] } });
    await told();
    expect(scene.told('setLayout')).toEqual([]);
    expect(scene.told('setAxisCaptions')).toEqual([[['PC 1 (50.0 %)', 'PC 2 (25.0 %)']]]);
  });
});

describe('the chosen components', () => {
  const layout = () => ({
    ...(page.state().layout as NonNullable<ReturnType<Harness['state']>['layout']>),
    nPoints: 2,
    nComponents: 4,
    values: Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13),
  });

  test('become x, y and z in their order', () => {
    const positions = positionsOf({ pca: { components: [3, 0, 2] }, viewDims: 3 }, layout());
    expect(positions).toEqual({ positions: Float32Array.of(3, 0, 2, 13, 10, 12), nPoints: 2, nDims: 3 });
  });

  test('that are all there are need no copy', () => {
    const flat = { ...layout(), nPoints: 4, nComponents: 2 };
    expect(positionsOf({ pca: { components: [0, 1] }, viewDims: 2 }, flat).positions).toBe(flat.values);
  });

  test('of a layout with one component lie on a line', () => {
    const line = { ...layout(), nPoints: 2, nComponents: 1, values: Float32Array.of(5, 6) };
    expect(positionsOf({ pca: { components: [0, 1] }, viewDims: 2 }, line)).toEqual({
      positions: Float32Array.of(5, 0, 6, 0),
      nPoints: 2,
      nDims: 2,
    });
  });
});

describe('emphasis', () => {
  const emphasis = () => [...(scene.told('setEmphasis').at(-1)?.[0] ?? [])];

  test('follows the selection', async () => {
    page.store.actions.select(Uint32Array.of(1), 'replace');
    await told();
    expect(emphasis()).toEqual([NORMAL, SELECTED, NORMAL, NORMAL]);
  });

  test('follows the legend', async () => {
    page.store.actions.toggleLegendValue('b', false);
    await told();
    expect(emphasis()).toEqual([DIMMED, NORMAL, DIMMED, NORMAL]);
  });

  test('of neighbors comes with colours by distance', async () => {
    await page.store.actions.findNeighbors(1);
    await told();
    expect(emphasis()).toEqual([MARKED, SELECTED, DIMMED, MARKED]);
    const colors = scene.told('setColors').at(-1)?.[0] ?? new Uint8Array();
    expect([...colors.subarray(12, 15)]).toEqual([...neighborColor('light', 0)]);
    expect([...colors.subarray(0, 3)]).toEqual([...neighborColor('light', 1)]);
  });

  test('of isolated points is that of their original rows', async () => {
    await isolated();
    page.store.actions.select(Uint32Array.of(2), 'replace');
    await told();
    expect(emphasis()).toEqual([NORMAL, SELECTED, NORMAL]);
  });
});

describe('colours', () => {
  test('come once the column has arrived', async () => {
    page.gateway.on('GET', '/embeddings/E1/columns/other', categoryBytes('other', ['x'], [0, 0, 0, 0]));
    page.store.actions.colorBy('other');
    await vi.waitFor(() => expect(page.state().legend?.column).toBe('other'));
    await told();
    expect(scene.told('setColors').length).toBeGreaterThan(0);
  });

  test('follow the theme, as does the scene itself', async () => {
    page.store.actions.setTheme('dark');
    await told();
    expect(scene.takeNames()).toEqual(expect.arrayContaining(['setPalette', 'setColors']));
  });

  test('of isolated points are those of their original rows', async () => {
    const all = newScene().told('setColors').at(-1)?.[0] ?? new Uint8Array();
    await isolated();
    const some = scene.told('setColors').at(-1)?.[0] ?? new Uint8Array();
    expect([...some.subarray(4, 8)]).toEqual([...all.subarray(8, 12)]);
  });
});

describe('labels', () => {
  test('of isolated points are those of their original rows', async () => {
    await isolated();
    page.store.actions.select(Uint32Array.of(3), 'replace');
    await told();
    const [points, textOf] = scene.told('setLabels').at(-1) ?? [];
    expect([...(points ?? [])]).toEqual([2]);
    expect(textOf?.(2)).toBe('四');
  });

  test('of rows that are not shown are left out', async () => {
    await isolated();
    page.store.actions.select(Uint32Array.of(1), 'replace');
    await told();
    expect(scene.told('setLabels').at(-1)?.[0]).toHaveLength(0);
  });
});

describe('thumbnails', () => {
  test('of an embedding are given to the scene once, and taken away with it', async () => {
    const other = new FakeScene();
    const atlas = {} as SpriteAtlas;
    linkScene(page.store, other, ({ id }) => (id === 'E1' ? atlas : null));
    page.store.actions.select(Uint32Array.of(1), 'replace');
    page.store.actions.setAppearance('images');
    await told();
    expect(other.told('setSprite')).toEqual([[atlas]]);
    expect(other.told('setAppearance').at(-1)).toEqual(['images']);

    page.states.update({ embedding: { kind: 'loading' } });
    await told();
    expect(other.told('setSprite')).toEqual([[atlas], [null]]);
  });

  test('are those of the shown rows', async () => {
    await isolated();
    expect(scene.told('setCells').at(-1)).toEqual([Uint32Array.of(0, 2, 3)]);
  });

  test('tell how far they are', () => {
    callbacks.onSprite({ kind: 'loading', share: 0.5 });
    expect(page.state().sprite).toEqual({ kind: 'loading', share: 0.5 });
    callbacks.onSprite({ kind: 'ready' });
    expect(page.state().sprite).toEqual({ kind: 'ready' });
  });

  test('that cannot be fetched are told with the reason', () => {
    callbacks.onSprite({ kind: 'failed', error: new Error('The sprite is cut off.') });
    expect(page.state().sprite).toEqual({ kind: 'failed', message: 'The sprite is cut off.' });
    expect(notify).toHaveBeenCalledWith('error', 'Images', 'The sprite is cut off.');
  });
});

describe('the camera', () => {
  test('is set where nobody should see it travel', async () => {
    page.states.update({ cameraTarget: { camera: CAMERA, flight: false } });
    await told();
    expect(scene.told('setCamera')).toEqual([[CAMERA]]);
  });

  test('flies where somebody should', async () => {
    page.states.update({ cameraTarget: { camera: CAMERA, flight: true } });
    await told();
    expect(scene.told('flyTo')).toEqual([[CAMERA]]);
  });

  test('goes home in the dimensions that are shown', async () => {
    page.store.actions.resetCamera();
    await told();
    expect(scene.told('flyTo')).toEqual([[scene.homeCamera(2)]]);
  });

  test('is aimed after the layout of the same change was shown', async () => {
    page.gateway
      .on('GET', '/bookmarks/B1', bookmark())
      .on('GET', '/bookmarks/B1/layout', frameEvent({ sequence: 7 }));
    await page.store.actions.openBookmark('B1');
    await told();
    const names = scene.takeNames();
    expect(names.indexOf('flyTo')).toBeGreaterThan(names.indexOf('setLayout'));
  });

  test('is known to the state once it rests', async () => {
    vi.useFakeTimers();
    callbacks.onCameraMoved({ ...CAMERA, zoom: 9 });
    callbacks.onCameraMoved(CAMERA);
    expect(page.state().camera).toBeNull();
    vi.advanceTimersByTime(300);
    vi.useRealTimers();
    expect(page.state().camera).toEqual(CAMERA);
  });
});

describe('what the scene reports counts', () => {
  test('original rows when a point is pointed at', async () => {
    await isolated();
    callbacks.onHover(1);
    expect(page.state().hoveredRow).toBe(2);
    callbacks.onHover(null);
    expect(page.state().hoveredRow).toBeNull();
  });

  test('original rows, ascending, when an area is picked', async () => {
    await isolated();
    page.store.actions.clearSelection();
    callbacks.onPick(Uint32Array.of(2, 1), 'add');
    expect([...page.state().selection]).toEqual([2, 3]);
  });

  test('a click on one point as asking for its neighbors', async () => {
    callbacks.onPick(Uint32Array.of(1), 'replace');
    await vi.waitFor(() => expect(page.state().neighbors?.result.kind).toBe('ready'));
    expect([...page.state().selection]).toEqual([1]);
  });

  test('one point in a box as a selection alone', () => {
    page.store.actions.setTool('box');
    callbacks.onPick(Uint32Array.of(1), 'replace');
    expect(page.state().neighbors).toBeNull();
    expect([...page.state().selection]).toEqual([1]);
  });

  test('a click on nothing as selecting nothing', () => {
    page.store.actions.select(Uint32Array.of(1), 'replace');
    callbacks.onPick(new Uint32Array(), 'replace');
    expect(page.state().selection).toHaveLength(0);
  });
});

test('who unlinks the scene hears nothing more', async () => {
  const other = new FakeScene();
  const unlink = linkScene(page.store, other, () => null);
  unlink();
  other.takeNames();
  page.store.actions.setTool('lasso');
  await told();
  expect(other.takeNames()).toEqual([]);
});
