import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { countOf } from '../domain/format';
import { isStreamed, METHODS, nameOfMethod } from '../domain/methods';
import type { State } from '../state/model';
import { refusalOf } from '../state/projection-requests';
import { icon } from './icons';
import { describeJob, isUnderway } from './job-progress';
import { Panel } from './panel';
import './custom-settings';
import './pca-settings';
import './quality';
import './raw-settings';
import './shown-job';
import './steering';
import { numberField, problemList, selectField } from './templates';
import './tsne-settings';
import './umap-settings';

const TABS = METHODS.map((value) => ({ value, label: nameOfMethod(value) }));

const PREPROCESSINGS = [
  { value: 'none', label: 'none' },
  { value: 'spherize', label: 'spherize' },
  { value: 'z_score', label: 'z-score' },
] as const;

const PREPROCESSING_HELP = {
  spherize: 'Rows around the mean of all, each made of length 1.',
  z_score: 'Every dimension to mean 0 and variance 1.',
} as const;

/** Which projection, with which parameters; one button runs or stops it. */
@customElement('projector-projection-panel')
export class ProjectionPanel extends Panel {
  protected override slices(state: State): readonly unknown[] {
    const { layout } = state;
    return [
      state.projectionTab,
      state.preprocessing,
      state.seed,
      refusalOf(state.projectionTab, state),
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
        ${this.#settings()} ${this.#preprocessing()} ${this.#action()} ${this.#outcome()}
        <projector-steering .store=${this.store}></projector-steering>
        <projector-shown-job .store=${this.store}></projector-shown-job>
        <projector-quality .store=${this.store}></projector-quality>
      </div>`;
  }

  #settings(): TemplateResult {
    switch (this.state.projectionTab) {
      case 'pca':
        return html`<projector-pca-settings .store=${this.store}></projector-pca-settings>`;
      case 'tsne':
        return html`<projector-tsne-settings .store=${this.store}></projector-tsne-settings>`;
      case 'umap':
        return html`<projector-umap-settings .store=${this.store}></projector-umap-settings>`;
      case 'custom':
        return html`<projector-custom-settings .store=${this.store}></projector-custom-settings>`;
      case 'raw':
        return html`<projector-raw-settings .store=${this.store}></projector-raw-settings>`;
    }
  }

  /** Of all methods; a picture is the one of its own preprocessing until the next run. */
  #preprocessing(): TemplateResult {
    const { preprocessing, seed, projectionTab } = this.state;
    return html`${selectField({
      id: 'preprocessing',
      label: 'Preprocess',
      value: preprocessing,
      choices: PREPROCESSINGS,
      onChoose: (value) => this.actions.setPreprocessing(value as State['preprocessing']),
    })}
    ${preprocessing === 'none' ? '' : html`<p class="help">${PREPROCESSING_HELP[preprocessing]}</p>`}
    ${
      isStreamed(projectionTab)
        ? numberField({
            id: 'seed',
            label: 'Seed',
            value: seed,
            minimum: 0,
            maximum: Number.MAX_SAFE_INTEGER,
            step: 1,
            onChange: (value) => value !== null && this.actions.setSeed(Math.round(value)),
          })
        : ''
    }`;
  }

  /** One button for both deeds, so that the focus stays where it was pressed. */
  #action(): TemplateResult {
    const { projectionTab, embedding, requesting, jobView, isolatedRows } = this.state;
    const running =
      jobView !== null && jobView.job.projection.method === projectionTab && isUnderway(jobView.job);
    const run = `Run ${nameOfMethod(projectionTab)}`;
    const refusal = refusalOf(projectionTab, this.state);
    return html`<button
        type="button"
        class="button wide ${running || this.#isShown() ? '' : 'primary'}"
        data-testid=${running ? 'stop-projection' : 'run-projection'}
        ?disabled=${embedding.kind !== 'ready' || (!running && refusal !== null)}
        aria-disabled=${requesting ? 'true' : nothing}
        @click=${() => requesting || void (running ? this.actions.controlJob('stop') : this.actions.runProjection())}
      >
        ${running ? html`${icon('stop')} Stop` : run}
      </button>
      ${!running && refusal !== null ? html`<p class="help">${refusal}</p>` : ''}
      ${
        isolatedRows === null || running
          ? ''
          : html`<p class="help">Projects the ${countOf(isolatedRows.length, 'isolated row')} alone.</p>`
      }`;
  }

  /** Nothing is left to run when the picture already is the PCA of these rows. */
  #isShown(): boolean {
    const { projectionTab, layout, jobView, preprocessing } = this.state;
    return (
      projectionTab === 'pca' &&
      layout?.method === 'pca' &&
      jobView?.job.phase === 'finished' &&
      jobView.job.preprocessing === preprocessing
    );
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
