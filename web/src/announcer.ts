/** Reads the hovered or selected point to people who cannot see it. */

import { countOf } from './domain/format';
import type { State, Store } from './state/model';
import { labelOfRow } from './state/selectors';

/** A pointer that crosses the cloud must not talk all the way. */
const PAUSE_MS = 400;

export function announcePoints(region: HTMLElement, store: Store): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAboutSelection = false; // of what is not told yet
  store.subscribe((state, previous) => {
    const selectionChanged = state.selection !== previous.selection;
    // A click selects the point that the pointer is on: that it is selected must not drown in that it is hovered.
    if (!selectionChanged && (isAboutSelection || state.hoveredRow === previous.hoveredRow)) return;
    const text = wordsFor(state, selectionChanged);
    isAboutSelection = selectionChanged;
    clearTimeout(timer);
    timer = setTimeout(() => {
      region.textContent = text;
      isAboutSelection = false;
    }, PAUSE_MS);
  });
}

function wordsFor(state: State, selectionChanged: boolean): string {
  const { hoveredRow, selection } = state;
  if (!selectionChanged) return hoveredRow === null ? '' : labelOfRow(state, hoveredRow);
  const [only] = selection;
  if (selection.length === 1 && only !== undefined) return `${labelOfRow(state, only)}, selected`;
  return selection.length === 0 ? 'Nothing selected' : `${countOf(selection.length, 'point')} selected`;
}
