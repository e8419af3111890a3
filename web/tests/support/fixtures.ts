/** Small, complete bodies as the gateway sends them. */

import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  type AppliedControlSchema,
  Encoding,
  type Frame,
  FrameSchema,
  type JobEvent,
  JobEventSchema,
  JobHistorySchema,
  JobStateSchema,
  type Phase,
  ThumbnailSchema,
} from '../../src/api/generated/projector_contracts/compute/v1/job_pb';
import {
  type Column,
  ColumnSchema,
  ColumnType,
} from '../../src/api/generated/projector_contracts/loader/v1/loader_pb';
import type { Rest } from '../../src/api/rest-types';
import type { HistoryPoint, JobView } from '../../src/state/model';

export const CAMERA = {
  mode: 'perspective',
  position: [0.5, 1.25, 2.5],
  target: [0, 0.125, 0],
  up: [0, 1, 0],
  zoom: 1.5,
} as const;

export function embedding(change: Partial<Rest.Embedding> = {}): Rest.Embedding {
  return {
    id: 'E1',
    run_id: 'R1',
    run_name: 'digits',
    tensor_name: 'digits',
    display_name: 'digits',
    step: null,
    n_points: 4,
    n_dims: 8,
    version: 'v1',
    dtype: 'float32',
    digest: 'd1',
    columns: [
      column({ name: 'word', type: 'text', n_unique: 4 }),
      column({ name: 'kind', type: 'category', n_unique: 2 }),
    ],
    sprite: null,
    has_bookmarks: false,
    problems: [],
    ...change,
  };
}

export function column(change: Partial<Rest.Column>): Rest.Column {
  return {
    name: 'kind',
    type: 'category',
    n_unique: 2,
    n_missing: 0,
    minimum: null,
    maximum: null,
    top_values: [],
    ...change,
  };
}

export function diagnosis(...problems: Rest.Problem[]): Rest.Diagnosis {
  return { n_folders: 1, findings: [], passed_over: [], problems };
}

/** Four thumbnails of 20 x 8 px in one page, and half as large. */
export function sprite(): NonNullable<Rest.Embedding['sprite']> {
  const grid = { n_columns: 2, n_rows: 2, n_pages: 1 };
  return {
    image_width_px: 40,
    image_height_px: 16,
    thumbnail_width_px: 20,
    thumbnail_height_px: 8,
    n_columns: 2,
    levels: [
      { ...grid, thumbnail_width_px: 20, thumbnail_height_px: 8, cell_width_px: 20, cell_height_px: 8 },
      { ...grid, thumbnail_width_px: 10, thumbnail_height_px: 4, cell_width_px: 10, cell_height_px: 4 },
    ],
    digest: 's1',
  };
}

export function run(...embeddings: Rest.Embedding[]): Rest.Run {
  return {
    id: 'R1',
    name: 'digits',
    embeddings: embeddings.map(
      ({ id, run_id, tensor_name, display_name, step, n_points, n_dims, version }) => ({
        id,
        run_id,
        tensor_name,
        display_name,
        step,
        n_points,
        n_dims,
        version,
      }),
    ),
    checkpoints: [],
    rejected: [],
    problems: [],
    is_upload: false,
  };
}

export function job(change: Partial<Rest.Job> = {}): Rest.Job {
  return {
    id: 'J1',
    embedding_id: 'E1',
    rows: null,
    preprocessing: 'none',
    seed: 0,
    projection: { method: 'pca', n_components: 10, uncentred: false },
    phase: 'queued',
    progress: 0,
    step: 0,
    sequence: 0,
    n_points: 4,
    created_at: '2026-01-01T00:00:00Z',
    started_by: null,
    forked_from: null,
    queue_place: null,
    remaining_seconds: null,
    interruption: null,
    times: [],
    watchers: [],
    failure: null,
    notices: [],
    controls: [],
    explained_variance_ratio: null,
    is_approximate: null,
    axes: null,
    ...change,
  };
}

