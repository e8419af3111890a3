import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { Actions, State, Store } from '../state/model';

/**
 * Base of every panel: renders into the light DOM, so that one style sheet, labels and aria ids work across the page,
 * and renders again only when one of the slices of the state that it reads has changed.
 */
export abstract class Panel extends LitElement {
  @property({ attribute: false }) store!: Store;

  #unsubscribe: (() => void) | null = null;

  /** The parts of the state this panel reads; compared by identity. */
  protected abstract slices(state: State): readonly unknown[];

  /** Called before the panel renders for a change of its slices: what it derived from them may be forgotten. */
  protected slicesChanged(_state: State, _previous: State): void {}

  protected get state(): State {
    return this.store.state;
  }

  protected get actions(): Actions {
    return this.store.actions;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#subscribe();
  }

  override disconnectedCallback(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    super.disconnectedCallback();
  }

  #subscribe(): void {
    this.#unsubscribe = this.store.subscribe((state, previous) => {
      if (sameSlices(this.slices(state), this.slices(previous))) return;
      this.slicesChanged(state, previous);
      this.requestUpdate();
    });
    this.requestUpdate();
  }
}

/** Whether two lists of slices hold the same things. */
export function sameSlices(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((slice, index) => Object.is(slice, right[index]));
}
