/** The ring around the hovered point: it marks without changing the point's colour. */

import { cssOf, parseHex } from '../colors';
import type { ScenePalette } from '../scene-api';

const GAP_PX = 2.5;
const LINE_PX = 1.5;
const HALO_PX = 4;
const CORNER_PX = 4;

/** Draws a ring around (x, y), CSS px, outside a disc of this radius or a thumbnail whose longer side is twice that. */
export function paintHoverRing(
  context: CanvasRenderingContext2D,
  place: { readonly x: number; readonly y: number; readonly radiusPx: number },
  thumbnailShape: readonly [number, number] | null,
  palette: Pick<ScenePalette, 'canvas' | 'hover'>,
): void {
  context.beginPath();
  if (thumbnailShape === null) {
    context.arc(place.x, place.y, place.radiusPx + GAP_PX, 0, 2 * Math.PI);
  } else {
    const halfWidth = place.radiusPx * thumbnailShape[0] + GAP_PX;
    const halfHeight = place.radiusPx * thumbnailShape[1] + GAP_PX;
    const [left, top] = [place.x - halfWidth, place.y - halfHeight];
    context.roundRect(left, top, 2 * halfWidth, 2 * halfHeight, CORNER_PX);
  }
  context.lineWidth = HALO_PX;
  context.strokeStyle = cssOf(parseHex(palette.canvas), 0.75);
  context.stroke();
  context.lineWidth = LINE_PX;
  context.strokeStyle = palette.hover;
  context.stroke();
}
