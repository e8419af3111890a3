/** Opening and placing of native popovers: the browser closes them on Escape and on a click elsewhere. */

const GAP_PX = 4;
const MARGIN_PX = 8;

export type Side = 'start' | 'end';

/** Shows the popover below its button (above where there is no room), aligned with one of its sides. */
export function openBelow(button: HTMLElement, popover: HTMLElement, side: Side = 'start'): void {
  popover.showPopover();
  place(button, popover, side);
}

export function toggleBelow(button: HTMLElement, popover: HTMLElement, side: Side = 'start'): void {
  if (popover.matches(':popover-open')) popover.hidePopover();
  else openBelow(button, popover, side);
}

function place(button: HTMLElement, popover: HTMLElement, side: Side): void {
  const anchor = button.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const wanted = side === 'start' ? anchor.left : anchor.right - width;
  const left = Math.max(MARGIN_PX, Math.min(wanted, window.innerWidth - width - MARGIN_PX));
  const below = anchor.bottom + GAP_PX;
  const fits = below + height <= window.innerHeight - MARGIN_PX;
  const top = fits ? below : Math.max(MARGIN_PX, anchor.top - GAP_PX - height);
  popover.style.left = `${left}px`;
  popover.style.top = `${top}px`;
}

/**
 * Moves the focus between items with the arrow keys, Home and End; the items take one place in the tab order.
 * Returns whether the key was used.
 */
export function moveFocus(event: KeyboardEvent, items: readonly HTMLElement[]): boolean {
  const at = items.indexOf(document.activeElement as HTMLElement);
  const target = {
    ArrowDown: Math.min(at + 1, items.length - 1),
    ArrowUp: Math.max(at - 1, 0),
    Home: 0,
    End: items.length - 1,
  }[event.key];
  if (target === undefined) return false;
  event.preventDefault();
  event.stopPropagation();
  items[target]?.focus();
  return true;
}
