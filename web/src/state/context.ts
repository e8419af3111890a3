/** What actions work with. Built once in main.ts; tests put doubles at the edges (fetch, WebSocket, pictures). */

import type { SendFile } from '../api/file-sender';
import type { RestApi } from '../api/rest';
import type { JobListener } from '../api/socket';
import type { CameraState } from '../scene/scene-api';
import type { Notice } from './model';
import type { StateWriter } from './store';

/** What actions may ask of the picture itself; where the camera shall go is state (`cameraTarget`). */
export interface Picture {
  camera(): CameraState | null;
  toPng(): Promise<Blob>;
  zoomBy(factor: number): void;
}

export interface JobConnection {
  close(): void;
}

export interface ActionContext {
  readonly store: StateWriter;
  readonly rest: RestApi;
  readonly scope: EmbeddingScope;
  readonly picture: Picture;
  readonly watchJob: (jobId: string, listener: JobListener) => JobConnection;
  readonly sendFile: SendFile;
  readonly decodeImage: (image: Blob) => Promise<ImageBitmap>;
  readonly download: (file: Blob, name: string) => void;
  readonly delay: (callback: () => void, milliseconds: number) => () => void;
  readonly pageUrl: () => URL;
  /** Adds to the notices; the same words twice are one notice. */
  readonly notify: (severity: Notice['severity'], subject: string, message: string) => void;
  /** Reports an error of an action, unless somebody only stopped waiting for it. */
  readonly report: (subject: string, error: unknown) => void;
}

/** Ends what was asked for one embedding when another is opened. */
export class EmbeddingScope {
  #controller = new AbortController();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  renew(): AbortSignal {
    this.#controller.abort();
    this.#controller = new AbortController();
    return this.#controller.signal;
  }
}
