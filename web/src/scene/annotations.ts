/** Everything on the overlay, from below: axis captions, the hover ring, labels, where others point, the outline. */

import { LabelSpace } from '../domain/label-placement';
import type { Frame } from './frame';
import type { AxesLayer } from './layers/axes';
import { paintHoverRing } from './layers/hover-ring';
import { LabelsLayer } from './layers/labels';
import { paintPeers } from './layers/peers';
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

  paint(context: CanvasRenderingContext2D, frame: Frame, axes: AxesLayer, shown: ShownCloud | null): void {
    if (shown !== null) this.paintNotes(context, frame, axes, shown);
    if (this.outline !== null) paintOutline(context, this.outline, frame.palette);
  }

  private paintNotes(
    context: CanvasRenderingContext2D,
    frame: Frame,
    axes: AxesLayer,
    shown: ShownCloud,
  ): void {
    const { hovered, palette, view } = frame;
    const space = new LabelSpace(view.viewport.widthPx, view.viewport.heightPx);
    axes.paintCaptions(context, frame, space);
    const ring = hovered === null ? null : shown.placeOf(view, shown.law(view), hovered);
    if (ring !== null) paintHoverRing(context, ring, shown.thumbnailShape, palette);
    this.labels.paint(context, frame, shown, space, shown.appearance === 'labels');
    paintPeers(context, frame, shown);
  }
}
