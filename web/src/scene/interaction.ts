/** Mouse, pen, touch and wheel on the canvas, turned into what the person means. */

import type { Tool } from './scene-api';

export type PickMode = 'replace' | 'add' | 'remove';

/** What the scene does when told what the person means. Coordinates are CSS px from the canvas's top left. */
export interface Intentions {
  /** Whether a plain drag orbits; otherwise it pans. */
  canOrbit(): boolean;
  orbit(dxPx: number, dyPx: number): void;
  pan(dxPx: number, dyPx: number): void;
  zoom(factor: number, xPx: number, yPx: number): void;
  hover(xPx: number, yPx: number): void;
  leave(): void;
  pick(xPx: number, yPx: number, mode: PickMode): void;
  /** The outline drawn so far: x, y pairs; two corners for a box. */
  outline(shape: 'box' | 'lasso', corners: readonly number[]): void;
  selectArea(shape: 'box' | 'lasso', corners: readonly number[], mode: PickMode): void;
  cancelOutline(): void;
}

type Gesture = 'orbit' | 'pan' | 'box' | 'lasso' | 'pinch' | 'none';

interface Finger {
  readonly id: number;
  x: number;
  y: number;
}

/** A press that moves less than this is a click. */
const CLICK_SLOP_PX = 4;
const LONG_PRESS_MS = 500;
/** A lasso takes a corner each time the pointer went this far. */
const LASSO_STEP_PX = 3;
/** One notch of a wheel (100 px) brings the camera a sixth closer. */
const ZOOM_PER_WHEEL_PX = 0.0018;
const LINE_PX = 16;
const PAGE_PX = 400;
/** A pinch on a trackpad arrives as a wheel with ctrl and small steps. */
const TRACKPAD_PINCH_GAIN = 6;

