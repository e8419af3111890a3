/** Opens an embedding, and whatever a link or a bookmark shows of it. */

import type { DecodedFrame } from '../api/frames';
import { ApiError, messageOf } from '../api/http';
import type { Rest } from '../api/rest-types';
import { type Columns, defaultColorColumn, defaultLabelColumn } from './actions/columns';
import type { Neighbors } from './actions/neighbors';
import type { Search } from './actions/search';
import { aimAt } from './aim';
import { readyCollections } from './collections';
import type { ActionContext } from './context';
import { NO_EMBEDDING } from './initial';
import type { LayoutState, State } from './model';
import type { Projections } from './projections';
import { defaultAppearance } from './url';
import { describePca } from './variance';
import { stateOfView } from './view';

export interface OpeningParts {
  readonly context: ActionContext;
  readonly columns: Columns;
  readonly projections: Projections;
  readonly neighbors: Neighbors;
  readonly search: Search;
  /** Told when another embedding has been opened. */
  readonly onOpen: () => void;
}

/** How asking for something to be shown ended. Overtaken: something else was asked for since, and decides. */
export type Outcome = 'shown' | 'failed' | 'overtaken';

export class Opening {
  #awaited: string | null = null;

  constructor(private readonly parts: OpeningParts) {}

  /** The bookmark that was asked for and is on its way. */
  get awaitedBookmark(): string | null {
    return this.#awaited;
  }

  /** Describes the embedding and fetches what every view of it needs; shows no layout yet. */
  async embedding(id: string): Promise<Outcome> {
    const { context, columns, projections } = this.parts;
    const { store, rest } = context;
    projections.clear();
    const signal = context.scope.renew();
    const { columns: _, ...forgotten } = NO_EMBEDDING;
    store.update({
      ...forgotten,
      columns: new Map(),
      embedding: { kind: 'loading' },
      ...aimAt('home', { flight: false }),
    });
    try {
      const value = await rest.embedding(id, signal);
      if (signal.aborted) return 'overtaken';
      store.update({
        embedding: { kind: 'ready', value },
        labelColumn: defaultLabelColumn(value),
        colorColumn: defaultColorColumn(value),
        appearance: defaultAppearance(value),
      });
      for (const { severity, subject, message } of value.problems) context.notify(severity, subject, message);
    } catch (error) {
      if (signal.aborted) return 'overtaken';
      store.update({ embedding: { kind: 'failed', message: messageOf(error) } });
      return 'failed';
    }
    void columns.need(store.state.labelColumn);
    void columns.need(store.state.colorColumn);
    void this.collections();
    this.parts.onOpen();
    return 'shown';
  }

  /** Fetches the collections of the embedding that is open. */
  async collections(): Promise<void> {
    const { store, rest, scope } = this.parts.context;
    const { signal } = scope;
    const { embedding, collections } = store.state;
    if (embedding.kind !== 'ready') return;
    if (collections.kind !== 'ready') store.update({ collections: { kind: 'loading' } });
    try {
      const value = await rest.collections(embedding.value.id, signal);
      if (signal.aborted) return;
      store.update(({ openCollection }) => ({
        collections: { kind: 'ready', value },
        openCollection: value.some(({ id }) => id === openCollection)
          ? openCollection
          : (value[0]?.id ?? null),
      }));
    } catch (error) {
      if (!signal.aborted) store.update({ collections: { kind: 'failed', message: messageOf(error) } });
    }
  }

  /** Shows a bookmark exactly as it was saved; a notice says why where it could not be. */
  async bookmark(id: string, flight: boolean): Promise<Outcome> {
    const { context, projections } = this.parts;
    const { store, rest, scope } = context;
    let before = store.state.openBookmark;
    let isWanted = projections.claim();
    this.#awaited = id;
    store.update({ openBookmark: id }); // the list says at once which one was chosen
    try {
      const bookmark = await rest.bookmark(id, scope.signal);
      if (!isWanted()) return 'overtaken';
      const here = isOpen(store.state, bookmark.embedding_id);
      if (!here) {
        const opened = await this.embedding(bookmark.embedding_id);
        if (opened !== 'shown') return opened;
        before = null;
        isWanted = projections.claim();
      }
      const frame = await rest.bookmarkLayout(id, scope.signal);
      if (!isWanted()) return 'overtaken';
      this.#show(bookmark, frame, flight && here);
      return 'shown';
    } catch (error) {
      if (!isWanted()) return 'overtaken';
      store.update({ openBookmark: before });
      const gone = error instanceof ApiError && error.status === 404;
      context.report('Bookmark', gone ? new Error('This bookmark does not exist any more.') : error);
      return 'failed';
    } finally {
      if (this.#awaited === id) this.#awaited = null;
    }
  }

  #show(bookmark: Rest.Bookmark, frame: DecodedFrame, flight: boolean): void {
    const { context, columns, projections, neighbors, search } = this.parts;
    const { store } = context;
    projections.leave();
    projections.forgetIsolated();
    neighbors.actions.clearNeighbors();
    search.abandon();
    store.update({
      ...stateOfView(bookmark, layoutOfBookmark(bookmark, frame)),
      ...aimAt(bookmark.view.camera, { flight }),
    });
    this.#checkDigest(bookmark);
    void describePca(context);
    columns.refreshLegend();
    void columns.need(bookmark.view.label_column);
    void columns.need(bookmark.view.color_column);
    if (bookmark.view.neighbors) void neighbors.list({ ...bookmark.view.neighbors, space: 'original' });
  }

  #checkDigest(bookmark: Rest.Bookmark): void {
    const { store, notify } = this.parts.context;
    const { embedding } = store.state;
    const collection = readyCollections(store.state).find(({ id }) => id === bookmark.collection_id);
    if (embedding.kind !== 'ready' || !collection) return;
    if (collection.embedding_digest === embedding.value.digest) return;
    const message = `The embedding has changed since "${bookmark.name}" was saved; its points are shown as saved.`;
    notify('warning', 'Bookmark', message);
  }
}

function isOpen({ embedding }: State, id: string): boolean {
  return embedding.kind === 'ready' && embedding.value.id === id;
}

function layoutOfBookmark(bookmark: Rest.Bookmark, frame: DecodedFrame): LayoutState {
  const { view } = bookmark;
  return {
    jobId: null,
    bookmark,
    method: view.projection?.method ?? view.method_label ?? 'imported',
    projection: view.projection,
    preprocessing: view.preprocessing,
    seed: view.seed,
    sequence: frame.sequence,
    step: view.step ?? frame.step,
    loss: frame.loss,
    nPoints: frame.nPoints,
    nComponents: frame.nComponents,
    values: frame.values,
    rows: view.rows ? Uint32Array.from(view.rows) : null,
    explainedVariance: null,
  };
}
