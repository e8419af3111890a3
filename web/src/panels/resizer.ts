import { html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Side, State } from '../state/model';
import { Panel } from './panel';

const NARROWEST_PX = 240;
const WIDEST_PX = 520;
const KEY_STEP_PX = 16;
const DEFAULT_PX: Readonly<Record<Side, number>> = { left: 280, right: 320 };

/** The edge of a side: dragged, or moved with the arrow keys; a double click brings the first width back. */
@customElement('panel-resizer')
export class PanelResizer extends Panel {
  @property({ attribute: false }) side: Side = 'left';

  #start: { readonly pointerX: number; readonly widthPx: number } | null = null;

  protected override slices(state: State): readonly unknown[] {
    return [state.panelPlaces];
  }

  protected override render(): TemplateResult {
    return html`<div
      class="resizer"
      role="separator"
      tabindex="0"
      aria-orientation="vertical"
      aria-label="Width of the ${this.side} panels"
      aria-valuemin=${NARROWEST_PX}
      aria-valuemax=${WIDEST_PX}
      aria-valuenow=${this.state.panelPlaces[this.side].widthPx}
      @pointerdown=${this.#grab}
      @pointermove=${this.#drag}
      @pointerup=${this.#release}
      @pointercancel=${this.#release}
      @dblclick=${() => this.#resize(DEFAULT_PX[this.side])}
      @keydown=${this.#key}
    ></div>`;
  }

  #resize(widthPx: number): void {
    const held = Math.round(Math.min(WIDEST_PX, Math.max(NARROWEST_PX, widthPx)));
    this.actions.setPanel(this.side, { widthPx: held });
  }

  #grab(event: PointerEvent): void {
    const edge = event.currentTarget as HTMLElement;
    edge.setPointerCapture(event.pointerId);
    edge.classList.add('dragging');
    this.#start = { pointerX: event.clientX, widthPx: this.state.panelPlaces[this.side].widthPx };
  }

  #drag(event: PointerEvent): void {
    if (this.#start === null) return;
    const moved = event.clientX - this.#start.pointerX;
    this.#resize(this.#start.widthPx + (this.side === 'left' ? moved : -moved));
  }

  #release(event: PointerEvent): void {
    (event.currentTarget as HTMLElement).classList.remove('dragging');
    this.#start = null;
  }

  #key(event: KeyboardEvent): void {
    const outward = this.side === 'left' ? 'ArrowRight' : 'ArrowLeft';
    const inward = this.side === 'left' ? 'ArrowLeft' : 'ArrowRight';
    if (event.key !== outward && event.key !== inward) return;
    event.preventDefault();
    event.stopPropagation();
    const { widthPx } = this.state.panelPlaces[this.side];
    this.#resize(widthPx + (event.key === outward ? KEY_STEP_PX : -KEY_STEP_PX));
  }
}
