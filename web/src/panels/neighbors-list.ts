import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { rowSet } from '../domain/selection';
import type { NeighborSpace, NeighborsState, State } from '../state/model';
import { icon } from './icons';
import { Panel } from './panel';
import './row-list';
import { numberField, segmented, selectField } from './templates';

/** The API answers at most this many neighbors. */
const MOST_NEIGHBORS = 1000;

/** The nearest rows in the embedding itself, as it was preprocessed, or in the picture. */
@customElement('projector-neighbors-list')
export class NeighborsList extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [state.neighbors, state.labelColumn, state.columns, state.thumbnails, state.embedding];
  }

  protected override render(): TemplateResult {
    const { neighbors } = this.state;
    if (neighbors === null) {
      const row = this.state.selection[0];
      return html`<div class="inspector-section">
        <button
          type="button"
          class="button wide"
          ?disabled=${row === undefined}
          @click=${() => row !== undefined && void this.actions.findNeighbors(row)}
        >
          Find neighbors
        </button>
      </div>`;
    }
    return html`<section class="inspector-section" aria-label="Neighbors">
      <header class="section-head">
        <h3 class="panel-title">Neighbors</h3>
        ${this.#select(neighbors)}
      </header>
      <div class="rows">${this.#settings(neighbors)}</div>
      ${this.#result(neighbors)}
    </section>`;
  }

  #select({ row, result }: NeighborsState): TemplateResult | typeof nothing {
    if (result.kind !== 'ready') return nothing;
    const { rows } = result.value;
    return html`<button
      type="button"
      class="button plain"
      title="Select the point and its neighbors"
      @click=${() => this.actions.select(rowSet([row, ...rows]), 'replace')}
    >
      Select
    </button>`;
  }

  #settings({ row, k, metric, space }: NeighborsState): TemplateResult {
    return html`${numberField({
      id: 'n-neighbors',
      label: 'Count',
      inline: true,
      value: k,
      minimum: 1,
      maximum: MOST_NEIGHBORS,
      step: 1,
      slider: { minimum: 5, maximum: 200, step: 5 },
      onChange: (value) => value !== null && void this.actions.findNeighbors(row, { k: Math.round(value) }),
    })}
    ${segmented({
      name: 'neighbors-metric',
      label: 'Distance',
      fill: true,
      value: metric,
      choices: [
        { value: 'cosine', label: 'Cosine' },
        { value: 'euclidean', label: 'Euclidean' },
        { value: 'dot_product', label: 'Dot' },
      ],
      onChoose: (value) => void this.actions.findNeighbors(row, { metric: value }),
    })}
    ${selectField({
      id: 'neighbor-space',
      label: 'Space',
      value: space,
      choices: [
        { value: 'original', label: 'original' },
        { value: 'preprocessed', label: 'preprocessed' },
        ...(this.state.layout?.jobId ? [{ value: 'layout', label: 'the picture' }] : []),
      ],
      onChoose: (value) => void this.actions.findNeighbors(row, { space: value as NeighborSpace }),
    })}`;
  }

  #result({ result }: NeighborsState): TemplateResult | typeof nothing {
    switch (result.kind) {
      case 'failed':
        return html`<p class="inline-error" role="alert">${icon('error')}<span>${result.message}</span></p>`;
      case 'ready':
        return html`<projector-row-list
          data-testid="neighbors-list"
          label="Neighbors, nearest first"
          .store=${this.store}
          .rows=${result.value.rows}
          .distances=${result.value.distances}
        ></projector-row-list>`;
      default:
        return html`<div class="skeleton list" role="status" aria-label="Finding neighbors">
          <i></i><i></i><i></i><i></i><i></i><i></i>
        </div>`;
    }
  }
}
