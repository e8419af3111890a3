import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { countOf } from '../domain/format';
import type { State } from '../state/model';
import { labelOfRow } from '../state/selectors';
import { cssValues } from './css-values';
import { counted } from './format';
import { Panel } from './panel';

/** One line under the cloud: how much is shown, what is selected, what the pointer is on. */
@customElement('projector-status-line')
export class StatusLine extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [
      state.embedding,
      state.layout?.nPoints,
      state.selection,
      state.hoveredRow,
      state.isolatedRows,
      state.labelColumn,
      state.columns,
      state.appearance === 'images' ? state.sprite : null,
    ];
  }

  protected override render(): TemplateResult {
    const { embedding, selection, hoveredRow, isolatedRows } = this.state;
    if (embedding.kind !== 'ready') return html`<div class="status" data-testid="status"></div>`;
    const { n_points: nPoints, n_dims: nDims } = embedding.value;
    return html`<div class="status" data-testid="status">
      <span>
        ${isolatedRows === null ? countOf(nPoints, 'point') : `${counted(isolatedRows.length)} of ${countOf(nPoints, 'point')}`}
      </span>
      <span>${countOf(nDims, 'dimension')}</span>
      ${
        selection.length === 0
          ? nothing
          : html`<span class="status-selected">${counted(selection.length)} selected</span>`
      }
      ${this.#images()}
      <span class="status-hover ellipsis">
        ${
          hoveredRow === null
            ? nothing
            : html`<span dir="auto">${labelOfRow(this.state, hoveredRow)}</span>
              <span class="secondary">row ${counted(hoveredRow)}</span>`
        }
      </span>
    </div>`;
  }

  /** Thumbnails on their way; what takes but a moment is not told (the style waits before it shows this). */
  #images(): TemplateResult | typeof nothing {
    const { appearance, sprite } = this.state;
    if (appearance !== 'images' || sprite.kind !== 'loading') return nothing;
    const { share } = sprite;
    return html`<span class="status-images" role="status">
      Loading images
      <span class="progress ${share === 0 ? 'unmeasured' : ''}"><i ${cssValues({ '--part': String(share) })}></i></span>
    </span>`;
  }
}
