/** Changes to the list of collections, as plain data: what is shown before the gateway has answered. */

import type { Rest } from '../api/rest-types';
import type { State } from './model';

type Collections = readonly Rest.Collection[];

export function readyCollections(state: Pick<State, 'collections'>): Collections {
  return state.collections.kind === 'ready' ? state.collections.value : [];
}

export function collectionOf(collections: Collections, bookmarkId: string): Rest.Collection | undefined {
  return collections.find(({ bookmarks }) => bookmarks.some(({ id }) => id === bookmarkId));
}

export function bookmarkOf(collections: Collections, bookmarkId: string): Rest.ListedBookmark | undefined {
  return collections.flatMap(({ bookmarks }) => bookmarks).find(({ id }) => id === bookmarkId);
}

export function withCollection(collections: Collections, changed: Rest.Collection): Collections {
  const known = collections.some(({ id }) => id === changed.id);
  return known
    ? collections.map((old) => (old.id === changed.id ? changed : old))
    : [...collections, changed];
}

export function withBookmarks(
  collections: Collections,
  collectionId: string,
  change: (bookmarks: readonly Rest.ListedBookmark[]) => Rest.ListedBookmark[],
): Collections {
  return collections.map((collection) =>
    collection.id === collectionId ? { ...collection, bookmarks: change(collection.bookmarks) } : collection,
  );
}

/** The list with one member moved to another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, index) => index !== from);
  const member = list[from];
  return member === undefined ? rest : rest.toSpliced(Math.min(Math.max(to, 0), rest.length), 0, member);
}
