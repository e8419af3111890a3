/** Reads the hovered or selected point to people who cannot see it. */

import { countOf } from './domain/format';
import type { State, Store } from './state/model';
import { labelOfRow } from './state/selectors';

/** A pointer that crosses the cloud must not talk all the way. */
const PAUSE_MS = 400;

export function announcePoints(region: HTMLElement, store: Store): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  store.subscribe((state, previous) => {
    if (state.hoveredRow === previous.hoveredRow && state.selection === previous.selection) return;
    const text = wordsFor(state, state.selection !== previous.selection);
    clearTimeout(timer);
    timer = setTimeout(() => {
      region.textContent = text;
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
