import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  bookmarkOf,
  collectionOf,
  moved,
  readyCollections,
  withBookmarks,
  withCollection,
} from '../../src/state/collections';
import { problem } from '../support/fake-gateway';
import { bookmark, collection } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

const FIRST = collection({ bookmarks: [bookmark()] });
const SECOND = collection({ id: 'C2', name: 'Second', bookmarks: [bookmark({ id: 'B2' })] });
const BOTH = [FIRST, SECOND];

describe('a list of collections', () => {
  test('is empty until it has arrived', () => {
    expect(readyCollections({ collections: { kind: 'loading' } })).toEqual([]);
  });

  test('knows which holds a bookmark, and the bookmark', () => {
    expect(collectionOf(BOTH, 'B2')?.id).toBe('C2');
    expect(bookmarkOf(BOTH, 'B2')?.id).toBe('B2');
    expect(collectionOf(BOTH, 'B404')).toBeUndefined();
  });

  test('takes a changed one in its place and a new one at the end', () => {
    expect(withCollection(BOTH, { ...FIRST, name: 'New' }).map(({ name }) => name)).toEqual([
      'New',
      'Second',
    ]);
    expect(withCollection(BOTH, collection({ id: 'C3' })).map(({ id }) => id)).toEqual(['C1', 'C2', 'C3']);
  });

  test('changes the bookmarks of one and leaves the others', () => {
    const changed = withBookmarks(BOTH, 'C2', () => []);
    expect(changed[1]?.bookmarks).toEqual([]);
    expect(changed[0]).toBe(FIRST);
  });
});

test.each([
  [0, 2, ['b', 'c', 'a']],
  [2, 0, ['c', 'a', 'b']],
  [1, 1, ['a', 'b', 'c']],
  [0, 9, ['b', 'c', 'a']],
  [2, -3, ['c', 'a', 'b']],
  [7, 0, ['a', 'b', 'c']],
])('a member moves from place %d to %d', (from, to, list) => {
  expect(moved(['a', 'b', 'c'], from, to)).toEqual(list);
});

describe('the collections of an embedding', () => {
  let page: Harness;

  beforeEach(async () => {
    page = await opened((gateway) => gateway.on('GET', '/collections?embedding_id=E1', BOTH));
    await vi.waitFor(() => expect(page.state().collections.kind).toBe('ready'));
  });

  const listed = () => readyCollections(page.state()).map(({ name }) => name);

  test('open at the first', () => {
    expect(page.state().openCollection).toBe('C1');
  });

  test('that cannot be listed say why', async () => {
    page.gateway.on('GET', '/collections?embedding_id=E1', () =>
      problem(403, 'permission_denied', 'Sign in.'),
    );
    await page.visit({ embedding: 'E1' });
    page.gateway.on('DELETE', '/collections/C1', {});
    await page.store.actions.deleteCollection('C1');
    expect(page.state().collections).toEqual({ kind: 'failed', message: 'Sign in.' });
  });

  test('get a new one, which is opened', async () => {
    page.gateway.on('POST', '/collections', collection({ id: 'C3', name: 'Third' }));
    await page.store.actions.createCollection('Third');
    expect(listed()).toEqual(['Bookmarks', 'Second', 'Third']);
    expect(page.state().openCollection).toBe('C3');
  });

  test('show a new name at once', async () => {
    page.gateway.on('PATCH', '/collections/C2', SECOND);
    const renamed = page.store.actions.renameCollection('C2', 'Renamed');
    expect(listed()).toEqual(['Bookmarks', 'Renamed']);
    await renamed;
    expect(page.gateway.asksOf('PATCH', '/collections/C2')).toMatchObject([
      { ifMatch: '"1"', body: { name: 'Renamed', order: null } },
    ]);
  });

  test('open another when the open one is deleted', async () => {
    page.gateway.on('DELETE', '/collections/C1', {}).on('GET', '/collections?embedding_id=E1', [SECOND]);
    const deleted = page.store.actions.deleteCollection('C1');
    expect(page.state().openCollection).toBe('C2');
    await deleted;
    expect(listed()).toEqual(['Second']);
  });

  test('keep the open one over a change of somebody else', async () => {
    page.store.actions.chooseCollection('C2');
    page.gateway.on('DELETE', '/bookmarks/B1', {});
    await page.store.actions.deleteBookmark('B1');
    expect(page.state().openCollection).toBe('C2');
  });

  test('take files one after the other, each under its name, and tell what was odd', async () => {
    const answer = (id: string, problems: object[]) => ({
      collection: collection({ id, name: id }),
      problems,
    });
    const odd = { severity: 'notice', subject: '', message: 'One view had no camera.' };
    page.gateway
      .on('POST', '/collections/import?embedding_id=E1&name=state', answer('C3', [odd]))
      .on('POST', '/collections/import?embedding_id=E1&name=Imported', answer('C4', []));
    await page.store.actions.importBookmarks([new File(['[]'], 'state.txt'), new File(['[]'], '.json')]);
    expect(listed()).toEqual(['Bookmarks', 'Second', 'C3', 'C4']);
    expect(page.state().openCollection).toBe('C4');
    expect(page.state().notices).toMatchObject([{ subject: 'state.txt', severity: 'notice' }]);
  });

  test('go on with the next file after one that cannot be read', async () => {
    page.gateway
      .on('POST', '/collections/import?embedding_id=E1&name=bad', () =>
        problem(400, 'invalid_argument', 'It is no bookmark file.'),
      )
      .on('POST', '/collections/import?embedding_id=E1&name=good', {
        collection: collection({ id: 'C3' }),
        problems: [],
      });
    await page.store.actions.importBookmarks([new File([''], 'bad.txt'), new File(['[]'], 'good.txt')]);
    expect(page.state().openCollection).toBe('C3');
    expect(page.state().notices).toMatchObject([{ subject: 'bad.txt', message: 'It is no bookmark file.' }]);
  });
});
