import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { stepWord } from '../domain/methods';
import type { State } from '../state/model';
import { undoOf } from '../state/steered';
import { controlInWords } from './control-words';
import { counted } from './format';
import { Panel } from './panel';
import { currentName } from './people-chips';
import { iconButton } from './templates';

/** Long enough to be read and to be taken back. */
const SHOWN_MS = 15_000;

/** One line over the cloud when somebody else steers what is watched; it goes by itself. */
@customElement('projector-steered-line')
export class SteeredLine extends Panel {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timed: State['steered'] = null;

  protected override slices(state: State): readonly unknown[] {
    return [state.steered, state.jobView?.job.controls, state.jobView?.job.phase];
  }

  protected override render(): TemplateResult {
    const { steered, jobView } = this.state;
    const job = jobView?.job;
    return html`<div role="status">
      ${
        steered === null || job?.id !== steered.jobId
          ? nothing
          : html`<p class="steered floating" data-testid="steered">
            <span class="ellipsis"><strong dir="auto">${steered.control.by ? currentName(steered.control.by, this.state.people) : 'Somebody'}</strong>:
              ${controlInWords(steered.control)}
              <span class="secondary">at ${stepWord(job.projection.method)} ${counted(steered.control.step)}</span></span>
            ${this.#undo()}
            ${iconButton({ icon: 'close', label: 'Hide this line', small: true, onClick: () => this.actions.dismissSteered() })}
          </p>`
      }
    </div>`;
  }

  #undo(): TemplateResult | typeof nothing {
    const { steered, jobView } = this.state;
    const undo = steered && jobView ? undoOf(jobView.job, steered.control) : null;
    if (undo === null) return nothing;
    return html`<button
      type="button"
      class="button plain"
      @click=${() => {
        this.actions.dismissSteered();
        void this.actions.steerJob(undo);
      }}
    >
      ${undo.action === 'resume' ? 'Resume' : 'Undo'}
    </button>`;
  }

  protected override updated(): void {
    const { steered } = this.state;
    if (steered === this.#timed) return;
    this.#timed = steered;
    clearTimeout(this.#timer);
    if (steered !== null) this.#timer = setTimeout(() => this.actions.dismissSteered(), SHOWN_MS);
  }

  override disconnectedCallback(): void {
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }
}
