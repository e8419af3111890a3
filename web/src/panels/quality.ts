import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Rest } from '../api/rest-types';
import type { State } from '../state/model';
import { icon } from './icons';
import { Panel } from './panel';
import { problemList } from './templates';

/** How well the shown layout shows what is near in the space that was projected. */
@customElement('projector-quality')
export class QualityPanel extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [state.quality, state.preservation, state.layout?.jobId, state.layout?.sequence];
  }

  protected override render(): TemplateResult {
    const { layout, quality } = this.state;
    if (!layout?.jobId) return html``;
    const busy = quality.kind === 'loading';
    return html`<details class="disclosure" data-testid="quality">
      <summary>${icon('chevronRight')}Quality</summary>
      <div class="rows advanced">
        ${quality.kind === 'ready' ? scores(quality.value) : html`<p class="help">How many neighbors the picture keeps together, and how many it makes up.</p>`}
        ${
          quality.kind === 'failed'
            ? html`<p class="inline-error" role="alert">${icon('error')}<span>${quality.message}</span></p>`
            : ''
        }
        ${busy ? html`<div class="progress unmeasured" role="status" aria-label="Measuring"><i></i></div>` : ''}
        <button
          type="button"
          class="button wide"
          data-testid="measure-quality"
          aria-disabled=${busy}
          @click=${() => busy || void this.actions.measureQuality()}
        >
          ${quality.kind === 'ready' ? 'Measure again' : 'Measure'}
        </button>
        ${quality.kind === 'ready' ? this.#coloring() : ''}
      </div>
    </details>`;
  }

  #coloring(): TemplateResult {
    const { preservation } = this.state;
    const busy = preservation.kind === 'loading';
    return html`<button
      type="button"
      class="button wide"
      data-testid="color-by-preservation"
      title="Colours each point by the part of its neighbors that are so in the picture"
      aria-disabled=${busy}
      @click=${() => busy || void this.actions.colorByPreservation()}
    >
      Colour by neighbors kept
    </button>`;
  }
}

function scores(quality: Rest.Quality): TemplateResult {
  const rows: readonly (readonly [string, Rest.Quality['continuity'] | null, string])[] = [
    ['Trustworthiness', quality.trustworthiness, 'Low where the picture shows neighbors that are none'],
    ['Continuity', quality.continuity, 'Low where the picture tears neighbors apart'],
    [
      'Neighbors kept',
      quality.neighbor_preservation,
      'Mean part of the neighbors that are so in the picture',
    ],
    ['Rank correlation', quality.distance_rank_correlation, 'Of distances, Spearman'],
  ];
  return html`<dl class="scores">
      ${rows.map(
        ([name, score, help]) => html`<div title=${help}>
          <dt>${name}</dt>
          <dd class="figure">${score === null ? '–' : inFigures(score)}</dd>
        </div>`,
      )}
    </dl>
    <p class="help">
      Of ${quality.n_neighbors} neighbors${
        quality.n_sampled < quality.n_points
          ? `, sampled on ${quality.n_sampled.toLocaleString('en')} rows`
          : ''
      }.
    </p>
    ${quality.notices.length === 0 ? '' : problemList(quality.notices)}`;
}

/** "0.987 ± 0.002": a score, with its error where it was sampled. */
export function inFigures({ value, standard_error: error }: Rest.Quality['continuity']): string {
  const figure = value.toFixed(3);
  return error ? `${figure} ± ${error.toFixed(3)}` : figure;
}
