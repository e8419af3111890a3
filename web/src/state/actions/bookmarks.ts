import { ApiError } from '../../api/http';
import type { Rest } from '../../api/rest-types';
import { readyCollections } from '../collections';
import type { ActionContext } from '../context';
import type { Actions, State } from '../model';
import type { Opening } from '../opening';
import { viewOf } from '../view';
import type { Collections } from './collections';

type BookmarkActions = Pick<Actions, 'saveBookmark' | 'openBookmark' | 'stepBookmark' | 'bookmarkLink'>;

const FIRST_COLLECTION = 'Bookmarks';
const CONFLICT_STATUS = 409;

export function bookmarkActions(
  context: ActionContext,
  opening: Opening,
  collections: Collections,
): BookmarkActions {
  const { store, pageUrl } = context;
  return {
    saveBookmark: (name) => saveBookmark(context, opening, collections, name),
    openBookmark: async (id) => void (await opening.bookmark(id, true)),
    stepBookmark: async (direction) => {
      const id = neighborOf(store.state, opening.awaitedBookmark, direction);
      if (id !== null) await opening.bookmark(id, true);
    },
    bookmarkLink: (id) => {
      const url = pageUrl();
      url.search = new URLSearchParams({ bookmark: id }).toString();
      url.hash = '';
      return url.href;
    },
  };
}

async function saveBookmark(
  context: ActionContext,
  opening: Opening,
  collections: Collections,
  name: string,
): Promise<void> {
  const { store, notify, report } = context;
  if (requestOf(context, name) === null) {
    notify(
      'warning',
      'Bookmark',
      'There is no computed layout to save yet; try again when the points are shown.',
    );
    return;
  }
  const openId = store.state.openCollection ?? (await collections.create(FIRST_COLLECTION))?.id;
  if (!openId) return;
  try {
    const bookmark = await createdBookmark(context, openId, name);
    if (bookmark) store.update({ openBookmark: bookmark.id });
    else notify('warning', 'Bookmark', 'The layout changed while it was saved; save it again.');
  } catch (error) {
    report('Bookmark', error);
  }
  await opening.collections();
}

/** A running job thins its frames: when the one that was shown is gone already, the one shown now is saved. */
async function createdBookmark(
  context: ActionContext,
  collectionId: string,
  name: string,
): Promise<Rest.Bookmark | null> {
  const request = requestOf(context, name);
  if (request === null) return null;
  try {
    return await context.rest.createBookmark(collectionId, request);
  } catch (error) {
    const newer = requestOf(context, name);
    const isGone = error instanceof ApiError && error.status === CONFLICT_STATUS;
    if (!isGone || newer === null || newer.layout.sequence === request.layout.sequence) throw error;
    return context.rest.createBookmark(collectionId, newer);
  }
}

function requestOf({ store, picture }: ActionContext, name: string): Rest.BookmarkRequest | null {
  const { state } = store;
  const camera = picture.camera();
  const layout = state.layout && layoutSource(state);
  if (!state.layout || !camera || !layout) return null;
  return { name, view: viewOf(state, state.layout, camera), layout };
}

/** The frame behind the coordinates; those of an opened bookmark came from a frame as well. */
function layoutSource(state: State): Rest.BookmarkRequest['layout'] | null {
  const { layout } = state;
  if (layout?.jobId) return { job_id: layout.jobId, sequence: layout.sequence };
  const origin = layout?.bookmark;
  return origin?.job_id && origin.sequence ? { job_id: origin.job_id, sequence: origin.sequence } : null;
}

/** The bookmark before or after the awaited or else the open one; the first or last when there is neither. */
function neighborOf(state: State, awaited: string | null, direction: 1 | -1): string | null {
  const collection = readyCollections(state).find(({ id }) => id === state.openCollection);
  if (!collection) return null;
  const from = awaited ?? state.openBookmark;
  const place = collection.bookmarks.findIndex(({ id }) => id === from);
  const next = place < 0 ? (direction === 1 ? 0 : collection.bookmarks.length - 1) : place + direction;
  return collection.bookmarks[next]?.id ?? null;
}
