import { indexOf, rowSet, sameRows, union } from '../../domain/selection';
import { aimAt } from '../aim';
import type { ActionContext } from '../context';
import type { Actions, LayoutState, State } from '../model';
import type { Projections } from '../projections';

/** Fewer rows than this have no projection worth looking at. */
const FEWEST_ROWS = 3;

export function isolationActions(
  { store, notify }: ActionContext,
  projections: Projections,
): Pick<Actions, 'isolateSelection' | 'showAll'> {
  return {
    isolateSelection: async () => {
      const { projectionTab, isolatedRows: before, layout } = store.state;
      const rows = rowsToIsolate(store.state);
      if (rows.length < FEWEST_ROWS) {
        notify('warning', 'Isolate', `Select at least ${FEWEST_ROWS} points, or a point and its neighbors.`);
        return;
      }
      if (sameRows(rows, before)) return;
      projections.leave();
      projections.forgetIsolated();
      store.update({
        isolatedRows: rows,
        layout: layout && partOf(layout, rows),
        jobView: null,
        openBookmark: null,
        ...aimAt('home', { flight: true }),
      });
      await projections.run(projectionTab);
    },
    showAll: async () => {
      const { isolatedRows, projectionTab } = store.state;
      if (isolatedRows === null) return;
      projections.leave();
      projections.forgetIsolated();
      store.update({ isolatedRows: null, ...aimAt('home', { flight: true }) });
      if (projections.resume(projectionTab)) return;
      store.update({ projectionTab: 'pca' });
      if (!projections.resume('pca')) await projections.run('pca');
    },
  };
}

/** The selection with its neighbors, among the rows that are shown. */
function rowsToIsolate({ selection, neighbors, isolatedRows }: State): Uint32Array {
  const found = neighbors?.result.kind === 'ready' ? rowSet(neighbors.result.value.rows) : new Uint32Array(0);
  const rows = union(selection, found);
  return isolatedRows === null ? rows : rows.filter((row) => indexOf(isolatedRows, row) >= 0);
}

/** The points of some rows where they are now: what is shown until their own projection arrives. */
function partOf(layout: LayoutState, rows: Uint32Array): LayoutState {
  const { nComponents } = layout;
  const values = new Float32Array(rows.length * nComponents);
  rows.forEach((row, place) => {
    const point = layout.rows === null ? row : indexOf(layout.rows, row);
    values.set(layout.values.subarray(point * nComponents, (point + 1) * nComponents), place * nComponents);
  });
  return {
    ...layout,
    jobId: null,
    bookmark: null,
    nPoints: rows.length,
    values,
    rows,
    explainedVariance: null,
  };
}
