import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { countOf } from '../domain/format';
import type { State } from '../state/model';
import { counted } from './format';
import { icon } from './icons';
import './neighbors-list';
import { Panel } from './panel';
import './point-card';
import './row-list';
import { iconButton } from './templates';

/** What is selected: its number, the point itself, its neighbors; and what a search found. */
@customElement('projector-inspector-panel')
export class InspectorPanel extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [
      state.embedding,
      state.selection,
      state.isolatedRows,
      state.search,
      state.neighbors?.row,
      state.labelColumn,
      state.columns,
      state.sprite,
    ];
  }

  protected override render(): TemplateResult {
    const { embedding } = this.state;
    return html`<header class="panel-head">
        <h2 class="panel-title">Inspector</h2>
        ${iconButton({
          icon: 'collapseRight',
          label: 'Collapse the panels',
          small: true,
          onClick: () => this.actions.setPanel('right', { collapsed: true }),
        })}
      </header>
      <div class="scroll" data-testid="inspector">
        ${embedding.kind === 'ready' ? html`${this.#selection()} ${this.#point()} ${this.#search()}` : nothing}
      </div>`;
  }

  #selection(): TemplateResult {
    const { selection, isolatedRows } = this.state;
    if (selection.length === 0 && isolatedRows === null) {
      return this.state.search.query === ''
        ? html`<p class="empty">
          Click a point to see its neighbors and metadata. To select many, draw a box or a lasso, or search.
        </p>`
        : html``;
    }
    return html`<div class="selection-bar">
      <span class="figure" role="status">
        ${selection.length === 0 ? 'Nothing selected' : `${counted(selection.length)} selected`}
      </span>
      ${
        selection.length === 0
          ? nothing
          : html`<button
              type="button"
              class="button"
              data-testid="isolate"
              title="Show the selected points alone; projections then take these rows only"
              ?disabled=${selection.length < 2}
              @click=${() => void this.actions.isolateSelection()}
            >
              ${icon('isolate')} Isolate
            </button>
            ${iconButton({ icon: 'close', label: 'Clear the selection (Esc)', testId: 'clear-selection', onClick: () => this.actions.clearSelection() })}`
      }
      ${
        isolatedRows === null
          ? nothing
          : html`<p class="isolated">
            <span>${countOf(isolatedRows.length, 'row')} isolated</span>
            <button
              type="button"
              class="button plain"
              data-testid="show-all"
              @click=${() => void this.actions.showAll()}
            >
              Show all
            </button>
          </p>`
      }
    </div>`;
  }

  #point(): TemplateResult | typeof nothing {
    const { selection, neighbors } = this.state;
    const row = neighbors?.row ?? (selection.length === 1 ? selection[0] : undefined);
    if (row !== undefined) {
      return html`<projector-point-card .store=${this.store} .row=${row}></projector-point-card>
        <projector-neighbors-list .store=${this.store}></projector-neighbors-list>`;
    }
    if (selection.length === 0) return nothing;
    return html`<projector-row-list
      label="Selected points"
      .store=${this.store}
      .rows=${selection}
    ></projector-row-list>`;
  }

  #search(): TemplateResult | typeof nothing {
    const { query, column, result } = this.state.search;
    if (query === '') return nothing;
    const count = result.kind === 'ready' ? countOf(result.value.count, 'match', 'matches') : '';
    return html`<section class="inspector-section" aria-label="Search">
      <h3 class="panel-title">
        Search<span class="title-note">${count}${column === null ? '' : ` in ${column}`}</span>
      </h3>
      ${result.kind === 'failed' ? html`<p class="inline-error" role="alert">${icon('error')}<span>${result.message}</span></p>` : nothing}
      ${result.kind === 'ready' && result.value.count === 0 ? html`<p class="empty">Nothing contains “<bdi>${query}</bdi>”. Try another column or a shorter text.</p>` : nothing}
      ${
        result.kind === 'ready'
          ? html`<projector-row-list
            label="Matches"
            .store=${this.store}
            .rows=${result.value.rows}
          ></projector-row-list>`
          : nothing
      }
    </section>`;
  }
}
