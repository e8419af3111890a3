import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { timeLeft } from '../domain/durations';
import { isStreamed, stepsOf, stepWord } from '../domain/methods';
import type { JobView, State } from '../state/model';
import { counted, measured } from './format';
import { isUnderway } from './job-progress';
import { Panel } from './panel';
import './run-slider';
import { iconButton } from './templates';

/** Under the cloud while a streamed projection is shown: where it is, how it goes, its past, and the controls over it. */
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
      <div class="timeline-past">
        ${this.#replay(jobView)}
        <projector-run-slider .store=${this.store}></projector-run-slider>
      </div>
      ${this.#now(jobView)}
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

  #replay({ history, scrub }: JobView): TemplateResult {
    const isPlaying = scrub?.isPlaying ?? false;
    return iconButton({
      icon: isPlaying ? 'pause' : 'replay',
      label: isPlaying ? 'Hold the replay (p)' : 'Replay the run (p)',
      testId: 'replay',
      disabled: history.length < 2,
      onClick: () => this.actions.togglePlaying(),
    });
  }

  /** What goes on now, whatever moment is shown; the button goes there. */
  #now(jobView: JobView): TemplateResult {
    const isLive = jobView.scrub === null;
    return html`<div class="timeline-now">
      <button
        type="button"
        class="button live ${isUnderway(jobView.job) ? 'underway' : ''}"
        data-testid="go-live"
        aria-pressed=${isLive}
        title=${isLive ? 'The newest frame is shown' : 'Back to the newest frame (l)'}
        @click=${() => this.actions.goLive()}
      >
        <i></i>${isUnderway(jobView.job) ? 'Live' : 'Newest'}
      </button>
      <div class="timeline-state">
        <p role="status">${stateOf(jobView)}</p>
        <p class="ellipsis" title=${remarkOf(jobView)}>${remarkOf(jobView)}</p>
      </div>
    </div>`;
  }
}

function nSteps({ job }: JobView): TemplateResult {
  const all = stepsOf(job.projection);
  return all === null ? html`` : html`<span class="of"> / ${counted(all)}</span>`;
}

/** How the run is: whether the connection is there, and that it rests or has ended. */
function stateOf({ job, connection }: JobView): TemplateResult | string {
  if (isUnderway(job) && connection === 'reconnecting') {
    return html`<span class="reconnecting">reconnecting…</span>`;
  }
  if (isUnderway(job) && connection === 'connecting') return 'connecting…';
  return job.phase;
}

/** What there is to say beside it: why the connection was lost, what keeps the run, where it is, how long it lasts. */
function remarkOf({ job, connection, lostBecause, scrub }: JobView): string {
  if (!isUnderway(job)) return '';
  if (connection === 'reconnecting') return lostBecause;
  if (job.interruption) return job.interruption;
  if (scrub !== null) return `at ${stepWord(job.projection.method)} ${counted(job.step)}`;
  const seconds = job.remaining_seconds ?? null;
  return seconds === null || job.phase === 'paused' ? '' : timeLeft(seconds);
}
