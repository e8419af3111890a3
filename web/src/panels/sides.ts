/** Collapsing and expanding of the two sides; the focus follows to the button that undoes it. */

import type { Side } from '../state/model';
import type { Panel } from './panel';

export function collapseSide(panel: Panel, side: Side): Promise<void> {
  return changeSide(panel, side, true);
}

export function expandSide(panel: Panel, side: Side): Promise<void> {
  return changeSide(panel, side, false);
}

async function changeSide(panel: Panel, side: Side, collapsed: boolean): Promise<void> {
  panel.store.actions.setPanel(side, { collapsed });
  // The store tells the panels in a microtask and they draw in the next one: the frame after that has both.
  await new Promise(requestAnimationFrame);
  const undo = `.side.${side} ${collapsed ? '.rail' : '.panel-head'} button`;
  document.querySelector<HTMLElement>(undo)?.focus();
}
