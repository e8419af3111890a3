/** Names and places of bookmarks in their collections. */

import type { Rest } from '../../api/rest-types';
import { bookmarkOf, collectionOf, moved, readyCollections, withBookmarks } from '../collections';
import type { ActionContext } from '../context';
import type { Actions } from '../model';
import type { Collections } from './collections';

type BookmarkListActions = Pick<Actions, 'renameBookmark' | 'deleteBookmark' | 'moveBookmark'>;

type Edit = (bookmarks: readonly Rest.ListedBookmark[]) => Rest.ListedBookmark[];

export function bookmarkListActions(
  { store, rest }: Pick<ActionContext, 'store' | 'rest'>,
  collections: Collections,
): BookmarkListActions {
  /** Shows an edit of the collection that holds a bookmark; null where none does. */
  const change = (bookmarkId: string, edit: Edit) => {
    const known = readyCollections(store.state);
    const collection = collectionOf(known, bookmarkId);
    if (!collection) return null;
    const value = withBookmarks(known, collection.id, edit);
    store.update({ collections: { kind: 'ready', value } });
    return value.find(({ id }) => id === collection.id) ?? null;
  };

  return {
    renameBookmark: async (id, name) => {
      const bookmark = bookmarkOf(readyCollections(store.state), id);
      if (!bookmark) return;
      change(id, (bookmarks) => bookmarks.map((known) => (known.id === id ? { ...known, name } : known)));
      await collections.settle(() => {
        const { version } = bookmarkOf(readyCollections(store.state), id) ?? bookmark;
        return rest.changeBookmark(id, { name }, version);
      });
    },
    deleteBookmark: async (id) => {
      if (!change(id, (bookmarks) => bookmarks.filter((known) => known.id !== id))) return;
      await collections.settle(() => rest.deleteBookmark(id));
    },
    moveBookmark: async (id, toIndex) => {
      const move: Edit = (bookmarks) =>
        moved(
          bookmarks,
          bookmarks.findIndex((known) => known.id === id),
          toIndex,
        );
      const changed = change(id, move);
      if (!changed) return;
      await collections.settle(() => {
        const { bookmarks, version } = collectionOf(readyCollections(store.state), id) ?? changed;
        const order = move(bookmarks).map((bookmark) => bookmark.id);
        return rest.changeCollection(changed.id, { name: null, order }, version);
      });
    },
  };
}
