/** Goes to an address: at the start, by the browser's back and forward, and when an embedding is chosen. */

import type { Rest } from '../api/rest-types';
import { rowSet } from '../domain/selection';
import { type Columns, defaultColorColumn, defaultLabelColumn } from './actions/columns';
import type { Neighbors } from './actions/neighbors';
import { aimAt } from './aim';
import type { ActionContext } from './context';
import type { CameraTarget, State } from './model';
import type { Opening } from './opening';
import type { Projections } from './projections';
import { type Address, addressOf, defaultAppearance } from './url';

export interface VisitParts {
  readonly context: ActionContext;
  readonly columns: Columns;
  readonly opening: Opening;
  readonly projections: Projections;
  readonly neighbors: Neighbors;
}

/** Where the camera goes is part of a view: an address leaves it open, or names it. */
type View = Omit<Address, 'embedding' | 'job' | 'frame' | 'bookmark' | 'camera'> & {
  readonly camera?: CameraTarget['camera'];
};

export class Visits {
  #wanted: Address = {};

  constructor(private readonly parts: VisitParts) {}

  /** The address of what is shown; while nothing is, of what was asked for. */
  get address(): Address {
    const { state } = this.parts.context.store;
    return state.embedding.kind === 'ready' ? addressOf(state) : this.#wanted;
  }

  /** Shows what an address names; what it leaves open, the first embedding, its own view and PCA fill in. */
  async go(address: Address): Promise<void> {
    this.#wanted = address;
    const { opening, context } = this.parts;
    if (address.bookmark !== undefined) {
      const outcome = await opening.bookmark(address.bookmark, false);
      if (outcome === 'shown') this.#apply(address);
      if (outcome !== 'failed') return;
    }
    const { state } = context.store;
    const id = address.embedding ?? openEmbedding(state)?.id ?? firstEmbedding(state);
    if (id === null) return;
    if (id !== openEmbedding(state)?.id && (await opening.embedding(id)) !== 'shown') return;
    await this.#showPart(address);
  }

  /** Shows what an address names of the embedding that is open. */
  async #showPart(address: Address): Promise<void> {
    const embedding = openEmbedding(this.parts.context.store.state);
    if (embedding === null) return;
    const {
      components = FIRST_COMPONENTS,
      job,
      frame = null,
      ...view
    } = { ...startOf(embedding), ...address };
    this.#apply(view);
    if (job !== undefined && (await this.#join(job, components, frame))) return;
    await this.#showPca(components);
  }

  /** Shows PCA of all rows as they are: at once when this session has it already. */
  async #showPca(components: readonly number[]): Promise<void> {
    const { context, projections } = this.parts;
    const preprocessing = 'none';
    context.store.update({ isolatedRows: null, projectionTab: 'pca', preprocessing, ...dimsOf(components) });
    if (!projections.resume('pca', { components, preprocessing })) await projections.run('pca');
  }

  async #join(jobId: string, components: readonly number[], frame: number | null): Promise<boolean> {
    const { context, projections } = this.parts;
    try {
      return await projections.join(jobId, components, frame);
    } catch (error) {
      context.report('Link', error);
      return false;
    }
  }

  #apply({ label, color, colorMode, appearance, components, selection, neighbors, camera }: View): void {
    const { context, columns, neighbors: listed } = this.parts;
    const { store } = context;
    const nPoints = openEmbedding(store.state)?.n_points ?? 0;
    if (neighbors === null) listed.actions.clearNeighbors();
    store.update({
      ...(label !== undefined && { labelColumn: label }),
      ...(color !== undefined && { colorColumn: color }),
      ...(colorMode && { colorMode }),
      ...(appearance && { appearance }),
      ...(components && dimsOf(components)),
      ...(selection && { selection: rowSet(selection.filter((row) => row < nPoints)) }),
      ...(camera && aimAt(camera, { flight: false })),
    });
    columns.refreshLegend();
    if (neighbors) void listed.list(neighbors);
    void columns.need(store.state.labelColumn);
    void columns.need(store.state.colorColumn);
  }
}

const FIRST_COMPONENTS = [0, 1, 2] as const;

function dimsOf(components: readonly number[]): Pick<State, 'pca' | 'viewDims'> {
  return { pca: { components }, viewDims: components.length === 3 ? 3 : 2 };
}

/** How an embedding is shown at first, whatever the projection. */
function startOf(embedding: Rest.Embedding): View {
  return {
    label: defaultLabelColumn(embedding),
    color: defaultColorColumn(embedding),
    colorMode: 'auto',
    appearance: defaultAppearance(embedding),
    selection: [],
    neighbors: null,
    camera: 'home',
  };
}

function openEmbedding({ embedding }: State): Rest.Embedding | null {
  return embedding.kind === 'ready' ? embedding.value : null;
}

function firstEmbedding({ runs }: State): string | null {
  if (runs.kind !== 'ready') return null;
  return runs.value.flatMap((run) => run.embeddings)[0]?.id ?? null;
}
