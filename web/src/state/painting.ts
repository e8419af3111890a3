/** What points are painted by: a column, or how many of its neighbors each one keeps in the shown layout. */

import { buildColorScale, type ColorScale } from '../domain/color-scale';
import type { NumberColumn } from '../domain/columns';
import type { LayoutState, Remote, State } from './model';
import { readyColumn, shownTheme } from './selectors';

type Colored = Pick<State, 'columns' | 'colorColumn' | 'colorMode' | 'theme' | 'systemTheme'>;
type Painted = Colored & Pick<State, 'preservation'>;

/** The colour scale of the chosen column; null while none is chosen or its values are on their way. */
export function colorScale(state: Colored): ColorScale | null {
  const column = readyColumn(state, state.colorColumn);
  return column && buildColorScale(column, state.colorMode, shownTheme(state));
}

/** The scale of what points are painted by; null: nothing, or it is on its way. */
export function paintedScale(state: Painted): ColorScale | null {
  const { preservation } = state;
  if (preservation.kind === 'idle') return colorScale(state);
  return preservation.kind === 'ready'
    ? buildColorScale(preservation.value, 'numeric', shownTheme(state))
    : null;
}

/** A change of what points are painted by, with the legend that goes with it. */
export function repainted(state: Painted, preservation: Remote<NumberColumn>): Partial<State> {
  if (preservation.kind === 'idle' && state.preservation.kind === 'idle') return {};
  const legend = paintedScale({ ...state, preservation })?.legend ?? null;
  return { preservation, legend, legendIsolated: new Set() };
}

/**
 * One number a row of the embedding, NaN where the row has none.
 *
 * @param kept float32, one a point of the layout: 0 to 1, NaN where the row was not sampled.
 */
export function preservationColumn(
  kept: Float32Array,
  { rows, step }: LayoutState,
  nRows: number,
): NumberColumn {
  const values = new Float64Array(nRows).fill(Number.NaN);
  if (rows === null) values.set(kept.subarray(0, nRows));
  else
    rows.forEach((row, point) => {
      values[row] = kept[point] ?? Number.NaN;
    });
  return { kind: 'number', name: `Neighbors kept at step ${step}`, integer: false, values };
}
