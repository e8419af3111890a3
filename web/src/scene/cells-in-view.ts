/** Which thumbnails are in view and drawn larger than they are held as a whole. */

import { levelOfSide, type SpriteGeometry } from '../domain/sprite-geometry';
import type { Frame } from './frame';
import type { ShownCloud } from './shown-cloud';

export interface WantedCells {
  /** The finest level that any of them is drawn from. */
  readonly level: number;
  /** Each once, from the top of the picture down. */
  readonly cells: Uint32Array;
}

/** Cells in view whose level is finer than `whole`. */
export function cellsInView(
  shown: ShownCloud,
  geometry: SpriteGeometry,
  whole: number,
  frame: Frame,
): WantedCells {
  const { view, pixelRatio } = frame;
  const { widthPx, heightPx } = view.viewport;
  const law = shown.law(view);
  const cells = new Set<number>();
  let finest = whole;
  const { painted } = shown.cloud;
  for (let at = painted.length - 1; at >= 0; at -= 1) {
    const point = painted[at] as number;
    const place = shown.placeOf(view, law, point);
    if (place === null) continue;
    const { x, y, radiusPx } = place;
    if (x < -radiusPx || y < -radiusPx || x > widthPx + radiusPx || y > heightPx + radiusPx) continue;
    const level = levelOfSide(geometry, 2 * radiusPx * pixelRatio);
    if (level >= whole) continue;
    finest = Math.min(finest, level);
    cells.add(shown.cellOf(point));
  }
  return { level: finest, cells: Uint32Array.from(cells) };
}
