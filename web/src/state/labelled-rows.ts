import type { LayoutState, State } from './model';
import { rowOfPoint } from './selectors';

/** The scene places what fits; offering it more than this costs time and adds nothing. */
const MOST_PER_REASON = 120;
/** A thumbnail says more than its label: only a few are labelled on top. */
const MOST_WITH_IMAGES = 6;
const MOST_SPREAD = 4000;

/** Rows whose labels are worth showing, most important first, without duplicates. */
export function labelledRows(state: State, layout: LayoutState): ReadonlySet<number> {
  const { hoveredRow, selection, neighbors, search, appearance } = state;
  const rows = new Set<number>();
  const add = (more: Iterable<number>) => {
    for (const row of more) rows.add(row);
  };
  const most = appearance === 'images' ? MOST_WITH_IMAGES : MOST_PER_REASON;
  if (hoveredRow !== null) add([hoveredRow]);
  add(selection.subarray(0, most));
  if (neighbors?.result.kind === 'ready') add(neighbors.result.value.rows.subarray(0, most));
  if (search.result.kind === 'ready') add(search.result.value.rows.subarray(0, most));
  if (appearance === 'labels') add(spreadRows(layout));
  return rows;
}

/** Rows from all over the layout, the same each time. */
function* spreadRows(layout: LayoutState): Iterable<number> {
  const stride = Math.max(1, Math.ceil(layout.nPoints / MOST_SPREAD));
  for (let point = 0; point < layout.nPoints; point += stride) yield rowOfPoint(layout, point);
}
