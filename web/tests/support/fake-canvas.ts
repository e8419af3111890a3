/** A canvas that takes pointer events from the test; its top left lies at (100, 50) of the window. */

import { vi } from 'vitest';

type Listener = (event: Event) => void;

const LEFT = 100;
const TOP = 50;

export class FakeCanvas {
  readonly style: Record<string, string> = {};
  readonly focus = vi.fn();
  readonly setPointerCapture = vi.fn();
  readonly listeners = new Map<string, Set<Listener>>();

  addEventListener(type: string, listener: Listener): void {
    this.listeners.set(type, (this.listeners.get(type) ?? new Set()).add(listener));
  }

  removeEventListener(type: string, listener: Listener): void {
    this.listeners.get(type)?.delete(listener);
  }

  getBoundingClientRect(): { readonly left: number; readonly top: number } {
    return { left: LEFT, top: TOP };
  }

  /** Sends an event at (x, y) of the canvas, CSS px; whether its usual effect was prevented. */
  send(type: string, x: number, y: number, fields: Partial<PointerEvent & WheelEvent> = {}): boolean {
    const preventDefault = vi.fn();
    const event = {
      pointerId: 1,
      pointerType: 'mouse',
      button: 0,
      ctrlKey: false,
      shiftKey: false,
      altKey: false,
      clientX: x + LEFT,
      clientY: y + TOP,
      preventDefault,
      ...fields,
    };
    for (const listener of this.listeners.get(type) ?? []) listener(event as unknown as Event);
    return preventDefault.mock.calls.length > 0;
  }
}
