import { beforeEach, describe, expect, test, vi } from 'vitest';
import { later, problem } from '../support/fake-gateway';
import {
  bookmark,
  CAMERA,
  collection,
  column,
  embedding,
  frameEvent,
  job,
  TSNE,
  view,
} from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

const FIRST = bookmark();
const SECOND = bookmark({ id: 'B2', name: 'Second', view: view({ selection: [], label_column: 'kind' }) });
const THIRD = bookmark({ id: 'B3', name: 'Third' });

let page: Harness;

beforeEach(async () => {
  page = await opened((gateway) =>
    gateway
      .on('GET', '/collections?embedding_id=E1', [collection({ bookmarks: [FIRST, SECOND, THIRD] })])
      .on('GET', '/bookmarks/B1', FIRST)
      .on('GET', '/bookmarks/B2', SECOND)
      .on('GET', '/bookmarks/B3', THIRD)
      .on(
        'GET',
        '/bookmarks/B1/layout',
        frameEvent({ sequence: 7, nDims: 2, values: [1, 2, 3, 4, 5, 6, 7, 8] }),
      )
      .on('GET', '/bookmarks/B2/layout', frameEvent({ sequence: 8 }))
      .on('GET', '/bookmarks/B3/layout', frameEvent({ sequence: 9 }))
      .on('POST', '/embeddings/E1/neighbors', { rows: [3, 0], distances: [0.1, 0.2] }),
  );
  page.sockets.last.receive(frameEvent({ nDims: 8 }));
  await vi.waitFor(() => expect(page.state().openCollection).toBe('C1'));
});

describe('an opened bookmark', () => {
  test('shows the very coordinates that were saved, and which step they are of', async () => {
    await page.store.actions.openBookmark('B1');
    expect(page.state().layout).toMatchObject({
      bookmark: FIRST,
      jobId: null,
      method: 'tsne',
      projection: TSNE,
      step: 412,
      sequence: 7,
      values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    });
  });

  test('replaces the whole view', async () => {
    page.store.actions.select(Uint32Array.of(0, 1, 3), 'replace');
    page.store.actions.labelBy('kind');
    page.store.actions.colorBy(null);
    page.store.actions.setColorMode('numeric');
    page.store.actions.setAppearance('labels');
    page.store.actions.toggleLegendValue('a', false);
    page.store.actions.setTsne({ perplexity: 5, nDims: 3 });
    page.states.update({ isolatedRows: Uint32Array.of(0, 1, 2) });
    await page.store.actions.openBookmark('B1');
    expect(page.state()).toMatchObject({
      selection: Uint32Array.of(2),
      labelColumn: 'word',
      colorColumn: 'kind',
      colorMode: 'auto',
      appearance: 'points',
      legendIsolated: new Set(),
      projectionTab: 'tsne',
      tsne: { perplexity: 30, nDims: 2, learningRate: null },
      viewDims: 2,
      isolatedRows: null,
      neighbors: null,
      search: { query: '' },
      jobView: null,
      openBookmark: 'B1',
      openCollection: 'C1',
    });
  });

  test('flies to the camera that was saved', async () => {
    await page.store.actions.openBookmark('B1');
    expect(page.state().cameraTarget).toEqual({ camera: CAMERA, flight: true });
  });

  test('of PCA shows the components that were saved', async () => {
    const pca = view({
      projection: { method: 'pca', n_components: 10, uncentred: false },
      components: [4, 2],
      step: null,
    });
    page.gateway
      .on('GET', '/bookmarks/B4', bookmark({ id: 'B4', view: pca }))
      .on('GET', '/bookmarks/B4/layout', frameEvent({ nDims: 8 }));
    await page.store.actions.openBookmark('B4');
    expect(page.state()).toMatchObject({ projectionTab: 'pca', pca: { components: [4, 2] }, viewDims: 2 });
  });

  test('lists its neighbors again and keeps its own selection', async () => {
    const withNeighbors = view({ selection: [1, 2], neighbors: { row: 1, k: 2, metric: 'euclidean' } });
    page.gateway
      .on('GET', '/bookmarks/B4', bookmark({ id: 'B4', view: withNeighbors }))
      .on('GET', '/bookmarks/B4/layout', frameEvent());
    await page.store.actions.openBookmark('B4');
    await vi.waitFor(() => expect(page.state().neighbors?.result.kind).toBe('ready'));
    expect(page.state().neighbors).toMatchObject({ row: 1, k: 2, metric: 'euclidean' });
    expect([...page.state().selection]).toEqual([1, 2]);
  });

  test('of isolated rows isolates them', async () => {
    page.gateway
      .on('GET', '/bookmarks/B4', bookmark({ id: 'B4', view: view({ rows: [0, 2, 3] }) }))
      .on('GET', '/bookmarks/B4/layout', frameEvent({ nPoints: 3 }));
    await page.store.actions.openBookmark('B4');
    expect(page.state()).toMatchObject({
      isolatedRows: Uint32Array.of(0, 2, 3),
      layout: { rows: Uint32Array.of(0, 2, 3) },
    });
  });

  test('of a file is called as the file calls it', async () => {
    const imported = view({ projection: null, method_label: 'custom' });
    page.gateway
      .on('GET', '/bookmarks/B4', bookmark({ id: 'B4', view: imported }))
      .on('GET', '/bookmarks/B4/layout', frameEvent());
    await page.store.actions.openBookmark('B4');
    expect(page.state().layout).toMatchObject({ method: 'custom', projection: null });
  });

  test('ends the watch of the job before it, which stays within reach', async () => {
    const pca = page.sockets.last;
    await page.store.actions.openBookmark('B1');
    expect(pca.closedWith).toBe(1000);
    page.store.actions.chooseProjection('pca');
    expect(page.state().layout).toMatchObject({ jobId: 'J1', bookmark: null });
    expect(page.state().openBookmark).toBeNull();
  });

  test('of another embedding opens it first', async () => {
    page.gateway
      .on('GET', '/embeddings/E2', embedding({ id: 'E2', columns: [column({ name: 'kind' })] }))
      .on('GET', '/collections?embedding_id=E2', [])
      .on('GET', '/bookmarks/B9', bookmark({ id: 'B9', embedding_id: 'E2' }))
      .on('GET', '/bookmarks/B9/layout', frameEvent());
    await page.visit({ bookmark: 'B9' });
    expect(page.state()).toMatchObject({
      embedding: { value: { id: 'E2' } },
      layout: { bookmark: { id: 'B9' } },
      cameraTarget: { flight: false },
    });
  });

  test('says so when the embedding has changed since it was saved', async () => {
    page.gateway.on('GET', '/collections?embedding_id=E1', [
      collection({ embedding_digest: 'old', bookmarks: [FIRST] }),
    ]);
    await page.store.actions.deleteBookmark('B3');
    await page.store.actions.openBookmark('B1');
    expect(page.state().notices.map(({ subject }) => subject)).toContain('Bookmark');
  });
});

