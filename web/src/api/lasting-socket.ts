/** A WebSocket that comes back by itself: lost, it is opened again after a back-off, until the server refuses for good. */

import { backOffMs } from './http';

/** What of a WebSocket is used; the tests' double implements it. */
export interface SocketLike {
  binaryType: BinaryType;
  readonly readyState: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
}

export interface LastingEnvironment {
  readonly open: (url: string) => SocketLike;
  readonly delay: (callback: () => void, milliseconds: number) => () => void;
}

export type Reply = (bytes: Uint8Array<ArrayBuffer>) => void;

export interface LastingListener {
  /** A connection is there; `reply` sends on it, and nowhere once it is lost. */
  readonly onOpen: (reply: Reply) => void;
  /** `reply` answers on the connection that the content came by, and nowhere once that is lost. */
  readonly onMessage: (content: ArrayBuffer, reply: Reply) => void;
  /** The connection is gone, for a reason that may be empty; it is taken up again. */
  readonly onLost: (reason: string) => void;
  /** Nothing follows: the server ended the stream (1000), or refused for good and said why. */
  readonly onEnd: (end: { readonly code: number; readonly reason: string }) => void;
}

const OPEN = 1;
const NORMAL_END = 1000;
const POLICY_VIOLATION = 1008;
const TOO_LARGE = 1009;

/** Codes after which asking again gives the same answer. */
function isForGood(code: number): boolean {
  return (
    code === NORMAL_END ||
    code === POLICY_VIOLATION ||
    code === TOO_LARGE ||
    (code >= 4400 && code < 4500 && code !== 4429)
  );
}

export class LastingSocket {
  #socket: SocketLike | null = null;
  #cancelDelay: (() => void) | null = null;
  #nFailures = 0;
  #closed = false;

  /** @param url asked for before every connection. An error out of `onMessage` ends the stream for good. */
  constructor(
    private readonly url: () => string,
    private readonly listener: LastingListener,
    private readonly environment: LastingEnvironment,
  ) {
    this.#connect();
  }

  /** Ends the connection; nothing is called back afterwards. */
  close(): void {
    this.#closed = true;
    this.#cancelDelay?.();
    this.#drop();
  }

  #connect(): void {
    const socket = this.environment.open(this.url());
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.listener.onOpen(replyOn(socket));
    socket.onmessage = (message) => this.#receive(message.data, socket);
    socket.onclose = (event) => this.#ended(event.code, event.reason);
  }

  #receive(content: unknown, socket: SocketLike): void {
    if (!(content instanceof ArrayBuffer)) return;
    try {
      this.listener.onMessage(content, replyOn(socket));
      this.#nFailures = 0;
    } catch (error) {
      this.#drop();
      this.#finish(TOO_LARGE, error instanceof Error ? error.message : String(error));
    }
  }

  #ended(code: number, reason: string): void {
    this.#socket = null;
    if (this.#closed) return;
    if (isForGood(code)) {
      this.#finish(code, reason);
      return;
    }
    this.listener.onLost(reason);
    this.#nFailures += 1;
    this.#cancelDelay = this.environment.delay(() => this.#connect(), backOffMs(this.#nFailures));
  }

  #finish(code: number, reason: string): void {
    this.#closed = true;
    this.listener.onEnd({ code, reason });
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close(NORMAL_END);
  }
}

function replyOn(socket: SocketLike): Reply {
  return (bytes) => {
    if (socket.readyState === OPEN) socket.send(bytes);
  };
}
