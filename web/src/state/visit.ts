/** Goes to an address: at the start, by the browser's back and forward, and nowhere else. */

import { rowSet } from '../domain/selection';
import type { Columns } from './actions/columns';
import type { Neighbors } from './actions/neighbors';
import type { ActionContext } from './context';
import type { CameraTarget, State } from './model';
import type { Opening } from './opening';
import type { Projections } from './projections';
import type { Address } from './url';

export interface VisitParts {
  readonly context: ActionContext;
  readonly columns: Columns;
  readonly opening: Opening;
  readonly projections: Projections;
  readonly listNeighbors: Neighbors['list'];
}

/** Shows what an address names; what it leaves open, the first embedding and PCA fill in. */
export async function visit(parts: VisitParts, address: Address): Promise<void> {
  if (address.bookmark !== undefined) {
    if (await parts.opening.bookmark(address.bookmark, false)) {
      applyView(parts, address);
      return;
    }
  }
  const id =
    address.embedding ??
    openEmbedding(parts.context.store.state) ??
    firstEmbedding(parts.context.store.state);
  if (id === null) return;
  if (id !== openEmbedding(parts.context.store.state) && !(await parts.opening.embedding(id))) return;
  applyView(parts, { camera: 'home', ...address });
  if (address.job !== undefined && (await joined(parts, address.job))) return;
  await showPca(parts);
}

/** Shows PCA of all rows: at once when this session has it already. */
async function showPca({ context, projections }: VisitParts): Promise<void> {
  context.store.update({ isolatedRows: null, projectionTab: 'pca' });
  if (!projections.resume('pca')) await projections.run('pca');
}

async function joined({ context, projections }: VisitParts, jobId: string): Promise<boolean> {
  try {
    return await projections.join(jobId);
  } catch (error) {
    context.report('Link', error);
    return false;
  }
}

type Aim = Omit<Address, 'camera'> & { readonly camera?: CameraTarget['camera'] };

function applyView({ context, columns, listNeighbors }: VisitParts, address: Aim): void {
  const { store } = context;
  const { label, color, colorMode, appearance, components, selection, neighbors, camera } = address;
  store.update({
    ...(label !== undefined && { labelColumn: label }),
    ...(color !== undefined && { colorColumn: color }),
    ...(colorMode && { colorMode }),
    ...(appearance && { appearance }),
    ...(components && { pca: { components }, viewDims: components.length === 3 ? 3 : 2 }),
    ...(selection && { selection: rowSet(selection) }),
    ...(neighbors === null && { neighbors }),
    ...(camera && { camera: camera === 'home' ? null : camera, cameraTarget: { camera, flight: false } }),
  });
  columns.refreshLegend();
  if (neighbors) void listNeighbors(neighbors);
  void columns.need(store.state.labelColumn);
  void columns.need(store.state.colorColumn);
}

function openEmbedding({ embedding }: State): string | null {
  return embedding.kind === 'ready' ? embedding.value.id : null;
}

function firstEmbedding({ runs }: State): string | null {
  if (runs.kind !== 'ready') return null;
  return runs.value.flatMap((run) => run.embeddings)[0]?.id ?? null;
}
