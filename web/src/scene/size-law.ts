/** How large a point is drawn. The same law runs in the shaders and in the picker. */

import type { View } from './view';

/** diameter = base * (referenceDepth / depth), held between least and most; CSS px. */
export interface SizeLaw {
  readonly base: number;
  /** 0: the size does not depend on depth. */
  readonly referenceDepth: number;
  readonly least: number;
  readonly most: number;
}

/** Distance of the home camera in 3-D, where a point has its plain size. */
const HOME_DISTANCE = 1.9;
/** Side of the viewport, CSS px, at which a point has its plain size; it grows with the root of the side. */
const REFERENCE_SIDE_PX = 800;

/** Diameter in CSS px for a layout of so many points: 10 px at 150 points, 5 px at 10,000, 3.5 px at 100,000. */
export function plainDiameter(nPoints: number): number {
  return Math.min(11, Math.max(1.6, 22 * Math.max(1, nPoints) ** -0.16));
}

/** The law for discs of a plain diameter under this view. */
export function sizeLaw(view: View, diameterPx: number): SizeLaw {
  const { viewport, camera } = view;
  const side = Math.min(viewport.widthPx, viewport.heightPx);
  const fitted = diameterPx * Math.min(1.8, Math.max(0.75, Math.sqrt(side / REFERENCE_SIDE_PX)));
  if (camera.mode === 'orthographic') {
    const growth = Math.min(6, Math.max(0.6, camera.zoom ** 0.4));
    return { base: fitted * growth, referenceDepth: 0, least: 1, most: 400 };
  }
  return { base: fitted * camera.zoom ** 0.4, referenceDepth: HOME_DISTANCE, least: 1, most: fitted * 7 };
}

export function diameterAt(law: SizeLaw, depth: number): number {
  if (law.referenceDepth === 0) return law.base;
  const diameter = (law.base * law.referenceDepth) / Math.max(depth, 1e-3);
  return Math.min(law.most, Math.max(law.least, diameter));
}

/** Emphasis values of the scene's interface. */
export const DIMMED = 0;
export const NORMAL = 1;
export const NEIGHBOR = 2;
export const SELECTED = 3;

/** Factor on the diameter by emphasis. The shaders read the same numbers. */
export const EMPHASIS_SCALES = [0.8, 1, 1.35, 1.6] as const;

export function emphasisScale(emphasis: number): number {
  return EMPHASIS_SCALES[emphasis] ?? 1;
}
