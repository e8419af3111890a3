import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { homeCamera } from '../src/domain/camera';
import { layoutHash } from '../src/domain/fingerprint';
import { publishShown } from '../src/observed';
import { frameEvent } from './support/fixtures';
import { type Harness, opened } from './support/harness';

let page: Harness;
let root: { readonly dataset: Record<string, string> };
let drawnPoints: number;

beforeEach(async () => {
  page = await opened();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  root = { dataset: {} };
  drawnPoints = 0;
  publishShown(root as unknown as HTMLElement, page.store, {
    statistics: () => ({ drawnPoints, drawnFrames: 0, geometries: 0, textures: 0 }),
    camera: () => homeCamera(3),
  });
});

afterEach(() => {
  vi.useRealTimers();
});

async function shown(): Promise<Record<string, string>> {
  await Promise.resolve();
  vi.advanceTimersByTime(120);
  return root.dataset;
}

test('before the first layout nothing is claimed to be shown', async () => {
  expect(await shown()).toMatchObject({ points: '0', method: '', phase: 'queued', drawnPoints: '0' });
});

test('a shown frame is told with its sequence, step and the hash of its coordinates', async () => {
  page.sockets.last.receive(frameEvent({ sequence: 3, step: 40, nDims: 2 }));
  drawnPoints = 4;
  const values = page.state().layout?.values as Float32Array;
  expect(await shown()).toMatchObject({
    sequence: '3',
    step: '40',
    points: '4',
    method: 'pca',
    layoutHash: layoutHash(values),
    drawnPoints: '4',
    camera: JSON.stringify(homeCamera(3)),
  });
});

test('the picture is looked at again until it has caught up with the state', async () => {
  page.sockets.last.receive(frameEvent());
  expect((await shown()).drawnPoints).toBe('0');
  drawnPoints = 4;
  vi.advanceTimersByTime(120);
  expect(root.dataset.drawnPoints).toBe('4');
});

test('many changes are written once', async () => {
  drawnPoints = 4;
  page.sockets.last.receive(frameEvent());
  await shown();
  const written = vi.spyOn(JSON, 'stringify');
  for (const sequence of [2, 3, 4]) {
    page.sockets.last.receive(frameEvent({ sequence }));
    await Promise.resolve();
  }
  await shown();
  expect(written).toHaveBeenCalledOnce();
});
