import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { JobThumbnail } from '../state/model';

const SIZE_PX = 44;
const MARGIN_PX = 3;
const DOT_PX = 1.5;
const MOST_PLACE = 255;

/** The layout of a job as a stamp, in the colours of the cloud; it has its size before there is a layout. */
@customElement('job-thumbnail')
export class JobThumbnailElement extends LitElement {
  @property({ attribute: false }) thumbnail: JobThumbnail | null = null;
  /** RGBA bytes of the thumbnail's rows. */
  @property({ attribute: false }) colors: Uint8Array | null = null;
  @query('canvas') private canvas!: HTMLCanvasElement;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<canvas aria-hidden="true" width=${SIZE_PX} height=${SIZE_PX}></canvas>`;
  }

  protected override updated(): void {
    const { canvas, thumbnail, colors } = this;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = SIZE_PX * ratio;
    canvas.height = SIZE_PX * ratio;
    const context = canvas.getContext('2d');
    if (context === null || thumbnail === null) return;
    context.scale(ratio, ratio);
    paintStamp(context, thumbnail, colors);
  }
}

function paintStamp(
  context: CanvasRenderingContext2D,
  { places }: JobThumbnail,
  colors: Uint8Array | null,
): void {
  const extent = SIZE_PX - 2 * MARGIN_PX;
  for (let point = 0; 2 * point < places.length; point += 1) {
    const [red = 128, green = 128, blue = 128] = colors?.subarray(4 * point, 4 * point + 3) ?? [];
    const x = MARGIN_PX + (extent * (places[2 * point] ?? 0)) / MOST_PLACE;
    const y = MARGIN_PX + extent * (1 - (places[2 * point + 1] ?? 0) / MOST_PLACE);
    context.fillStyle = `rgb(${red} ${green} ${blue} / 85%)`;
    context.fillRect(x - DOT_PX / 2, y - DOT_PX / 2, DOT_PX, DOT_PX);
  }
}
