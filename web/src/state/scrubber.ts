/**
 * Looks back into the run that is watched: while a frame of its past is shown, live frames are counted and the newest
 * is held, so that going back to it takes no request.
 */

import type { DecodedFrame } from '../api/frames';
import { ApiError, isAbort } from '../api/http';
import type { Rest } from '../api/rest-types';
import { isStreamed } from '../domain/methods';
import type { ActionContext } from './context';
import { FrameWishes } from './frame-wishes';
import type { JobView } from './model';
import { joined, keptBeside, nearestKept, withoutFrame } from './run-history';
import { isFinal } from './selectors';

/** A replay shows about this many frames a second, and of a long run only so many that it lasts this long. */
const REPLAY_HZ = 25;
const LONGEST_REPLAY_SECONDS = 12;

export interface ScrubberParts {
  readonly context: ActionContext;
  /** Shows a frame of the job. */
  readonly show: (frame: DecodedFrame) => void;
}

export class Scrubber {
  readonly #wishes: FrameWishes;
  #newest: DecodedFrame | null = null;
  #cancelTick: (() => void) | null = null;
  #closed = false;

  constructor(
    private readonly job: Rest.Job,
    private readonly parts: ScrubberParts,
  ) {
    const { rest } = parts.context;
    this.#wishes = new FrameWishes({
      fetch: (sequence, signal) => rest.jobFrame(job.id, sequence, signal),
      onFrame: (frame) => this.#arrived(frame),
      onFailure: (sequence, error) => void this.#failed(sequence, error),
    });
  }

  /** Asks for the past, and for the frame of it that is to be shown. */
  async begin(): Promise<void> {
    const sequence = this.#view?.scrub?.sequence;
    if (sequence !== undefined) this.#wishes.wish(sequence);
    await this.loadHistory();
  }

  /** Remembers the newest frame; whether it is to be shown. */
  live(frame: DecodedFrame): boolean {
    this.#newest = frame;
    return this.#view?.scrub === null;
  }

  /** Asks what is kept of the run's past. */
  async loadHistory(): Promise<void> {
    if (!isStreamed(this.job.projection.method)) return;
    const { rest, report } = this.parts.context;
    try {
      const told = await rest.jobHistory(this.job.id);
      this.#update((view) => ({ history: joined(view.history, told) }));
    } catch (error) {
      const isUnknown = error instanceof ApiError && error.status === 404; // the socket says what became of the job
      if (!this.#closed && !isUnknown && !isAbort(error)) report('Timeline', error);
    }
  }

  /** Shows the kept frame nearest to a sequence; a replay ends. */
  seek(sequence: number): void {
    this.#stopPlaying();
    this.#to(sequence);
  }

  /** Goes so many kept frames back or forward; a replay ends. */
  stepBy(nFrames: number): void {
    this.#stopPlaying();
    this.#by(nFrames);
  }

  goLive(): void {
    this.#stopTicking();
    this.#wishes.forgetWish();
    if (this.#view?.scrub == null) return;
    this.#update(() => ({ scrub: null }));
    if (this.#newest !== null) this.parts.show(this.#newest);
    else void this.#showNewest();
  }

  togglePlaying(): void {
    const view = this.#view;
    if (view === null) return;
    if (view.scrub?.isPlaying) {
      this.#stopPlaying();
      return;
    }
    const first = view.history.find(({ isKept }) => isKept);
    if (first === undefined) return;
    this.#to(view.scrub?.sequence ?? first.sequence);
    this.#setPlaying(true);
    this.#tick();
  }

  close(): void {
    this.#closed = true;
    this.#stopTicking();
    this.#wishes.close();
  }

  #to(sequence: number): void {
    const view = this.#view;
    if (view === null) return;
    const wasLive = view.scrub === null;
    const point = nearestKept(view.history, sequence);
    const wanted = point?.sequence ?? sequence;
    this.#update(({ scrub }) => ({ scrub: { sequence: wanted, isPlaying: scrub?.isPlaying ?? false } }));
    this.#wishes.wish(wanted);
    // A run thins its frames while it goes on: which are kept now has to be asked.
    if (wasLive && !isFinal(view.job.phase)) void this.loadHistory();
  }

  #by(nFrames: number): void {
    const view = this.#view;
    if (view === null) return;
    if (view.scrub === null && nFrames > 0) return;
    const newest = view.history.at(-1)?.sequence ?? 0;
    const point = keptBeside(view.history, view.scrub?.sequence ?? newest, nFrames);
    if (point === null || (nFrames > 0 && point.sequence >= newest)) this.goLive();
    else this.#to(point.sequence);
  }

  get #view(): JobView | null {
    const { jobView } = this.parts.context.store.state;
    return !this.#closed && jobView?.job.id === this.job.id ? jobView : null;
  }

  #update(change: (view: JobView) => Partial<JobView>): void {
    this.parts.context.store.update(({ jobView }) =>
      !this.#closed && jobView?.job.id === this.job.id ? { jobView: { ...jobView, ...change(jobView) } } : {},
    );
  }

  #setPlaying(isPlaying: boolean): void {
    this.#update(({ scrub }) => ({ scrub: scrub && { ...scrub, isPlaying } }));
  }

  #stopPlaying(): void {
    this.#stopTicking();
    this.#setPlaying(false);
  }

  #arrived(frame: DecodedFrame): void {
    if (this.#view?.scrub != null) this.parts.show(frame);
  }

  /** Another frame is shown where the one that was asked for is no longer kept. */
  async #failed(sequence: number, error: unknown): Promise<void> {
    const isGone = error instanceof ApiError && error.status === 404;
    if (!isGone) {
      this.#stopPlaying();
      this.parts.context.report('Timeline', error);
      return;
    }
    await this.loadHistory();
    this.#update((view) => ({ history: withoutFrame(view.history, sequence) }));
    const view = this.#view;
    if (view?.scrub?.sequence !== sequence) return;
    if (nearestKept(view.history, sequence) === null) this.goLive();
    else this.#to(sequence);
  }

  /** One frame on; it waits for a frame that is still on its way, so that a slow line shows them all. */
  #tick(): void {
    this.#cancelTick = this.parts.context.delay(() => {
      const { jobView, layout } = this.parts.context.store.state;
      const view = this.#view;
      if (view === null || jobView?.scrub == null) return;
      if (layout?.jobId === this.job.id && layout.sequence === view.scrub?.sequence)
        this.#by(replayStride(view));
      if (this.#view?.scrub?.isPlaying) this.#tick();
    }, 1000 / REPLAY_HZ);
  }

  #stopTicking(): void {
    this.#cancelTick?.();
    this.#cancelTick = null;
  }

  async #showNewest(): Promise<void> {
    const { rest, report } = this.parts.context;
    try {
      const frame = await rest.jobFrame(this.job.id, 'latest');
      if (this.#view?.scrub === null) this.parts.show(frame);
    } catch (error) {
      if (!this.#closed) report('Timeline', error);
    }
  }
}

function replayStride({ history }: JobView): number {
  const nKept = history.filter(({ isKept }) => isKept).length;
  return Math.max(1, Math.round(nKept / (REPLAY_HZ * LONGEST_REPLAY_SECONDS)));
}
