import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { State } from '../state/model';
import { copied } from './clipboard';
import { type IconName, icon } from './icons';
import './menu';
import type { MenuItem } from './menu';
import './notices';
import { Panel } from './panel';
import './people-menu';
import './run-picker';
import './search-box';
import { iconButton } from './templates';
import './upload-status';

const THEMES: readonly { readonly value: State['theme']; readonly label: string; readonly icon: IconName }[] =
  [
    { value: 'system', label: 'As the system', icon: 'system' },
    { value: 'light', label: 'Light', icon: 'light' },
    { value: 'dark', label: 'Dark', icon: 'dark' },
  ];
const SAID_MS = 2500;

/** The bar over everything: what is open, search, and what concerns the page as a whole. */
@customElement('projector-top-bar')
export class TopBar extends Panel {
  @state() private said = '';

  #silence: ReturnType<typeof setTimeout> | undefined;

  protected override slices(state: State): readonly unknown[] {
    return [state.theme, state.embedding.kind];
  }

  protected override render(): TemplateResult {
    return html`
      <div class="bar-start">
        <h1 class="wordmark">${icon('points')}<span>Projector</span></h1>
        <projector-run-picker .store=${this.store}></projector-run-picker>
        <projector-upload-status .store=${this.store}></projector-upload-status>
      </div>
      <projector-search-box .store=${this.store}></projector-search-box>
      <div class="bar-end">
        <span class="said" role="status">${this.said}</span>
        <projector-people .store=${this.store}></projector-people>
        ${iconButton({
          icon: 'link',
          label: 'Copy a link to this view',
          testId: 'share',
          disabled: this.state.embedding.kind !== 'ready',
          onClick: () => this.#share(),
        })}
        <projector-notices .store=${this.store}></projector-notices>
        <projector-menu
          label="Theme"
          .icon=${this.#themeIcon()}
          testId="theme-toggle"
          .items=${this.#themeItems()}
        ></projector-menu>
        ${iconButton({
          icon: 'help',
          label: 'Keyboard and mouse',
          testId: 'help',
          onClick: () => this.actions.setHelpOpen(true),
        })}
      </div>
    `;
  }

  override disconnectedCallback(): void {
    clearTimeout(this.#silence);
    super.disconnectedCallback();
  }

  #themeIcon(): IconName {
    return THEMES.find((theme) => theme.value === this.state.theme)?.icon ?? 'system';
  }

  #themeItems(): readonly MenuItem[] {
    return THEMES.map((theme) => ({
      label: theme.label,
      icon: theme.icon,
      checked: theme.value === this.state.theme,
      testId: `theme-${theme.value}`,
      onChoose: () => this.actions.setTheme(theme.value),
    }));
  }

  async #share(): Promise<void> {
    this.#say(await copied(this.actions.shareLink()));
  }

  #say(text: string): void {
    this.said = text;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.said = '';
    }, SAID_MS);
  }
}
