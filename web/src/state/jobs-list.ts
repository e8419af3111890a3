/**
 * Keeps the list of the open embedding's jobs: asked for when an embedding is opened, whenever the gateway says that it
 * has changed, and now and then while something runs and the page can be seen.
 */

import { isAbort, messageOf } from '../api/http';
import type { Rest } from '../api/rest-types';
import type { ActionContext } from './context';
import type { JobThumbnail } from './model';
import { isFinal } from './selectors';

const POLL_MS = 4000;
/** Changes that are told within this time are answered by one request. */
const GATHER_MS = 150;
const MOST_THUMBNAILS = 60;

export class JobsList {
  #asking: Promise<void> | null = null;
  #isAskedAgain = false;
  #cancelWait: (() => void) | null = null;
  /** Sequences whose stamps could not be had: they are not asked for again. */
  #missing = new Map<string, number>();

  constructor(
    private readonly context: ActionContext,
    private readonly isHidden: () => boolean,
  ) {}

  /** The gateway said that the jobs of an embedding have changed; null: of any. */
  changed(embeddingId: string | null): void {
    if (embeddingId !== null && embeddingId !== this.#embeddingId) return;
    this.#wait(GATHER_MS);
  }

  /** Asks for the list now; while an answer is awaited, once more after it. */
  refresh(): Promise<void> {
    if (this.#asking !== null) this.#isAskedAgain = true;
    this.#asking ??= this.#askUntilSettled();
    return this.#asking;
  }

  async #askUntilSettled(): Promise<void> {
    do {
      this.#isAskedAgain = false;
      await this.#ask();
    } while (this.#isAskedAgain);
    this.#asking = null;
    const isSomethingOn = this.context.store.state.jobs.list?.some(({ phase }) => !isFinal(phase)) ?? false;
    if (isSomethingOn) this.#wait(POLL_MS);
  }

  get #embeddingId(): string | null {
    const { embedding } = this.context.store.state;
    return embedding.kind === 'ready' ? embedding.value.id : null;
  }

  #wait(milliseconds: number): void {
    this.#cancelWait?.();
    this.#cancelWait = this.context.delay(() => {
      if (this.isHidden()) this.#wait(POLL_MS);
      else void this.refresh();
    }, milliseconds);
  }

  async #ask(): Promise<void> {
    this.#cancelWait?.();
    const embeddingId = this.#embeddingId;
    if (embeddingId === null) return;
    const { store, rest, scope } = this.context;
    try {
      const list = await rest.jobs(embeddingId, scope.signal);
      if (embeddingId !== this.#embeddingId) return;
      store.update(({ jobs }) => ({
        jobs: { list, failure: null, thumbnails: keptFor(list, jobs.thumbnails) },
      }));
      this.#forgetMissing(list);
      await this.#fetchThumbnails(list);
    } catch (error) {
      if (isAbort(error) || embeddingId !== this.#embeddingId) return;
      store.update(({ jobs }) => ({ jobs: { ...jobs, failure: messageOf(error) } }));
    }
  }

  #forgetMissing(list: readonly Rest.JobSummary[]): void {
    const ids = new Set(list.map(({ id }) => id));
    for (const id of this.#missing.keys()) if (!ids.has(id)) this.#missing.delete(id);
  }

  /** One after the other, the newest job first: a list is read from its top. */
  async #fetchThumbnails(list: readonly Rest.JobSummary[]): Promise<void> {
    for (const { id, sequence } of list.slice(0, MOST_THUMBNAILS)) {
      const known = this.context.store.state.jobs.thumbnails.get(id)?.sequence;
      if (this.#isAskedAgain || this.context.scope.signal.aborted) return;
      const isKnown = known === sequence || this.#missing.get(id) === sequence;
      if (sequence > 0 && !isKnown) await this.#fetchThumbnail(id, sequence);
    }
  }

  async #fetchThumbnail(jobId: string, sequence: number): Promise<void> {
    const { store, rest, scope } = this.context;
    try {
      const thumbnail = await rest.jobThumbnail(jobId, scope.signal);
      store.update(({ jobs }) =>
        jobs.list?.some(({ id }) => id === jobId)
          ? { jobs: { ...jobs, thumbnails: new Map(jobs.thumbnails).set(jobId, thumbnail) } }
          : {},
      );
    } catch {
      // A stamp is no loss: the job has none yet, or is gone, which the next list says.
      this.#missing.set(jobId, sequence);
    }
  }
}

function keptFor(
  list: readonly Rest.JobSummary[],
  thumbnails: ReadonlyMap<string, JobThumbnail>,
): ReadonlyMap<string, JobThumbnail> {
  const ids = new Set(list.map(({ id }) => id));
  return new Map([...thumbnails].filter(([id]) => ids.has(id)));
}
