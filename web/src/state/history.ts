/** Keeps the browser's address in step with the state: another picture is another entry, a finer point is not. */

import type { State } from './model';
import type { StateWriter } from './store';
import { type Address, addressOf, formatAddress, parseAddress } from './url';

/** Browsers refuse more than about a hundred changes in half a minute; a turning camera makes many. */
const PAUSE_MS = 300;

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
  let visiting = 0;
  let place = '';
  let cancel: () => void = () => undefined;

  const write = (state: State) => {
    const address = addressOf(state);
    const search = formatAddress(address);
    if (search === '' || search === window.location.search) return;
    const isNew = placeOf(address) !== place && place !== '' && visiting === 0;
    place = placeOf(address);
    const url = window.location.pathname + search;
    if (isNew) window.history.pushState(null, '', url);
    else window.history.replaceState(null, '', url);
  };

  const go = async () => {
    visiting += 1;
    cancel();
    const address = parseAddress(window.location.search);
    try {
      await visit(address);
    } finally {
      visiting -= 1;
      place = placeOf(addressOf(store.state));
    }
  };

  window.addEventListener('popstate', () => void go());
  store.subscribe((state) => {
    if (visiting > 0) return;
    cancel();
    if (placeOf(addressOf(state)) !== place) write(state);
    else cancel = delay(() => write(store.state), PAUSE_MS);
  });
  await go();
}

/** What makes a picture another one, as far as back and forward are concerned. */
function placeOf({ embedding, job, bookmark }: Address): string {
  return [embedding, job, bookmark].map((part) => part ?? '').join('|');
}
