import { html, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import type { State } from '../state/model';
import { Panel } from './panel';
import { iconButton } from './templates';

interface Deed {
  readonly keys: readonly string[];
  readonly meaning: string;
}

const GROUPS: readonly { readonly title: string; readonly deeds: readonly Deed[] }[] = [
  {
    title: 'Keyboard',
    deeds: [
      { keys: ['/'], meaning: 'search' },
      { keys: ['Esc'], meaning: 'clear search and selection' },
      { keys: ['b'], meaning: 'save the view as a bookmark' },
      { keys: ['[', ']'], meaning: 'previous and next bookmark' },
      { keys: ['Space'], meaning: 'pause or resume' },
      { keys: [',', '.'], meaning: 'one frame back and forward in a run' },
      { keys: ['p'], meaning: 'replay the run, or hold it' },
      { keys: ['l'], meaning: 'back to the newest frame' },
      { keys: ['1', '…', '5'], meaning: 'PCA to raw' },
      { keys: ['←', '→', '↑', '↓'], meaning: 'turn (3-D) or move (2-D)' },
      { keys: ['+', '−'], meaning: 'zoom' },
      { keys: ['0'], meaning: 'show everything' },
      { keys: ['?'], meaning: 'this sheet' },
    ],
  },
  {
    title: 'Mouse and touch',
    deeds: [
      { keys: ['Drag'], meaning: 'turn (3-D) or move (2-D)' },
      { keys: ['Right drag'], meaning: 'move' },
      { keys: ['Wheel'], meaning: 'zoom; two fingers do on a touch screen' },
      { keys: ['Click'], meaning: 'a point and its neighbors' },
      { keys: ['Shift click'], meaning: 'add to the selection' },
      { keys: ['Alt click'], meaning: 'take from the selection' },
    ],
  },
];

/** What keys and pointers do. */
@customElement('projector-help-sheet')
export class HelpSheet extends Panel {
  @query('dialog') private dialog!: HTMLDialogElement;

  protected override slices(state: State): readonly unknown[] {
    return [state.helpOpen];
  }

  protected override render(): TemplateResult {
    return html`<dialog
      class="floating dialog help"
      aria-label="Keyboard and mouse"
      @cancel=${this.#close}
      @close=${this.#closed}
      @click=${(event: Event) => event.target === this.dialog && this.#close()}
    >
      <div class="dialog-body">
        <header class="floating-head">
          <h2>Keyboard and mouse</h2>
          ${iconButton({ icon: 'close', label: 'Close', small: true, onClick: () => this.#close() })}
        </header>
        <div class="help-groups">
          ${GROUPS.map(
            (group) => html`<section>
              <h3 class="panel-title">${group.title}</h3>
              <dl>
                ${group.deeds.map(
                  ({ keys, meaning }) => html`<div>
                    <dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt>
                    <dd>${meaning}</dd>
                  </div>`,
                )}
              </dl>
            </section>`,
          )}
        </div>
      </div>
    </dialog>`;
  }

  /** The state goes first: the browser tells only later that it closed the sheet, and `?` may be pressed by then. */
  #close(): void {
    this.actions.setHelpOpen(false);
  }

  /** By itself; late news of an earlier end says nothing about a sheet that has been opened again. */
  #closed(): void {
    if (!this.dialog.open) this.#close();
  }

  protected override updated(): void {
    const { helpOpen } = this.state;
    if (helpOpen && !this.dialog.open) this.dialog.showModal();
    if (!helpOpen && this.dialog.open) this.dialog.close();
  }
}
