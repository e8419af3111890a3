import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Side, State } from '../state/model';
import { shownTheme } from '../state/selectors';
import '../styles/index.css';
import './bookmarks-panel';
import './cloud-states';
import './data-panel';
import './file-drop';
import './help-sheet';
import { type IconName, icon } from './icons';
import './inspector-panel';
import './jobs-panel';
import { Panel } from './panel';
import './projection-panel';
import './resizer';
import { expandSide } from './sides';
import './status-line';
import './steered-line';
import { iconButton } from './templates';
import './timeline';
import './tool-bar';
import './top-bar';
import './upload-dialog';

export const PANELS = ['data', 'projection', 'inspector', 'jobs', 'bookmarks'] as const;
export type PanelName = (typeof PANELS)[number];

const TITLES: Readonly<Record<PanelName, { title: string; icon: IconName }>> = {
  data: { title: 'Data', icon: 'table' },
  projection: { title: 'Projection', icon: 'projection' },
  inspector: { title: 'Inspector', icon: 'inspector' },
  jobs: { title: 'Jobs', icon: 'jobs' },
  bookmarks: { title: 'Bookmarks', icon: 'bookmark' },
};
const MEMBERS: Readonly<Record<Side, readonly PanelName[]>> = {
  left: ['data', 'projection'],
  right: ['inspector', 'jobs', 'bookmarks'],
};
/** Width of a collapsed side: one column of icons. */
const RAIL_PX = 44;

/**
 * The page: the bar, the two sides, and the cloud between them. The scene's canvas is mounted into `.cloud`, which is
 * part of the fixed template and never rendered again.
 */
@customElement('projector-app')
export class App extends Panel {
  /** On a narrow screen the panels are sheets, of which at most one is open. */
  @state() private sheet: PanelName | null = null;

  protected override slices(state: State): readonly unknown[] {
    return [shownTheme(state), state.panelPlaces];
  }

  protected override render(): TemplateResult {
    return html`
      <projector-top-bar .store=${this.store}></projector-top-bar>
      ${this.#side('left')}
      <main class="center" aria-label="Point cloud">
        <div class="stage">
          <div class="cloud"></div>
          <projector-cloud-states .store=${this.store}></projector-cloud-states>
          <projector-steered-line .store=${this.store}></projector-steered-line>
          <projector-tool-bar .store=${this.store}></projector-tool-bar>
        </div>
        <projector-timeline .store=${this.store}></projector-timeline>
        <projector-status-line .store=${this.store}></projector-status-line>
      </main>
      ${this.#side('right')}
      <nav class="sheet-tabs" aria-label="Panels">
        ${PANELS.map(
          (name) => html`<button
            type="button"
            aria-expanded=${this.sheet === name}
            @click=${() => {
              this.sheet = this.sheet === name ? null : name;
            }}
          >
            ${icon(TITLES[name].icon)}<span>${TITLES[name].title}</span>
          </button>`,
        )}
      </nav>
      <projector-help-sheet .store=${this.store}></projector-help-sheet>
      <projector-upload-dialog .store=${this.store}></projector-upload-dialog>
      <projector-file-drop .store=${this.store}></projector-file-drop>
    `;
  }

  #side(side: Side): TemplateResult {
    const { collapsed } = this.state.panelPlaces[side];
    return html`<aside
      class="side ${side} ${collapsed ? 'collapsed' : ''}"
      data-sheet=${this.sheet !== null && MEMBERS[side].includes(this.sheet) ? this.sheet : nothing}
      aria-label=${side === 'left' ? 'Data and projection' : 'Inspector, jobs and bookmarks'}
    >
      <div class="rail">
        ${iconButton({
          icon: side === 'left' ? 'chevronRight' : 'chevronLeft',
          label: 'Show the panels',
          onClick: () => void expandSide(this, side),
        })}
        ${MEMBERS[side].map((name) =>
          iconButton({
            icon: TITLES[name].icon,
            label: `Show ${TITLES[name].title.toLowerCase()}`,
            onClick: () => void expandSide(this, side),
          }),
        )}
      </div>
      <div class="stack">
        ${
          side === 'left'
            ? html`<div class="scroll">
              <projector-data-panel class="panel" .store=${this.store}></projector-data-panel>
              <projector-projection-panel class="panel" .store=${this.store}></projector-projection-panel>
            </div>`
            : html`<projector-inspector-panel class="panel" .store=${this.store}></projector-inspector-panel>
              <projector-jobs-panel class="panel" .store=${this.store}></projector-jobs-panel>
              <projector-bookmarks-panel class="panel" .store=${this.store}></projector-bookmarks-panel>`
        }
      </div>
      <panel-resizer .store=${this.store} .side=${side}></panel-resizer>
    </aside>`;
  }

  protected override updated(): void {
    document.documentElement.dataset.theme = shownTheme(this.state);
    for (const side of ['left', 'right'] as const) {
      const { widthPx, collapsed } = this.state.panelPlaces[side];
      this.style.setProperty(`--${side}`, `${collapsed ? RAIL_PX : widthPx}px`);
    }
  }
}
