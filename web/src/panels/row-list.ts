import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { State } from '../state/model';
import { labelOfRow } from '../state/selectors';
import { counted } from './format';
import { Panel } from './panel';
import { moveFocus } from './popover';
import './sprite-thumbnail';
import { cssValues } from './css-values';

/** More rows than this are counted, not listed. */
export const MOST_LISTED = 100;

/** Points by name, with thumbnail and distance; the pointer and the focus highlight them in the cloud. */
@customElement('projector-row-list')
export class RowList extends Panel {
  @property({ attribute: false }) rows: Uint32Array = new Uint32Array();
  @property({ attribute: false }) distances: Float32Array | null = null;
  @property() label = '';

  protected override slices(state: State): readonly unknown[] {
    return [state.labelColumn, state.columns, state.thumbnails, state.embedding];
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('rows')) void this.actions.loadThumbnails(this.rows.subarray(0, MOST_LISTED));
  }

  protected override render(): TemplateResult {
    const shown = this.rows.subarray(0, MOST_LISTED);
    return html`<ul class="row-list" aria-label=${this.label} @keydown=${this.#key} @mouseleave=${() => this.#hover(null)}>
        ${Array.from(shown, (row, index) => this.#row(row, index))}
      </ul>
      ${
        this.rows.length > shown.length
          ? html`<p class="help list-rest">
            The first ${MOST_LISTED} of ${counted(this.rows.length)} are listed; all are highlighted.
          </p>`
          : nothing
      }`;
  }

  #row(row: number, index: number): TemplateResult {
    const { state, actions } = this;
    const label = labelOfRow(state, row);
    const sprite = state.embedding.kind === 'ready' ? state.embedding.value.sprite : null;
    return html`<li>
      <button
        type="button"
        class="row"
        tabindex=${index === 0 ? 0 : -1}
        title=${label}
        data-row=${row}
        @mouseenter=${() => this.#hover(row)}
        @focus=${() => this.#hover(row)}
        @blur=${() => this.#hover(null)}
        @click=${() => void actions.findNeighbors(row)}
      >
        ${
          sprite === null
            ? nothing
            : html`<sprite-thumbnail
              .sprite=${sprite}
              .thumbnail=${state.thumbnails.get(row) ?? null}
              .sizePx=${24}
            ></sprite-thumbnail>`
        }
        <span class="row-label ellipsis" dir="auto">${label}</span>
        ${this.#distance(index)}
      </button>
    </li>`;
  }

  /** The bar's length is the distance from zero; its colour runs from the nearest to the farthest of the list. */
  #distance(index: number): TemplateResult | typeof nothing {
    const { distances } = this;
    const distance = distances?.[index];
    if (distances === null || distance === undefined) return nothing;
    const nearest = distances[0] ?? 0;
    const farthest = distances.at(-1) ?? distance;
    const far = farthest > nearest ? (distance - nearest) / (farthest - nearest) : 0;
    const length = farthest > 0 ? distance / farthest : 0;
    return html`<span class="row-distance">${distance.toFixed(3)}</span>
      <i class="row-bar" ${cssValues({ '--far': `${Math.round(100 * far)}%`, '--length': String(length) })}></i>`;
  }

  #hover(row: number | null): void {
    this.store.actions.hover(row);
  }

  #key(event: KeyboardEvent): void {
    moveFocus(event, [...this.querySelectorAll<HTMLElement>('.row')]);
  }
}
