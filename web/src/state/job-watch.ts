/** Follows one job at a time and shows its frames. */

import type { DecodedFrame } from '../api/frames';
import type { JobState } from '../api/generated/projector_contracts/compute/v1/job_pb';
import type { Rest } from '../api/rest-types';
import type { JobListener } from '../api/socket';
import { nameOfMethod } from '../domain/methods';
import type { ActionContext, JobConnection } from './context';
import { jobWithState, layoutOfFrame, shownDims, withLoss } from './job-view';
import type { JobView } from './model';
import { isFinal } from './selectors';

const NORMAL_END = 1000;
const NOT_FOUND = 4404;

export class JobWatch {
  #connection: JobConnection | null = null;
  #jobId: string | null = null;
  #mostDims: 2 | 3 = 3;

  constructor(
    private readonly context: ActionContext,
    /** Told when the connection to a job that goes on was lost. */
    private readonly onDoubt: () => void,
  ) {}

  /**
   * Watches a job from its newest frame on.
   *
   * @param losses of an earlier look, which are kept.
   * @param mostDims in which it is shown at first; fewer where its layout has no more.
   */
  start(job: Rest.Job, losses: JobView['losses'] = [], mostDims: 2 | 3 = 3): void {
    this.stop();
    this.#jobId = job.id;
    this.#mostDims = mostDims;
    this.context.store.update({ jobView: { job, connection: 'connecting', losses } });
    this.#tellNotices(job);
    const rows = job.rows ? Uint32Array.from(job.rows) : null;
    this.#connection = this.context.watchJob(job.id, this.#listener(job.id, rows));
  }

  stop(): void {
    this.#connection?.close();
    this.#connection = null;
    this.#jobId = null;
  }

  #listener(jobId: string, rows: Uint32Array | null): JobListener {
    return {
      onFrame: (frame) => this.#show(frame, rows),
      onState: (state) => this.#change(state),
      onConnection: (connection) => {
        this.#update((view) => ({ ...view, connection }));
        if (connection === 'reconnecting') this.onDoubt();
      },
      onEnd: ({ code, reason }) => this.#end(jobId, code, reason),
    };
  }

  #show(frame: DecodedFrame, rows: Uint32Array | null): void {
    this.context.store.update((state) => {
      const view = state.jobView;
      if (view?.job.id !== this.#jobId) return {};
      const job = { ...view.job, step: Math.max(view.job.step, frame.step), sequence: frame.sequence };
      const layout = layoutOfFrame(job, frame, rows);
      const isFirst = state.layout?.jobId !== job.id;
      return {
        jobView: { ...view, job, losses: withLoss(view.losses, frame) },
        layout,
        openBookmark: null,
        ...(isFirst && { viewDims: shownDims(state.pca.components, layout, this.#mostDims) }),
      };
    });
  }

  #change(jobState: JobState): void {
    this.#update((view) => ({ ...view, job: jobWithState(view.job, jobState) }));
    const view = this.context.store.state.jobView;
    if (view?.job.id !== this.#jobId) return;
    const { explained_variance_ratio: explainedVariance } = view.job;
    this.context.store.update(({ layout }) =>
      layout?.jobId === view.job.id ? { layout: { ...layout, explainedVariance } } : {},
    );
    this.#tellNotices(view.job);
  }

  #end(jobId: string, code: number, reason: string): void {
    this.#connection = null;
    const before = this.context.store.state.jobView;
    this.#update((view) => ({
      ...view,
      job: code === NOT_FOUND ? ended(view.job) : view.job,
      connection: 'closed',
    }));
    if (code === NORMAL_END || (before?.job.id === jobId && isFinal(before.job.phase))) return;
    this.context.notify('error', 'Projection', reason || 'The job can no longer be followed; run it again.');
  }

  #update(change: (view: JobView) => JobView): void {
    this.context.store.update(({ jobView }) =>
      jobView && jobView.job.id === this.#jobId ? { jobView: change(jobView) } : {},
    );
  }

  #tellNotices({ failure, notices, projection }: Rest.Job): void {
    const subject = nameOfMethod(projection.method);
    for (const { severity, subject: about, message } of notices) {
      this.context.notify(severity, about || subject, message);
    }
    if (failure) this.context.notify('error', subject, failure.message);
  }
}

/** A job that the gateway has forgotten computes no more, whatever was heard of it last. */
function ended(job: Rest.Job): Rest.Job {
  return isFinal(job.phase) ? job : { ...job, phase: 'stopped' };
}
