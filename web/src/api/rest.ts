/** Every REST route of the gateway as a typed call. */

import { fromBinary } from '@bufbuild/protobuf';
import type { ColumnValues } from '../domain/columns';
import type { UploadRole } from '../domain/upload';
import { decodeColumn } from './columns';
import { type DecodedFrame, decodeFrame } from './frames';
import { type Frame, JobEventSchema } from './generated/projector_contracts/compute/v1/job_pb';
import { ColumnSchema } from './generated/projector_contracts/loader/v1/loader_pb';
import { ApiError, type Http } from './http';
import { type DecodedPoint, type DecodedThumbnail, decodeHistory, decodeThumbnail } from './job-history';
import type { Rest } from './rest-types';

const API = 'api/v1';
const BULK_SECONDS = 180;
/** The first look at an atlas waits until all of it is cut. */
const THUMBNAILS_SECONDS = 300;
const QUERY_SECONDS = 60;
const CHECK_SECONDS = 300;

export class RestApi {
  constructor(private readonly http: Http) {}

  runs(signal?: AbortSignal): Promise<Rest.Run[]> {
    return this.http.json(`${API}/runs`, withSignal(signal));
  }

  diagnosis(signal?: AbortSignal): Promise<Rest.Diagnosis> {
    return this.http.json(`${API}/diagnosis`, withSignal(signal));
  }

  embedding(id: string, signal?: AbortSignal): Promise<Rest.Embedding> {
    return this.http.json(`${API}/embeddings/${segment(id)}`, withSignal(signal));
  }

  async column(embeddingId: string, name: string, signal?: AbortSignal): Promise<ColumnValues> {
    const path = `${API}/embeddings/${segment(embeddingId)}/columns/${segment(name)}`;
    const bytes = await this.http.bytes(path, { timeoutSeconds: BULK_SECONDS, ...withSignal(signal) });
    return decodeColumn(fromBinary(ColumnSchema, bytes));
  }

  /** One page of thumbnails, as an image. */
  spritePage(embeddingId: string, level: number, page: number, signal?: AbortSignal): Promise<Blob> {
    return this.#image(`${API}/embeddings/${segment(embeddingId)}/sprite/${level}/${page}`, signal);
  }

