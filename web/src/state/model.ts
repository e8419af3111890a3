/**
 * Everything the page knows, as plain data. Panels read it, actions (state/actions.ts) replace it; the scene is told by
 * state/scene-link.ts. Bulk arrays (coordinates, column values, colours) are typed arrays, never objects per point.
 *
 * Two numberings of points exist. An original row counts in the whole embedding; a shown point counts in the current
 * layout. They differ while rows are isolated: `layout.rows[point]` is the original row. State speaks of original rows
 * everywhere except inside `LayoutState`; only scene-link converts.
 */

import type { Rest } from '../api/rest-types';
import type { Legend } from '../domain/color-scale';
import type { ColumnValues, NumberColumn } from '../domain/columns';
import type { UploadDraft, UploadRole } from '../domain/upload';
import type { Appearance, CameraState, Tool } from '../scene/scene-api';
import type { JobActions, JobsState, JobView, Steered } from './job-model';
import type { PeopleActions, PeopleState } from './people-model';
import type {
  CustomSettings,
  Metric,
  PcaSettings,
  Preprocessing,
  SupervisionSettings,
  TsneSettings,
  UmapSettings,
} from './settings-model';

export type * from './job-model';
export type * from './people-model';
export type * from './settings-model';

/** Something that is fetched: each state is designed in the page. */
export type Remote<T> =
  | { readonly kind: 'idle' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly value: T }
  | { readonly kind: 'failed'; readonly message: string };

export interface LayoutState {
  readonly jobId: string | null; // null: not one frame of one job (a bookmark's coordinates, a part of a layout)
  readonly bookmark: Rest.Bookmark | null; // whose coordinates these are
  readonly method: string; // pca, tsne, or the name a file gave
  readonly projection: Rest.Projection | null; // null: the coordinates came from a file without parameters
  readonly preprocessing: Preprocessing;
  readonly seed: number;
  readonly sequence: number;
  readonly step: number;
  readonly loss: number; // NaN where it has no meaning
  readonly nPoints: number;
  readonly nComponents: number; // columns of `values`
  readonly values: Float32Array; // nPoints * nComponents
  readonly rows: Uint32Array | null; // original row of each shown point; null: the identity
  readonly explainedVariance: readonly number[] | null; // PCA: share of each component, once known
}

/** Whose neighbors, how many, by which distance. */
export interface NeighborsQuery {
  readonly row: number;
  readonly k: number;
  readonly metric: Metric;
  readonly space: NeighborSpace;
}

export type NeighborSpace = 'original' | 'preprocessed' | 'layout';

export interface NeighborsState extends NeighborsQuery {
  readonly result: Remote<{ readonly rows: Uint32Array; readonly distances: Float32Array }>;
}

/** How far the thumbnails in the cloud are. */
export type SpriteState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'loading'; readonly share: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string };

