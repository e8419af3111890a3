/**
 * The only code that tells the scene what to show. It turns original rows into shown points and back, and tells the
 * scene no more than what has changed.
 */

import { messageOf } from '../api/http';
import type { Rest } from '../api/rest-types';
import { paintPoints } from '../domain/color-scale';
import { emphasisOfRows, ofShownPoints } from '../domain/emphasis';
import { hexOf, neighborColor } from '../domain/palettes';
import { personColor } from '../domain/people-colors';
import { indexOf, rowSet } from '../domain/selection';
import type {
  CameraState,
  LayoutPositions,
  Peer,
  Scene,
  SceneCallbacks,
  SpriteAtlas,
} from '../scene/scene-api';
import type { ActionContext } from './context';
import { labelledRows } from './labelled-rows';
import type { LayoutState, State, Store } from './model';
import { paintedScale } from './painting';
import { SCENE_PALETTES } from './scene-palettes';
import { axisCaptions, labelOfRow, readyColumn, rowOfPoint, shownComponents, shownTheme } from './selectors';
import type { StateWriter } from './store';

const CAMERA_PAUSE_MS = 250;

type Change = (...read: (keyof State)[]) => boolean;

/** Shows the state in the scene from now on; returns the function that ends it. `atlasOf` gives an embedding's thumbnails. */
export function linkScene(
  store: Pick<Store, 'state' | 'subscribe'>,
  scene: Scene,
  atlasOf: (embedding: Rest.Embedding) => SpriteAtlas | null,
): () => void {
  const follow = (state: State, previous: State | null) => {
    const { embedding } = state;
    if (embedding !== previous?.embedding) {
      scene.setSprite(embedding.kind === 'ready' ? atlasOf(embedding.value) : null);
    }
    show(scene, state, previous);
  };
  follow(store.state, null);
  return store.subscribe(follow);
}

/** What the scene reports, as actions. Built before the scene, which needs it. */
export function sceneCallbacks(
  store: Store,
  states: StateWriter,
  notify: ActionContext['notify'],
): SceneCallbacks {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    onHover: (point) => {
      const { layout } = store.state;
      store.actions.hover(point === null || !layout ? null : rowOfPoint(layout, point));
    },
    onPick: (points, mode) => {
      const { layout } = store.state;
      if (!layout) return;
      const rows = rowSet(Array.from(points, (point) => rowOfPoint(layout, point)));
      const [only] = rows;
      const isClick = rows.length === 1 && mode === 'replace' && store.state.tool === 'navigate';
      if (isClick && only !== undefined) void store.actions.findNeighbors(only);
      else store.actions.select(rows, mode);
    },
    onCameraMoved: (camera) => {
      // Panels and the address need not follow each frame of a turn.
      clearTimeout(timer);
      timer = setTimeout(() => states.update({ camera }), CAMERA_PAUSE_MS);
    },
    onSprite: (progress) => {
      if (progress.kind !== 'failed') {
        states.update({ sprite: progress });
        return;
      }
      const message = messageOf(progress.error);
      states.update({ sprite: { kind: 'failed', message } });
      notify('error', 'Images', message);
    },
    onFailure: (message) => notify('error', 'Drawing', message),
  };
}

function show(scene: Scene, state: State, previous: State | null): void {
  const changed: Change = (...fields) =>
    previous === null || fields.some((field) => !Object.is(state[field], previous[field]));
  const { layout } = state;
  const theme = changed('theme', 'systemTheme');
  if (theme) scene.setPalette(SCENE_PALETTES[shownTheme(state)]);
  if (changed('tool')) scene.setTool(state.tool);
  if (changed('layout', 'pca', 'viewDims')) showLayout(scene, state, previous);
  if (layout) showPoints(scene, state, layout, previous, changed);
  if (changed('appearance')) scene.setAppearance(state.appearance);
  if (changed('layout', 'pca', 'viewDims')) scene.setAxisCaptions(axisCaptions(state));
  if (changed('cameraTarget') && state.cameraTarget) aim(scene, state, state.cameraTarget);
}

function showLayout(scene: Scene, state: State, previous: State | null): void {
  const { layout } = state;
  const old = previous?.layout;
  if (layout && old && layout.values === old.values) {
    const components = shownComponents(state, layout).join();
    if (components === shownComponents(previous, old).join()) return; // only what is known of it changed
  }
  const animate = layout !== null && layout.nPoints === old?.nPoints;
  scene.setLayout(layout && positionsOf(state, layout), { animate });
}

