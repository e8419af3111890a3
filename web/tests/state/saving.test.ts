/** Saving what is shown as a bookmark. */

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { problem } from '../support/fake-gateway';
import { bookmark, CAMERA, collection, frameEvent, job, TSNE } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

const PATH = '/collections/C1/bookmarks';

let page: Harness;

async function prepared(collections: object[] = [collection({ bookmarks: [bookmark()] })]): Promise<void> {
  page = await opened((gateway) =>
    gateway
      .on('GET', '/collections?embedding_id=E1', collections)
      .on('GET', '/bookmarks/B1', bookmark())
      .on('GET', '/bookmarks/B1/layout', frameEvent({ sequence: 7 }))
      .on('POST', PATH, bookmark({ id: 'B2', name: 'Mine' })),
  );
  await vi.waitFor(() => expect(page.state().collections.kind).toBe('ready'));
}

/** A t-SNE is shown at sequence 3. */
async function running(): Promise<void> {
  page.store.actions.chooseProjection('tsne');
  page.gateway.on('POST', '/jobs', job({ id: 'J2', projection: TSNE, phase: 'running' }));
  await page.store.actions.runProjection();
  page.sockets.last.receive(frameEvent({ sequence: 3, step: 40, nDims: 2 }));
}

const saved = () => page.gateway.asksOf('POST', PATH).map(({ body }) => body);

describe('what is saved', () => {
  beforeEach(async () => {
    await prepared();
    await running();
  });

  test('is the frame that is shown, by job and sequence, and the whole view', async () => {
    page.store.actions.select(Uint32Array.of(1, 3), 'replace');
    page.store.actions.labelBy('kind');
    page.store.actions.colorBy(null);
    await page.store.actions.saveBookmark('Mine');
    expect(saved()).toEqual([
      {
        name: 'Mine',
        layout: { job_id: 'J2', sequence: 3 },
        view: {
          projection: TSNE,
          method_label: null,
          preprocessing: 'none',
          seed: 0,
          components: [0, 1],
          step: 40,
          camera: CAMERA,
          label_column: 'kind',
          color_column: null,
          color_mode: 'auto',
          appearance: 'points',
          selection: [1, 3],
          rows: null,
          neighbors: null,
        },
      },
    ]);
  });

  test('includes the neighbors that are listed', async () => {
    page.gateway.on('POST', '/embeddings/E1/neighbors', { rows: [2], distances: [0.5] });
    await page.store.actions.findNeighbors(1, { k: 1, metric: 'euclidean' });
    await page.store.actions.saveBookmark('Mine');
    expect(saved()).toMatchObject([{ view: { neighbors: { row: 1, k: 1, metric: 'euclidean' } } }]);
  });

  test('is the open bookmark afterwards', async () => {
    await page.store.actions.saveBookmark('Mine');
    expect(page.state().openBookmark).toBe('B2');
  });

  test('is the frame shown now when the gateway has thinned out the one before', async () => {
    page.gateway.on('POST', PATH, ({ body }) => {
      const { sequence } = (body as { layout: { sequence: number } }).layout;
      if (sequence !== 3) return Response.json(bookmark({ id: 'B2' }));
      page.sockets.last.receive(frameEvent({ sequence: 9, step: 90, nDims: 2 }));
      return problem(409, 'conflict', 'Frame 3 is no longer kept.');
    });
    await page.store.actions.saveBookmark('Mine');
    expect(saved()).toMatchObject([
      { layout: { sequence: 3 } },
      { layout: { sequence: 9 }, view: { step: 90 } },
    ]);
    expect(page.state().notices).toEqual([]);
  });

  test('is nothing when the gateway refuses, and the notice says why', async () => {
    page.gateway.on('POST', PATH, () => problem(413, 'too_large', 'The collection is full.'));
    await page.store.actions.saveBookmark('Mine');
    expect(page.state().openBookmark).toBeNull();
    expect(page.state().notices).toMatchObject([{ subject: 'Bookmark', message: 'The collection is full.' }]);
  });

  test('from an opened bookmark is the frame behind that one', async () => {
    await page.store.actions.openBookmark('B1');
    await page.store.actions.saveBookmark('Again');
    expect(saved()).toMatchObject([{ layout: { job_id: 'J9', sequence: 7 }, view: { step: 412 } }]);
  });
});

describe('before there is something to save', () => {
  beforeEach(() => prepared());

  test('nothing is asked for, and a notice says what to do', async () => {
    await page.store.actions.saveBookmark('Mine');
    expect(saved()).toEqual([]);
    expect(page.state().notices).toMatchObject([{ severity: 'warning', subject: 'Bookmark' }]);
  });

  test('the part of a layout that stands in for isolated rows is not saved as if it were computed', async () => {
    page.sockets.last.receive(frameEvent({ nDims: 8 }));
    page.store.actions.select(Uint32Array.of(0, 1, 2), 'replace');
    await page.store.actions.isolateSelection();
    await page.store.actions.saveBookmark('Mine');
    expect(saved()).toEqual([]);
  });
});

test('the first bookmark makes the first collection', async () => {
  await prepared([]);
  page.gateway.on('POST', '/collections', collection());
  await running();
  await page.store.actions.saveBookmark('Mine');
  expect(page.gateway.asksOf('POST', '/collections')).toMatchObject([
    { body: { embedding_id: 'E1', name: 'Bookmarks' } },
  ]);
  expect(saved()).toHaveLength(1);
});

test('without a collection to be had nothing is saved', async () => {
  await prepared([]);
  page.gateway.on('POST', '/collections', () => problem(403, 'permission_denied', 'Sign in first.'));
  await running();
  await page.store.actions.saveBookmark('Mine');
  expect(saved()).toEqual([]);
  expect(page.state().notices).toMatchObject([{ message: 'Sign in first.' }]);
});
