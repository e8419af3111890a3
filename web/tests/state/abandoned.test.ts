/** Answers that come after the person went on to something else. */

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { later, problem } from '../support/fake-gateway';
import {
  bookmark,
  categoryBytes,
  collection,
  embedding,
  frameEvent,
  job,
  TSNE,
  view,
} from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

let page: Harness;

beforeEach(async () => {
  page = await opened();
  page.gateway
    .on('GET', '/embeddings/E2', embedding({ id: 'E2', columns: [] }))
    .on('GET', '/collections?embedding_id=E2', [])
    .on('GET', '/bookmarks/B1', bookmark())
    .on('GET', '/bookmarks/B1/layout', frameEvent({ sequence: 7, nDims: 2 }));
});

/** Lets everything that was answered arrive. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
}

function openId(): string | null {
  const { embedding: open } = page.state();
  return open.kind === 'ready' ? open.value.id : null;
}

describe('of an embedding that was left', () => {
  test('a description does not replace the newer one', async () => {
    const slow = later();
    page.gateway.on('GET', '/embeddings/E3', slow.reply);
    const abandoned = page.store.actions.openEmbedding('E3');
    await page.store.actions.openEmbedding('E2');
    slow.give(embedding({ id: 'E3' }));
    await abandoned;
    expect(openId()).toBe('E2');
  });

  test('a failure is not shown', async () => {
    const abandoned = page.store.actions.openEmbedding('E404');
    await page.store.actions.openEmbedding('E2');
    await abandoned;
    expect(openId()).toBe('E2');
    expect(page.state().notices).toEqual([]);
  });

  test.each([
    ['a column', '/embeddings/E1/columns/other', categoryBytes('other', ['a'], [0]), 'columns'],
    ['the collections', '/collections?embedding_id=E1', [collection()], 'collections'],
  ] as const)('%s does not appear', async (_, path, body, field) => {
    const slow = later();
    page.gateway.on('GET', path, slow.reply);
    page.store.actions.labelBy('other');
    await page.store.actions.openEmbedding('E1');
    await page.store.actions.openEmbedding('E2');
    await settled();
    const before = page.state()[field];
    slow.give(body);
    await settled();
    expect(page.state()[field]).toEqual(before);
  });

  test('a job that was asked for is not watched', async () => {
    const slow = later();
    page.gateway.on('POST', '/jobs', slow.reply);
    const abandoned = page.store.actions.runProjection();
    page.gateway.on('POST', '/jobs', job({ id: 'J2', embedding_id: 'E2' }));
    await page.store.actions.openEmbedding('E2');
    slow.give(job({ id: 'J7' }));
    await abandoned;
    expect(page.state().jobView?.job.id).toBe('J2');
  });

  test('frames of its job are not shown', async () => {
    const before = page.sockets.last;
    await page.store.actions.openEmbedding('E2');
    before.receive(frameEvent());
    expect(page.state().layout).toBeNull();
  });

  test('neighbors are not listed', async () => {
    const slow = later();
    page.gateway.on('POST', '/embeddings/E1/neighbors', slow.reply);
    const abandoned = page.store.actions.findNeighbors(1);
    await page.store.actions.openEmbedding('E2');
    slow.give({ rows: [2], distances: [0.5] });
    await abandoned;
    expect(page.state().neighbors).toBeNull();
  });

  test('matches of a search are not shown', async () => {
    const slow = later();
    page.gateway.on('POST', '/embeddings/E1/search', slow.reply);
    const abandoned = page.store.actions.setSearch({ query: 'o' });
    page.sockets.elapse();
    await page.store.actions.openEmbedding('E2');
    slow.give({ count: 1, rows: [0] });
    await abandoned;
    expect(page.state().search).toMatchObject({ query: '', result: { kind: 'idle' } });
  });

  test('its open bookmark does not come back with a failing one', async () => {
    await page.store.actions.openBookmark('B1');
    page.gateway.on('GET', '/bookmarks/B2', bookmark({ id: 'B2' }));
    page.gateway.on('GET', '/bookmarks/B2/layout', later().reply);
    const abandoned = page.store.actions.openBookmark('B2');
    await settled();
    await page.store.actions.openEmbedding('E2');
    await abandoned;
    expect(page.state().openBookmark).toBeNull();
  });
});

describe('of a bookmark that was left', () => {
  test('its description does not open its embedding', async () => {
    const slow = later();
    page.gateway.on('GET', '/bookmarks/B1', slow.reply);
    const abandoned = page.visit({ bookmark: 'B1' });
    await page.visit({ embedding: 'E2' });
    slow.give(bookmark());
    await abandoned;
    expect(openId()).toBe('E2');
  });

  test.each([
    ['another embedding', () => page.visit({ embedding: 'E2' }), 'E2'],
    ['the same embedding', () => page.visit({ embedding: 'E1' }), 'E1'],
    ['a projection', () => page.store.actions.runProjection(), 'E1'],
  ])('its coordinates do not replace %s', async (_, goOn, id) => {
    const slow = later();
    page.gateway.on('GET', '/bookmarks/B1/layout', slow.reply);
    const abandoned = page.visit({ bookmark: 'B1' });
    await settled();
    await goOn();
    slow.give(frameEvent());
    await abandoned;
    expect(openId()).toBe(id);
    expect(page.state().layout?.bookmark ?? null).toBeNull();
  });

  test('its coordinates do not replace those of a later one', async () => {
    const slow = later();
    page.gateway
      .on('GET', '/bookmarks/B2', bookmark({ id: 'B2' }))
      .on('GET', '/bookmarks/B2/layout', slow.reply);
    const abandoned = page.store.actions.openBookmark('B2');
    await settled();
    await page.store.actions.openBookmark('B1');
    slow.give(frameEvent());
    await abandoned;
    expect(page.state()).toMatchObject({ openBookmark: 'B1', layout: { bookmark: { id: 'B1' } } });
  });

  test('its address does not change the view of a later one', async () => {
    const slow = later();
    page.gateway
      .on('GET', '/bookmarks/B2', bookmark({ id: 'B2' }))
      .on('GET', '/bookmarks/B2/layout', slow.reply);
    const abandoned = page.visit({ bookmark: 'B2', label: 'kind' });
    await settled();
    await page.visit({ bookmark: 'B1' });
    slow.give(frameEvent());
    await abandoned;
    expect(page.state().labelColumn).toBe('word');
  });
});

describe('of a link to a job that was left', () => {
  test('a job that is gone does not put PCA in place of what was asked for since', async () => {
    const slow = later();
    page.gateway.on('GET', '/jobs/J5', async (asked) => {
      await slow.reply(asked);
      return problem(404, 'not_found', 'No such job.');
    });
    const abandoned = page.visit({ embedding: 'E1', job: 'J5' });
    page.store.actions.chooseProjection('tsne');
    page.gateway.on('POST', '/jobs', job({ id: 'J2', projection: TSNE }));
    await page.store.actions.runProjection();
    slow.give({});
    await abandoned;
    expect(page.state()).toMatchObject({ projectionTab: 'tsne', jobView: { job: { id: 'J2' } } });
    expect(page.state().notices).toEqual([]);
  });
});

describe('before a bookmark was shown', () => {
  test('neighbors asked for do not join its view', async () => {
    const slow = later();
    page.gateway.on('POST', '/embeddings/E1/neighbors', slow.reply);
    const abandoned = page.store.actions.findNeighbors(1);
    await page.store.actions.openBookmark('B1');
    slow.give({ rows: [3], distances: [0.5] });
    await abandoned;
    expect(page.state().neighbors).toBeNull();
    expect([...page.state().selection]).toEqual(view().selection);
  });

  test('matches of a search do not join its view', async () => {
    const slow = later();
    page.gateway.on('POST', '/embeddings/E1/search', slow.reply);
    const abandoned = page.store.actions.setSearch({ query: 'o' });
    page.sockets.elapse();
    await vi.waitFor(() => expect(page.gateway.asksOf('POST', '/embeddings/E1/search')).toHaveLength(1));
    await page.store.actions.openBookmark('B1');
    slow.give({ count: 1, rows: [0] });
    await abandoned;
    expect(page.state().search.query).toBe('');
  });

  test('a search that still waits is not carried out', async () => {
    const abandoned = page.store.actions.setSearch({ query: 'o' });
    await page.store.actions.openBookmark('B1');
    page.sockets.elapse();
    await abandoned;
    expect(page.gateway.asksOf('POST', '/embeddings/E1/search')).toEqual([]);
  });
});
