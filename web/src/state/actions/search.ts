import { isAbort, messageOf } from '../../api/http';
import type { ActionContext } from '../context';
import { NO_SEARCH } from '../initial';
import type { Actions, SearchState } from '../model';

export interface Search {
  readonly actions: Pick<Actions, 'setSearch' | 'selectSearchResult'>;
  /** Nobody waits for the answer on its way any more. */
  readonly abandon: () => void;
}

const PAUSE_MS = 200;
/** Rows of one answer; the count tells of the rest. */
const MOST_MATCHES = 100_000;

export function search(context: ActionContext, select: Actions['select']): Search {
  const { store, scope } = context;
  let asking = new AbortController();

  const setSearch: Actions['setSearch'] = async (change) => {
    asking.abort();
    asking = new AbortController();
    const signal = AbortSignal.any([asking.signal, scope.signal]);
    const wanted = { ...store.state.search, ...change };
    const column = wanted.column ?? defaultSearchColumn(context);
    if (wanted.query === '' || column === null) {
      store.update({ search: { ...wanted, result: NO_SEARCH.result } });
      return;
    }
    // What was found stays in sight while the next answer is on its way.
    const previous = wanted.result.kind === 'ready' ? wanted.result : ({ kind: 'loading' } as const);
    store.update({ search: { ...wanted, column, result: previous } });
    await pause(context, signal);
    if (signal.aborted) return;
    const result = await answer(context, { ...wanted, column }, signal);
    if (result !== null) store.update({ search: { ...wanted, column, result } });
  };

  return {
    abandon: () => asking.abort(),
    actions: {
      setSearch,
      selectSearchResult: () => {
        const { result } = store.state.search;
        if (result.kind === 'ready') select(result.value.rows, 'replace');
      },
    },
  };
}

/** The matches; null when nobody waits for them any more. */
async function answer(
  { store, rest }: ActionContext,
  { query, column, mode }: Pick<SearchState, 'query' | 'mode'> & { column: string },
  signal: AbortSignal,
): Promise<SearchState['result'] | null> {
  const { embedding } = store.state;
  if (embedding.kind !== 'ready') return null;
  try {
    const request = { query, column, mode, offset: 0, limit: MOST_MATCHES };
    const { count, rows } = await rest.search(embedding.value.id, request, signal);
    return signal.aborted ? null : { kind: 'ready', value: { count, rows: Uint32Array.from(rows) } };
  } catch (error) {
    return signal.aborted || isAbort(error) ? null : { kind: 'failed', message: messageOf(error) };
  }
}

/** Where a person expects to find words: in the labels. */
function defaultSearchColumn({ store }: ActionContext): string | null {
  const { labelColumn, embedding } = store.state;
  if (labelColumn !== null || embedding.kind !== 'ready') return labelColumn;
  return embedding.value.columns[0]?.name ?? null;
}

function pause({ delay }: ActionContext, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = delay(resolve, PAUSE_MS);
    signal.addEventListener(
      'abort',
      () => {
        cancel();
        resolve();
      },
      { once: true },
    );
  });
}
