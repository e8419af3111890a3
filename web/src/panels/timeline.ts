import { html, svg, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { isStreamed, stepsOf } from '../domain/methods';
import type { JobView, State } from '../state/model';
import { counted, measured } from './format';
import { isUnderway } from './job-progress';
import { lossPath } from './loss-path';
import { Panel } from './panel';
import { iconButton } from './templates';

const CURVE = { width: 400, height: 32 };

/** Under the cloud while a streamed projection is shown: where it is, how it goes, and the controls over it. */
@customElement('projector-timeline')
export class Timeline extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [state.jobView, state.layout];
  }

  protected override render(): TemplateResult {
    const { jobView, layout } = this.state;
    if (jobView === null || layout === null || !isStreamed(layout.method) || layout.jobId !== jobView.job.id)
      return html``;
    return html`<section class="timeline" aria-label="Timeline" data-testid="timeline">
      ${this.#controls(jobView)}
      <dl class="timeline-figures">
        <div>
          <dt>${layout.method === 'umap' ? 'Epoch' : 'Step'}</dt>
          <dd><span data-testid="step">${counted(layout.step)}</span>${nSteps(jobView)}</dd>
        </div>
        ${
          layout.method === 'tsne'
            ? html`<div>
              <dt>Loss</dt>
              <dd data-testid="loss">${measured(layout.loss)}</dd>
            </div>`
            : ''
        }
      </dl>
      ${layout.method === 'tsne' ? curve(jobView) : html`<span class="loss-curve"></span>`}
      <span class="timeline-state" role="status">${stateOf(jobView)}</span>
    </section>`;
  }

  #controls({ job }: JobView): TemplateResult {
    const ended = !isUnderway(job);
    const paused = job.phase === 'paused';
    return html`<div class="timeline-controls">
      ${iconButton({
        icon: paused ? 'play' : 'pause',
        label: paused ? 'Resume (space)' : 'Pause (space)',
        testId: paused ? 'resume' : 'pause',
        disabled: ended,
        onClick: () => void this.actions.controlJob(paused ? 'resume' : 'pause'),
      })}
      ${iconButton({
        icon: 'stop',
        label: 'Stop',
        testId: 'timeline-stop',
        disabled: ended,
        onClick: () => void this.actions.controlJob('stop'),
      })}
    </div>`;
  }
}

function nSteps({ job }: JobView): TemplateResult {
  const all = stepsOf(job.projection);
  return all === null ? html`` : html`<span class="of"> / ${counted(all)}</span>`;
}

/** What is worth saying beside the step: a lost connection, or that the job rests or has ended. */
function stateOf({ job, connection }: JobView): TemplateResult | string {
  if (isUnderway(job) && connection === 'reconnecting') {
    return html`<span class="reconnecting">reconnecting…</span>`;
  }
  if (isUnderway(job) && connection === 'connecting') return 'connecting…';
  return job.phase === 'running' ? 'live' : job.phase;
}

function curve(jobView: JobView): TemplateResult {
  const { projection } = jobView.job;
  const nAll = stepsOf(projection) ?? 0;
  const path = lossPath(comparableLosses(jobView), nAll, CURVE);
  return html`<svg
    class="loss-curve"
    viewBox="0 0 ${CURVE.width} ${CURVE.height}"
    preserveAspectRatio="none"
    role="img"
    aria-label="Loss by step"
  >
    ${path === null ? '' : svg`<path d=${path} vector-effect="non-scaling-stroke" />`}
  </svg>`;
}

/** While near points are exaggerated the loss means something else and is far larger: the two are never in one scale. */
function comparableLosses({ losses, job }: JobView): JobView['losses'] {
  const exaggerated = job.projection.method === 'tsne' ? (job.projection.early_exaggeration_steps ?? 0) : 0;
  const newest = losses.at(-1)?.step ?? 0;
  return newest > exaggerated + 1 ? losses.filter(({ step }) => step > exaggerated) : losses;
}
