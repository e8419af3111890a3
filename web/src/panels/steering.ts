import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Rest } from '../api/rest-types';
import type { State } from '../state/model';
import { counted } from './format';
import { isUnderway } from './job-progress';
import { Panel } from './panel';
import { numberField } from './templates';

/** While a t-SNE runs: what can be changed of it, for everybody who watches, and what has been. */
@customElement('projector-steering')
export class Steering extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [state.jobView?.job, state.supervision, state.projectionTab];
  }

  protected override render(): TemplateResult {
    const job = this.state.jobView?.job;
    if (job?.projection.method !== 'tsne' || this.state.projectionTab !== 'tsne') return html``;
    return html`${isUnderway(job) ? this.#controls(job) : ''} ${history(job.controls)}`;
  }

  #controls(job: Rest.Job): TemplateResult {
    const last = <Action extends Rest.Control['action']>(action: Action) =>
      job.controls.findLast((control) => control.action === action);
    return html`<section class="rows steering" aria-label="Steer the running t-SNE">
      ${numberField({
        id: 'steer-exaggeration',
        label: 'Exaggeration now (×)',
        value: last('set_exaggeration')?.exaggeration ?? null,
        minimum: 1,
        maximum: 100,
        step: 'any',
        placeholder: 'by schedule',
        onChange: (exaggeration) =>
          exaggeration !== null && void this.actions.steerJob({ action: 'set_exaggeration', exaggeration }),
      })}
      ${numberField({
        id: 'steer-rate',
        label: 'Learning rate now',
        value: last('set_learning_rate')?.learning_rate || null,
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

/** What was done to a run, the newest first. */
function history(controls: readonly Rest.AppliedControl[]): TemplateResult | string {
  const told = controls.filter(
    ({ action }) => action !== 'pause' && action !== 'resume' && action !== 'stop',
  );
  if (told.length === 0) return '';
  return html`<ul class="control-history" aria-label="What was changed" data-testid="control-history">
    ${told
      .toReversed()
      .slice(0, 8)
      .map(
        (control) =>
          html`<li><span class="figure">step ${counted(control.step)}</span> ${inWords(control)}</li>`,
      )}
  </ul>`;
}

/** "exaggeration 4": what a control did. */
export function inWords(control: Rest.AppliedControl): string {
  switch (control.action) {
    case 'set_learning_rate':
      return control.learning_rate
        ? `learning rate ${short(control.learning_rate)}`
        : 'learning rate automatic';
    case 'set_exaggeration':
      return `exaggeration ${short(control.exaggeration ?? 1)}`;
    case 'supervise':
      return control.supervision?.weight
        ? `supervised by ${control.supervision.column}`
        : 'no longer supervised';
    case 'perturb':
      return 'perturbed';
    default:
      return control.action;
  }
}

/** A number as a person would have typed it. */
function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
