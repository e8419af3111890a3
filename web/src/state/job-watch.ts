/** Follows one job at a time and shows its frames: as they come, or those of its past that a person looks back at. */

import type { DecodedFrame } from '../api/frames';
import type { JobState } from '../api/generated/projector_contracts/compute/v1/job_pb';
import type { Rest } from '../api/rest-types';
import type { JobListener } from '../api/socket';
import { nameOfMethod } from '../domain/methods';
import type { ActionContext, JobConnection } from './context';
import { jobWithState, layoutOfFrame, shownDims } from './job-view';
import type { JobView } from './model';
import { withPoint } from './run-history';
import { Scrubber } from './scrubber';
import { isFinal } from './selectors';
import { steeredByOthers } from './steered';

const NORMAL_END = 1000;
const NOT_FOUND = 4404;

/** How a job is looked at when its watching begins. */
export interface FirstLook {
  readonly history?: JobView['history']; // of an earlier look
  readonly sequence?: number | null; // of its past that is shown; null: the newest
  readonly mostDims?: 2 | 3; // fewer where its layout has no more
  readonly isOver?: boolean; // nothing is to be heard of it any more
}

export class JobWatch {
  #connection: JobConnection | null = null;
  #scrubber: Scrubber | null = null;
  #jobId: string | null = null;
  #mostDims: 2 | 3 = 3;
  #isTold = false; // what was done to the job before it was watched is known

  constructor(
    private readonly context: ActionContext,
    /** Told when the connection to a job that goes on was lost. */
    private readonly onDoubt: () => void,
  ) {}

  /** What looks back into the run that is watched. */
  get scrubber(): Scrubber | null {
    return this.#scrubber;
  }

  start(job: Rest.Job, first: FirstLook = {}): void {
    const { history = [], sequence = null, mostDims = 3, isOver = false } = first;
    this.stop();
    this.#jobId = job.id;
    this.#mostDims = mostDims;
    this.#isTold = false;
    const scrub = sequence === null ? null : { sequence, isPlaying: false };
    const connection = isOver ? 'closed' : 'connecting';
    this.context.store.update({ jobView: { job, connection, lostBecause: '', history, scrub } });
    this.#tellNotices(job);
    const rows = job.rows ? Uint32Array.from(job.rows) : null;
    this.#scrubber = new Scrubber(job, {
      context: this.context,
      show: (frame) => this.#show(frame, rows),
    });
    void this.#scrubber.begin();
    if (!isOver) this.#connection = this.context.watchJob(job.id, this.#listener(job.id, rows));
  }

  stop(): void {
    this.#connection?.close();
    this.#scrubber?.close();
    this.#connection = null;
    this.#scrubber = null;
    this.#jobId = null;
    this.context.store.update({ steered: null });
  }

  #listener(jobId: string, rows: Uint32Array | null): JobListener {
    return {
      onFrame: (frame) => this.#receive(frame, rows),
      onState: (state) => this.#change(state),
      onConnection: (connection, lostBecause) => {
        this.#update((view) => ({ ...view, connection, lostBecause }));
        if (connection === 'reconnecting') this.onDoubt();
      },
      onEnd: ({ code, reason }) => this.#end(jobId, code, reason),
    };
  }

  /** Counts a live frame, and shows it unless somebody looks back. */
  #receive(frame: DecodedFrame, rows: Uint32Array | null): void {
    this.#update((view) => ({
      ...view,
      job: { ...view.job, step: Math.max(view.job.step, frame.step), sequence: frame.sequence },
      history: withPoint(view.history, frame),
    }));
    if (this.#scrubber?.live(frame)) this.#show(frame, rows);
  }

  #show(frame: DecodedFrame, rows: Uint32Array | null): void {
    this.context.store.update((state) => {
      const job = state.jobView?.job;
      if (job === undefined || job.id !== this.#jobId) return {};
      const layout = layoutOfFrame(job, frame, rows);
      const isFirst = state.layout?.jobId !== job.id;
      return {
        layout,
        openBookmark: null,
        ...(isFirst && { viewDims: shownDims(state.pca.components, layout, this.#mostDims) }),
      };
    });
  }

  #change(jobState: JobState): void {
    const before = this.context.store.state.jobView?.job;
    this.#update((view) => ({ ...view, job: jobWithState(view.job, jobState) }));
    const { jobView: view, people } = this.context.store.state;
    if (view?.job.id !== this.#jobId) return;
    const { explained_variance_ratio: explainedVariance } = view.job;
    this.context.store.update(({ layout }) =>
      layout?.jobId === view.job.id ? { layout: { ...layout, explainedVariance } } : {},
    );
    const steered = this.#isTold && before ? steeredByOthers(before, view.job, people.me) : null;
    if (steered) this.context.store.update({ steered });
    this.#isTold = true;
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
