import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Rest } from '../api/rest-types';
import { stepWord } from '../domain/methods';
import type { State } from '../state/model';
import { undoOf } from '../state/steered';
import { controlInWords } from './control-words';
import { counted } from './format';
import { Panel } from './panel';
import { nameFor } from './people-chips';
import './time-ago';

const MOST_SHOWN = 8;

/** Who did what to the job that is shown, and when, the newest first. */
@customElement('projector-control-history')
export class ControlHistory extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [state.jobView?.job, state.people];
  }

  protected override render(): TemplateResult {
    const job = this.state.jobView?.job;
    if (job === undefined || job.controls.length === 0) return html``;
    const shown = job.controls.slice(-MOST_SHOWN).toReversed();
    const nMore = job.controls.length - shown.length;
    return html`<ul class="control-history" aria-label="Who did what" data-testid="control-history">
        ${shown.map((control) => this.#entry(job, control))}
      </ul>
      ${nMore > 0 ? html`<p class="help">and ${counted(nMore)} before</p>` : nothing}`;
  }

  #entry(job: Rest.Job, control: Rest.AppliedControl): TemplateResult {
    const undo = undoOf(job, control);
    const who = control.by ? nameFor(control.by, this.state.people) : null;
    return html`<li>
      <span class="did">
        ${who === null ? nothing : html`<strong dir="auto">${who}</strong>: `}${controlInWords(control)}
        <span class="secondary">
          at ${stepWord(job.projection.method)} ${counted(control.step)}${
            control.at ? html`, <time-ago .at=${control.at}></time-ago>` : nothing
          }
        </span>
      </span>
      ${
        undo === null
          ? nothing
          : html`<button type="button" class="button plain" @click=${() => void this.actions.steerJob(undo)}>
            ${control.action === 'pause' ? 'Resume' : 'Undo'}
          </button>`
      }
    </li>`;
  }
}
