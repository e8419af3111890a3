import { beforeEach, describe, expect, test } from 'vitest';
import { frameEvent, job, TSNE } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

let page: Harness;

beforeEach(async () => {
  page = await opened();
  page.sockets.last.receive(frameEvent({ nDims: 2, values: [0, 1, 10, 11, 20, 21, 30, 31] }));
  page.gateway.on('POST', '/jobs', job({ id: 'J2', rows: [0, 2, 3], n_points: 3 }));
});

async function isolate(...rows: number[]): Promise<void> {
  page.store.actions.select(Uint32Array.from(rows), 'replace');
  await page.store.actions.isolateSelection();
}

const requests = () =>
  page.gateway.asksOf('POST', '/jobs').map(({ body }) => body as { rows: number[] | null });

describe('isolating the selection', () => {
  test('asks for the projection of its rows alone', async () => {
    await isolate(0, 2, 3);
    expect(requests().at(-1)?.rows).toEqual([0, 2, 3]);
  });

  test('shows its points where they were until their own projection comes', async () => {
    await isolate(0, 2, 3);
    expect(page.state().layout).toMatchObject({
      jobId: null,
      nPoints: 3,
      rows: Uint32Array.of(0, 2, 3),
      values: Float32Array.of(0, 1, 20, 21, 30, 31),
    });
  });

  test('keeps the identity of every point in the layout that comes', async () => {
    await isolate(0, 2, 3);
    page.sockets.last.receive(frameEvent({ nPoints: 3, nDims: 2 }));
    expect(page.state().layout).toMatchObject({ jobId: 'J2', rows: Uint32Array.of(0, 2, 3) });
  });

  test('keeps the selection, which counts original rows', async () => {
    await isolate(0, 2, 3);
    expect([...page.state().selection]).toEqual([0, 2, 3]);
  });

  test('takes the neighbors of a point along', async () => {
    page.gateway.on('POST', '/embeddings/E1/neighbors', { rows: [3, 2], distances: [0.1, 0.2] });
    await page.store.actions.findNeighbors(0);
    await page.store.actions.isolateSelection();
    expect(requests().at(-1)?.rows).toEqual([0, 2, 3]);
  });

  test('within isolated rows takes only those that are shown', async () => {
    await isolate(0, 2, 3);
    page.sockets.last.receive(frameEvent({ nPoints: 3, values: [5, 5, 6, 6, 7, 7] }));
    page.gateway.on('POST', '/embeddings/E1/neighbors', { rows: [3, 1, 2], distances: [0.1, 0.2, 0.3] });
    await page.store.actions.findNeighbors(0);
    const before = requests().length;
    await page.store.actions.isolateSelection();
    expect(page.state().isolatedRows).toEqual(Uint32Array.of(0, 2, 3));
    expect(requests()).toHaveLength(before); // the same rows again are the same picture
    expect(page.state().notices).toEqual([]);
  });

  test('flies home, as the rows lie anywhere', async () => {
    await isolate(0, 2, 3);
    expect(page.state().cameraTarget).toEqual({ camera: 'home', flight: true });
  });

  test('of too few points says what to do and changes nothing', async () => {
    await isolate(0, 2);
    expect(page.state().isolatedRows).toBeNull();
    expect(page.state().notices).toMatchObject([{ severity: 'warning', subject: 'Isolate' }]);
  });

  test('in the tab of t-SNE runs a t-SNE', async () => {
    page.store.actions.chooseProjection('tsne');
    page.gateway.on('POST', '/jobs', job({ id: 'J3', rows: [0, 2, 3], projection: TSNE }));
    await isolate(0, 2, 3);
    expect(requests().at(-1)).toMatchObject({ rows: [0, 2, 3], projection: { method: 'tsne' } });
  });
});

describe('going back to all', () => {
  beforeEach(async () => {
    await isolate(0, 2, 3);
    page.sockets.last.receive(frameEvent({ nPoints: 3, nDims: 2 }));
  });

  test('shows the layout of all rows at once', async () => {
    const before = requests().length;
    await page.store.actions.showAll();
    expect(page.state()).toMatchObject({
      isolatedRows: null,
      layout: { jobId: 'J1', nPoints: 4, rows: null },
    });
    expect(requests()).toHaveLength(before);
  });

  test('by the browser’s back shows all rows, then and later', async () => {
    await page.visit({ embedding: 'E1' });
    expect(page.state().layout).toMatchObject({ jobId: 'J1', rows: null });
    page.store.actions.chooseProjection('tsne');
    page.store.actions.chooseProjection('pca');
    expect(page.state()).toMatchObject({ isolatedRows: null, layout: { jobId: 'J1', rows: null } });
  });

  test('where all rows are shown does nothing', async () => {
    await page.store.actions.showAll();
    const { layout } = page.state();
    await page.store.actions.showAll();
    expect(page.state().layout).toBe(layout);
  });
});

test('the layout of other isolated rows is never shown for these', async () => {
  await isolate(0, 2, 3);
  page.sockets.last.receive(frameEvent({ nPoints: 3 }));
  page.gateway
    .on('GET', '/jobs/J7', job({ id: 'J7', rows: [0, 1, 2], projection: TSNE }))
    .on('POST', '/jobs', job({ id: 'J8', rows: [0, 1, 2], n_points: 3 }));
  await page.visit({ embedding: 'E1', job: 'J7' });
  page.sockets.last.receive(frameEvent({ nPoints: 3 }));
  page.store.actions.chooseProjection('pca');
  expect(page.state().layout?.jobId).toBe('J7');
  expect(requests().at(-1)?.rows).toEqual([0, 1, 2]);
});