describe('a bookmark that cannot be opened', () => {
  test('leaves what is shown and says why', async () => {
    await page.store.actions.openBookmark('B1');
    page.gateway.on('GET', '/bookmarks/B2/layout', () => problem(500, 'internal', 'The blob is gone.'));
    await page.store.actions.openBookmark('B2');
    expect(page.state()).toMatchObject({ openBookmark: 'B1', layout: { bookmark: { id: 'B1' } } });
    expect(page.state().notices).toMatchObject([{ subject: 'Bookmark', severity: 'error' }]);
  });
});

describe('walking through a collection', () => {
  test.each([
    ['forward from the first', 'B1', 1, 'B2'],
    ['back from the second', 'B2', -1, 'B1'],
  ] as const)('%s', async (_, from, direction, to) => {
    await page.store.actions.openBookmark(from);
    await page.store.actions.stepBookmark(direction);
    expect(page.state().openBookmark).toBe(to);
  });

  test.each([
    [1, 'B1'],
    [-1, 'B3'],
  ] as const)('by %d begins at that end when none is open', async (direction, id) => {
    await page.store.actions.stepBookmark(direction);
    expect(page.state().openBookmark).toBe(id);
  });

  test('stays at the last', async () => {
    await page.store.actions.openBookmark('B3');
    await page.store.actions.stepBookmark(1);
    expect(page.state().openBookmark).toBe('B3');
  });

  test('two steps at once go two on, even while a job sends frames', async () => {
    const slow = later();
    page.gateway.on('GET', '/bookmarks/B1/layout', slow.reply);
    const first = page.store.actions.stepBookmark(1);
    page.sockets.last.receive(frameEvent({ sequence: 2, nDims: 8 }));
    await page.store.actions.stepBookmark(1);
    slow.give(frameEvent({ sequence: 7 }));
    await first;
    expect(page.state()).toMatchObject({ openBookmark: 'B2', layout: { bookmark: { id: 'B2' } } });
  });
});

test('the link of a bookmark names it and nothing else', () => {
  expect(page.store.actions.bookmarkLink('B1')).toBe('http://projector.test/prefix/?bookmark=B1');
});

test('the share of the variance of a saved PCA is found again by its job', async () => {
  const pca = view({
    projection: { method: 'pca', n_components: 10, uncentred: false },
    preprocessing: 'spherize',
    components: [0, 1, 2],
    step: null,
  });
  page.gateway
    .on('GET', '/bookmarks/B4', bookmark({ id: 'B4', view: pca }))
    .on('GET', '/bookmarks/B4/layout', frameEvent({ nDims: 8 }))
    .on('POST', '/jobs', job({ phase: 'running' }))
    .on('GET', '/jobs/J1', job({ phase: 'finished', explained_variance_ratio: [0.5, 0.2] }));
  await page.store.actions.openBookmark('B4');
  await vi.waitFor(() => {
    page.sockets.elapse();
    expect(page.state().layout?.explainedVariance).toEqual([0.5, 0.2]);
  });
  // Of the same rows as the picture: the panel shows how they were preprocessed, too.
  expect(page.gateway.asksOf('POST', '/jobs').at(-1)?.body).toMatchObject({ preprocessing: 'spherize' });
  expect(page.state().preprocessing).toBe('spherize');
});
