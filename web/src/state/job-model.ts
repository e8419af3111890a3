/** What the page knows of jobs: the one that is shown with its past, and all those of the embedding. */

import type { Rest } from '../api/rest-types';

/** A published frame of a run. */
export interface HistoryPoint {
  readonly sequence: number;
  readonly step: number;
  readonly loss: number; // in nats; NaN where it has no meaning
  readonly isKept: boolean; // can still be asked for, as far as is known
}

/** A look back into a run while it may go on. */
export interface Scrub {
  readonly sequence: number; // that is wished for; the layout follows when its frame is there
  readonly isPlaying: boolean;
}

export interface JobView {
  readonly job: Rest.Job;
  readonly connection: 'connecting' | 'live' | 'reconnecting' | 'closed';
  readonly lostBecause: string; // what the gateway said when the connection was lost; empty: nothing
  readonly history: readonly HistoryPoint[]; // in rising sequence
  readonly scrub: Scrub | null; // null: the newest frame is shown
}

/** What somebody else has just done to the job that is shown. */
export interface Steered {
  readonly jobId: string;
  readonly control: Rest.AppliedControl;
}

/** Where the points of a job's newest layout lie, for a picture as small as a stamp. */
export interface JobThumbnail {
  readonly sequence: number;
  readonly rows: Uint32Array; // of the embedding
  readonly places: Uint8Array; // two a row: x to the right, y upwards
}

export interface JobsState {
  readonly list: readonly Rest.JobSummary[] | null; // newest first; null: not known yet
  readonly failure: string | null; // why the list is not what it should be
  readonly thumbnails: ReadonlyMap<string, JobThumbnail>; // by job
}

export type LayoutFormat = 'tsv' | 'csv' | 'npy' | 'parquet';

/** What a person can do with jobs. */
export interface JobActions {
  /** Asks for the projection of the open tab over the shown rows; joins a job that is the same. */
  runProjection(): Promise<void>;
  /** Asks for what a job computes once more, with another seed. */
  runAgain(job: Rest.JobSummary): Promise<void>;
  /** Starts a job of the panel's parameters from the frame that is shown. */
  forkProjection(): Promise<void>;
  /** Shows a job of the open embedding. */
  openJob(jobId: string): Promise<void>;
  /** Deletes a job for everybody. */
  deleteJob(jobId: string): Promise<void>;
  /** Where a kept layout of a job is downloaded. */
  layoutUrl(jobId: string, format: LayoutFormat, sequence: number | 'latest'): string;
  controlJob(action: 'pause' | 'resume' | 'stop'): Promise<void>;
  /** Steers the t-SNE that is watched; all its watchers see what it does. */
  steerJob(control: Rest.Control): Promise<void>;
  /** Supervises the t-SNE that is watched as the settings say. */
  superviseJob(): Promise<void>;
  dismissSteered(): void;
  /** Shows the kept frame that is nearest to a sequence of the run's past. */
  scrubTo(sequence: number): void;
  /** Goes so many kept frames back or forward; past the newest it is live again. */
  scrubBy(nFrames: number): void;
  /** Shows the newest frame, and each that follows. */
  goLive(): void;
  /** Shows the run's past from where it is, or from its start; stops doing so. */
  togglePlaying(): void;
}
