import { isAbort, messageOf } from '../../api/http';
import type { ActionContext } from '../context';
import type { Actions, NeighborsQuery } from '../model';

export interface Neighbors {
  readonly actions: Pick<Actions, 'findNeighbors' | 'clearNeighbors'>;
  /** Lists neighbors and leaves the selection, which may have more than their row, as it is. */
  readonly list: (query: NeighborsQuery) => Promise<void>;
}

const DEFAULTS: Omit<NeighborsQuery, 'row'> = { k: 100, metric: 'cosine' };

export function neighbors({ store, rest, scope }: ActionContext): Neighbors {
  let chosen = DEFAULTS; // what was asked last is what is asked next
  let asking = new AbortController();

  const list: Neighbors['list'] = async ({ row, k, metric }) => {
    const { embedding } = store.state;
    if (embedding.kind !== 'ready') return;
    asking.abort();
    asking = new AbortController();
    chosen = { k, metric };
    const query = { row, k, metric };
    const signal = AbortSignal.any([asking.signal, scope.signal]);
    store.update({ neighbors: { ...query, result: { kind: 'loading' } } });
    try {
      const found = await rest.neighbors(embedding.value.id, query, signal);
      if (signal.aborted) return;
      const value = { rows: Uint32Array.from(found.rows), distances: Float32Array.from(found.distances) };
      store.update({ neighbors: { ...query, result: { kind: 'ready', value } } });
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      store.update({ neighbors: { ...query, result: { kind: 'failed', message: messageOf(error) } } });
    }
  };

  return {
    list,
    actions: {
      findNeighbors: (row, change = {}) => {
        store.update({ selection: Uint32Array.of(row) });
        return list({ row, ...chosen, ...change });
      },
      clearNeighbors: () => {
        asking.abort();
        store.update({ neighbors: null });
      },
    },
  };
}