  /** The thumbnails of some rows, as one image. */
  thumbnails(embeddingId: string, level: number, rows: Uint32Array, signal?: AbortSignal): Promise<Blob> {
    return this.#image(
      `${API}/embeddings/${segment(embeddingId)}/sprite/${level}?rows=${rows.join()}`,
      signal,
    );
  }

  neighbors(
    embeddingId: string,
    query: Rest.NeighborsRequest,
    signal?: AbortSignal,
  ): Promise<Rest.Neighbors> {
    return this.http.json(`${API}/embeddings/${segment(embeddingId)}/neighbors`, {
      method: 'POST',
      json: query,
      repeatable: true,
      timeoutSeconds: QUERY_SECONDS,
      ...withSignal(signal),
    });
  }

  search(embeddingId: string, query: Rest.SearchRequest, signal?: AbortSignal): Promise<Rest.SearchResult> {
    return this.http.json(`${API}/embeddings/${segment(embeddingId)}/search`, {
      method: 'POST',
      json: query,
      repeatable: true,
      ...withSignal(signal),
    });
  }

  /** The same request finds the same job, so that it may be repeated. */
  createJob(request: Rest.JobRequest, signal?: AbortSignal): Promise<Rest.Job> {
    return this.http.json(`${API}/jobs`, {
      method: 'POST',
      json: request,
      repeatable: !request.fresh,
      ...withSignal(signal),
    });
  }

  jobs(embeddingId: string, signal?: AbortSignal): Promise<Rest.JobSummary[]> {
    return this.http.json(
      `${API}/jobs?${new URLSearchParams({ embedding_id: embeddingId })}`,
      withSignal(signal),
    );
  }

  job(id: string, signal?: AbortSignal): Promise<Rest.Job> {
    return this.http.json(`${API}/jobs/${segment(id)}`, withSignal(signal));
  }

  controlJob(id: string, control: Rest.Control): Promise<void> {
    return this.http.send(`${API}/jobs/${segment(id)}/controls`, { method: 'POST', json: control });
  }

  /** A new job from a frame of this one. */
  forkJob(id: string, fork: Rest.ForkRequest, signal?: AbortSignal): Promise<Rest.Job> {
    return this.http.json(`${API}/jobs/${segment(id)}/forks`, {
      method: 'POST',
      json: fork,
      ...withSignal(signal),
    });
  }

  deleteJob(id: string): Promise<void> {
    return this.http.send(`${API}/jobs/${segment(id)}`, { method: 'DELETE' });
  }

  async jobHistory(id: string, signal?: AbortSignal): Promise<readonly DecodedPoint[]> {
    return decodeHistory(await this.http.bytes(`${API}/jobs/${segment(id)}/history`, withSignal(signal)));
  }

  async jobThumbnail(id: string, signal?: AbortSignal): Promise<DecodedThumbnail> {
    return decodeThumbnail(await this.http.bytes(`${API}/jobs/${segment(id)}/thumbnail`, withSignal(signal)));
  }

  /** Where the newest layout of a job is downloaded as a file. */
  layoutUrl(id: string, format: 'npy' | 'tsv' | 'csv' | 'parquet', sequence: number | 'latest'): string {
    return this.http.url(`${API}/jobs/${segment(id)}/layout.${format}?sequence=${sequence}`).href;
  }

  /** Who this browser is to others; a new one becomes somebody by asking. */
  session(): Promise<Rest.Session> {
    return this.http.json(`${API}/session`);
  }

  rename(name: string): Promise<Rest.Session> {
    return this.http.json(`${API}/session`, { method: 'PATCH', json: { name } });
  }

  quality(id: string, sequence: number, signal?: AbortSignal): Promise<Rest.Quality> {
    return this.http.json(`${API}/jobs/${segment(id)}/quality`, {
      method: 'POST',
      json: { sequence },
      repeatable: true,
      timeoutSeconds: BULK_SECONDS,
      ...withSignal(signal),
    });
  }

  /** The part of each point's neighbors that are so in the layout, too; NaN where a point was not sampled. */
  async preservation(id: string, sequence: number, signal?: AbortSignal): Promise<Float32Array> {
    const bytes = await this.http.bytes(`${API}/jobs/${segment(id)}/quality/points`, {
      method: 'POST',
      json: { sequence },
      repeatable: true,
      timeoutSeconds: BULK_SECONDS,
      ...withSignal(signal),
    });
    return new Float32Array(bytes.slice().buffer);
  }

  jobFrame(id: string, sequence: number | 'latest', signal?: AbortSignal): Promise<DecodedFrame> {
    return this.#frame(`${API}/jobs/${segment(id)}/frames/${sequence}`, signal);
  }

  /** WebSocket address of a job's events; without `after` it starts at the newest frame. */
  jobEventsUrl(id: string, after: number | null): string {
    const url = this.#socketUrl(`${API}/jobs/${segment(id)}/events`);
    if (after !== null) url.searchParams.set('after', String(after));
    return url.href;
  }

  /** WebSocket address of what every page is told. */
  pageEventsUrl(): string {
    return this.#socketUrl(`${API}/events`).href;
  }

  #socketUrl(path: string): URL {
    const url = this.http.url(path);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url;
  }

  collections(embeddingId: string, signal?: AbortSignal): Promise<Rest.Collection[]> {
    const query = new URLSearchParams({ embedding_id: embeddingId });
    return this.http.json(`${API}/collections?${query}`, withSignal(signal));
  }

  createCollection(request: Rest.CollectionRequest): Promise<Rest.Collection> {
    return this.http.json(`${API}/collections`, { method: 'POST', json: request });
  }

  changeCollection(id: string, change: Rest.CollectionChange, version: number): Promise<Rest.Collection> {
    return this.http.json(`${API}/collections/${segment(id)}`, {
      method: 'PATCH',
      json: change,
      ifMatch: version,
    });
  }

  deleteCollection(id: string): Promise<void> {
    return this.http.send(`${API}/collections/${segment(id)}`, { method: 'DELETE' });
  }

  exportUrl(collectionId: string): string {
    return this.http.url(`${API}/collections/${segment(collectionId)}/export`).href;
  }

  importCollection(embeddingId: string, name: string, file: Blob): Promise<Rest.ImportResult> {
    const query = new URLSearchParams({ embedding_id: embeddingId, name });
    return this.http.json(`${API}/collections/import?${query}`, {
      method: 'POST',
      body: file,
      timeoutSeconds: BULK_SECONDS,
    });
  }

  createBookmark(collectionId: string, request: Rest.BookmarkRequest): Promise<Rest.Bookmark> {
    return this.http.json(`${API}/collections/${segment(collectionId)}/bookmarks`, {
      method: 'POST',
      json: request,
    });
  }

  bookmark(id: string, signal?: AbortSignal): Promise<Rest.Bookmark> {
    return this.http.json(`${API}/bookmarks/${segment(id)}`, withSignal(signal));
  }

  changeBookmark(id: string, change: Rest.BookmarkChange, version: number): Promise<Rest.Bookmark> {
    return this.http.json(`${API}/bookmarks/${segment(id)}`, {
      method: 'PATCH',
      json: change,
      ifMatch: version,
    });
  }

  deleteBookmark(id: string): Promise<void> {
    return this.http.send(`${API}/bookmarks/${segment(id)}`, { method: 'DELETE' });
  }

  bookmarkLayout(id: string, signal?: AbortSignal): Promise<DecodedFrame> {
    return this.#frame(`${API}/bookmarks/${segment(id)}/layout`, signal);
  }

  async #image(path: string, signal?: AbortSignal): Promise<Blob> {
    return this.http.blob(path, { timeoutSeconds: THUMBNAILS_SECONDS, ...withSignal(signal) });
  }

  uploadRules(): Promise<Rest.UploadRules> {
    return this.http.json(`${API}/uploads`);
  }

  /** Where a file of an upload is put. */
  uploadUrl(id: string, role: UploadRole, fileName: string): URL {
    const query = new URLSearchParams({ file_name: fileName });
    return this.http.url(`${API}/uploads/${segment(id)}/${role}?${query}`);
  }

  finishUpload(id: string, request: Rest.UploadRequest): Promise<Rest.Run> {
    return this.http.json(`${API}/uploads/${segment(id)}`, {
      method: 'POST',
      json: request,
      timeoutSeconds: CHECK_SECONDS,
    });
  }

  deleteUpload(id: string): Promise<void> {
    return this.http.send(`${API}/uploads/${segment(id)}`, { method: 'DELETE' });
  }

  async #frame(path: string, signal?: AbortSignal): Promise<DecodedFrame> {
    const bytes = await this.http.bytes(path, { timeoutSeconds: BULK_SECONDS, ...withSignal(signal) });
    return decodeFrame(frameOf(bytes, path));
  }
}

function frameOf(bytes: Uint8Array, path: string): Frame {
  const { event } = fromBinary(JobEventSchema, bytes);
  if (event.case !== 'frame') throw new ApiError(200, 'internal', `No layout came from ${path}.`, null);
  return event.value;
}

function segment(text: string): string {
  return encodeURIComponent(text);
}

function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}
