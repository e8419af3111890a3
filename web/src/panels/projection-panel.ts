import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { countOf } from '../domain/format';
import type { State } from '../state/model';
import { icon } from './icons';
import { describeJob, isUnderway } from './job-progress';
import { Panel } from './panel';
import './pca-settings';
import { problemList } from './templates';
import './tsne-settings';

const TABS: readonly { readonly value: State['projectionTab']; readonly label: string }[] = [
  { value: 'pca', label: 'PCA' },
  { value: 'tsne', label: 't-SNE' },
];

/** Which projection, with which parameters; one button runs or stops it. */
@customElement('projector-projection-panel')
export class ProjectionPanel extends Panel {
  protected override slices(state: State): readonly unknown[] {
    const { layout } = state;
    return [
      state.projectionTab,
      state.embedding,
      state.runs.kind,
      state.isolatedRows,
      state.requesting,
      state.jobView?.job,
      layout?.jobId,
      layout?.method,
    ];
  }

  protected override render(): TemplateResult {
    const { projectionTab, embedding, runs } = this.state;
    const head = html`<header class="panel-head"><h2 class="panel-title">Projection</h2></header>`;
    if (runs.kind === 'failed' || (runs.kind === 'ready' && embedding.kind === 'idle')) {
      return html`${head}<p class="empty">From many dimensions to two or three.</p>`;
    }
    return html`${head}
      <div class="tabs" role="tablist" aria-label="Projection" @keydown=${this.#key}>
        ${TABS.map(
          (tab) => html`<button
            type="button"
            role="tab"
            id="tab-${tab.value}"
            aria-controls="projection-settings"
            aria-selected=${tab.value === projectionTab}
            tabindex=${tab.value === projectionTab ? 0 : -1}
            data-testid="tab-${tab.value}"
            @click=${() => this.actions.chooseProjection(tab.value)}
          >
            ${tab.label}
          </button>`,
        )}
      </div>
      <div class="rows" id="projection-settings" role="tabpanel" aria-labelledby="tab-${projectionTab}">
        ${
          projectionTab === 'pca'
            ? html`<projector-pca-settings .store=${this.store}></projector-pca-settings>`
            : html`<projector-tsne-settings .store=${this.store}></projector-tsne-settings>`
        }
        ${this.#action()} ${this.#outcome()}
      </div>`;
  }

  /** One button for both deeds, so that the focus stays where it was pressed. */
  #action(): TemplateResult {
    const { projectionTab, embedding, requesting, jobView, isolatedRows } = this.state;
    const running =
      jobView !== null && jobView.job.projection.method === projectionTab && isUnderway(jobView.job);
    const run = `Run ${projectionTab === 'pca' ? 'PCA' : 't-SNE'}`;
    return html`<button
        type="button"
        class="button wide ${running || this.#isShown() ? '' : 'primary'}"
        data-testid=${running ? 'stop-projection' : 'run-projection'}
        ?disabled=${embedding.kind !== 'ready'}
        aria-disabled=${requesting ? 'true' : nothing}
        @click=${() => requesting || void (running ? this.actions.controlJob('stop') : this.actions.runProjection())}
      >
        ${running ? html`${icon('stop')} Stop` : run}
      </button>
      ${
        isolatedRows === null || running
          ? ''
          : html`<p class="help">Projects the ${countOf(isolatedRows.length, 'isolated row')} alone.</p>`
      }`;
  }

  /** Nothing is left to run when the picture already is the PCA of these rows. */
  #isShown(): boolean {
    const { projectionTab, layout, jobView } = this.state;
    return projectionTab === 'pca' && layout?.method === 'pca' && jobView?.job.phase === 'finished';
  }

  #outcome(): TemplateResult {
    const { projectionTab, jobView, requesting } = this.state;
    if (requesting) {
      return html`<div class="job" role="status">
        <div class="progress unmeasured"><i></i></div>
        <p class="help">asking</p>
      </div>`;
    }
    if (jobView === null || jobView.job.projection.method !== projectionTab) return html``;
    return html`${describeJob(jobView.job)}
    ${jobView.job.notices.length === 0 ? '' : problemList(jobView.job.notices)}`;
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const at = TABS.findIndex((tab) => tab.value === this.state.projectionTab);
    const next = TABS[(at + step + TABS.length) % TABS.length];
    if (next === undefined) return;
    this.actions.chooseProjection(next.value);
    this.querySelector<HTMLElement>(`#tab-${next.value}`)?.focus();
  }
}
