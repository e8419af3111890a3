/** Whether the gateway can be reached; while it cannot, asks again until it answers. */

import { backOffMs } from '../api/http';
import type { StateWriter } from './store';

export interface ConnectionParts {
  readonly store: StateWriter;
  /** Resolves when the gateway lives, rejects when it does not answer. */
  readonly ping: () => Promise<unknown>;
  readonly delay: (callback: () => void, milliseconds: number) => () => void;
  readonly onReturn: () => void;
}

export class Connection {
  #asking = false;

  constructor(private readonly parts: ConnectionParts) {}

  /** What an exchange has shown. */
  observed(reachable: boolean): void {
    if (reachable && !this.parts.store.state.online) this.#returned();
    if (!reachable) this.#lost();
  }

  /** A socket was lost: find out whether the gateway was. */
  doubt(): void {
    if (!this.#asking) void this.#ask(1);
  }

  #lost(): void {
    this.parts.store.update({ online: false });
    this.doubt();
  }

  #returned(): void {
    this.parts.store.update({ online: true });
    this.parts.onReturn();
  }

  async #ask(attempt: number): Promise<void> {
    this.#asking = true;
    try {
      await this.parts.ping();
    } catch {
      this.parts.store.update({ online: false });
      this.parts.delay(() => void this.#ask(attempt + 1), backOffMs(attempt));
      return;
    }
    this.#asking = false;
    if (!this.parts.store.state.online) this.#returned();
  }
}
