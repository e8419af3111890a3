import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { percentDone } from '../domain/format';
import { partSent } from '../domain/upload';
import type { State } from '../state/model';
import { Panel } from './panel';

/** How far an upload is whose dialog was closed; opens the dialog again. */
@customElement('projector-upload-status')
export class UploadStatus extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [state.upload];
  }

  protected override render(): TemplateResult | typeof nothing {
    const { open, step, draft, sent } = this.state.upload;
    if (open || step === 'choosing') return nothing;
    const far = step === 'checking' ? 'reading it' : percentDone(partSent(draft.files, sent));
    return html`<button
      type="button"
      class="button plain figure"
      data-testid="upload-status"
      @click=${() => this.actions.openUpload()}
    >
      Upload: ${far}
    </button>`;
  }
}
