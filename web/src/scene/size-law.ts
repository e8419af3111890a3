/** How large a point is drawn. The same law runs in the shaders and in the picker. */

import { HOME_DISTANCE } from '../domain/camera';
import type { View } from './view';

/** At the home camera's distance a point of 3-D has its plain size. diameter = base * (referenceDepth / depth), held between least and most; CSS px. */
export interface SizeLaw {
  readonly base: number;
  /** 0: the size does not depend on depth. */
  readonly referenceDepth: number;
  readonly least: number;
  readonly most: number;
}

/** Side of the viewport, CSS px, at which a point has its plain size; it grows with the root of the side. */
const REFERENCE_SIDE_PX = 800;

/** Diameter in CSS px for a layout of so many points: 10 px at 150 points, 4.8 px at 10,000, 3.1 px at 100,000. */
export function plainDiameter(nPoints: number): number {
  return Math.min(11, Math.max(1.6, 25 * Math.max(1, nPoints) ** -0.18));
}

/** Longer side of a thumbnail in CSS px: 36 px at 150 points, 14 px at 10,000. */
export function plainThumbnailSide(nPoints: number): number {
  return Math.min(48, Math.max(6, 110 * Math.max(1, nPoints) ** -0.22));
}

/** Points grow slowly with the zoom in 2-D, so that clusters open up; thumbnails grow nearly with it. */
export const DISC_ZOOM_POWER = 0.4;
export const THUMBNAIL_ZOOM_POWER = 0.75;

/** The law for points of a plain diameter under this view. */
export function sizeLaw(view: View, diameterPx: number, zoomPower: number): SizeLaw {
  const { viewport, camera } = view;
  const side = Math.min(viewport.widthPx, viewport.heightPx);
  const fitted = diameterPx * Math.min(1.8, Math.max(0.75, Math.sqrt(side / REFERENCE_SIDE_PX)));
  if (camera.mode === 'orthographic') {
    const growth = Math.min(8, Math.max(0.6, camera.zoom ** zoomPower));
    return { base: fitted * growth, referenceDepth: 0, least: 1, most: 400 };
  }
  return {
    base: fitted * camera.zoom ** zoomPower,
    referenceDepth: HOME_DISTANCE,
    least: 1,
    most: fitted * 7,
  };
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
