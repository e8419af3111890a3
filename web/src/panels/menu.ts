import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { type IconName, icon } from './icons';
import { moveFocus, type Side, toggleBelow } from './popover';

export interface MenuItem {
  readonly label: string;
  readonly icon: IconName;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly checked?: boolean;
  readonly testId?: string;
  /** A file to download; a real link, which can be copied. */
  readonly href?: string;
  readonly onChoose?: () => void;
}

/** An icon button with a menu of actions: arrows move, Enter chooses, Escape goes back to the button. */
@customElement('projector-menu')
export class Menu extends LitElement {
  @property() label = '';
  @property() icon: IconName = 'more';
  @property() side: Side = 'end';
  @property() testId = '';
  @property({ type: Boolean }) small = false;
  @property({ attribute: false }) items: readonly MenuItem[] = [];
  @query('button') private button!: HTMLButtonElement;
  @query('[popover]') private popup!: HTMLElement;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<button
        type="button"
        class="icon-button ${this.small ? 'small-hit' : ''}"
        aria-haspopup="menu"
        aria-expanded="false"
        aria-label=${this.label}
        title=${this.label}
        data-testid=${this.testId || nothing}
        @click=${this.#toggle}
      >
        ${icon(this.icon)}
      </button>
      <div
        popover
        role="menu"
        class="floating menu"
        aria-label=${this.label}
        @toggle=${this.#toggled}
        @keydown=${(event: KeyboardEvent) => moveFocus(event, this.#entries())}
      >
        ${this.items.map((item) => this.#entry(item))}
      </div>`;
  }

  #entry(item: MenuItem): TemplateResult {
    if (item.href !== undefined) return this.#link(item, item.href);
    const checkable = item.checked !== undefined;
    return html`<button
      type="button"
      role=${checkable ? 'menuitemradio' : 'menuitem'}
      aria-checked=${checkable ? String(item.checked) : nothing}
      tabindex="-1"
      class="menu-item ${item.danger ? 'danger' : ''}"
      data-testid=${item.testId ?? nothing}
      ?disabled=${item.disabled ?? false}
      @click=${() => this.#choose(item)}
    >
      ${icon(item.icon)}<span>${item.label}</span>${item.checked ? icon('check') : ''}
    </button>`;
  }

  #link(item: MenuItem, href: string): TemplateResult {
    return html`<a
      role="menuitem"
      tabindex="-1"
      class="menu-item"
      href=${href}
      download
      data-testid=${item.testId ?? nothing}
      @click=${() => this.#choose(item)}
    >
      ${icon(item.icon)}<span>${item.label}</span>
    </a>`;
  }

  #entries(): HTMLElement[] {
    return [...this.popup.querySelectorAll<HTMLElement>('.menu-item:not(:disabled)')];
  }

  #toggle(event: Event): void {
    event.stopPropagation();
    toggleBelow(this.button, this.popup, this.side);
  }

  #toggled(event: Event): void {
    const open = (event as ToggleEvent).newState === 'open';
    this.button.setAttribute('aria-expanded', String(open));
    if (open) this.#entries()[0]?.focus();
  }

  #choose(item: MenuItem): void {
    this.popup.hidePopover();
    item.onChoose?.();
  }
}
