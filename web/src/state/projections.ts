/**
 * Which projection is shown: asks for jobs, joins them, and remembers what was shown before, so that going back to PCA,
 * to a running t-SNE or from isolated rows to all is immediate.
 */

import { ApiError } from '../api/http';
import type { Rest } from '../api/rest-types';
import { type Method, nameOfMethod } from '../domain/methods';
import { sameRows } from '../domain/selection';
import type { ActionContext } from './context';
import { shownDims } from './job-view';
import { JobWatch } from './job-watch';
import type { JobView, LayoutState, PcaSettings, State } from './model';
import { repainted } from './painting';
import { forkOf, projectionOf, settingsOf } from './projection-requests';
import type { Scrubber } from './scrubber';
import { isFinal } from './selectors';

/** A look at a projection that can be taken up again. */
interface Look {
  readonly layout: LayoutState | null; // null: left before its first frame
  readonly jobView: JobView;
  readonly viewDims: 2 | 3;
  readonly pca: PcaSettings;
}

const NOT_FOUND = 404;
const FIRST_FRAME = 1;

export class Projections {
  readonly #watch: JobWatch;
  /** Looks by method: at all rows, and at isolated rows. */
  readonly #looks = { all: new Map<Method, Look>(), isolated: new Map<Method, Look>() };
  #request = 0;

  constructor(
    private readonly context: ActionContext,
    onDoubt: () => void,
  ) {
    this.#watch = new JobWatch(context, onDoubt);
  }

  /** What looks back into the run that is watched. */
  get scrubber(): Scrubber | null {
    return this.#watch.scrubber;
  }

  /** Forgets everything: another embedding is opened. */
  clear(): void {
    this.leave();
    this.#looks.all.clear();
    this.#looks.isolated.clear();
  }

  /** Overtakes whatever was asked for before; the answer says whether nothing has overtaken this since. */
  claim(): () => boolean {
    this.#request += 1;
    const request = this.#request;
    this.context.store.update({ requesting: false });
    return () => request === this.#request;
  }

  /** Stops watching; the job itself goes on and its look is remembered. */
  leave(): () => boolean {
    const { layout, jobView, viewDims, pca } = this.context.store.state;
    if (jobView) {
      const { id, rows, projection } = jobView.job;
      const look = { layout: layout?.jobId === id ? layout : null, jobView, viewDims, pca };
      this.#looksAt(rowsOf(rows)).set(projection.method, look);
    }
    this.#watch.stop();
    this.context.store.update((state) => ({
      quality: { kind: 'idle' },
      ...repainted(state, { kind: 'idle' }),
    }));
    return this.claim();
  }

  /** Forgets the looks at isolated rows: others are isolated, or none. */
  forgetIsolated(): void {
    this.#looks.isolated.clear();
  }

  /**
   * Shows a method's last look over the rows of the state; false when there is none in this session.
   *
   * @param components of PCA to be shown; those of the look unless given.
   * @param preprocessing of the look; any unless given.
   */
  resume(
    method: Method,
    {
      components,
      preprocessing,
    }: Partial<Pick<PcaSettings, 'components'> & Pick<State, 'preprocessing'>> = {},
  ): boolean {
    const { isolatedRows } = this.context.store.state;
    const look = this.#looksAt(isolatedRows).get(method);
    if (!look || !sameRows(rowsOf(look.jobView.job.rows), isolatedRows)) return false;
    if (preprocessing !== undefined && look.jobView.job.preprocessing !== preprocessing) return false;
    this.leave();
    this.#show(components ? withComponents(look, components) : look);
    return true;
  }

  /**
   * Shows a job: at once when it was shown before, else as soon as its newest frame is there. False: it is gone.
   *
   * @param components of its layout to be shown, as far as it has them; null: as it comes.
   * @param sequence of its past to be shown; null: its newest frame.
   */
  async join(jobId: string, components: readonly number[] | null, sequence: number | null): Promise<boolean> {
    const known = this.#lookOf(jobId);
    const isWanted = this.leave();
    if (known) {
      this.context.store.update(panelOf(known.jobView.job));
      this.#show(lookAt(known, components, sequence));
      return true;
    }
    try {
      const job = await this.context.rest.job(jobId, this.context.scope.signal);
      if (isWanted()) this.#follow(job, components, sequence);
      return true;
    } catch (error) {
      if (!isWanted()) return true;
      if (!(error instanceof ApiError && error.status === NOT_FOUND)) throw error;
      const message =
        'The projection of this link is no longer kept; its bookmarks are. PCA is shown instead.';
      this.context.notify('warning', 'Link', message);
      return false;
    }
  }

  /** Asks for a projection over the rows of the state; the same request joins the same job. */
  async run(method: Method): Promise<void> {
    const { state } = this.context.store;
    const { embedding, isolatedRows } = state;
    if (embedding.kind !== 'ready') return;
    const create = (signal: AbortSignal) =>
      this.context.rest.createJob(
        {
          embedding_id: embedding.value.id,
          rows: isolatedRows && Array.from(isolatedRows),
          seed: state.seed,
          preprocessing: state.preprocessing,
          projection: projectionOf(method, state),
          fresh: false,
        },
        signal,
      );
    await this.#start(nameOfMethod(method), create, (job) => this.#watch.start(job));
  }

