/** A link from one page, opened in another, shows the same picture. */

import { describe, expect, test, vi } from 'vitest';
import type { State } from '../../src/state/model';
import { parseAddress } from '../../src/state/url';
import { bookmark, CAMERA, collection, frameEvent, job, TSNE } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

const TSNE_3D = { ...TSNE, n_dims: 3 } as const;

async function page(): Promise<Harness> {
  const harness = await opened((gateway) =>
    gateway
      .on('GET', '/jobs/J2', job({ id: 'J2', projection: TSNE, phase: 'running' }))
      .on('GET', '/jobs/J3', job({ id: 'J3', projection: TSNE_3D, phase: 'running' }))
      .on('GET', '/jobs/J4', job({ id: 'J4', rows: [0, 2, 3] }))
      .on('GET', '/collections?embedding_id=E1', [collection({ bookmarks: [bookmark()] })])
      .on('GET', '/bookmarks/B1/layout', frameEvent({ sequence: 7 }))
      .on('POST', '/embeddings/E1/neighbors', { rows: [2, 0], distances: [0.1, 0.2] }),
  );
  harness.sockets.last.receive(frameEvent({ nDims: 8 }));
  return harness;
}

/** What a person sees of a state; what is fetched anew is not compared. */
function picture(state: State): Record<string, unknown> {
  const { labelColumn, colorColumn, colorMode, appearance, viewDims, selection, projectionTab } = state;
  const { isolatedRows, neighbors, layout, pca, camera, openBookmark } = state;
  return {
    labelColumn,
    colorColumn,
    colorMode,
    appearance,
    viewDims,
    selection,
    projectionTab,
    isolatedRows,
    openBookmark,
    camera,
    neighbors: neighbors && [neighbors.row, neighbors.k, neighbors.metric],
    job: layout?.jobId,
    components: layout?.method === 'pca' ? pca.components : null,
  };
}

async function reopened(link: string, frame: Uint8Array<ArrayBuffer>): Promise<Harness> {
  const other = await page();
  await other.visit(parseAddress(new URL(link).search));
  other.sockets.last.receive(frame);
  return other;
}

test.each<[string, (harness: Harness) => void]>([
  ['labels', ({ store }) => store.actions.labelBy('kind')],
  ['row numbers', ({ store }) => store.actions.labelBy(null)],
  ['no colours', ({ store }) => store.actions.colorBy(null)],
  ['the way to colour', ({ store }) => store.actions.setColorMode('categorical')],
  ['the appearance', ({ store }) => store.actions.setAppearance('labels')],
  ['the components', ({ store }) => store.actions.setPcaComponents([5, 2, 0])],
  ['two dimensions', ({ store }) => store.actions.setViewDims(2)],
  ['the selection', ({ store }) => store.actions.select(Uint32Array.of(1, 3), 'replace')],
  ['the neighbors', ({ store }) => void store.actions.findNeighbors(1, { k: 2, metric: 'euclidean' })],
  ['the camera', ({ states }) => states.update({ camera: CAMERA })],
])('a link keeps %s', async (_, change) => {
  const one = await page();
  const before = picture(one.state());
  change(one);
  const other = await reopened(one.store.actions.shareLink(), frameEvent({ nDims: 8 }));
  expect(picture(other.state())).toEqual(picture(one.state()));
  expect(picture(other.state())).not.toEqual(before);
});

test('a link keeps a bookmark and what was changed since', async () => {
  const one = await page();
  await one.store.actions.openBookmark('B1');
  one.store.actions.labelBy('kind');
  one.store.actions.clearSelection();
  const other = await page();
  await other.visit(parseAddress(new URL(one.store.actions.shareLink()).search));
  expect(picture(other.state())).toEqual(picture(one.state()));
});

describe('a link to a job', () => {
  test('keeps the job', async () => {
    const one = await page();
    await one.visit({ embedding: 'E1', job: 'J2' });
    one.sockets.last.receive(frameEvent({ nDims: 2 }));
    const other = await reopened(one.store.actions.shareLink(), frameEvent({ nDims: 2 }));
    expect(picture(other.state())).toMatchObject({ job: 'J2', projectionTab: 'tsne', viewDims: 2 });
  });

  test('in three dimensions that is looked at in two keeps the two', async () => {
    const one = await page();
    await one.visit({ embedding: 'E1', job: 'J3' });
    one.sockets.last.receive(frameEvent({ nDims: 3 }));
    one.store.actions.setViewDims(2);
    const other = await reopened(one.store.actions.shareLink(), frameEvent({ nDims: 3 }));
    expect(picture(other.state())).toMatchObject({ job: 'J3', viewDims: 2 });
  });

  test('of isolated rows keeps the rows', async () => {
    const one = await page();
    await one.visit({ embedding: 'E1', job: 'J4' });
    one.sockets.last.receive(frameEvent({ nPoints: 3, nDims: 8 }));
    const other = await reopened(one.store.actions.shareLink(), frameEvent({ nPoints: 3, nDims: 8 }));
    expect([...(other.state().isolatedRows ?? [])]).toEqual([0, 2, 3]);
    expect([...(other.state().layout?.rows ?? [])]).toEqual([0, 2, 3]);
  });

  test('of preprocessed rows keeps what was done to them, and PCA of plain rows is not taken for it', async () => {
    const one = await page();
    one.gateway.on('POST', '/jobs', job({ id: 'J5', preprocessing: 'spherize' }));
    one.gateway.on('GET', '/jobs/J5', job({ id: 'J5', preprocessing: 'spherize' }));
    one.store.actions.setPreprocessing('spherize');
    await one.store.actions.runProjection();
    one.sockets.last.receive(frameEvent({ nDims: 8 }));
    const spherized = parseAddress(new URL(one.store.actions.shareLink()).search);
    one.gateway.on('POST', '/jobs', job());
    await one.visit({ embedding: 'E1' });
    expect(one.state()).toMatchObject({ preprocessing: 'none', jobView: { job: { id: 'J1' } } });
    await one.visit(spherized);
    expect(one.state()).toMatchObject({ preprocessing: 'spherize', jobView: { job: { id: 'J5' } } });
  });

  test('that is no longer kept shows PCA and says so', async () => {
    const other = await page();
    await other.visit({ embedding: 'E1', job: 'J404' });
    expect(other.state()).toMatchObject({ projectionTab: 'pca', jobView: { job: { id: 'J1' } } });
    expect(other.state().notices).toMatchObject([{ severity: 'warning', subject: 'Link' }]);
  });
});

test('a link to a bookmark that is gone says so and shows the first embedding', async () => {
  const other = await page();
  await other.visit({ bookmark: 'B404' });
  expect(other.state().notices).toMatchObject([
    { subject: 'Bookmark', message: 'This bookmark does not exist any more.' },
  ]);
  expect(other.state()).toMatchObject({ openBookmark: null, projectionTab: 'pca' });
});

test('rows that the embedding does not have are not selected', async () => {
  const other = await page();
  await other.visit({ embedding: 'E1', selection: [1, 4, 900] });
  expect([...other.state().selection]).toEqual([1]);
});

test('a column that a link names is fetched', async () => {
  const other = await page();
  await other.visit({ embedding: 'E1', color: 'word' });
  await vi.waitFor(() => expect(other.state().legend?.column).toBe('word'));
});
