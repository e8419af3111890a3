import { ApiError } from '../../api/http';
import type { Rest } from '../../api/rest-types';
import { readyCollections, withCollection } from '../collections';
import type { ActionContext } from '../context';
import type { Actions } from '../model';

type CollectionActions = Pick<
  Actions,
  | 'createCollection'
  | 'chooseCollection'
  | 'renameCollection'
  | 'deleteCollection'
  | 'importBookmarks'
  | 'exportLink'
>;

const STALE_STATUS = 412;

export interface Collections {
  readonly actions: CollectionActions;
  /** Makes a collection and opens it; null when that failed and was reported. */
  readonly create: (name: string) => Promise<Rest.Collection | null>;
  /**
   * Carries out a change that is already shown, after those before it, so that it meets the versions they left. When
   * it fails the true state comes back and a notice says why.
   */
  readonly settle: (change: () => Promise<unknown>) => Promise<void>;
}

export function collections(context: ActionContext, refresh: () => Promise<void>): Collections {
  const { store, rest, report, notify } = context;

  const show = (collection: Rest.Collection) =>
    store.update((state) => ({
      collections: { kind: 'ready', value: withCollection(readyCollections(state), collection) },
      openCollection: collection.id,
    }));

  const create = async (name: string) => {
    const { embedding } = store.state;
    if (embedding.kind !== 'ready') return null;
    try {
      const collection = await rest.createCollection({ embedding_id: embedding.value.id, name });
      show(collection);
      return collection;
    } catch (error) {
      report('Bookmarks', error);
      return null;
    }
  };

  const carryOut = async (change: () => Promise<unknown>) => {
    try {
      await change();
    } catch (error) {
      const isStale = error instanceof ApiError && error.status === STALE_STATUS;
      if (isStale)
        notify('warning', 'Bookmarks', 'Somebody else changed this collection; theirs is shown now.');
      else report('Bookmarks', error);
    }
    await refresh();
  };

  let settled = Promise.resolve();
  const settle = (change: () => Promise<unknown>) => {
    settled = settled.then(() => carryOut(change));
    return settled;
  };

  const versionOf = (id: string) => readyCollections(store.state).find((known) => known.id === id)?.version;

  const importFile = async (file: File) => {
    const { embedding } = store.state;
    if (embedding.kind !== 'ready') return;
    const name = file.name.replace(/\.(json|txt)$/i, '') || 'Imported';
    try {
      const { collection, problems } = await rest.importCollection(embedding.value.id, name, file);
      for (const { severity, subject, message } of problems) notify(severity, subject || file.name, message);
      show(collection);
    } catch (error) {
      report(file.name, error);
    }
  };

  return {
    create,
    settle,
    actions: {
      createCollection: async (name) => void (await create(name)),
      chooseCollection: (openCollection) => store.update({ openCollection }),
      renameCollection: (id, name) => {
        const collection = readyCollections(store.state).find((known) => known.id === id);
        if (!collection) return Promise.resolve();
        show({ ...collection, name });
        return settle(() =>
          rest.changeCollection(id, { name, order: null }, versionOf(id) ?? collection.version),
        );
      },
      deleteCollection: (id) => {
        const remaining = readyCollections(store.state).filter((known) => known.id !== id);
        store.update(({ openCollection }) => ({
          collections: { kind: 'ready', value: remaining },
          openCollection: openCollection === id ? (remaining[0]?.id ?? null) : openCollection,
        }));
        return settle(() => rest.deleteCollection(id));
      },
      importBookmarks: async (files) => {
        for (const file of files) await importFile(file);
      },
      exportLink: (id) => rest.exportUrl(id),
    },
  };
}
