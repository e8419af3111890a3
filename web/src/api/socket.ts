/**
 * Watches one job over its WebSocket. A lost connection is taken up again after the last sequence that was seen, so
 * that no frame is drawn twice and none that the gateway still keeps is missed. A frame is acknowledged once it was
 * drawn: a slow page thereby gets fewer, newer frames instead of a growing queue.
 */

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type DecodedFrame, decodeFrame } from './frames';
import {
  ClientEventSchema,
  JobEventSchema,
  type JobState,
} from './generated/projector_contracts/compute/v1/job_pb';
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

export interface SocketEnvironment {
  readonly open: (url: string) => SocketLike;
  /** Runs a callback after what was just shown has been drawn. */
  readonly afterDraw: (callback: () => void) => void;
  readonly delay: (callback: () => void, milliseconds: number) => () => void;
}

export interface JobListener {
  readonly onFrame: (frame: DecodedFrame) => void;
  readonly onState: (state: JobState) => void;
  readonly onConnection: (connection: 'connecting' | 'live' | 'reconnecting') => void;
  /** Nothing follows: the job ended (1000), or the gateway refused for good and said why. */
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

export class JobSocket {
  #socket: SocketLike | null = null;
  #cancelDelay: (() => void) | null = null;
  #lastSequence: number | null = null;
  #nFailures = 0;
  #closed = false;

  /** @param urlAfter address of the events after a sequence; null: from the newest frame on. */
  constructor(
    private readonly urlAfter: (sequence: number | null) => string,
    private readonly listener: JobListener,
    private readonly environment: SocketEnvironment,
  ) {
    listener.onConnection('connecting');
    this.#connect();
  }

  /** Ends the connection; nothing is called back afterwards. */
  close(): void {
    this.#closed = true;
    this.#cancelDelay?.();
    this.#drop(NORMAL_END);
  }

  #connect(): void {
    const socket = this.environment.open(this.urlAfter(this.#lastSequence));
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.listener.onConnection('live');
    socket.onmessage = (message) => this.#receive(message.data);
    socket.onclose = (event) => this.#ended(event.code, event.reason);
  }

  #receive(content: unknown): void {
    if (!(content instanceof ArrayBuffer)) return;
    try {
      this.#dispatch(content);
      this.#nFailures = 0;
    } catch (error) {
      this.#drop(NORMAL_END);
      this.#finish(TOO_LARGE, error instanceof Error ? error.message : String(error));
    }
  }

  #dispatch(content: ArrayBuffer): void {
    const { event } = fromBinary(JobEventSchema, new Uint8Array(content));
    if (event.case === 'state') {
      this.listener.onState(event.value);
    } else if (event.case === 'frame') {
      const sequence = Number(event.value.sequence);
      if (this.#lastSequence === null || sequence > this.#lastSequence) {
        this.listener.onFrame(decodeFrame(event.value));
        this.#lastSequence = sequence;
      }
      const socket = this.#socket;
      this.environment.afterDraw(() => acknowledge(socket, sequence));
    }
  }

  #ended(code: number, reason: string): void {
    this.#socket = null;
    if (this.#closed) return;
    if (isForGood(code)) {
      this.#finish(code, reason);
      return;
    }
    this.listener.onConnection('reconnecting');
    this.#nFailures += 1;
    this.#cancelDelay = this.environment.delay(() => this.#connect(), backOffMs(this.#nFailures));
  }

  #finish(code: number, reason: string): void {
    this.#closed = true;
    this.listener.onEnd({ code, reason });
  }

  #drop(code: number): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close(code);
  }
}

function acknowledge(socket: SocketLike | null, sequence: number): void {
  if (socket?.readyState !== OPEN) return;
  const event = { event: { case: 'ack', value: { sequence: BigInt(sequence) } } } as const;
  socket.send(toBinary(ClientEventSchema, create(ClientEventSchema, event)));
}
