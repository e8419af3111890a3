import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { countOf } from '../domain/format';
import type { SearchState, State, Store } from '../state/model';
import { counted } from './format';
import { icon } from './icons';
import './neighbors-list';
import { Panel } from './panel';
import { collapseSide } from './sides';
import './point-card';
import './row-list';
import { iconButton } from './templates';

/** The fewest rows a projection is worth asking for. */
const FEWEST_ISOLATED = 3;

/** What is selected: its number, the point itself, its neighbors; and what a search found. */
@customElement('projector-inspector-panel')
export class InspectorPanel extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [
      state.embedding,
      state.selection,
      state.isolatedRows,
      state.search,
      state.neighbors,
      state.labelColumn,
      state.columns,
      state.thumbnails,
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
          onClick: () => void collapseSide(this, 'right'),
        })}
      </header>
      <div class="scroll" tabindex="-1" data-testid="inspector">
        ${
          embedding.kind === 'ready'
            ? html`${this.#selection()} ${this.#search()} ${this.#point()}`
            : html`<p class="empty">The selected point, its metadata and its neighbors.</p>`
        }
      </div>`;
  }

  #selection(): TemplateResult {
    const { selection, isolatedRows, search } = this.state;
    if (selection.length === 0 && isolatedRows === null) {
      if (search.query !== '') return html``;
      return html`<p class="empty">
        Click a point to see its neighbors and metadata. To select many, draw a box or a lasso, or search.
      </p>`;
    }
    return html`<div class="selection-bar">
      <span class="figure" role="status">
        ${selection.length === 0 ? 'Nothing selected' : `${counted(selection.length)} selected`}
      </span>
      ${selection.length === 0 ? nothing : this.#isolate()}
      ${
        isolatedRows === null
          ? nothing
          : html`<p class="isolated">
            <span>${countOf(isolatedRows.length, 'row')} isolated</span>
            <button
              type="button"
              class="button plain"
              data-testid="show-all"
              @click=${() => this.#leave(() => this.actions.showAll())}
            >
              Show all
            </button>
          </p>`
      }
    </div>`;
  }

  /** Isolates the selection, and with it the neighbors that are listed. */
  #isolate(): TemplateResult {
    const { selection, neighbors, isolatedRows } = this.state;
    const nNeighbors = neighbors?.result.kind === 'ready' ? neighbors.result.value.rows.length : 0;
    const nRows = selection.length + nNeighbors;
    const changesNothing = nRows < FEWEST_ISOLATED || selection.length === isolatedRows?.length;
    return html`<button
        type="button"
        class="button"
        data-testid="isolate"
        title="Show ${nNeighbors > 0 ? 'the point and its neighbors' : 'the selected points'} alone; projections then take these rows only"
        ?disabled=${changesNothing}
        @click=${() => void this.actions.isolateSelection()}
      >
        ${icon('isolate')} Isolate ${nNeighbors > 0 && nRows >= FEWEST_ISOLATED ? counted(nRows) : ''}
      </button>
      ${iconButton({
        icon: 'close',
        label: 'Clear the selection (Esc)',
        testId: 'clear-selection',
        onClick: () => this.#leave(() => this.actions.clearSelection()),
      })}`;
  }

  /** The pressed button goes away with what it ended: the focus stays in the panel. */
  #leave(end: () => void): void {
    end();
    this.querySelector<HTMLElement>('.scroll')?.focus();
  }

  #point(): TemplateResult | typeof nothing {
    const { selection, neighbors } = this.state;
    const row = neighbors?.row ?? (selection.length === 1 ? selection[0] : undefined);
    if (row !== undefined) {
      return html`<projector-point-card .store=${this.store} .row=${row}></projector-point-card>
        <projector-neighbors-list .store=${this.store}></projector-neighbors-list>`;
    }
    if (selection.length === 0 || this.state.search.query !== '') return nothing;
    return html`<projector-row-list
      label="Selected points"
      .store=${this.store}
      .rows=${selection}
    ></projector-row-list>`;
  }

  /** Stands above the point, so that the next match is one click away; beside a point it keeps to a part of the height. */
  #search(): TemplateResult | typeof nothing {
    const { query, column, result } = this.state.search;
    if (query === '') return nothing;
    const count = result.kind === 'ready' ? countOf(result.value.count, 'match', 'matches') : '';
    return html`<section
      class="found ${this.state.selection.length === 1 ? 'beside' : ''}"
      aria-label="Search"
      data-testid="search-results"
    >
      <h3 class="panel-title">
        Search<span class="title-note">${count}${column === null ? '' : ` in ${column}`}</span>
      </h3>
      <div class="found-rows">${foundRows(this.store, query, result)}</div>
    </section>`;
  }
}

function foundRows(
  store: Store,
  query: string,
  result: SearchState['result'],
): TemplateResult | typeof nothing {
  if (result.kind === 'failed') {
    return html`<p class="inline-error" role="alert">${icon('error')}<span>${result.message}</span></p>`;
  }
  if (result.kind !== 'ready') return nothing;
  if (result.value.count === 0) {
    return html`<p class="empty">Nothing matches “<bdi>${query}</bdi>”. Try another column or a shorter text.</p>`;
  }
  return html`<projector-row-list label="Matches" .store=${store} .rows=${result.value.rows}></projector-row-list>`;
}
