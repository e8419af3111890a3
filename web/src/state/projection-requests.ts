/** Between the settings of the panels and the projections that jobs know. */

import type { Rest } from '../api/rest-types';
import { isStreamed, type Method } from '../domain/methods';
import { readPerplexities, textOfPerplexities } from '../domain/perplexities';
import { DEFAULT_TSNE, DEFAULT_UMAP } from './initial';
import type {
  AxisSettings,
  SideSettings,
  Start,
  State,
  SupervisionSettings,
  TsneSettings,
  UmapSettings,
} from './model';
import { shownStart, startRefusal } from './shown-start';

const MOST_PCA_COMPONENTS = 10;
const EARLY_STEPS = 250;

type Streamed = Extract<Rest.Projection, { method: 'tsne' | 'umap' }>;

/** The settings that lead to a projection. */
export type ProjectionSettings = Pick<
  State,
  | 'tsne'
  | 'umap'
  | 'custom'
  | 'raw'
  | 'supervision'
  | 'labelColumn'
  | 'layout'
  | 'pca'
  | 'isolatedRows'
  | 'embedding'
>;

/** The projection a person has set up in a tab. */
export function projectionOf(method: Method, settings: ProjectionSettings): Rest.Projection {
  switch (method) {
    case 'pca':
      return { method, n_components: MOST_PCA_COMPONENTS, uncentred: false };
    case 'tsne':
      return withStart(tsneOf(settings.tsne, supervisionOf(settings.supervision)), settings);
    case 'umap':
      return withStart(umapOf(settings.umap, supervisionOf(settings.supervision)), settings);
    case 'custom':
      return customOf(settings);
    case 'raw':
      return { method, dims: [...settings.raw.dims] };
  }
}

/**
 * The projection of the panel in as many dimensions as the shown frame, which a fork of it starts from; null where the
 * panel or what is shown is none that can be forked.
 */
export function forkOf(
  state: Pick<State, 'projectionTab'> & ProjectionSettings,
): Rest.ForkRequest['projection'] | null {
  const { projectionTab, layout } = state;
  if (layout === null || layout.jobId === null || !isStreamed(layout.method)) return null;
  const nDims = layout.nComponents >= 3 ? 3 : 2;
  // Its start is the frame, whatever the panel says.
  const tsne = { ...state.tsne, nDims, initialisation: DEFAULT_TSNE.initialisation } as const;
  const umap = { ...state.umap, nDims, initialisation: DEFAULT_UMAP.initialisation } as const;
  const settings = { ...state, tsne, umap };
  if (refusalOf(projectionTab, settings) !== null) return null;
  const projection = projectionOf(projectionTab, settings);
  return projection.method === 'tsne' || projection.method === 'umap' ? projection : null;
}

/** Why a projection cannot be asked for yet; null: it can. */
export function refusalOf(method: Method, settings: ProjectionSettings): string | null {
  switch (method) {
    case 'tsne':
      return 'fault' in readPerplexities(settings.tsne.furtherPerplexities)
        ? 'Mend the further perplexities, under More.'
        : refusalOfStart(settings.tsne, settings);
    case 'umap':
      return refusalOfStart(settings.umap, settings);
    case 'custom':
      return refusalOfCustom(settings);
    default:
      return null;
  }
}

function refusalOfStart(
  { initialisation, nDims }: Pick<TsneSettings, 'initialisation' | 'nDims'>,
  settings: ProjectionSettings,
): string | null {
  return initialisation === 'given' ? startRefusal(settings, nDims) : null;
}

function refusalOfCustom(settings: ProjectionSettings): string | null {
  const { x, y, z } = settings.custom;
  for (const [name, axis] of [
    ['X', x],
    ['Y', y],
    ['Z', z],
  ] as const) {
    if (axis && isEmpty(axis.from) && isEmpty(axis.to))
      return `Name rows of at least one side of axis ${name}.`;
  }
  if (settings.custom.column === null && settings.labelColumn === null) {
    return [x, y, z].some((axis) => axis && (axis.from.query || axis.to.query))
      ? 'Choose a column to search in.'
      : null;
  }
  return null;
}

/** What a supervision asks for; null: none. */
export function supervisionOf(settings: SupervisionSettings): Rest.Supervision | null {
  if (settings.column === null) return null;
  return {
    column: settings.column,
    weight: settings.weight,
    ignored_label: settings.ignoredLabel === '' ? null : settings.ignoredLabel,
  };
}

