import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Rest } from '../api/rest-types';
import type { State } from '../state/model';
import { isUnderway } from './job-progress';
import { Panel } from './panel';
import { numberField } from './templates';

/** While a t-SNE runs: what can be changed of it, for everybody who watches. */
@customElement('projector-steering')
export class Steering extends Panel {
  protected override slices(state: State): readonly unknown[] {
    const job = state.jobView?.job;
    // Not the job itself, which is new with every step: what is being typed would be lost.
    return [
      job?.projection,
      job && isUnderway(job),
      job && lastOf(job, 'set_exaggeration')?.exaggeration,
      job && lastOf(job, 'set_learning_rate')?.learning_rate,
      state.supervision.column,
      state.projectionTab,
    ];
  }

  protected override render(): TemplateResult {
    const job = this.state.jobView?.job;
    if (job?.projection.method !== 'tsne' || this.state.projectionTab !== 'tsne') return html``;
    return isUnderway(job) ? this.#controls(job) : html``;
  }

  #controls(job: Rest.Job): TemplateResult {
    return html`<section class="rows steering" aria-label="Steer the running t-SNE">
      ${numberField({
        id: 'steer-exaggeration',
        label: 'Exaggeration now (×)',
        value: lastOf(job, 'set_exaggeration')?.exaggeration ?? null,
        minimum: 1,
        maximum: 100,
        step: 'any',
        placeholder: 'scheduled',
        onChange: (exaggeration) =>
          exaggeration !== null && void this.actions.steerJob({ action: 'set_exaggeration', exaggeration }),
      })}
      ${numberField({
        id: 'steer-rate',
        label: 'Learning rate now',
        value: lastOf(job, 'set_learning_rate')?.learning_rate || null,
        minimum: 0.001,
        maximum: 1_000_000,
        step: 'any',
        placeholder: 'as set',
        onChange: (rate) =>
          void this.actions.steerJob({ action: 'set_learning_rate', learning_rate: rate ?? 0 }),
      })}
      <div class="button-row">
        <button
          type="button"
          class="button"
          data-testid="perturb"
          title="Move every point a little at random"
          @click=${() => void this.actions.steerJob({ action: 'perturb' })}
        >
          Perturb
        </button>
        <button
          type="button"
          class="button"
          data-testid="supervise"
          title="Follow the supervision set above from now on"
          @click=${() => void this.actions.superviseJob()}
        >
          ${this.state.supervision.column === null ? 'Unsupervise' : 'Supervise'}
        </button>
      </div>
    </section>`;
  }
}

function lastOf(job: Rest.Job, action: Rest.Control['action']): Rest.AppliedControl | undefined {
  return job.controls.findLast((control) => control.action === action);
}
