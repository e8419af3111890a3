import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Rest } from '../api/rest-types';
import type { Thumbnail } from '../state/model';

/** One thumbnail on a small canvas of its own, which has its size before the picture is there. */
@customElement('sprite-thumbnail')
export class SpriteThumbnail extends LitElement {
  @property({ attribute: false }) sprite: Rest.Embedding['sprite'] = null;
  @property({ attribute: false }) thumbnail: Thumbnail | null = null;
  @property({ attribute: false }) sizePx = 28;
  @query('canvas') private canvas!: HTMLCanvasElement;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<canvas aria-hidden="true"></canvas>`;
  }

  protected override updated(): void {
    const { sprite, thumbnail, canvas, sizePx } = this;
    if (sprite === null) return;
    const { thumbnail_width_px: width, thumbnail_height_px: height } = sprite;
    const cssScale = sizePx / Math.max(width, height);
    const scale = cssScale * Math.min(2, window.devicePixelRatio || 1);
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    canvas.style.width = `${width * cssScale}px`;
    canvas.style.height = `${height * cssScale}px`;
    const context = canvas.getContext('2d');
    if (thumbnail === null || context === null) return;
    const { image, left, top, widthPx, heightPx } = thumbnail;
    // Small pictures keep their own pixels when enlarged; large ones are averaged when reduced.
    context.imageSmoothingEnabled = canvas.width < widthPx;
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, left, top, widthPx, heightPx, 0, 0, canvas.width, canvas.height);
  }
}
