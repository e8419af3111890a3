import { beforeEach, describe, expect, test, vi } from 'vitest';
import { followHistory } from '../../src/state/history';
import { problem } from '../support/fake-gateway';
import { FakeWindow } from '../support/fake-window';
import { bookmark, CAMERA, collection, embedding, frameEvent, job, TSNE } from '../support/fixtures';
import { type Harness, harness } from '../support/harness';

let page: Harness;
let window: FakeWindow;

beforeEach(() => {
  page = harness();
  page.gateway
    .on('GET', '/embeddings/E2', embedding({ id: 'E2', columns: [] }))
    .on('GET', '/collections?embedding_id=E1', [collection({ bookmarks: [bookmark()] })])
    .on('GET', '/collections?embedding_id=E2', [])
    .on('GET', '/bookmarks/B1', bookmark())
    .on('GET', '/bookmarks/B1/layout', frameEvent({ sequence: 7 }))
    .on('GET', '/jobs/J2', job({ id: 'J2', projection: TSNE, phase: 'finished' }));
});

async function start(search = ''): Promise<void> {
  window = new FakeWindow(search);
  await page.loadRuns();
  await followHistory({ window, store: page.states, delay: page.sockets.delay, visit: page.visit });
  page.sockets.last.receive(frameEvent({ nDims: 8 }));
  await settled();
  page.sockets.elapse();
}

/** Lets the store tell, and everything that was answered arrive. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2));
}

async function pressed(steps: 1 | -1): Promise<void> {
  window.go(steps);
  await settled();
}

async function showTsne(): Promise<void> {
  page.store.actions.chooseProjection('tsne');
  page.gateway.on('POST', '/jobs', job({ id: 'J2', projection: TSNE }));
  await page.store.actions.runProjection();
  page.sockets.last.receive(frameEvent({ nDims: 2 }));
  await settled();
}

describe('the address bar', () => {
  test('names what the first visit shows, without another entry', async () => {
    await start();
    expect(window.entries).toEqual(['?embedding=E1']);
  });

  test('follows a finer point after a pause, without another entry', async () => {
    await start();
    page.store.actions.labelBy('kind');
    await settled();
    expect(window.location.search).toBe('?embedding=E1');
    page.sockets.elapse();
    expect(window.entries).toEqual(['?embedding=E1&label=kind']);
  });

  test('is written once for many small changes', async () => {
    await start();
    const replaced = vi.spyOn(window.history, 'replaceState');
    for (const zoom of [1, 2, 3, 4]) {
      page.states.update({ camera: { ...CAMERA, zoom } });
      await settled();
    }
    page.sockets.elapse();
    expect(replaced).toHaveBeenCalledTimes(1);
  });

  test('follows while the frames of a running job change the state all the time', async () => {
    await start();
    page.store.actions.labelBy('kind');
    const pauses = page.sockets.delays.length;
    for (const sequence of [2, 3, 4]) {
      page.sockets.last.receive(frameEvent({ sequence, nDims: 8 }));
      await settled();
    }
    expect(page.sockets.delays.length - pauses).toBe(1);
    page.sockets.elapse();
    expect(window.location.search).toBe('?embedding=E1&label=kind');
  });

  test('keeps what was changed last of a picture that is left at once', async () => {
    await start();
    page.store.actions.labelBy('kind');
    await settled();
    await page.store.actions.openBookmark('B1');
    await settled();
    expect(window.entries).toEqual(['?embedding=E1&label=kind', '?bookmark=B1']);
  });

  test('keeps the components of a link while its layout is on its way', async () => {
    const link = '?embedding=E1&components=1,3';
    window = new FakeWindow(link);
    await page.loadRuns();
    await followHistory({ window, store: page.states, delay: page.sockets.delay, visit: page.visit });
    await settled();
    page.sockets.elapse();
    expect(window.location.search).toBe(link);
  });

  test('keeps what a link names', async () => {
    const link = '?embedding=E1&label=kind&components=1,3';
    await start(link);
    page.sockets.elapse();
    expect(window.entries).toEqual([link]);
  });

  test.each([
    ['a job', () => showTsne(), '?embedding=E1&job=J2'],
    ['a bookmark', () => page.store.actions.openBookmark('B1'), '?bookmark=B1'],
    ['an embedding', () => page.store.actions.openEmbedding('E2'), '?embedding=E2'],
  ])('gets another entry for %s', async (_, show, address) => {
    await start();
    await show();
    await settled();
    expect(window.entries).toEqual(['?embedding=E1', address]);
  });

  test('stays what it is while an embedding cannot be opened', async () => {
    page.gateway.on('GET', '/embeddings/E1', () => problem(404, 'not_found', 'It is gone.'));
    window = new FakeWindow('?embedding=E1');
    await page.loadRuns();
    await followHistory({ window, store: page.states, delay: page.sockets.delay, visit: page.visit });
    await settled();
    page.sockets.elapse();
    expect(window.entries).toEqual(['?embedding=E1']);
  });
});

describe('back', () => {
  test('from a bookmark shows the projection before it, with its own labels and selection', async () => {
    await start();
    page.store.actions.labelBy('kind');
    await settled();
    page.sockets.elapse();
    await page.store.actions.openBookmark('B1');
    await settled();
    await pressed(-1);
    expect(page.state()).toMatchObject({
      layout: { jobId: 'J1', method: 'pca' },
      openBookmark: null,
      labelColumn: 'kind',
    });
    expect(page.state().selection).toHaveLength(0);
  });

  test('takes back the finer points of the picture it leaves', async () => {
    await start();
    await showTsne();
    page.store.actions.colorBy('word');
    page.store.actions.select(Uint32Array.of(3), 'replace');
    await settled();
    page.sockets.elapse();
    await pressed(-1);
    expect(page.state().colorColumn).toBe('kind');
    expect(page.state().selection).toHaveLength(0);
  });

  test('shows the components that the entry names, not those chosen last', async () => {
    await start();
    await showTsne();
    page.store.actions.chooseProjection('pca');
    page.store.actions.setPcaComponents([4, 5]);
    await settled();
    page.sockets.elapse();
    await pressed(-1);
    await pressed(-1);
    expect(page.state()).toMatchObject({ pca: { components: [0, 1, 2] }, viewDims: 3 });
  });

  test('makes no entry of its own, so that forward still leads on', async () => {
    await start();
    await showTsne();
    await pressed(-1);
    page.sockets.elapse();
    expect(window.entries).toEqual(['?embedding=E1', '?embedding=E1&job=J2']);
    await pressed(1);
    expect(page.state()).toMatchObject({ layout: { jobId: 'J2' }, projectionTab: 'tsne' });
  });

  test('to another embedding opens it', async () => {
    await start();
    await page.store.actions.openEmbedding('E2');
    await settled();
    await pressed(-1);
    expect(page.state().embedding).toMatchObject({ value: { id: 'E1' } });
  });

  test('after a jump back a new picture replaces what lay ahead', async () => {
    await start();
    await showTsne();
    await pressed(-1);
    await page.store.actions.openBookmark('B1');
    await settled();
    expect(window.entries).toEqual(['?embedding=E1', '?bookmark=B1']);
  });

  test('pressed twice quickly ends where it was pressed last', async () => {
    await start();
    await showTsne();
    await page.store.actions.openBookmark('B1');
    await settled();
    window.go(-1);
    window.go(-1);
    await settled();
    expect(page.state()).toMatchObject({ layout: { jobId: 'J1' }, projectionTab: 'pca' });
    page.sockets.elapse();
    expect(window.location.search).toBe('?embedding=E1');
  });
});
