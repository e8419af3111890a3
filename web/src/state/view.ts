/** The view that a bookmark keeps: everything of the picture but its coordinates. */

import type { Rest } from '../api/rest-types';
import { isStreamed } from '../domain/methods';
import type { CameraState } from '../scene/scene-api';
import { NO_SEARCH } from './initial';
import type { LayoutState, NeighborsState, State } from './model';
import { settingsOf } from './projection-requests';
import { shownComponents } from './selectors';

export function viewOf(state: State, layout: LayoutState, camera: CameraState): Rest.View {
  const { neighbors } = state;
  return {
    projection: layout.projection,
    method_label: layout.projection === null ? layout.method : null,
    preprocessing: layout.preprocessing,
    seed: layout.seed,
    components: [...shownComponents(state, layout)],
    step: isStreamed(layout.method) ? layout.step : null,
    camera: {
      mode: camera.mode,
      position: [...camera.position],
      target: [...camera.target],
      up: [...camera.up],
      zoom: camera.zoom,
    },
    label_column: state.labelColumn,
    color_column: state.colorColumn,
    color_mode: state.colorMode,
    appearance: state.appearance,
    selection: Array.from(state.selection),
    rows: layout.rows && Array.from(layout.rows),
    neighbors: neighbors && viewedNeighbors(neighbors),
  };
}

/** The fields of the state that a bookmark's view decides, its layout included. */
export function stateOfView(
  bookmark: Rest.Bookmark,
  layout: LayoutState,
): Partial<State> & { neighbors: NeighborsState | null } {
  const { view } = bookmark;
  const method = view.projection?.method;
  return {
    layout,
    isolatedRows: layout.rows,
    jobView: null,
    viewDims: view.components.length >= 3 ? 3 : 2,
    ...(method ? { projectionTab: method } : {}),
    ...(method === 'pca' ? { pca: { components: view.components } } : {}),
    ...settingsOf(view.projection),
    preprocessing: view.preprocessing,
    seed: view.seed,
    labelColumn: view.label_column,
    colorColumn: view.color_column,
    colorMode: view.color_mode,
    appearance: view.appearance,
    selection: Uint32Array.from(view.selection ?? []).sort(),
    neighbors: view.neighbors ? { ...view.neighbors, space: 'original', result: { kind: 'loading' } } : null,
    legendIsolated: new Set(),
    search: NO_SEARCH,
    openCollection: bookmark.collection_id,
    openBookmark: bookmark.id,
  };
}

/** A bookmark keeps neighbors of the embedding itself; those of other spaces are found again by hand. */
function viewedNeighbors({
  row,
  k,
  metric,
  space,
}: NeighborsState): NonNullable<Rest.View['neighbors']> | null {
  return space === 'original' && metric !== 'dot_product' ? { row, k, metric } : null;
}
