import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { State } from '../state/model';
import { icon } from './icons';
import { Panel } from './panel';

/**
 * Files that are dropped anywhere on the page are uploaded, where nothing else takes them. Where nothing can, they are
 * refused: the browser would leave the page to show them.
 */
@customElement('projector-file-drop')
export class FileDrop extends Panel {
  @state() private over = false;

  protected override slices(state: State): readonly unknown[] {
    return [state.upload.open];
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.over || this.state.upload.open) return nothing;
    return html`<div class="drop-page" aria-hidden="true">
      <p class="floating">${icon('upload')}<span>Drop the files to upload them</span></p>
    </div>`;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('dragover', this.#follow);
    window.addEventListener('dragleave', this.#leave);
    window.addEventListener('drop', this.#drop);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('dragover', this.#follow);
    window.removeEventListener('dragleave', this.#leave);
    window.removeEventListener('drop', this.#drop);
    super.disconnectedCallback();
  }

  readonly #follow = (event: DragEvent): void => {
    const isTaken = event.defaultPrevented; // by a panel that imports files itself
    this.over = !isTaken && holdsFiles(event) && this.#takesFiles();
    if (isTaken || !holdsFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = this.over ? 'copy' : 'none';
  };

  readonly #leave = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.over = false;
  };

  readonly #drop = (event: DragEvent): void => {
    const isWanted = this.over;
    this.over = false;
    if (event.defaultPrevented || !holdsFiles(event)) return;
    event.preventDefault();
    if (isWanted) this.actions.openUpload([...(event.dataTransfer?.files ?? [])]);
  };

  #takesFiles(): boolean {
    const { uploadRules, upload } = this.state;
    const isBusy = document.querySelector('dialog[open]:not(.upload)') !== null || upload.step !== 'choosing';
    return uploadRules?.is_on === true && !isBusy;
  }
}

function holdsFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}