/** What is watched of a job, at its newest frame. */
export function jobView(change: Partial<JobView> = {}): JobView {
  return { job: job(), connection: 'live', lostBecause: '', history: [], scrub: null, ...change };
}

export const ADA = { id: 'p-ada', name: 'Ada' };

export const TSNE: Rest.Projection = {
  method: 'tsne',
  n_dims: 2,
  perplexity: 30,
  learning_rate: 0,
  early_exaggeration: 12,
  early_exaggeration_steps: 250,
  n_steps: 1000,
  metric: 'euclidean',
  late_exaggeration: 1,
  early_momentum: 0.5,
  late_momentum: 0.8,
  patience_steps: 0,
  initialisation: 'pca_scaled',
};

type CollectionChange = Partial<Omit<Rest.Collection, 'bookmarks'>> & {
  readonly bookmarks?: readonly Rest.Bookmark[];
};

/** A collection with its bookmarks as it lists them. */
export function collection({ bookmarks = [], ...change }: CollectionChange = {}): Rest.Collection {
  return {
    id: 'C1',
    embedding_id: 'E1',
    embedding_digest: 'd1',
    name: 'Bookmarks',
    source: 'user',
    bookmarks: bookmarks.map(listed),
    problems: [],
    version: 1,
    created_at: '2026-01-01T00:00:00Z',
    ...change,
  };
}

function listed(bookmark: Rest.Bookmark): Rest.ListedBookmark {
  const { selection = [], rows = null, ...outline } = bookmark.view;
  return {
    ...bookmark,
    view: { ...outline, n_selected: selection.length, n_rows: rows?.length ?? null },
  };
}

export function bookmark(change: Partial<Rest.Bookmark> = {}): Rest.Bookmark {
  return {
    id: 'B1',
    collection_id: 'C1',
    embedding_id: 'E1',
    name: 'First',
    view: view(),
    layout_digest: 'l1',
    job_id: 'J9',
    sequence: 7,
    version: 1,
    created_at: '2026-01-01T00:00:00Z',
    ...change,
  };
}

export function view(change: Partial<Rest.View> = {}): Rest.View {
  return {
    projection: TSNE,
    method_label: null,
    preprocessing: 'none',
    seed: 0,
    components: [0, 1],
    step: 412,
    camera: {
      mode: CAMERA.mode,
      position: [...CAMERA.position],
      target: [...CAMERA.target],
      up: [...CAMERA.up],
      zoom: CAMERA.zoom,
    },
    label_column: 'word',
    color_column: 'kind',
    color_mode: 'auto',
    appearance: 'points',
    selection: [2],
    rows: null,
    neighbors: null,
    ...change,
  };
}

export interface FrameFields {
  readonly sequence?: number;
  readonly step?: number;
  readonly loss?: number;
  readonly nPoints?: number;
  readonly nDims?: number;
  readonly values?: readonly number[];
}

export function frame(fields: FrameFields = {}): Frame {
  const { sequence = 1, step = 0, loss = Number.NaN, nPoints = 4, nDims = 2 } = fields;
  const values =
    fields.values ?? Array.from({ length: nPoints * nDims }, (_, index) => index + sequence / 10);
  return create(FrameSchema, {
    sequence: BigInt(sequence),
    step,
    loss,
    nPoints,
    nDims,
    encoding: Encoding.FLOAT32,
    layout: new Uint8Array(Float32Array.from(values).buffer),
  });
}

export function frameEvent(fields: FrameFields = {}): Uint8Array<ArrayBuffer> {
  return bytesOf(create(JobEventSchema, { event: { case: 'frame', value: frame(fields) } }));
}

/** A control of somebody, as a state tells it. */
export interface ControlFields {
  readonly step: number;
  readonly exaggeration?: number; // none: a pause
  readonly by?: { readonly id: string; readonly name: string };
}

export interface StateFields {
  readonly controls?: readonly ControlFields[];
  readonly queuePlace?: number;
  readonly remainingSeconds?: number;
  readonly interruption?: string;
  readonly sequence?: number;
  readonly step?: number;
  readonly variance?: number[];
  readonly failure?: string;
  readonly notices?: { readonly message: string; readonly subject?: string }[];
}