/** A part of an image that holds the thumbnails of several rows; the sides of the part may be fractions. */
export interface Thumbnail {
  readonly image: ImageBitmap;
  readonly left: number;
  readonly top: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface SearchState {
  readonly query: string;
  readonly column: string | null;
  readonly mode: 'text' | 'regex';
  readonly result: Remote<{ readonly count: number; readonly rows: Uint32Array }>;
}

export interface Notice {
  readonly id: number;
  readonly severity: 'notice' | 'warning' | 'error';
  readonly subject: string;
  readonly message: string;
}

/** The dialog that brings in an embedding, and the upload that goes on while it is closed. */
export interface UploadState {
  readonly open: boolean;
  readonly draft: UploadDraft;
  readonly step: 'choosing' | 'sending' | 'checking';
  readonly sent: Readonly<Partial<Record<UploadRole, number>>>; // bytes
  readonly error: string | null; // stays until something is changed
}

export type Theme = 'light' | 'dark';
export type Side = 'left' | 'right';

export interface PanelPlace {
  readonly widthPx: number;
  readonly collapsed: boolean;
}

/** Where the camera shall go once the layout of the same change is shown. A new object is a new wish. */
export interface CameraTarget {
  readonly camera: CameraState | 'home';
  readonly flight: boolean;
}

export interface State {
  readonly theme: Theme | 'system';
  readonly systemTheme: Theme; // what the system prefers; `shownTheme` in selectors.ts resolves the two
  readonly panelPlaces: Readonly<Record<Side, PanelPlace>>;
  readonly helpOpen: boolean; // the sheet of keyboard shortcuts
  readonly online: boolean; // the gateway answered the last request or socket
  readonly runs: Remote<readonly Rest.Run[]>;
  readonly diagnosis: Rest.Diagnosis | null; // comes with the runs
  readonly uploadRules: Rest.UploadRules | null; // null: not known, nothing is offered
  readonly upload: UploadState;
  readonly embedding: Remote<Rest.Embedding>;
  readonly columns: ReadonlyMap<string, Remote<ColumnValues>>; // by name, fetched when first needed
  readonly sprite: SpriteState;
  readonly thumbnails: ReadonlyMap<number, Thumbnail>; // by original row, fetched when first needed
  readonly labelColumn: string | null; // null: row numbers
  readonly colorColumn: string | null;
  readonly colorMode: 'auto' | 'categorical' | 'numeric';
  readonly legend: Legend | null; // of the colour column; null: none chosen or not fetched yet
  readonly legendIsolated: ReadonlySet<string>; // values kept by clicks in the legend; empty: all
  readonly appearance: Appearance;
  readonly tool: Tool;
  readonly projectionTab: Rest.Projection['method'];
  readonly pca: PcaSettings;
  readonly tsne: TsneSettings;
  readonly umap: UmapSettings;
  readonly custom: CustomSettings;
  readonly raw: { readonly dims: readonly number[] };
  readonly supervision: SupervisionSettings;
  readonly preprocessing: Preprocessing;
  readonly seed: number;
  readonly quality: Remote<Rest.Quality>; // of the shown layout
  readonly preservation: Remote<NumberColumn>; // idle: points are painted by the colour column
  readonly viewDims: 2 | 3;
  readonly requesting: boolean; // a projection was asked for and the job is not known yet
  readonly jobView: JobView | null; // the job being shown or watched
  readonly steered: Steered | null; // what somebody else did to it just now
  readonly jobs: JobsState; // all of the open embedding
  readonly people: PeopleState;
  readonly layout: LayoutState | null;
  readonly isolatedRows: Uint32Array | null; // original rows; null: all are shown
  readonly selection: Uint32Array; // original rows, ascending
  readonly hoveredRow: number | null;
  readonly neighbors: NeighborsState | null;
  readonly search: SearchState;
  readonly collections: Remote<readonly Rest.Collection[]>;
  readonly openCollection: string | null;
  readonly openBookmark: string | null;
  readonly camera: CameraState | null; // where it rests or flies to; null: not known, or home
  readonly cameraTarget: CameraTarget | null;
  readonly notices: readonly Notice[]; // listed under the bell until dismissed
}

/** What a person can do. Panels and the keyboard call these and nothing else. */
export interface Actions extends JobActions, PeopleActions {
  openEmbedding(embeddingId: string): Promise<void>;
  reload(): Promise<void>;
  setTheme(theme: State['theme']): void;
  setPanel(side: Side, change: Partial<PanelPlace>): void;
  setHelpOpen(open: boolean): void;
  labelBy(column: string | null): void;
  colorBy(column: string | null): void;
  /** Fetches the values of every column that is not here yet: the metadata card shows all of them. */
  loadColumns(): Promise<void>;
  /** Fetches those thumbnails of these rows that are not here yet. */
  loadThumbnails(rows: Iterable<number>): Promise<void>;
  setColorMode(mode: State['colorMode']): void;
  toggleLegendValue(value: string, add: boolean): void;
  setAppearance(appearance: Appearance): void;
  setTool(tool: Tool): void;
  chooseProjection(tab: State['projectionTab']): void;
  /** PCA: shows two or three components. t-SNE: of the next run, and of the shown layout as far as it has them. */
  setViewDims(dims: 2 | 3): void;
  setPcaComponents(components: readonly number[]): void;
  setTsne(change: Partial<TsneSettings>): void;
  setUmap(change: Partial<UmapSettings>): void;
  setCustom(change: Partial<CustomSettings>): void;
  setRaw(dims: readonly number[]): void;
  setSupervision(change: Partial<SupervisionSettings>): void;
  setPreprocessing(preprocessing: Preprocessing): void;
  setSeed(seed: number): void;
  /** How well the shown layout shows what is near. */
  measureQuality(): Promise<void>;
  /** Paints points by the part of their neighbors that the shown layout keeps, until another colour is chosen. */
  colorByPreservation(): Promise<void>;
  select(rows: Uint32Array, mode: 'replace' | 'add' | 'remove'): void;
  clearSelection(): void;
  hover(row: number | null): void;
  /** Neighbors of the selected row; also selects it. */
  findNeighbors(row: number, change?: Partial<Omit<NeighborsQuery, 'row'>>): Promise<void>;
  clearNeighbors(): void;
  setSearch(change: Partial<Pick<SearchState, 'query' | 'column' | 'mode'>>): Promise<void>;
  selectSearchResult(): void;
  isolateSelection(): Promise<void>;
  showAll(): Promise<void>;
  createCollection(name: string): Promise<void>;
  chooseCollection(id: string): void;
  renameCollection(id: string, name: string): Promise<void>;
  deleteCollection(id: string): Promise<void>;
  saveBookmark(name: string): Promise<void>;
  openBookmark(id: string): Promise<void>;
  stepBookmark(direction: 1 | -1): Promise<void>;
  renameBookmark(id: string, name: string): Promise<void>;
  deleteBookmark(id: string): Promise<void>;
  moveBookmark(id: string, toIndex: number): Promise<void>;
  importBookmarks(files: readonly File[]): Promise<void>;
  bookmarkLink(id: string): string;
  /** Link to what is shown now: embedding, job, colours, components, camera, selection. */
  shareLink(): string;
  exportLink(collectionId: string): string;
  resetCamera(): void;
  /** Moves the camera closer (factor above 1) or away; the buttons and the keys + and -. */
  zoomBy(factor: number): void;
  savePicture(): Promise<void>;
  /** Opens the dialog; files take the roles that their names suggest. */
  openUpload(files?: readonly File[]): void;
  /** Closes the dialog and forgets what was chosen; an upload that is under way goes on. */
  closeUpload(): void;
  changeUpload(change: Partial<Omit<UploadDraft, 'files'>>): void;
  chooseFile(role: UploadRole, file: File | null): void;
  /** Sends what was chosen, and opens it unless the dialog was closed meanwhile. */
  upload(): Promise<void>;
  cancelUpload(): void;
  deleteUpload(runId: string): Promise<void>;
  dismissNotice(id: number): void;
}

export interface Store {
  readonly state: State;
  readonly actions: Actions;
  /** Calls back after each change, at most once a microtask; returns the function that ends it. */
  subscribe(listener: (state: State, previous: State) => void): () => void;
}
