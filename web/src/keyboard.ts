/** The keys of the page. Their list for people is the help sheet of the panels. */

import { isStreamed, METHODS, nameOfMethod, stepWord } from './domain/methods';
import type { Store } from './state/model';
import { isFinal } from './state/selectors';

/** What keys move directly: the camera. */
export interface CameraKeys {
  nudge(dxPx: number, dyPx: number): void;
  zoomBy(factor: number): void;
}

const NUDGE_PX = 24;
const ZOOM_FACTOR = 1.2;
/** Keys that act once however long they are held. */
const ONCE: ReadonlySet<string> = new Set(['b', ' ', '?', 'Escape', '/', '0', '1', '2', 'p', 'l']);
/** The sheet of keys asks nothing: its own key closes it and, before the browser has told that it is gone, opens it. */
const QUESTION = 'dialog[open]:not(.help)';
const EDITABLE = 'input, textarea, select, [contenteditable]';
/** Elements that need space and arrows themselves. */
const OPERABLE =
  'button, a[href], summary, [role="slider"], [role="separator"], [role="tab"], [role="menuitem"], [role="option"]';

export function listenToKeys(target: Document, store: Store, camera: CameraKeys): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const element = event.target instanceof Element ? event.target : null;
    if (element?.closest('dialog[open], [role="dialog"]')) return;
    // Nor is a key the page's while something is asked, even where the focus was lost: Escape has to close the dialog.
    if (target.querySelector(QUESTION) !== null) return;
    const isEditing = element?.closest(EDITABLE) ?? null;
    if (isEditing) return;
    const isOperating = element?.closest(OPERABLE) !== null && element !== null;
    if (isOperating && (event.key === ' ' || event.key === 'Enter' || event.key.startsWith('Arrow'))) return;
    const isHeldTooLong = event.repeat && ONCE.has(event.key);
    if (isHeldTooLong || press(event.key, target, store, camera)) event.preventDefault();
  };
  target.addEventListener('keydown', onKey);
  return () => target.removeEventListener('keydown', onKey);
}

/** Carries out a key; false when it means nothing. */
function press(key: string, target: Document, { state, actions }: Store, camera: CameraKeys): boolean {
  switch (key) {
    case '/':
      target.querySelector<HTMLInputElement>('[aria-keyshortcuts="/"]')?.focus();
      return true;
    case 'Escape':
      if (state.helpOpen) actions.setHelpOpen(false);
      else clear(state.search.query !== '', actions);
      return true;
    case 'b':
      void actions.saveBookmark(bookmarkName(state));
      return true;
    case ' ':
      return pauseOrResume(state, actions);
    case '1':
    case '2':
    case '3':
    case '4':
    case '5': {
      const method = METHODS[Number(key) - 1];
      if (method) actions.chooseProjection(method);
      return true;
    }
    case '[':
    case ']':
      void actions.stepBookmark(key === ']' ? 1 : -1);
      return true;
    case ',':
    case '.':
      actions.scrubBy(key === '.' ? 1 : -1);
      return true;
    case 'p':
      actions.togglePlaying();
      return true;
    case 'l':
      actions.goLive();
      return true;
    case '?':
      actions.setHelpOpen(!state.helpOpen);
      return true;
    case '0':
      actions.resetCamera();
      return true;
    default:
      return moveCamera(key, camera);
  }
}

function moveCamera(key: string, camera: CameraKeys): boolean {
  const nudges: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-NUDGE_PX, 0],
    ArrowRight: [NUDGE_PX, 0],
    ArrowUp: [0, -NUDGE_PX],
    ArrowDown: [0, NUDGE_PX],
  };
  const nudge = nudges[key];
  if (nudge) camera.nudge(...nudge);
  else if (key === '+' || key === '=') camera.zoomBy(ZOOM_FACTOR);
  else if (key === '-') camera.zoomBy(1 / ZOOM_FACTOR);
  else return false;
  return true;
}

function clear(isSearching: boolean, actions: Store['actions']): void {
  if (isSearching) void actions.setSearch({ query: '' });
  actions.clearNeighbors();
  actions.clearSelection();
}

function pauseOrResume({ jobView }: Store['state'], actions: Store['actions']): boolean {
  if (!jobView || isFinal(jobView.job.phase)) return false;
  void actions.controlJob(jobView.job.phase === 'paused' ? 'resume' : 'pause');
  return true;
}

/** A name that says what is shown; it can be changed in the panel. */
function bookmarkName({ layout }: Store['state']): string {
  if (!layout) return 'View';
  const name = nameOfMethod(layout.method);
  return isStreamed(layout.method) ? `${name}, ${stepWord(layout.method)} ${layout.step}` : name;
}
