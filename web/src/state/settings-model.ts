/** What a person sets up in the panels before a projection is asked for. */

import type { Rest } from '../api/rest-types';

export interface PcaSettings {
  readonly components: readonly number[]; // two or three column indices
}

export interface TsneSettings {
  readonly nDims: 2 | 3;
  readonly perplexity: number;
  readonly furtherPerplexities: string; // as typed, see domain/perplexities.ts; empty: none
  readonly learningRate: number | null; // null: automatic
  readonly earlyExaggeration: number;
  readonly nSteps: number;
  readonly metric: Metric;
  readonly lateExaggeration: number;
  readonly initialisation: Start;
  readonly patienceSteps: number; // 0: all steps are taken
}

export interface UmapSettings {
  readonly nDims: 2 | 3;
  readonly nNeighbors: number;
  readonly minDist: number;
  readonly metric: Metric;
  readonly nEpochs: number | null; // null: by the number of rows
  readonly initialisation: Start;
}

/** Labels that draw points of the same one together; of t-SNE and UMAP. */
export interface SupervisionSettings {
  readonly column: string | null; // null: none
  readonly weight: number; // 0 to 1
  readonly ignoredLabel: string;
}

/** Rows whose centroid is one side of a custom axis: those that match a query, or that were selected. */
export interface SideSettings {
  readonly query: string;
  readonly mode: 'text' | 'regex';
  readonly rows: readonly number[] | null; // null: those of the query
}

export interface AxisSettings {
  readonly from: SideSettings;
  readonly to: SideSettings;
}

export interface CustomSettings {
  readonly column: string | null; // that queries look in; null: the label column
  readonly x: AxisSettings;
  readonly y: AxisSettings;
  readonly z: AxisSettings | null; // null: two dimensions
  readonly normalise: boolean;
  readonly orthogonalise: boolean;
}

/** Where points start; given: where the layout on screen has them when the job is asked for. */
export type Start = 'pca_scaled' | 'spectral' | 'random' | 'given';

export type Metric = 'cosine' | 'euclidean' | 'dot_product';
export type Preprocessing = Rest.Job['preprocessing'];
