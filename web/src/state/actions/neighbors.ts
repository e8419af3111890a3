import { isAbort, messageOf } from '../../api/http';
import type { ActionContext } from '../context';
import type { Actions, NeighborsState } from '../model';

type NeighborActions = Pick<Actions, 'findNeighbors' | 'clearNeighbors'>;

const DEFAULTS: Pick<NeighborsState, 'k' | 'metric'> = { k: 100, metric: 'cosine' };

export function neighborActions({ store, rest, scope }: ActionContext): NeighborActions {
  let chosen = DEFAULTS; // what was asked last is what is asked next
  let asking = new AbortController();

  const findNeighbors: Actions['findNeighbors'] = async (row, change = {}) => {
    const { embedding } = store.state;
    if (embedding.kind !== 'ready') return;
    asking.abort();
    asking = new AbortController();
    chosen = { ...chosen, ...change };
    const query = { row, ...chosen };
    const signal = AbortSignal.any([asking.signal, scope.signal]);
    store.update({ selection: Uint32Array.of(row), neighbors: { ...query, result: { kind: 'loading' } } });
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
    findNeighbors,
    clearNeighbors: () => {
      asking.abort();
      store.update({ neighbors: null });
    },
  };
}
