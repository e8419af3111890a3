/** What follows from the state, computed where it is read. */

import type { Rest } from '../api/rest-types';
import { type ColumnValues, textOfRow } from '../domain/columns';
import { percent } from '../domain/format';
import type { LayoutState, State, Theme } from './model';

export function shownTheme(state: Pick<State, 'theme' | 'systemTheme'>): Theme {
  return state.theme === 'system' ? state.systemTheme : state.theme;
}

/** What has become of the files that the open embedding was read from. */
export type FilesState = 'unchanged' | 'changed' | 'gone';

export function filesState({ runs, embedding }: Pick<State, 'runs' | 'embedding'>): FilesState {
  if (runs.kind !== 'ready' || embedding.kind !== 'ready') return 'unchanged';
  const { id, version } = embedding.value;
  const now = runs.value.flatMap((run) => run.embeddings).find((summary) => summary.id === id);
  if (now === undefined) return 'gone';
  return now.version === version ? 'unchanged' : 'changed';
}

/** Values of a column when they have arrived; null before. */
export function readyColumn(state: Pick<State, 'columns'>, name: string | null): ColumnValues | null {
  const column = name === null ? undefined : state.columns.get(name);
  return column?.kind === 'ready' ? column.value : null;
}

/** The label of an original row: its text in the label column, else its number. */
export function labelOfRow(state: State, row: number): string {
  const column = readyColumn(state, state.labelColumn);
  return (column && textOfRow(column, row)) || String(row);
}

/** Columns of the layout that are drawn as x, y and z. */
export function shownComponents(
  state: Pick<State, 'pca' | 'viewDims'>,
  layout: LayoutState,
): readonly number[] {
  const nShown = Math.min(state.viewDims, layout.nComponents);
  if (layout.method !== 'pca') return Array.from({ length: nShown }, (_, index) => index);
  const within = state.pca.components.filter((component) => component < layout.nComponents);
  const rest = Array.from({ length: layout.nComponents }, (_, index) => index).filter(
    (i) => !within.includes(i),
  );
  return [...within, ...rest].slice(0, nShown);
}

/** Captions of the axes: components with their share of the variance, what a custom axis leads to, or dimensions. */
export function axisCaptions(state: Pick<State, 'layout' | 'pca' | 'viewDims'>): readonly string[] {
  const { layout } = state;
  const projection = layout?.projection;
  if (projection?.method === 'custom') {
    return [projection.x, projection.y, projection.z].flatMap((axis) => (axis ? [axisWords(axis)] : []));
  }
  if (projection?.method === 'raw') return projection.dims.map((dim) => `dimension ${dim}`);
  if (layout?.method !== 'pca') return [];
  return shownComponents(state, layout).map((component) => {
    const share = layout.explainedVariance?.[component];
    return share === undefined ? `PC ${component + 1}` : `PC ${component + 1} (${percent(share)})`;
  });
}

/** "one → two": what a custom axis leads from and to. */
export function axisWords({ from, to }: Extract<Rest.Projection, { method: 'custom' }>['x']): string {
  const [start, end] = [from, to].map((side) => ('query' in side ? side.query : side.label) || 'origin');
  return `${start} → ${end}`;
}

/** Original row of a shown point. */
export function rowOfPoint(layout: LayoutState, point: number): number {
  return layout.rows?.[point] ?? point;
}

/** Whether a job goes on by itself or can be continued. */
export function isFinal(phase: string): boolean {
  return phase === 'finished' || phase === 'stopped' || phase === 'failed';
}
