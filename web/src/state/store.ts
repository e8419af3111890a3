/** The one store: plain data, replaced piece by piece; listeners hear of all changes of a moment at once. */

import type { Actions, State, Store } from './model';

export interface StateWriter extends Pick<Store, 'state' | 'subscribe'> {
  /** Replaces fields; a function sees the state at the moment of the change. */
  update(change: Partial<State> | ((state: State) => Partial<State>)): void;
}

type Listener = (state: State, previous: State) => void;

export class StateStore implements StateWriter {
  #state: State;
  #heard: State; // what the listeners were told last
  #scheduled = false;
  readonly #listeners = new Set<Listener>();

  constructor(initial: State) {
    this.#state = initial;
    this.#heard = initial;
  }

  get state(): State {
    return this.#state;
  }

  update(change: Partial<State> | ((state: State) => Partial<State>)): void {
    const fields = typeof change === 'function' ? change(this.#state) : change;
    const keys = Object.keys(fields) as (keyof State)[];
    if (keys.every((key) => Object.is(fields[key], this.#state[key]))) return;
    this.#state = { ...this.#state, ...fields };
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#tell());
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    this.#scheduled = false;
    const previous = this.#heard;
    this.#heard = this.#state;
    for (const listener of [...this.#listeners]) {
      try {
        listener(this.#heard, previous);
      } catch (error) {
        reportError(error); // one listener's fault must not keep the others from hearing
      }
    }
  }
}

/** What panels get: the state to read and the actions to call. */
export function storeWith(states: StateStore, actions: Actions): Store {
  return {
    get state() {
      return states.state;
    },
    actions,
    subscribe: (listener) => states.subscribe(listener),
  };
}
