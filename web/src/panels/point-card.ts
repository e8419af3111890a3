import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { textOfRow } from '../domain/columns';
import type { State } from '../state/model';
import { labelOfRow } from '../state/selectors';
import { columnNumber, counted } from './format';
import { Panel } from './panel';
import './sprite-thumbnail';

const THUMBNAIL_PX = 56;

/** One point: its thumbnail, its label, and all its metadata. */
@customElement('projector-point-card')
export class PointCard extends Panel {
  @property({ attribute: false }) row = 0;

  protected override slices(state: State): readonly unknown[] {
    return [state.embedding, state.columns, state.labelColumn, state.thumbnails];
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('row')) return;
    void this.actions.loadColumns();
    void this.actions.loadThumbnails([this.row]);
  }

  protected override render(): TemplateResult {
    const { embedding, thumbnails } = this.state;
    if (embedding.kind !== 'ready') return html``;
    const label = labelOfRow(this.state, this.row);
    return html`<section class="card" aria-label="Selected point">
      <header class="card-head">
        ${
          embedding.value.sprite === null
            ? nothing
            : html`<sprite-thumbnail
              .sprite=${embedding.value.sprite}
              .thumbnail=${thumbnails.get(this.row) ?? null}
              .sizePx=${THUMBNAIL_PX}
            ></sprite-thumbnail>`
        }
        <div>
          <h3 class="card-label" dir="auto" title=${label}>${label}</h3>
          <p class="secondary small">row ${counted(this.row)}</p>
        </div>
      </header>
      ${
        embedding.value.columns.length === 0
          ? nothing
          : html`<dl class="metadata">
            ${embedding.value.columns.map(({ name }) => html`<dt class="ellipsis" dir="auto" title=${name}>${name}</dt>${this.#value(name)}`)}
          </dl>`
      }
    </section>`;
  }

  #value(name: string): TemplateResult {
    const column = this.state.columns.get(name);
    if (column?.kind === 'failed') return html`<dd class="inline-error" dir="auto">${column.message}</dd>`;
    if (column?.kind !== 'ready') return html`<dd class="skeleton-line" aria-busy="true"></dd>`;
    const values = column.value;
    const isNumber = values.kind === 'number' && Number.isFinite(values.values[this.row]);
    const text = isNumber
      ? columnNumber(values.values[this.row] ?? Number.NaN, values.integer)
      : textOfRow(values, this.row);
    return html`<dd dir="auto" class=${text === '' ? 'secondary' : ''}>${text === '' ? 'no value' : text}</dd>`;
  }
}