/** The chosen columns of a layout; a missing second one lies on a line. */
export function positionsOf(state: Pick<State, 'pca' | 'viewDims'>, layout: LayoutState): LayoutPositions {
  const components = shownComponents(state, layout);
  const nDims = components.length >= 3 ? 3 : 2;
  const { nPoints, nComponents, values } = layout;
  if (nDims === nComponents && components.every((component, dim) => component === dim)) {
    return { positions: values, nPoints, nDims };
  }
  const positions = new Float32Array(nPoints * nDims);
  components.forEach((component, dim) => {
    for (let point = 0; point < nPoints; point += 1) {
      positions[point * nDims + dim] = values[point * nComponents + component] ?? 0;
    }
  });
  return { positions, nPoints, nDims };
}

function showPoints(
  scene: Scene,
  state: State,
  layout: LayoutState,
  previous: State | null,
  changed: Change,
): void {
  // Frames of one job share their points; everything per point then stays as it is.
  const old = previous?.layout;
  const otherPoints = !old || old.nPoints !== layout.nPoints || old.rows !== layout.rows;
  const theme = changed('theme', 'systemTheme');
  const colorsArrived =
    readyColumn(state, state.colorColumn) !== (previous && readyColumn(previous, state.colorColumn));
  if (
    otherPoints ||
    theme ||
    colorsArrived ||
    changed('colorColumn', 'colorMode', 'preservation', 'neighbors')
  ) {
    scene.setColors(colorsOf(state, layout));
  }
  if (otherPoints || changed('selection', 'neighbors', 'search', 'legendIsolated', 'legend')) {
    scene.setEmphasis(emphasisOf(state, layout));
  }
  if (otherPoints) scene.setCells(layout.rows);
  if (otherPoints || changed('hoveredRow')) scene.setHovered(pointOf(layout, state.hoveredRow));
  if (otherPoints || theme || changed('people')) scene.setPeers(peersOf(state, layout));
  const labels = changed(
    'labelColumn',
    'columns',
    'hoveredRow',
    'selection',
    'neighbors',
    'search',
    'appearance',
  );
  if (otherPoints || labels) showLabels(scene, state, layout);
}

function colorsOf(state: State, layout: LayoutState): Uint8Array {
  const theme = shownTheme(state);
  const colors = paintPoints(paintedScale(state), layout.nPoints, layout.rows, theme);
  if (state.neighbors?.result.kind !== 'ready') return colors;
  const { rows, distances } = state.neighbors.result.value;
  const nearest = distances[0] ?? 0;
  const extent = (distances.at(-1) ?? 0) - nearest;
  rows.forEach((row, place) => {
    const point = pointOf(layout, row);
    if (point === null) return;
    const share = extent > 0 ? ((distances[place] ?? nearest) - nearest) / extent : 0;
    colors.set([...neighborColor(theme, share), 255], 4 * point);
  });
  return colors;
}

function emphasisOf(state: State, layout: LayoutState): Uint8Array {
  const { embedding, neighbors, search, selection, legendIsolated } = state;
  const entryOf = legendIsolated.size > 0 ? (paintedScale(state)?.entryOf ?? null) : null;
  const byRow = emphasisOfRows({
    nRows: layout.rows && embedding.kind === 'ready' ? embedding.value.n_points : layout.nPoints,
    selection,
    neighbors: neighbors?.result.kind === 'ready' ? neighbors.result.value.rows : null,
    matches: search.query !== '' && search.result.kind === 'ready' ? search.result.value.rows : null,
    isKept: entryOf && ((row) => legendIsolated.has(entryOf(row))),
  });
  return ofShownPoints(byRow, layout.rows);
}

function showLabels(scene: Scene, state: State, layout: LayoutState): void {
  const points: number[] = [];
  for (const row of labelledRows(state, layout)) {
    const point = pointOf(layout, row);
    if (point !== null) points.push(point);
  }
  scene.setLabels(Uint32Array.from(points), (point) => labelOfRow(state, rowOfPoint(layout, point)));
}

/** Where others point, of those whose point is shown. */
function peersOf(state: State, layout: LayoutState): Peer[] {
  const peers: Peer[] = [];
  for (const { person, place, hoveredRow } of state.people.pages.values()) {
    const point = pointOf(layout, hoveredRow);
    const color = hexOf(personColor(shownTheme(state), place));
    if (point !== null) peers.push({ point, name: person.name, color });
  }
  return peers;
}

function aim(scene: Scene, state: State, { camera, flight }: NonNullable<State['cameraTarget']>): void {
  const target: CameraState = camera === 'home' ? scene.homeCamera(state.viewDims) : camera;
  if (flight) void scene.flyTo(target);
  else scene.setCamera(target);
}

/** Shown point of an original row; null when it is not shown. */
function pointOf({ rows, nPoints }: LayoutState, row: number | null): number | null {
  if (row === null) return null;
  const point = rows === null ? row : indexOf(rows, row);
  return point >= 0 && point < nPoints ? point : null;
}
