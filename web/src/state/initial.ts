/** The state before anything was fetched. */

import { NO_ROWS } from '../domain/selection';
import { NO_UPLOAD } from '../domain/upload';
import type {
  AxisSettings,
  CustomSettings,
  SearchState,
  SideSettings,
  State,
  Theme,
  TsneSettings,
  UmapSettings,
} from './model';
import type { Preferences } from './preferences';

export const DEFAULT_TSNE: TsneSettings = {
  nDims: 3,
  perplexity: 30,
  furtherPerplexities: '',
  learningRate: null,
  earlyExaggeration: 12,
  nSteps: 1000,
  metric: 'euclidean',
  lateExaggeration: 1,
  initialisation: 'pca_scaled',
  patienceSteps: 0,
};

export const DEFAULT_UMAP: UmapSettings = {
  nDims: 3,
  nNeighbors: 15,
  minDist: 0.1,
  metric: 'euclidean',
  nEpochs: null,
  initialisation: 'spectral',
};

const EMPTY_SIDE: SideSettings = { query: '', mode: 'text', rows: null };
export const EMPTY_AXIS: AxisSettings = { from: EMPTY_SIDE, to: EMPTY_SIDE };

export const DEFAULT_CUSTOM: CustomSettings = {
  column: null,
  x: EMPTY_AXIS,
  y: EMPTY_AXIS,
  z: null,
  normalise: true,
  orthogonalise: false,
};

export const NO_SEARCH: SearchState = { query: '', column: null, mode: 'text', result: { kind: 'idle' } };

/** What belongs to one embedding and is forgotten when another is opened. */
export const NO_EMBEDDING = {
  embedding: { kind: 'idle' },
  columns: new Map(),
  sprite: { kind: 'idle' },
  thumbnails: new Map(),
  labelColumn: null,
  colorColumn: null,
  colorMode: 'auto',
  legend: null,
  legendIsolated: new Set<string>(),
  appearance: 'points',
  projectionTab: 'pca',
  pca: { components: [0, 1, 2] },
  tsne: DEFAULT_TSNE,
  umap: DEFAULT_UMAP,
  custom: DEFAULT_CUSTOM,
  raw: { dims: [0, 1] },
  supervision: { column: null, weight: 0.5, ignoredLabel: '' },
  preprocessing: 'none',
  seed: 0,
  quality: { kind: 'idle' },
  preservation: { kind: 'idle' },
  viewDims: 3,
  requesting: false,
  jobView: null,
  steered: null,
  jobs: { list: null, failure: null, thumbnails: new Map() },
  layout: null,
  isolatedRows: null,
  selection: NO_ROWS,
  hoveredRow: null,
  neighbors: null,
  search: NO_SEARCH,
  collections: { kind: 'idle' },
  openCollection: null,
  openBookmark: null,
  camera: null,
  cameraTarget: null,
} as const satisfies Partial<State>;

export function initialState(preferences: Preferences, systemTheme: Theme): State {
  return {
    ...NO_EMBEDDING,
    theme: preferences.theme,
    systemTheme,
    panelPlaces: preferences.panelPlaces,
    helpOpen: false,
    online: true,
    runs: { kind: 'idle' },
    diagnosis: null,
    uploadRules: null,
    upload: { open: false, draft: NO_UPLOAD, step: 'choosing', sent: {}, error: null },
    tool: 'navigate',
    people: { me: null, isSharing: false, pages: new Map() },
    notices: [],
  };
}
