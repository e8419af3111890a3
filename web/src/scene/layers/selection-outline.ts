/** The box or lasso while it is drawn. */

import { cssOf, parseHex } from '../colors';
import type { ScenePalette } from '../scene-api';

export interface Outline {
  readonly shape: 'box' | 'lasso';
  /** x, y pairs in CSS px; two corners for a box. */
  readonly corners: readonly number[];
}

const FILL_ALPHA = 0.08;
const LINE_PX = 1.25;

export function paintOutline(
  context: CanvasRenderingContext2D,
  outline: Outline,
  palette: ScenePalette,
): void {
  const { corners } = outline;
  if (corners.length < 4) return;
  context.beginPath();
  if (outline.shape === 'box') {
    const [x0, y0, x1, y1] = corners as unknown as readonly [number, number, number, number];
    context.rect(x0, y0, x1 - x0, y1 - y0);
  } else {
    context.moveTo(corners[0] as number, corners[1] as number);
    for (let at = 2; at < corners.length; at += 2) {
      context.lineTo(corners[at] as number, corners[at + 1] as number);
    }
    context.closePath();
  }
  context.fillStyle = cssOf(parseHex(palette.accent), FILL_ALPHA);
  context.fill();
  context.lineWidth = LINE_PX;
  context.lineJoin = 'round';
  context.strokeStyle = palette.accent;
  context.stroke();
}
