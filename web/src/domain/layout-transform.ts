/** Fits a layout, in its own units, into the world: one factor for all axes, so distances keep their ratios. */

import type { LayoutPositions } from '../scene/scene-api';

/** world = (layout - centre) * scale. */
export interface LayoutTransform {
  readonly centre: readonly [number, number, number];
  readonly scale: number;
}

export const IDENTITY_TRANSFORM: LayoutTransform = { centre: [0, 0, 0], scale: 1 };

/**
 * The transform that centres the bounding box of the finite points and lets its largest side span [-1, 1].
 * A layout without extent is centred and keeps its scale.
 */
export function fitLayout(layout: LayoutPositions): LayoutTransform {
  const { positions, nPoints, nDims } = layout;
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let point = 0; point < nPoints; point += 1) {
    if (!isShown(layout, point)) continue;
    for (let axis = 0; axis < nDims; axis += 1) {
      const value = positions[point * nDims + axis] as number;
      if (value < (low[axis] as number)) low[axis] = value;
      if (value > (high[axis] as number)) high[axis] = value;
    }
  }
  const centre: [number, number, number] = [0, 0, 0];
  let side = 0;
  for (let axis = 0; axis < nDims; axis += 1) {
    const [from, to] = [low[axis] as number, high[axis] as number];
    if (from > to) continue;
    centre[axis] = from + (to - from) / 2;
    side = Math.max(side, to - from);
  }
  return { centre, scale: side > 0 ? 2 / side : 1 };
}

/** True where every coordinate of the point is a finite number. */
export function isShown(layout: LayoutPositions, point: number): boolean {
  const start = point * layout.nDims;
  for (let axis = 0; axis < layout.nDims; axis += 1) {
    if (!Number.isFinite(layout.positions[start + axis])) return false;
  }
  return true;
}

/** Writes the world position of every point, row-major, three values each; hidden points become NaN. */
export function placeLayout(layout: LayoutPositions, transform: LayoutTransform, world: Float32Array): void {
  const { positions, nPoints, nDims } = layout;
  const { centre, scale } = transform;
  for (let point = 0; point < nPoints; point += 1) {
    const shown = isShown(layout, point);
    const [source, at] = [point * nDims, point * 3];
    world[at] = shown ? ((positions[source] as number) - centre[0]) * scale : NaN;
    world[at + 1] = shown ? ((positions[source + 1] as number) - centre[1]) * scale : NaN;
    if (!shown) world[at + 2] = NaN;
    else world[at + 2] = nDims === 3 ? ((positions[source + 2] as number) - centre[2]) * scale : 0;
  }
}

/** A fraction `t` of the way between two transforms; scales change by even ratios. Exact at 0 and 1. */
export function mixTransforms(from: LayoutTransform, to: LayoutTransform, t: number): LayoutTransform {
  if (t <= 0) return from;
  if (t >= 1) return to;
  const between = (a: number, b: number): number => a + (b - a) * t;
  return {
    centre: [
      between(from.centre[0], to.centre[0]),
      between(from.centre[1], to.centre[1]),
      between(from.centre[2], to.centre[2]),
    ],
    scale: from.scale * (to.scale / from.scale) ** t,
  };
}

/** `transform` with its scale held within a ratio of `fit`'s, so that a fast-growing cloud stays in view. */
export function heldNear(transform: LayoutTransform, fit: LayoutTransform, ratio: number): LayoutTransform {
  const scale = Math.min(fit.scale * ratio, Math.max(fit.scale / ratio, transform.scale));
  return { centre: transform.centre, scale };
}
