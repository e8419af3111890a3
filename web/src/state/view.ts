/** The view that a bookmark keeps: everything of the picture but its coordinates. */

import type { Rest } from '../api/rest-types';
import type { CameraState } from '../scene/scene-api';
import { NO_SEARCH } from './initial';
import type { LayoutState, NeighborsState, State } from './model';
import { settingsOf } from './projections';
import { shownComponents } from './selectors';

export function viewOf(state: State, layout: LayoutState, camera: CameraState): Rest.View {
  const { neighbors } = state;
  return {
    projection: layout.projection,
    method_label: layout.projection === null ? layout.method : null,
    seed: layout.seed,
    components: [...shownComponents(state, layout)],
    step: layout.method === 'tsne' ? layout.step : null,
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
    neighbors: neighbors && { row: neighbors.row, k: neighbors.k, metric: neighbors.metric },
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
    labelColumn: view.label_column,
    colorColumn: view.color_column,
    colorMode: view.color_mode,
    appearance: view.appearance,
    selection: Uint32Array.from(view.selection ?? []).sort(),
    neighbors: view.neighbors ? { ...view.neighbors, result: { kind: 'loading' } } : null,
    legendIsolated: new Set(),
    search: NO_SEARCH,
    openCollection: bookmark.collection_id,
    openBookmark: bookmark.id,
  };
}
