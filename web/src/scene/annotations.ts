/** Everything on the overlay, from below: axis captions, the hover ring, labels, the outline of a selection. */

import type { Frame } from './frame';
import type { AxesLayer } from './layers/axes';
import { paintHoverRing } from './layers/hover-ring';
import { LabelsLayer } from './layers/labels';
import { type Outline, paintOutline } from './layers/selection-outline';
import type { ShownCloud } from './shown-cloud';

export class Annotations {
  readonly labels = new LabelsLayer();
  private outline: Outline | null = null;

  /** Returns whether there was or is an outline. */
  setOutline(outline: Outline | null): boolean {
    const changed = this.outline !== outline;
    this.outline = outline;
    return changed;
  }

  paint(
    context: CanvasRenderingContext2D,
    frame: Frame,
    axes: AxesLayer,
    content: { readonly shown: ShownCloud; readonly hovered: number | null } | null,
  ): void {
    if (content !== null) {
      const { shown, hovered } = content;
      const law = shown.law(frame.view);
      axes.paintCaptions(context, frame);
      const ring = hovered === null ? null : shown.placeOf(frame.view, law, hovered);
      if (ring !== null) paintHoverRing(context, ring, frame.palette);
      this.labels.paint(context, frame, shown, law, { hovered, everywhere: shown.appearance === 'labels' });
    }
    if (this.outline !== null) paintOutline(context, this.outline, frame.palette);
  }
}
