/** The state before anything was fetched. */

import { NO_ROWS } from '../domain/selection';
import { NO_UPLOAD } from '../domain/upload';
import type { SearchState, State, Theme, TsneSettings } from './model';
import type { Preferences } from './preferences';

export const DEFAULT_TSNE: TsneSettings = {
  nDims: 3,
  perplexity: 30,
  learningRate: null,
  earlyExaggeration: 12,
  nSteps: 1000,
  metric: 'euclidean',
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
  viewDims: 3,
  requesting: false,
  jobView: null,
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
    notices: [],
  };
}
