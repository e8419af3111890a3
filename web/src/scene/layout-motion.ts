/**
 * Where the points are shown: from one layout to the next, in world units. While layouts stream in, the fit of each
 * differs a little from the one before; the shown fit glides after it. At rest the positions are exactly those of the
 * last layout under its own fit, so a stored layout always gives the same picture.
 */

import {
  fitLayout,
  heldNear,
  IDENTITY_TRANSFORM,
  type LayoutTransform,
  mixTransforms,
  placeLayout,
} from '../domain/layout-transform';
import type { LayoutPositions } from './scene-api';

/** A layout that follows within this time belongs to a stream. */
const STREAM_GAP_MS = 800;
const MIN_STEP_MS = 40;
const MAX_STEP_MS = 120;
/** A change from one projection to another is a single, slower movement. */
const SWITCH_MS = 500;
/** Time in which the shown fit reaches the fit of the last layout. */
const REFIT_MS = 450;
/** How far the shown scale may stay behind the fit, so that a fast-growing cloud stays in view. */
const LARGEST_MISFIT = 1.2;

export class LayoutMotion {
  /** Shown positions, three world values per point; NaN: hidden. */
  readonly world: Float32Array;
  private readonly start: Float32Array;
  private layout: LayoutPositions;
  private fit: LayoutTransform;
  private fitAtStart: LayoutTransform;
  private startedMs = 0;
  private stepMs = 0;
  private refitMs = 0;
  private moving = false;

  constructor(layout: LayoutPositions, fit: LayoutTransform | null) {
    this.world = new Float32Array(layout.nPoints * 3);
    this.start = new Float32Array(layout.nPoints * 3);
    this.layout = copyOf(layout);
    this.fit = fit ?? fitLayout(layout);
    this.fitAtStart = this.fit;
    placeLayout(this.layout, this.fit, this.world);
  }

  get active(): boolean {
    return this.moving;
  }

  get nDims(): 2 | 3 {
    return this.layout.nDims;
  }

  get transform(): LayoutTransform {
    return this.layout.nPoints > 0 ? this.fit : IDENTITY_TRANSFORM;
  }

  /** Goes over to another layout of as many points. */
  moveTo(layout: LayoutPositions, nowMs: number, animate: boolean, refit: boolean): void {
    const gap = nowMs - this.startedMs;
    const streaming = gap < STREAM_GAP_MS;
    const shown = this.shownTransform(nowMs);
    this.layout = copyOf(layout);
    if (refit) this.fit = fitLayout(layout);
    this.startedMs = nowMs;
    if (!animate) {
      this.settle();
      return;
    }
    this.start.set(this.world);
    this.fitAtStart = streaming ? heldNear(shown, this.fit, LARGEST_MISFIT) : this.fit;
    this.stepMs = streaming ? Math.min(MAX_STEP_MS, Math.max(MIN_STEP_MS, gap)) : SWITCH_MS;
    this.refitMs = streaming ? Math.max(REFIT_MS, this.stepMs) : this.stepMs;
    this.moving = true;
  }

  /** Moves the shown positions to this moment. */
  advance(nowMs: number): void {
    if (!this.moving) return;
    const elapsed = nowMs - this.startedMs;
    if (elapsed >= this.refitMs) {
      this.settle();
      return;
    }
    placeLayout(this.layout, this.shownTransform(nowMs), this.world);
    const t = Math.min(1, Math.max(0, elapsed) / this.stepMs);
    if (t < 1) blendFrom(this.start, this.world, this.stepMs === SWITCH_MS ? easeInOut(t) : t);
  }

  private settle(): void {
    this.moving = false;
    this.fitAtStart = this.fit;
    placeLayout(this.layout, this.fit, this.world);
  }

  private shownTransform(nowMs: number): LayoutTransform {
    if (!this.moving) return this.fit;
    const t = Math.min(1, Math.max(0, nowMs - this.startedMs) / this.refitMs);
    return mixTransforms(this.fitAtStart, this.fit, easeOut(t));
  }
}

function copyOf(layout: LayoutPositions): LayoutPositions {
  return { ...layout, positions: layout.positions.slice(0, layout.nPoints * layout.nDims) };
}

/** world = start + (world - start) * t; a point that was hidden appears in place. */
function blendFrom(start: Float32Array, world: Float32Array, t: number): void {
  for (let at = 0; at < world.length; at += 1) {
    const from = start[at] as number;
    if (!Number.isNaN(from)) world[at] = from + ((world[at] as number) - from) * t;
  }
}

function easeInOut(t: number): number {
  return t * t * (3 - 2 * t);
}

function easeOut(t: number): number {
  return 1 - (1 - t) * (1 - t);
}
