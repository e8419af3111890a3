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

export class JobsList {
  #asking: Promise<void> | null = null;
  #isAskedAgain = false;
  #cancelWait: (() => void) | null = null;

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
    } catch (error) {
      if (isAbort(error) || embeddingId !== this.#embeddingId) return;
      store.update(({ jobs }) => ({ jobs: { ...jobs, failure: messageOf(error) } }));
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