  /** Asks for what a job computes once more, with another seed. */
  async again(jobId: string, seed: number): Promise<void> {
    const { rest } = this.context;
    const create = async (signal: AbortSignal) => {
      const { forked_from: origin, ...job } = await rest.job(jobId, signal);
      const { embedding_id, rows, preprocessing, projection } = job;
      if (projection.method === 'tsne' || projection.method === 'umap') {
        // A layout that it was given is not told again; it is its first frame.
        const given =
          projection.initialisation === 'given' ? { job_id: job.id, sequence: FIRST_FRAME } : null;
        const start = origin ?? given;
        if (start) return rest.forkJob(start.job_id, { sequence: start.sequence, seed, projection }, signal);
      }
      const request = { embedding_id, rows, seed, preprocessing, projection, fresh: false };
      return rest.createJob(request, signal);
    };
    await this.#start('Run again', create, (job) => this.#follow(job, null, null));
  }

  /** Starts a job from the frame that is shown, with the parameters of the panel. */
  async fork(): Promise<void> {
    const { state } = this.context.store;
    const { layout } = state;
    const projection = forkOf(state);
    if (!layout?.jobId || projection === null) return;
    const { jobId, sequence } = layout;
    const mostDims = state.viewDims;
    const create = (signal: AbortSignal) =>
      this.context.rest.forkJob(jobId, { sequence, seed: state.seed, projection }, signal);
    await this.#start('Fork', create, (job) => this.#watch.start(job, { mostDims }));
  }

  /** Forgets a job that is no more. */
  forget(jobId: string): void {
    for (const looks of [this.#looks.all, this.#looks.isolated]) {
      for (const [method, look] of looks) if (look.jobView.job.id === jobId) looks.delete(method);
    }
  }

  /** Watches the job that a request gives, unless something else was asked for since. */
  async #start(
    subject: string,
    create: (signal: AbortSignal) => Promise<Rest.Job>,
    watch: (job: Rest.Job) => void,
  ): Promise<void> {
    const isWanted = this.leave();
    this.context.store.update({ requesting: true });
    try {
      const job = await create(this.context.scope.signal);
      if (isWanted()) watch(job);
    } catch (error) {
      this.context.report(subject, error);
      if (isWanted()) this.#goOn();
    } finally {
      if (isWanted()) this.context.store.update({ requesting: false });
    }
  }

  /** Watches the job that is still shown again: what was to replace it will not come. */
  #goOn(): void {
    const { jobView, layout } = this.context.store.state;
    if (jobView) this.#watchAgain(jobView, layout?.jobId === jobView.job.id);
  }

  #show({ layout, jobView, viewDims, pca }: Look): void {
    if (layout) this.context.store.update({ layout, viewDims, pca, openBookmark: null });
    this.#watchAgain(jobView, layout !== null);
  }

  #watchAgain({ job, history, scrub }: JobView, isShown: boolean): void {
    const isOver = isFinal(job.phase) && (isShown || scrub !== null);
    this.#watch.start(job, { history, isOver, sequence: scrub?.sequence ?? null });
  }

  #follow(job: Rest.Job, components: readonly number[] | null, sequence: number | null): void {
    const isPca = job.projection.method === 'pca';
    this.context.store.update({ ...panelOf(job), ...(isPca && components && { pca: { components } }) });
    this.#watch.start(job, { sequence, mostDims: components?.length === 2 ? 2 : 3 });
  }

  #looksAt(rows: Uint32Array | null): Map<Method, Look> {
    return rows === null ? this.#looks.all : this.#looks.isolated;
  }

  #lookOf(jobId: string): Look | undefined {
    const looks = [...this.#looks.all.values(), ...this.#looks.isolated.values()];
    return looks.find((look) => look.jobView.job.id === jobId);
  }
}

/** The panel as it was when somebody asked for a job. */
function panelOf({ rows, projection, preprocessing, seed }: Rest.Job): Partial<State> {
  return {
    isolatedRows: rowsOf(rows),
    projectionTab: projection.method,
    ...settingsOf(projection),
    preprocessing,
    seed,
  };
}

function rowsOf(rows: Rest.Job['rows']): Uint32Array | null {
  return rows ? Uint32Array.from(rows) : null;
}

/** A look with other components of its layout and at another moment of its run. */
function lookAt(look: Look, components: readonly number[] | null, sequence: number | null): Look {
  const scrub = sequence === null ? null : { sequence, isPlaying: false };
  const isShown = look.jobView.scrub?.sequence === scrub?.sequence;
  const there = { ...look, layout: isShown ? look.layout : null, jobView: { ...look.jobView, scrub } };
  return components ? withComponents(there, components) : there;
}

function withComponents(look: Look, components: readonly number[]): Look {
  const { layout } = look;
  const mostDims = components.length === 2 ? 2 : 3;
  return {
    ...look,
    viewDims: layout ? shownDims(components, layout, mostDims) : look.viewDims,
    ...(look.jobView.job.projection.method === 'pca' && { pca: { components } }),
  };
}
