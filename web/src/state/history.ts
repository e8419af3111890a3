/** Keeps the browser's address in step with the state: another picture is another entry, a finer point is not. */

import type { StateWriter } from './store';
import { type Address, addressOf, formatAddress, parseAddress } from './url';

/** Browsers refuse more than about a hundred changes in half a minute; a running job changes the state all the time. */
const PAUSE_MS = 400;

export interface HistoryWindow {
  readonly location: Pick<Location, 'search' | 'pathname'>;
  readonly history: Pick<History, 'pushState' | 'replaceState'>;
  addEventListener(type: 'popstate', listener: () => void): void;
}

export interface HistoryParts {
  readonly window: HistoryWindow;
  readonly store: StateWriter;
  readonly delay: (callback: () => void, milliseconds: number) => () => void;
  readonly visit: (address: Address) => Promise<void>;
}

/** Goes to the address the page was opened with, then follows the state and the browser's buttons. */
export async function followHistory({ window, store, delay, visit }: HistoryParts): Promise<void> {
  const entry = new Entry(window, delay);
  let visiting = 0;

  const go = async () => {
    visiting += 1;
    entry.forget();
    try {
      await visit(parseAddress(window.location.search));
    } finally {
      visiting -= 1;
      if (visiting === 0) entry.keep(addressOf(store.state));
    }
  };

  window.addEventListener('popstate', () => void go());
  store.subscribe((state) => {
    if (visiting === 0) entry.follow(addressOf(state));
  });
  await go();
}

/** The entry of the browser's history that shows what the page shows. */
class Entry {
  #place: string | null = null; // null: it shows nothing yet
  #search: string | null = null; // to be written; null: it is
  #cancel: () => void = () => undefined;

  constructor(
    private readonly window: HistoryWindow,
    private readonly delay: HistoryParts['delay'],
  ) {}

  /** Another picture begins another entry. */
  follow(address: Address): void {
    const place = placeOf(address);
    if (place === null || place === this.#place || this.#place === null) {
      this.keep(address);
      return;
    }
    this.#write(); // the entry that is left keeps what was changed last
    this.#place = place;
    const search = formatAddress(address);
    if (search !== this.window.location.search) this.window.history.pushState(null, '', this.#url(search));
  }

  /** This entry shows an address from now on; it is written after a pause. */
  keep(address: Address): void {
    const place = placeOf(address);
    if (place === null) return;
    this.#place = place;
    const search = formatAddress(address);
    const isWaiting = this.#search !== null;
    this.#search = search === this.window.location.search ? null : search;
    if (this.#search === null) this.#cancel();
    else if (!isWaiting) this.#cancel = this.delay(() => this.#write(), PAUSE_MS);
  }

  /** The browser went to another entry. */
  forget(): void {
    this.#cancel();
    this.#search = null;
    this.#place = null;
  }

  #write(): void {
    this.#cancel();
    if (this.#search !== null) this.window.history.replaceState(null, '', this.#url(this.#search));
    this.#search = null;
  }

  #url(search: string): string {
    return this.window.location.pathname + search;
  }
}

/** What makes a picture another one, as far as back and forward are concerned; null while there is none. */
function placeOf({ embedding, job, bookmark }: Address): string | null {
  if (embedding === undefined && bookmark === undefined) return null;
  return [embedding, job, bookmark].map((part) => part ?? '').join('|');
}
