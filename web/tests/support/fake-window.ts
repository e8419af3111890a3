/** A browser window as far as its address and history go. */

import type { HistoryWindow } from '../../src/state/history';

export class FakeWindow implements HistoryWindow {
  readonly location = { pathname: '/prefix/', search: '' };
  readonly entries: string[];
  #place = 0;
  #listener: () => void = () => undefined;

  constructor(search = '') {
    this.location.search = search;
    this.entries = [search];
  }

  readonly history = {
    pushState: (_: unknown, __: string, url?: string | URL | null) => {
      this.#place += 1;
      this.entries.splice(this.#place, this.entries.length, this.#at(url));
    },
    replaceState: (_: unknown, __: string, url?: string | URL | null) => {
      this.entries[this.#place] = this.#at(url);
    },
  };

  addEventListener(_: 'popstate', listener: () => void): void {
    this.#listener = listener;
  }

  /** The person presses back (-1) or forward (1). */
  go(steps: 1 | -1): void {
    this.#place = Math.min(this.entries.length - 1, Math.max(0, this.#place + steps));
    this.location.search = this.entries[this.#place] ?? '';
    this.#listener();
  }

  #at(url: string | URL | null | undefined): string {
    const { pathname, search } = new URL(String(url), 'http://projector.test');
    if (pathname !== this.location.pathname) throw new Error(`The page left its place for ${pathname}.`);
    this.location.search = search;
    return search;
  }
}