function applied({ step, exaggeration, by }: ControlFields): MessageInitShape<typeof AppliedControlSchema> {
  const who = by ? { by } : {};
  if (exaggeration === undefined) return { step, control: { ...who, action: { case: 'pause', value: {} } } };
  return { step, control: { ...who, action: { case: 'setExaggeration', value: { exaggeration } } } };
}

export function stateEvent(phase: Phase, fields: StateFields = {}): Uint8Array<ArrayBuffer> {
  const { sequence = 0, step = 0, variance, failure, notices = [], controls = [], ...rest } = fields;
  const value = create(JobStateSchema, {
    jobId: 'J1',
    phase,
    step,
    sequence: BigInt(sequence),
    nPoints: 4,
    notices,
    ...rest,
    controls: controls.map(applied),
    ...(failure ? { failure: { code: 'internal', message: failure } } : {}),
    ...(variance ? { result: { case: 'pca', value: { explainedVarianceRatio: variance } } } : {}),
  });
  return bytesOf(create(JobEventSchema, { event: { case: 'state', value } }));
}

/** Points of a run's past: a loss of 10 / step, every frame kept unless it is left out of `kept`. */
export function historyPoints(steps: readonly number[], dropped: readonly number[] = []): HistoryPoint[] {
  return steps.map((step, index) => ({
    sequence: index + 1,
    step,
    loss: step === 0 ? Number.NaN : 10 / step,
    isKept: !dropped.includes(index + 1),
  }));
}

export function historyBytes(points: readonly HistoryPoint[]): Uint8Array<ArrayBuffer> {
  const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer as ArrayBuffer);
  const history = create(JobHistorySchema, {
    sequences: bytes(BigUint64Array.from(points, ({ sequence }) => BigInt(sequence))),
    steps: bytes(Uint32Array.from(points, ({ step }) => step)),
    losses: bytes(Float64Array.from(points, ({ loss }) => loss)),
    kept: Uint8Array.from(points, ({ isKept }) => (isKept ? 1 : 0)),
  });
  return toBinary(JobHistorySchema, history) as Uint8Array<ArrayBuffer>;
}

export function thumbnailBytes(sequence: number): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array(Uint32Array.of(0, 3).buffer);
  const thumbnail = create(ThumbnailSchema, {
    sequence: BigInt(sequence),
    rows,
    places: Uint8Array.of(0, 1, 2, 3),
  });
  return toBinary(ThumbnailSchema, thumbnail) as Uint8Array<ArrayBuffer>;
}

export function categoryBytes(name: string, values: string[], codes: number[]): Uint8Array<ArrayBuffer> {
  return columnBytes(
    create(ColumnSchema, {
      name,
      type: ColumnType.CATEGORY,
      nRows: codes.length,
      values: {
        case: 'dictionary',
        value: { values, codes: new Uint8Array(Uint32Array.from(codes).buffer) },
      },
    }),
  );
}

export function textBytes(name: string, texts: string[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const encoded = texts.map((text) => encoder.encode(text));
  const offsets = [0];
  for (const bytes of encoded) offsets.push((offsets.at(-1) ?? 0) + bytes.length);
  const value = {
    utf8: encoder.encode(texts.join('')),
    offsets: new Uint8Array(Uint32Array.from(offsets).buffer),
  };
  return columnBytes(
    create(ColumnSchema, {
      name,
      type: ColumnType.TEXT,
      nRows: texts.length,
      values: { case: 'text', value },
    }),
  );
}

function columnBytes(message: Column): Uint8Array<ArrayBuffer> {
  return toBinary(ColumnSchema, message) as Uint8Array<ArrayBuffer>;
}

function bytesOf(event: JobEvent): Uint8Array<ArrayBuffer> {
  return toBinary(JobEventSchema, event) as Uint8Array<ArrayBuffer>;
}