export class Interaction {
  private tool: Tool = 'navigate';
  private gesture: Gesture = 'none';
  private readonly fingers: Finger[] = [];
  private pressed = { x: 0, y: 0 };
  private moved = false;
  private corners: number[] = [];
  private longPress: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly intentions: Intentions,
  ) {
    canvas.style.touchAction = 'none';
    canvas.addEventListener('pointerdown', this.down);
    canvas.addEventListener('pointermove', this.move);
    canvas.addEventListener('pointerup', this.up);
    canvas.addEventListener('pointercancel', this.cancel);
    canvas.addEventListener('pointerleave', this.left);
    canvas.addEventListener('wheel', this.wheel, { passive: false });
    canvas.addEventListener('contextmenu', preventDefault);
    this.showCursor();
  }

  setTool(tool: Tool): void {
    this.tool = tool;
    this.showCursor();
  }

  dispose(): void {
    this.endLongPress();
    this.canvas.removeEventListener('pointerdown', this.down);
    this.canvas.removeEventListener('pointermove', this.move);
    this.canvas.removeEventListener('pointerup', this.up);
    this.canvas.removeEventListener('pointercancel', this.cancel);
    this.canvas.removeEventListener('pointerleave', this.left);
    this.canvas.removeEventListener('wheel', this.wheel);
    this.canvas.removeEventListener('contextmenu', preventDefault);
  }

  private readonly down = (event: PointerEvent): void => {
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    const { x, y } = this.positionOf(event);
    this.fingers.push({ id: event.pointerId, x, y });
    this.endLongPress();
    this.intentions.leave();
    if (this.fingers.length > 1) {
      this.beginPinch();
      return;
    }
    this.pressed = { x, y };
    this.moved = false;
    this.gesture = this.gestureOf(event);
    this.corners = [x, y];
    if (event.pointerType === 'touch') this.awaitLongPress(x, y);
    this.showCursor();
  };

  private readonly move = (event: PointerEvent): void => {
    const { x, y } = this.positionOf(event);
    const finger = this.fingers.find((candidate) => candidate.id === event.pointerId);
    if (finger === undefined) {
      if (event.pointerType !== 'touch') this.intentions.hover(x, y);
      return;
    }
    if (!this.moved && Math.hypot(x - this.pressed.x, y - this.pressed.y) > CLICK_SLOP_PX) {
      this.moved = true;
      this.endLongPress();
    }
    if (this.gesture === 'pinch') this.pinch(finger, x, y);
    else if (this.moved) this.drag(finger, x, y);
    if (this.moved || this.gesture === 'pinch') {
      finger.x = x;
      finger.y = y;
    }
  };

  private readonly up = (event: PointerEvent): void => {
    const { x, y } = this.positionOf(event);
    this.endLongPress();
    this.removeFinger(event.pointerId);
    const { gesture } = this;
    if (gesture === 'pinch') {
      if (this.fingers.length === 0) this.gesture = 'none';
      return;
    }
    this.gesture = 'none';
    const isArea = gesture === 'box' || gesture === 'lasso';
    if (isArea && this.moved) this.intentions.selectArea(gesture, this.corners, modeOf(event));
    else if (!this.moved && gesture !== 'none' && event.button === 0)
      this.intentions.pick(x, y, modeOf(event));
    this.intentions.cancelOutline();
    if (event.pointerType !== 'touch') this.intentions.hover(x, y);
    this.showCursor();
  };

  private readonly cancel = (event: PointerEvent): void => {
    this.endLongPress();
    this.removeFinger(event.pointerId);
    this.gesture = 'none';
    this.intentions.cancelOutline();
    this.showCursor();
  };

  private readonly left = (): void => {
    if (this.fingers.length === 0) this.intentions.leave();
  };

  private readonly wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const { x, y } = this.positionOf(event);
    const unit = event.deltaMode === 1 ? LINE_PX : event.deltaMode === 2 ? PAGE_PX : 1;
    const gain = event.ctrlKey && Math.abs(event.deltaY) < 50 ? TRACKPAD_PINCH_GAIN : 1;
    this.intentions.zoom(Math.exp(-event.deltaY * unit * gain * ZOOM_PER_WHEEL_PX), x, y);
  };

  private gestureOf(event: PointerEvent): Gesture {
    const secondary = event.button === 2 || event.button === 1;
    if (!secondary && this.tool !== 'navigate') return this.tool;
    if (!secondary && event.shiftKey) return 'box';
    if (!this.intentions.canOrbit()) return 'pan';
    return secondary !== event.ctrlKey ? 'pan' : 'orbit';
  }

  private drag(finger: Finger, x: number, y: number): void {
    if (this.gesture === 'orbit') this.intentions.orbit(x - finger.x, y - finger.y);
    if (this.gesture === 'pan') this.intentions.pan(x - finger.x, y - finger.y);
    if (this.gesture === 'box') this.corners = [this.pressed.x, this.pressed.y, x, y];
    if (this.gesture === 'lasso') this.addLassoCorner(x, y);
    if (this.gesture === 'box' || this.gesture === 'lasso') {
      this.intentions.outline(this.gesture, this.corners);
    }
  }

  private addLassoCorner(x: number, y: number): void {
    const [lastX, lastY] = this.corners.slice(-2) as [number, number];
    if (Math.hypot(x - lastX, y - lastY) >= LASSO_STEP_PX) this.corners.push(x, y);
  }

  private beginPinch(): void {
    this.gesture = 'pinch';
    this.intentions.cancelOutline();
  }

  /** Two fingers: their middle pans, their distance zooms. */
  private pinch(finger: Finger, x: number, y: number): void {
    const other = this.fingers.find((candidate) => candidate !== finger);
    if (other === undefined) return;
    const before = Math.hypot(finger.x - other.x, finger.y - other.y);
    const after = Math.hypot(x - other.x, y - other.y);
    this.intentions.pan((x - finger.x) / 2, (y - finger.y) / 2);
    if (before > 0 && after > 0) {
      this.intentions.zoom(after / before, (x + other.x) / 2, (y + other.y) / 2);
    }
  }

  private awaitLongPress(x: number, y: number): void {
    this.longPress = setTimeout(() => {
      this.gesture = 'none';
      this.intentions.pick(x, y, 'add');
    }, LONG_PRESS_MS);
  }

  private endLongPress(): void {
    if (this.longPress !== null) clearTimeout(this.longPress);
    this.longPress = null;
  }

  private removeFinger(id: number): void {
    const index = this.fingers.findIndex((finger) => finger.id === id);
    if (index >= 0) this.fingers.splice(index, 1);
  }

  private positionOf(event: MouseEvent): { x: number; y: number } {
    const bounds = this.canvas.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  }

  private showCursor(): void {
    const dragging = this.gesture === 'orbit' || this.gesture === 'pan';
    const idle = this.tool === 'navigate' ? 'default' : 'crosshair';
    this.canvas.style.cursor = dragging ? 'grabbing' : idle;
  }
}

function modeOf(event: MouseEvent): PickMode {
  if (event.altKey) return 'remove';
  return event.shiftKey ? 'add' : 'replace';
}

function preventDefault(event: Event): void {
  event.preventDefault();
}
