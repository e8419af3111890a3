import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { ago } from '../domain/durations';

const PAUSE_MS = 20_000;

/** "2 min ago", kept true by itself; the full moment is shown as a hint. */
@customElement('time-ago')
export class TimeAgo extends LitElement {
  @property() at = '';

  #timer: ReturnType<typeof setInterval> | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => this.requestUpdate(), PAUSE_MS);
  }

  override disconnectedCallback(): void {
    clearInterval(this.#timer);
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    const moment = new Date(this.at);
    const seconds = (Date.now() - moment.getTime()) / 1000;
    return html`<time datetime=${this.at} title=${moment.toLocaleString()}>${ago(Math.max(0, seconds))}</time>`;
  }
}
