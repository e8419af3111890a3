/** Everything on the overlay: ring, outline; in that order from below. */

import type { Frame } from './frame';
import { paintHoverRing } from './layers/hover-ring';
import { type Outline, paintOutline } from './layers/selection-outline';
import type { ShownCloud } from './shown-cloud';

export class Annotations {
  private outline: Outline | null = null;

  setLabels(_points: Uint32Array, _textOf: (point: number) => string): void {}

  setAxisCaptions(_captions: readonly string[]): void {}

  /** Returns whether there was or is an outline. */
  setOutline(outline: Outline | null): boolean {
    const changed = this.outline !== outline;
    this.outline = outline;
    return changed;
  }

  forgetPlaces(): void {}

  paint(
    context: CanvasRenderingContext2D,
    frame: Frame,
    shown: ShownCloud | null,
    pointScale: number,
    hovered: number | null,
  ): void {
    if (shown !== null && hovered !== null) {
      const place = shown.placeOf(frame.view, shown.law(frame.view, pointScale), hovered);
      if (place !== null) paintHoverRing(context, place, frame.palette);
    }
    if (this.outline !== null) paintOutline(context, this.outline, frame.palette);
  }
}
