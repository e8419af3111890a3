/** Where others point: a ring in their colour around the point, and their name beside it. */

import type { Frame } from '../frame';
import type { ShownCloud } from '../shown-cloud';
import { paintHoverRing } from './hover-ring';
import { HOVER_FONT } from './label-text';

/** Names of more people than this would hide the points. */
const MOST_NAMES = 12;
const PADDING_PX = 5;
const RADIUS_PX = 4;
const TAG_HEIGHT_PX = 18;
/** The name stands up and to the right of its ring. */
const OFFSET_PX = 6;
/** The ring of somebody else lies outside one's own. */
const APART_PX = 2;

/** Those who point at the same point have their names one over the other. */
export function paintPeers(context: CanvasRenderingContext2D, frame: Frame, shown: ShownCloud): void {
  const law = shown.law(frame.view);
  const nAt = new Map<number, number>();
  for (const { point, name, color } of frame.peers.slice(0, MOST_NAMES)) {
    const place = shown.placeOf(frame.view, law, point);
    if (place === null) continue;
    const nBelow = nAt.get(point) ?? 0;
    nAt.set(point, nBelow + 1);
    const ring = { ...place, radiusPx: place.radiusPx + APART_PX };
    paintHoverRing(context, ring, shown.thumbnailShape, { canvas: frame.palette.canvas, hover: color });
    const left = place.x + ring.radiusPx + OFFSET_PX;
    const top = place.y - ring.radiusPx - OFFSET_PX - (nBelow + 1) * TAG_HEIGHT_PX;
    paintName(context, name, { left, top, ink: frame.palette.canvas, color }, frame.view.viewport.widthPx);
  }
}

function paintName(
  context: CanvasRenderingContext2D,
  name: string,
  tag: { readonly left: number; readonly top: number; readonly ink: string; readonly color: string },
  viewportWidthPx: number,
): void {
  context.font = HOVER_FONT.css;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  const widthPx = context.measureText(name).width + 2 * PADDING_PX;
  const left = Math.max(0, Math.min(tag.left, viewportWidthPx - widthPx));
  const top = Math.max(0, tag.top);
  context.beginPath();
  context.roundRect(left, top, widthPx, TAG_HEIGHT_PX, RADIUS_PX);
  context.fillStyle = tag.color;
  context.fill();
  context.fillStyle = tag.ink;
  context.fillText(name, left + PADDING_PX, top + TAG_HEIGHT_PX / 2 + 0.5);
}
