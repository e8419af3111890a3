/** Names, places and the end of bookmarks: shown at once, carried out in order. */

import { beforeEach, expect, test, vi } from 'vitest';
import { readyCollections } from '../../src/state/collections';
import { problem } from '../support/fake-gateway';
import { bookmark, collection } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

const FIRST = bookmark();
const SECOND = bookmark({ id: 'B2', name: 'Second' });
const THIRD = bookmark({ id: 'B3', name: 'Third' });

let page: Harness;

beforeEach(async () => {
  page = await opened((gateway) =>
    gateway.on('GET', '/collections?embedding_id=E1', [collection({ bookmarks: [FIRST, SECOND, THIRD] })]),
  );
  await vi.waitFor(() => expect(page.state().openCollection).toBe('C1'));
});

const names = () => readyCollections(page.state())[0]?.bookmarks.map(({ name }) => name);

test('a new name is shown at once and sent with the version it was made from', async () => {
  page.gateway.on('PATCH', '/bookmarks/B1', bookmark({ name: 'New', version: 2 }));
  const renamed = page.store.actions.renameBookmark('B1', 'New');
  expect(names()).toEqual(['New', 'Second', 'Third']);
  await renamed;
  expect(page.gateway.asksOf('PATCH', '/bookmarks/B1')).toMatchObject([
    { ifMatch: '"1"', body: { name: 'New' } },
  ]);
});

test('a change of somebody else wins, and is shown with a word about it', async () => {
  page.gateway
    .on('PATCH', '/bookmarks/B1', () => problem(412, 'stale_version', 'Version 1 is old.'))
    .on('GET', '/collections?embedding_id=E1', [
      collection({ bookmarks: [bookmark({ name: 'Theirs', version: 2 })] }),
    ]);
  await page.store.actions.renameBookmark('B1', 'Mine');
  expect(names()).toEqual(['Theirs']);
  expect(page.state().notices).toMatchObject([{ severity: 'warning', subject: 'Bookmarks' }]);
});

test('two names in a row are sent one after the other, each from the version it meets', async () => {
  let version = 1;
  page.gateway
    .on('PATCH', '/bookmarks/B1', ({ ifMatch }) => {
      if (ifMatch !== `"${version}"`) return problem(412, 'stale_version', 'It is old.');
      version += 1;
      return Response.json(bookmark({ version }));
    })
    .on('GET', '/collections?embedding_id=E1', () =>
      Response.json([collection({ bookmarks: [bookmark({ version }), SECOND, THIRD] })]),
    );
  const both = [page.store.actions.renameBookmark('B1', 'A'), page.store.actions.renameBookmark('B1', 'B')];
  await Promise.all(both);
  expect(page.gateway.asksOf('PATCH', '/bookmarks/B1').map(({ ifMatch }) => ifMatch)).toEqual(['"1"', '"2"']);
  expect(page.state().notices).toEqual([]);
});

test('a moved bookmark is shown in its place at once, and the whole order is sent', async () => {
  page.gateway.on('PATCH', '/collections/C1', collection());
  const moved = page.store.actions.moveBookmark('B1', 2);
  expect(names()).toEqual(['Second', 'Third', 'First']);
  await moved;
  expect(page.gateway.asksOf('PATCH', '/collections/C1')).toMatchObject([
    { ifMatch: '"1"', body: { name: null, order: ['B2', 'B3', 'B1'] } },
  ]);
});

test('a deleted bookmark is gone at once', async () => {
  page.gateway.on('DELETE', '/bookmarks/B2', {});
  const deleted = page.store.actions.deleteBookmark('B2');
  expect(names()).toEqual(['First', 'Third']);
  await deleted;
  expect(page.gateway.asksOf('DELETE', '/bookmarks/B2')).toHaveLength(1);
});

test('a bookmark that could not be deleted comes back', async () => {
  page.gateway.on('DELETE', '/bookmarks/B2', () => problem(403, 'permission_denied', 'Not yours.'));
  await page.store.actions.deleteBookmark('B2');
  expect(names()).toEqual(['First', 'Second', 'Third']);
  expect(page.state().notices).toMatchObject([{ message: 'Not yours.' }]);
});

test('a bookmark that is not there is not asked about', async () => {
  await page.store.actions.renameBookmark('B404', 'New');
  await page.store.actions.moveBookmark('B404', 0);
  await page.store.actions.deleteBookmark('B404');
  expect(page.gateway.asked.some(({ method }) => method === 'PATCH' || method === 'DELETE')).toBe(false);
});
