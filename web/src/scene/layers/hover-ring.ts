/** The ring around the hovered point: it marks without changing the point's colour. */

import { cssOf, parseHex } from '../colors';
import type { ScenePalette } from '../scene-api';

const GAP_PX = 2.5;
const LINE_PX = 1.5;
const HALO_PX = 4;

/** Draws a ring around (x, y), CSS px, outside a point of this radius. */
export function paintHoverRing(
  context: CanvasRenderingContext2D,
  place: { readonly x: number; readonly y: number; readonly radiusPx: number },
  palette: ScenePalette,
): void {
  context.beginPath();
  context.arc(place.x, place.y, place.radiusPx + GAP_PX, 0, 2 * Math.PI);
  context.lineWidth = HALO_PX;
  context.strokeStyle = cssOf(parseHex(palette.canvas), 0.75);
  context.stroke();
  context.lineWidth = LINE_PX;
  context.strokeStyle = palette.hover;
  context.stroke();
}
