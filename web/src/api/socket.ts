/**
 * Watches one job over its WebSocket. A lost connection is taken up again after the last sequence that was seen, so
 * that no frame is drawn twice and none that the gateway still keeps is missed. A frame is acknowledged once it was
 * drawn: a slow page thereby gets fewer, newer frames instead of a growing queue. A page that cannot be seen says so,
 * and is sent no frames until it can.
 */

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type DecodedFrame, decodeFrame } from './frames';
import {
  ClientEventSchema,
  JobEventSchema,
  type JobState,
} from './generated/projector_contracts/compute/v1/job_pb';
import { type LastingEnvironment, LastingSocket, type Reply } from './lasting-socket';

export interface SocketEnvironment extends LastingEnvironment {
  /** Runs a callback after what was just shown has been drawn. */
  readonly afterDraw: (callback: () => void) => void;
  readonly isHidden: () => boolean;
  /** Calls back whenever the page is hidden or shown; returns the function that ends it. */
  readonly onVisibility: (callback: () => void) => () => void;
}

export interface JobListener {
  readonly onFrame: (frame: DecodedFrame) => void;
  readonly onState: (state: JobState) => void;
  /** `reason` is what was said of a connection that was lost; it may be empty. */
  readonly onConnection: (connection: 'connecting' | 'live' | 'reconnecting', reason: string) => void;
  /** Nothing follows: the job ended (1000), or the gateway refused for good and said why. */
  readonly onEnd: (end: { readonly code: number; readonly reason: string }) => void;
}

export class JobSocket {
  readonly #socket: LastingSocket;
  readonly #endVisibility: () => void;
  #reply: Reply = () => undefined;
  #lastSequence: number | null = null;

  /** @param urlAfter address of the events after a sequence; null: from the newest frame on. */
  constructor(
    urlAfter: (sequence: number | null) => string,
    private readonly listener: JobListener,
    private readonly environment: SocketEnvironment,
  ) {
    listener.onConnection('connecting', '');
    this.#socket = new LastingSocket(
      () => urlAfter(this.#lastSequence),
      {
        onOpen: (reply) => this.#opened(reply),
        onMessage: (content, reply) => this.#dispatch(content, reply),
        onLost: (reason) => listener.onConnection('reconnecting', reason),
        onEnd: (end) => {
          this.#endVisibility();
          listener.onEnd(end);
        },
      },
      environment,
    );
    this.#endVisibility = environment.onVisibility(() => this.#reply(visibility(environment.isHidden())));
  }

  /** Ends the connection; nothing is called back afterwards. */
  close(): void {
    this.#endVisibility();
    this.#socket.close();
  }

  #opened(reply: Reply): void {
    this.#reply = reply;
    if (this.environment.isHidden()) reply(visibility(true));
    this.listener.onConnection('live', '');
  }

  #dispatch(content: ArrayBuffer, reply: Reply): void {
    const { event } = fromBinary(JobEventSchema, new Uint8Array(content));
    if (event.case === 'state') {
      this.listener.onState(event.value);
    } else if (event.case === 'frame') {
      const sequence = Number(event.value.sequence);
      if (this.#lastSequence === null || sequence > this.#lastSequence) {
        this.listener.onFrame(decodeFrame(event.value));
        this.#lastSequence = sequence;
      }
      this.environment.afterDraw(() => reply(acknowledgement(sequence)));
    }
  }
}

function acknowledgement(sequence: number): Uint8Array<ArrayBuffer> {
  const event = { event: { case: 'ack', value: { sequence: BigInt(sequence) } } } as const;
  return toBinary(ClientEventSchema, create(ClientEventSchema, event));
}

function visibility(isHidden: boolean): Uint8Array<ArrayBuffer> {
  const event = { event: { case: 'visibility', value: { isHidden } } } as const;
  return toBinary(ClientEventSchema, create(ClientEventSchema, event));
}
