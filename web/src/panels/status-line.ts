import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { countOf } from '../domain/format';
import type { State } from '../state/model';
import { labelOfRow } from '../state/selectors';
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
}
