import { isAbort, messageOf } from '../../api/http';
import type { Rest } from '../../api/rest-types';
import type { ActionContext } from '../context';
import type { Actions, NeighborsQuery, State } from '../model';

export interface Neighbors {
  readonly actions: Pick<Actions, 'findNeighbors' | 'clearNeighbors'>;
  /** Lists neighbors and leaves the selection, which may have more than their row, as it is. */
  readonly list: (query: NeighborsQuery) => Promise<void>;
}

const DEFAULTS: Omit<NeighborsQuery, 'row'> = { k: 100, metric: 'cosine', space: 'original' };

export function neighbors({ store, rest, scope }: ActionContext): Neighbors {
  let chosen = DEFAULTS; // what was asked last is what is asked next
  let asking = new AbortController();

  const list: Neighbors['list'] = async ({ row, k, metric, space }) => {
    const { embedding } = store.state;
    if (embedding.kind !== 'ready') return;
    asking.abort();
    asking = new AbortController();
    chosen = { k, metric, space };
    const query = { row, k, metric, space };
    const signal = AbortSignal.any([asking.signal, scope.signal]);
    store.update({ neighbors: { ...query, result: { kind: 'loading' } } });
    try {
      const found = await rest.neighbors(embedding.value.id, requestOf(query, store.state), signal);
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

/** The space is that of the picture: its preprocessing, or the very layout that is shown. */
function requestOf({ row, k, metric, space }: NeighborsQuery, state: State): Rest.NeighborsRequest {
  const { layout, jobView, preprocessing } = state;
  if (space === 'layout' && layout?.jobId) {
    return {
      row,
      k,
      space,
      metric: 'euclidean',
      job_id: layout.jobId,
      sequence: layout.sequence,
      preprocessing: 'none',
    };
  }
  const used = jobView?.job.preprocessing ?? preprocessing;
  return {
    row,
    k,
    metric,
    space: space === 'layout' ? 'original' : space,
    preprocessing: space === 'preprocessed' ? used : 'none',
  };
}
