/**
 * What an open page is told without asking, and tells of itself, over one WebSocket that lasts as long as the page.
 */

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type Here,
  HereSchema,
  PageClientEventSchema,
  PageEventSchema,
  type Present,
} from './generated/projector_contracts/api/v1/page_pb';
import { type LastingEnvironment, LastingSocket, type Reply } from './lasting-socket';

/** Where this page is, as others may know it. */
export interface WhereIAm {
  readonly embeddingId: string; // empty: none is open
  readonly jobId: string; // empty: none is watched
  readonly hoveredRow: number | null;
  readonly selectedRows: Uint32Array;
  readonly isSharing: boolean;
}

export interface PageListener {
  /** Runs, checkpoints or files have changed, or may have while the page was not connected. */
  readonly onRunsChanged: () => void;
  /** The jobs of an embedding have changed; null: those of any may have. */
  readonly onJobsChanged: (embeddingId: string | null) => void;
  readonly onPresent: (present: Present) => void;
  readonly onGone: (pageId: string) => void;
  /** Others are not known until they are told again. */
  readonly onLost: () => void;
}

export class PageSocket {
  readonly #socket: LastingSocket;
  #reply: Reply | null = null;
  #here: Here | null = null;
  #wasLost = false;

  constructor(
    url: string,
    private readonly listener: PageListener,
    environment: LastingEnvironment,
  ) {
    this.#socket = new LastingSocket(
      () => url,
      {
        onOpen: (reply) => this.#opened(reply),
        onMessage: (content) => this.#dispatch(content),
        onLost: () => this.#lost(),
        onEnd: () => this.#lost(),
      },
      environment,
    );
  }

  /** Tells where the page is, now and whenever the connection comes back. */
  tell({ hoveredRow, selectedRows, ...where }: WhereIAm): void {
    this.#here = create(HereSchema, {
      ...where,
      ...(hoveredRow !== null && { hoveredRow }),
      selectedRows: new Uint8Array(selectedRows.slice().buffer),
    });
    this.#tell();
  }

  close(): void {
    this.#socket.close();
  }

  #opened(reply: Reply): void {
    this.#reply = reply;
    this.#tell();
    if (!this.#wasLost) return;
    this.listener.onRunsChanged();
    this.listener.onJobsChanged(null);
  }

  #lost(): void {
    this.#reply = null;
    this.#wasLost = true;
    this.listener.onLost();
  }

  #tell(): void {
    if (this.#here === null || this.#reply === null) return;
    const event = create(PageClientEventSchema, { event: { case: 'here', value: this.#here } });
    this.#reply(toBinary(PageClientEventSchema, event));
  }

  #dispatch(content: ArrayBuffer): void {
    const { event } = fromBinary(PageEventSchema, new Uint8Array(content));
    switch (event.case) {
      case 'runsChanged':
        this.listener.onRunsChanged();
        break;
      case 'jobsChanged':
        this.listener.onJobsChanged(event.value.embeddingId);
        break;
      case 'present':
        this.listener.onPresent(event.value);
        break;
      case 'gone':
        this.listener.onGone(event.value.pageId);
        break;
      default: // of a newer gateway
    }
  }
}
