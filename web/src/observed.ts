/**
 * Writes what is shown onto the document element, where browser tests and other programs can read it without reaching
 * into the page: data-sequence, data-step, data-phase, data-layout-hash, data-drawn-points, data-bookmark, data-camera.
 */

import { layoutHash } from './domain/fingerprint';
import type { Scene } from './scene/scene-api';
import type { LayoutState, State, Store } from './state/model';

/** Often enough for whoever watches, seldom enough to cost nothing while points move. */
const PAUSE_MS = 120;

export function publishShown(
  root: HTMLElement,
  store: Store,
  scene: Pick<Scene, 'statistics' | 'camera'>,
): void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let hashed: LayoutState['values'] | null = null;

  const write = () => {
    timer = null;
    const { layout } = store.state;
    if (layout && layout.values !== hashed) root.dataset.layoutHash = layoutHash(layout.values);
    hashed = layout?.values ?? null;
    writeState(root, store.state);
    root.dataset.camera = JSON.stringify(scene.camera());
    const drawn = scene.statistics().drawnPoints;
    root.dataset.drawnPoints = String(drawn);
    // The picture follows the state by a frame or two: look again until both agree.
    if (layout && drawn === 0) schedule();
  };
  const schedule = () => {
    if (timer === null) timer = setTimeout(write, PAUSE_MS);
  };
  store.subscribe(schedule);
  schedule();
}

function writeState(root: HTMLElement, { layout, jobView, openBookmark }: State): void {
  root.dataset.method = layout?.method ?? '';
  root.dataset.points = String(layout?.nPoints ?? 0);
  root.dataset.sequence = String(layout?.sequence ?? 0);
  root.dataset.step = String(layout?.step ?? 0);
  root.dataset.phase = jobView?.job.phase ?? '';
  root.dataset.connection = jobView?.connection ?? '';
  root.dataset.bookmark = openBookmark ?? '';
}
