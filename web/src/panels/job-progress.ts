import { html, type TemplateResult } from 'lit';
import type { Rest } from '../api/rest-types';
import { ordinal, timeLeft } from '../domain/durations';
import { countOf } from '../domain/format';
import { isStreamed, stepsOf, stepWord } from '../domain/methods';
import { isFinal } from '../state/selectors';
import { cssValues } from './css-values';
import { counted } from './format';
import { icon } from './icons';

/** Whether a job can still be stopped. */
export function isUnderway(job: Rest.JobSummary): boolean {
  return !isFinal(job.phase);
}

/** The stage of a job in words: "neighbors 40 %", "step 412 of 1,000". */
export function stageOf(job: Rest.JobSummary): string {
  const part = Math.round(100 * job.progress);
  switch (job.phase) {
    case 'queued':
      return waiting(job.queue_place ?? null);
    case 'loading':
    case 'neighbors':
    case 'affinities':
      return job.progress > 0 ? `${job.phase} ${part} %` : job.phase;
    case 'running':
      return running(job, part);
    case 'paused':
      return `paused at ${stepWord(job.projection.method)} ${counted(job.step)}`;
    case 'stopped':
      return `stopped at ${stepWord(job.projection.method)} ${counted(job.step)}`;
    case 'finished':
      return isStreamed(job.projection.method)
        ? `finished, ${countOf(job.step, stepWord(job.projection.method))}`
        : 'finished';
    case 'failed':
      return 'failed';
  }
}

function running({ projection, step }: Rest.JobSummary, part: number): string {
  if (!isStreamed(projection.method))
    return projection.method === 'pca' ? `components ${part} %` : 'projecting';
  const all = stepsOf(projection);
  return `${stepWord(projection.method)} ${counted(step)}${all === null ? '' : ` of ${counted(all)}`}`;
}

function waiting(place: number | null): string {
  if (place === null) return 'waiting for a worker';
  return place === 1 ? 'next in the queue' : `${ordinal(place)} in the queue`;
}

/** What goes on and how long it lasts: "step 412 of 1,000, about 40 s left". */
export function stageWithTime(job: Rest.JobSummary): string {
  const seconds = job.remaining_seconds ?? null;
  const isResting = !isUnderway(job) || job.phase === 'paused';
  return isResting || seconds === null ? stageOf(job) : `${stageOf(job)}, ${timeLeft(seconds)}`;
}

/** The share of the whole that is done, or null where a stage has no measure. */
export function measureOf(job: Rest.JobSummary): number | null {
  if (job.phase === 'queued') return null;
  const nSteps = stepsOf(job.projection);
  if (nSteps && (job.phase === 'running' || job.phase === 'paused')) return job.step / nSteps;
  return job.progress > 0 ? job.progress : null;
}

/** A thin bar with the stage in words while the job goes on; afterwards one line, or why it failed. */
export function describeJob(job: Rest.JobSummary): TemplateResult {
  if (job.phase === 'failed') {
    return html`<p class="inline-error" role="alert">
      ${icon('error')}<span>${job.failure?.message ?? 'The projection failed.'}</span>
    </p>`;
  }
  if (isFinal(job.phase)) {
    return !isStreamed(job.projection.method)
      ? html``
      : html`<p class="help" role="status">${stageOf(job)}</p>`;
  }
  const measure = measureOf(job);
  return html`<div class="job">
    <div
      class="progress ${measure === null ? 'unmeasured' : ''}"
      role="progressbar"
      aria-label="Progress of the projection"
      aria-valuetext=${stageWithTime(job)}
    >
      <i ${cssValues({ '--part': String(measure ?? 0) })}></i>
    </div>
    <p class="help ellipsis" title=${stageWithTime(job)}>${stageWithTime(job)}</p>
    ${job.interruption ? html`<p class="help calm" role="status">${job.interruption}</p>` : ''}
  </div>`;
}
