import { html, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import type { Notice, State } from '../state/model';
import { icon } from './icons';
import { Panel } from './panel';
import { toggleBelow } from './popover';
import { iconButton } from './templates';

/** The bell: everything the page had to remark, until it is dismissed. */
@customElement('projector-notices')
export class Notices extends Panel {
  @query('.icon-button') private button!: HTMLButtonElement;
  @query('[popover]') private popup!: HTMLElement;

  protected override slices(state: State): readonly unknown[] {
    return [state.notices];
  }

  protected override render(): TemplateResult {
    const { notices } = this.state;
    const label = notices.length === 0 ? 'No notices' : `Notices: ${notices.length}`;
    return html`<button
        type="button"
        class="icon-button"
        aria-label=${label}
        title=${label}
        aria-haspopup="dialog"
        aria-expanded="false"
        data-testid="notices"
        @click=${() => toggleBelow(this.button, this.popup, 'end')}
      >
        ${icon('bell')}
        ${notices.length > 0 ? html`<span class="badge ${gravest(notices)}">${notices.length}</span>` : ''}
      </button>
      <div
        popover
        tabindex="-1"
        role="dialog"
        aria-label="Notices"
        class="floating notices"
        data-testid="notice-list"
        @toggle=${(event: ToggleEvent) =>
          this.button.setAttribute('aria-expanded', String(event.newState === 'open'))}
      >
        ${notices.length === 0 ? html`<p class="empty">Nothing to report.</p>` : this.#list(notices)}
      </div>`;
  }

  #list(notices: readonly Notice[]): TemplateResult {
    return html`<header class="floating-head">
        <h2>Notices</h2>
        <button type="button" class="button plain" @click=${() => this.#dismissAll()}>Dismiss all</button>
      </header>
      <ul class="problems">
        ${[...notices].reverse().map((notice) => noticeItem(notice, () => this.#dismiss(notice.id)))}
      </ul>`;
  }

  /** The pressed button goes with its notice: the focus stays in the list. */
  #dismiss(id: number): void {
    this.actions.dismissNotice(id);
    this.popup.focus();
  }

  #dismissAll(): void {
    for (const notice of [...this.state.notices]) this.actions.dismissNotice(notice.id);
    this.button.focus();
  }
}

/** One notice with its button to dismiss it. */
export function noticeItem(notice: Notice, dismiss: () => void): TemplateResult {
  return html`<li class=${notice.severity}>
    ${icon(notice.severity)}
    <div>
      <span class="visually-hidden">${notice.severity}: </span>
      <strong dir="auto">${notice.subject}</strong>
      <p dir="auto">${notice.message}</p>
    </div>
    ${iconButton({ icon: 'close', label: 'Dismiss', small: true, onClick: dismiss })}
  </li>`;
}

function gravest(notices: readonly Notice[]): Notice['severity'] {
  if (notices.some((notice) => notice.severity === 'error')) return 'error';
  return notices.some((notice) => notice.severity === 'warning') ? 'warning' : 'notice';
}
