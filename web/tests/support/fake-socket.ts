/** A WebSocket whose other end is the test. */

import type { SocketLike } from '../../src/api/lasting-socket';
import type { SocketEnvironment } from '../../src/api/socket';

export class FakeSocket implements SocketLike {
  binaryType: BinaryType = 'blob';
  readyState = 0;
  onopen: SocketLike['onopen'] = null;
  onmessage: SocketLike['onmessage'] = null;
  onclose: SocketLike['onclose'] = null;
  readonly sent: Uint8Array[] = [];
  closedWith: number | undefined;

  constructor(readonly url: string) {}

  send(bytes: Uint8Array<ArrayBuffer>): void {
    this.sent.push(bytes);
  }

  close(code?: number): void {
    this.readyState = 3;
    this.closedWith = code;
  }

  /** The gateway accepts. */
  accept(): void {
    this.readyState = 1;
    this.onopen?.({} as Event);
  }

  /** The gateway sends bytes. */
  receive(bytes: Uint8Array<ArrayBuffer>): void {
    this.onmessage?.({ data: bytes.slice().buffer } as unknown as MessageEvent);
  }

  /** The gateway or the network ends the connection. */
  end(code: number, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason } as CloseEvent);
  }
}

export class FakeSockets implements SocketEnvironment {
  readonly sockets: FakeSocket[] = [];
  readonly delays: number[] = [];
  #waiting: (() => void)[] = [];
  #drawing: (() => void)[] = [];
  #visibility = new Set<() => void>();
  #hidden = false;

  readonly open = (url: string): FakeSocket => {
    const socket = new FakeSocket(url);
    this.sockets.push(socket);
    return socket;
  };

  readonly afterDraw = (callback: () => void): void => {
    this.#drawing.push(callback);
  };

  readonly delay = (callback: () => void, milliseconds: number): (() => void) => {
    this.delays.push(milliseconds);
    this.#waiting.push(callback);
    return () => {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== callback);
    };
  };

  readonly isHidden = (): boolean => this.#hidden;

  readonly onVisibility = (callback: () => void): (() => void) => {
    this.#visibility.add(callback);
    return () => this.#visibility.delete(callback);
  };

  /** The tab is put behind others, or in front of them again. */
  hide(hidden: boolean): void {
    this.#hidden = hidden;
    for (const callback of this.#visibility) callback();
  }

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('No socket was opened.');
    return socket;
  }

  /** The browser paints. */
  draw(): void {
    for (const callback of this.#drawing.splice(0)) callback();
  }

  /** All delays pass. */
  elapse(): void {
    for (const callback of this.#waiting.splice(0)) callback();
  }
}
