import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Rest } from '../api/rest-types';

/** One cell of the sprite atlas, drawn on a small canvas of its own. */
@customElement('sprite-thumbnail')
export class SpriteThumbnail extends LitElement {
  @property({ attribute: false }) image: ImageBitmap | null = null;
  @property({ attribute: false }) sprite: Rest.Embedding['sprite'] = null;
  @property({ attribute: false }) row = 0;
  @property({ attribute: false }) sizePx = 28;
  @query('canvas') private canvas!: HTMLCanvasElement;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<canvas aria-hidden="true"></canvas>`;
  }

  protected override updated(): void {
    const { image, sprite } = this;
    const context = this.canvas.getContext('2d');
    if (image === null || sprite === null || context === null) return;
    const { thumbnail_width_px: width, thumbnail_height_px: height, n_columns: nColumns } = sprite;
    const scale = (this.sizePx * Math.min(2, window.devicePixelRatio || 1)) / Math.max(width, height);
    this.canvas.width = Math.max(1, Math.round(width * scale));
    this.canvas.height = Math.max(1, Math.round(height * scale));
    this.canvas.style.width = `${(this.sizePx * width) / Math.max(width, height)}px`;
    this.canvas.style.height = `${(this.sizePx * height) / Math.max(width, height)}px`;
    // Small pictures keep their own pixels when enlarged; large ones are averaged when reduced.
    context.imageSmoothingEnabled = scale < 1;
    context.imageSmoothingQuality = 'high';
    const left = (this.row % nColumns) * width;
    const top = Math.floor(this.row / nColumns) * height;
    context.drawImage(image, left, top, width, height, 0, 0, this.canvas.width, this.canvas.height);
  }
}
