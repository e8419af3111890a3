import { html, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import type { State } from '../state/model';
import { Panel } from './panel';
import { iconButton } from './templates';

const GROUPS: readonly { readonly title: string; readonly rows: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Keyboard',
    rows: [
      ['/', 'search'],
      ['Esc', 'clear the selection'],
      ['b', 'save the view as a bookmark'],
      ['[ ]', 'previous and next bookmark'],
      ['Space', 'pause or resume'],
      ['1 2', 'PCA, t-SNE'],
      ['← → ↑ ↓', 'turn (3-D) or move (2-D)'],
      ['+ −', 'zoom'],
      ['?', 'this sheet'],
    ],
  },
  {
    title: 'Mouse and touch',
    rows: [
      ['Drag', 'turn (3-D) or move (2-D)'],
      ['Right drag', 'move'],
      ['Wheel, pinch', 'zoom'],
      ['Click', 'select a point and find its neighbors'],
      ['Shift click', 'add to the selection'],
      ['Alt click', 'take from the selection'],
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
      @close=${() => this.actions.setHelpOpen(false)}
      @click=${(event: Event) => event.target === this.dialog && this.dialog.close()}
    >
      <div class="dialog-body">
        <header class="floating-head">
          <h2>Keyboard and mouse</h2>
          ${iconButton({ icon: 'close', label: 'Close', small: true, onClick: () => this.dialog.close() })}
        </header>
        <div class="help-groups">
          ${GROUPS.map(
            (group) => html`<section>
              <h3 class="panel-title">${group.title}</h3>
              <dl>
                ${group.rows.map(
                  ([keys, meaning]) => html`<div>
                    <dt>${keys.split(' ').length > 1 && keys.length < 9 ? keys.split(' ').map(key) : key(keys)}</dt>
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

  protected override updated(): void {
    const { helpOpen } = this.state;
    if (helpOpen && !this.dialog.open) this.dialog.showModal();
    if (!helpOpen && this.dialog.open) this.dialog.close();
  }
}

function key(name: string): TemplateResult {
  return html`<kbd>${name}</kbd>`;
}