/** The settings of the panels that lead to a projection. */
export function settingsOf(projection: Rest.Projection | null): Partial<State> {
  switch (projection?.method) {
    case 'tsne':
      return {
        tsne: {
          nDims: projection.n_dims,
          ...perplexitiesOf(projection.perplexity),
          learningRate: projection.learning_rate || null,
          earlyExaggeration: projection.early_exaggeration,
          nSteps: projection.n_steps,
          metric: projection.metric,
          lateExaggeration: projection.late_exaggeration,
          initialisation: startOf(projection.initialisation, DEFAULT_TSNE.initialisation),
          patienceSteps: projection.patience_steps,
        },
      };
    case 'umap':
      return {
        umap: {
          nDims: projection.n_dims,
          nNeighbors: projection.n_neighbors,
          minDist: projection.min_dist,
          metric: projection.metric,
          nEpochs: projection.n_epochs || null,
          initialisation: startOf(projection.initialisation, DEFAULT_UMAP.initialisation),
        },
      };
    case 'raw':
      return { raw: { dims: projection.dims } };
    default:
      return {};
  }
}

/** A layout that was given once is not told again: the next run would start from another one. */
function startOf(told: Start, usual: Start): Start {
  return told === 'given' ? usual : told;
}

/** With the shown layout, where that is the start. */
function withStart(projection: Streamed, settings: ProjectionSettings): Streamed {
  const { layout, pca } = settings;
  const { initialisation, method, n_dims: nDims } = projection;
  if (initialisation !== 'given' || layout === null) return projection;
  return { ...projection, initial_layout: shownStart({ layout, pca }, method, nDims) };
}

function tsneOf(tsne: TsneSettings, supervision: Rest.Supervision | null): Streamed {
  return {
    method: 'tsne',
    n_dims: tsne.nDims,
    perplexity: allPerplexities(tsne),
    learning_rate: tsne.learningRate ?? 0,
    early_exaggeration: tsne.earlyExaggeration,
    early_exaggeration_steps: EARLY_STEPS,
    late_exaggeration: tsne.lateExaggeration,
    early_momentum: 0.5,
    late_momentum: 0.8,
    n_steps: tsne.nSteps,
    patience_steps: tsne.patienceSteps,
    metric: tsne.metric,
    initialisation: tsne.initialisation,
    ...(supervision && { supervision }),
  };
}

function umapOf(umap: UmapSettings, supervision: Rest.Supervision | null): Streamed {
  return {
    method: 'umap',
    n_dims: umap.nDims,
    n_neighbors: umap.nNeighbors,
    min_dist: umap.minDist,
    metric: umap.metric,
    n_epochs: umap.nEpochs ?? 0,
    initialisation: umap.initialisation,
    ...(supervision && { supervision }),
  };
}

function customOf({ custom, labelColumn }: ProjectionSettings): Rest.Projection {
  const column = custom.column ?? labelColumn ?? '';
  const axis = ({ from, to }: AxisSettings) => ({ from: sideOf(from, column), to: sideOf(to, column) });
  return {
    method: 'custom',
    x: axis(custom.x),
    y: axis(custom.y),
    ...(custom.z && { z: axis(custom.z) }),
    normalise: custom.normalise,
    orthogonalise: custom.orthogonalise,
  };
}

function sideOf({ query, mode, rows }: SideSettings, column: string) {
  if (rows !== null) return { rows: [...rows], label: `${rows.length} selected` };
  return query === '' ? { rows: [], label: '' } : { query, column, mode };
}

function isEmpty({ query, rows }: SideSettings): boolean {
  return rows === null ? query === '' : rows.length === 0;
}

/** One as a plain number; those that cannot be read are left out, `refusalOf` says so before. */
function allPerplexities({ perplexity, furtherPerplexities }: TsneSettings): number | number[] {
  const further = readPerplexities(furtherPerplexities);
  const values = 'values' in further ? further.values : [];
  return values.length === 0 ? perplexity : [perplexity, ...values];
}

function perplexitiesOf(
  perplexity: number | readonly number[],
): Pick<TsneSettings, 'perplexity' | 'furtherPerplexities'> {
  const [first = DEFAULT_TSNE.perplexity, ...further] =
    typeof perplexity === 'number' ? [perplexity] : perplexity;
  return { perplexity: first, furtherPerplexities: textOfPerplexities(further) };
}
