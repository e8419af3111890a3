/** Label by, colour by, and the legend that follows. */

import { messageOf } from '../../api/http';
import type { Rest } from '../../api/rest-types';
import type { ColumnValues } from '../../domain/columns';
import type { ActionContext } from '../context';
import type { Actions, Remote, State } from '../model';
import { paintedScale } from '../painting';

type ColumnActions = Pick<
  Actions,
  'labelBy' | 'colorBy' | 'setColorMode' | 'toggleLegendValue' | 'loadColumns'
>;

export interface Columns {
  readonly actions: ColumnActions;
  /** Fetches a column unless it is there or on its way; null and unknown names are nothing to fetch. */
  readonly need: (name: string | null) => Promise<void>;
  /** Builds the legend again after a change of theme. */
  readonly refreshLegend: () => void;
}

export function columns({ store, rest, scope, notify }: ActionContext): Columns {
  const refreshLegend = () => store.update((state) => ({ legend: paintedScale(state)?.legend ?? null }));

  const put = (name: string, values: Remote<ColumnValues>) =>
    store.update((state) => ({ columns: new Map(state.columns).set(name, values) }));

  const need = async (name: string | null) => {
    const { embedding, columns: known } = store.state;
    if (name === null || embedding.kind !== 'ready') return;
    const kind = known.get(name)?.kind;
    if (kind === 'ready' || kind === 'loading') return;
    const { signal } = scope;
    put(name, { kind: 'loading' });
    try {
      const value = await rest.column(embedding.value.id, name, signal);
      if (signal.aborted) return;
      put(name, { kind: 'ready', value });
      if (name === store.state.colorColumn) refreshLegend();
    } catch (error) {
      if (signal.aborted) return;
      put(name, { kind: 'failed', message: messageOf(error) });
      notify('error', `Column ${name}`, messageOf(error));
    }
  };

  const recolor = (change: Pick<Partial<State>, 'colorColumn' | 'colorMode'>) => {
    store.update({ ...change, preservation: { kind: 'idle' }, legendIsolated: new Set() });
    refreshLegend();
    void need(store.state.colorColumn);
  };

  return {
    need,
    refreshLegend,
    actions: {
      labelBy: (labelColumn) => {
        store.update({ labelColumn });
        void need(labelColumn);
      },
      loadColumns: async () => {
        const { embedding } = store.state;
        if (embedding.kind !== 'ready') return;
        await Promise.all(embedding.value.columns.map(({ name }) => need(name)));
      },
      colorBy: (colorColumn) => recolor({ colorColumn }),
      setColorMode: (colorMode) => recolor({ colorMode }),
      toggleLegendValue: (value, add) =>
        store.update(({ legendIsolated }) => ({ legendIsolated: toggled(legendIsolated, value, add) })),
    },
  };
}

/** A category colours best, then a number; a text with as many values as rows says nothing in colour. */
export function defaultColorColumn(embedding: Rest.Embedding): string | null {
  const candidates = embedding.columns.filter((column) => column.n_unique > 1);
  const found =
    candidates.find(({ type }) => type === 'category' || type === 'boolean') ??
    candidates.find(({ type }) => type !== 'text');
  return found?.name ?? null;
}

export function defaultLabelColumn(embedding: Rest.Embedding): string | null {
  const { columns: all } = embedding;
  return (all.find(({ type }) => type === 'text' || type === 'category') ?? all[0])?.name ?? null;
}

/** Alone: keeps this value, or all again if it was the only one. Added: joins or leaves the kept ones. */
function toggled(kept: ReadonlySet<string>, value: string, add: boolean): ReadonlySet<string> {
  if (!add) return kept.size === 1 && kept.has(value) ? new Set() : new Set([value]);
  const next = new Set(kept);
  if (!next.delete(value)) next.add(value);
  return next;
}
