import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { bytesOf, percentDone } from '../domain/format';
import {
  mayNeedShape,
  needsShape,
  partSent,
  suggestedName,
  type UploadDraft,
  type UploadRole,
} from '../domain/upload';
import type { State } from '../state/model';
import { cssValues } from './css-values';
import { icon } from './icons';
import { Panel } from './panel';
import { iconButton } from './templates';

interface Slot {
  readonly role: UploadRole;
  readonly label: string;
  readonly accept: string;
  readonly help: string;
}

const SLOTS: readonly Slot[] = [
  {
    role: 'tensor',
    label: 'Tensor',
    accept: '',
    help: '.npy, .npz, .safetensors, .h5, .parquet, .tsv, word vectors, raw float32',
  },
  {
    role: 'metadata',
    label: 'Metadata',
    accept: '.tsv,.csv,.txt',
    help: 'Optional. A table, one row a point',
  },
  {
    role: 'sprite',
    label: 'Sprite',
    accept: '.png,.jpg,.jpeg,.webp,.gif,.bmp',
    help: 'Optional. One image with all thumbnails',
  },
];

/** Brings an embedding in: its files, by choice or dropped, and a name. */
@customElement('projector-upload-dialog')
export class UploadDialog extends Panel {
  @query('dialog') private dialog!: HTMLDialogElement;

  #emptied: UploadRole | null = null;

  protected override slices(state: State): readonly unknown[] {
    return [state.upload, state.uploadRules];
  }

  protected override render(): TemplateResult {
    const { upload, uploadRules } = this.state;
    const isChoosing = upload.step === 'choosing';
    const limit = uploadRules === null ? '' : ` A file may have ${bytesOf(uploadRules.max_file_bytes)}.`;
    return html`<dialog
      class="floating dialog upload"
      aria-labelledby="upload-title"
      data-testid="upload-dialog"
      @cancel=${this.#cancelled}
      @close=${this.#close}
    >
      <form @submit=${this.#submit}>
        <header class="floating-head">
          <h2 id="upload-title">Upload an embedding</h2>
          ${iconButton({ icon: 'close', label: 'Close', small: true, onClick: this.#close })}
        </header>
        <p class="drop-here" aria-hidden="true" ?hidden=${!isChoosing}>${icon('upload')}<span>Drop files here, or choose them</span></p>
        ${SLOTS.map((slot) => this.#slot(slot))}
        <div class="field">
          <label for="upload-name">Name</label>
          <input
            class="field-control"
            id="upload-name"
            dir="auto"
            maxlength="120"
            autocomplete="off"
            placeholder=${suggestedName(upload.draft.files) || 'As the tensor’s file'}
            ?disabled=${!isChoosing}
            .value=${live(upload.draft.name)}
            @input=${(event: Event) => this.actions.changeUpload({ name: textOf(event) })}
          />
        </div>
        <p class="help">
          Everybody who uses this projector sees it and may delete it.${limit} Files are read, never run: pickles are refused.
        </p>
        ${this.#outcome()}
        <div class="dialog-actions">${isChoosing ? this.#choosing() : this.#sending()}</div>
      </form>
    </dialog>`;
  }

  #slot({ role, label, accept, help }: Slot): TemplateResult {
    const { draft, step, sent } = this.state.upload;
    const file = draft.files[role];
    return html`<div class="field upload-slot" data-testid="upload-${role}">
        <span class="field-label" id="upload-${role}-label">${label}</span>
        ${file === undefined ? this.#chooser(role, accept, help) : this.#chosen(role, file)}
        ${file === undefined || step === 'choosing' ? nothing : bar(file, sent[role] ?? 0)}
      </div>
      ${role === 'tensor' && file !== undefined && mayNeedShape(file.name) ? this.#shape(file) : nothing}
      ${role === 'sprite' && file !== undefined ? this.#thumbnail() : nothing}`;
  }

  #chooser(role: UploadRole, accept: string, help: string): TemplateResult {
    const isFree = this.state.upload.step === 'choosing';
    return html`<div class="upload-choice">
      <label class="button" ?hidden=${!isFree}>
        Choose…<input
          class="visually-hidden"
          type="file"
          accept=${accept || nothing}
          aria-labelledby="upload-${role}-label"
          aria-describedby="upload-${role}-help"
          ?autofocus=${role === 'tensor'}
          @change=${(event: Event) => this.#take(role, event)}
        />
      </label>
      <span class="help" id="upload-${role}-help">${isFree ? help : 'None'}</span>
    </div>`;
  }

  #chosen(role: UploadRole, file: File): TemplateResult {
    return html`<div class="upload-file">
      <span class="ellipsis" dir="auto" title=${file.name}>${file.name}</span>
      <span class="secondary small">${bytesOf(file.size)}</span>
      ${
        this.state.upload.step === 'choosing'
          ? iconButton({
              icon: 'close',
              label: `Take ${file.name} away`,
              small: true,
              onClick: () => this.#takeAway(role),
            })
          : nothing
      }
    </div>`;
  }

  #shape(file: File): TemplateResult {
    const [nPoints, nDims] = this.state.upload.draft.shape;
    return this.#pair({
      label: 'Shape',
      names: ['Points', 'Dimensions'],
      values: [nPoints, nDims],
      unit: needsShape(file.name) ? 'points × dimensions' : 'if it holds raw float32',
      onChange: (shape) => this.actions.changeUpload({ shape }),
    });
  }

  #thumbnail(): TemplateResult {
    return this.#pair({
      label: 'Thumbnail',
      names: ['Width of a thumbnail', 'Height of a thumbnail'],
      values: this.state.upload.draft.thumbnailPx,
      unit: 'px; empty: as many columns as rows',
      onChange: (thumbnailPx) => this.actions.changeUpload({ thumbnailPx }),
    });
  }

  #pair(options: {
    readonly label: string;
    readonly names: readonly [string, string];
    readonly values: UploadDraft['shape'];
    readonly unit: string;
    readonly onChange: (values: UploadDraft['shape']) => void;
  }): TemplateResult {
    const [first, second] = options.values;
    const input = (name: string, value: number | null, onInput: (value: number | null) => void) => html`<input
      class="field-control"
      type="number"
      inputmode="numeric"
      min="1"
      step="1"
      aria-label=${name}
      ?disabled=${this.state.upload.step !== 'choosing'}
      .value=${live(value === null ? '' : String(value))}
      @input=${(event: Event) => onInput(wholeNumber(event))}
    />`;
    return html`<div class="field">
      <span class="field-label">${options.label}</span>
      <div class="upload-pair">
        ${input(options.names[0], first, (value) => options.onChange([value, second]))}
        <span class="secondary" aria-hidden="true">×</span>
        ${input(options.names[1], second, (value) => options.onChange([first, value]))}
        <span class="help">${options.unit}</span>
      </div>
    </div>`;
  }

  #outcome(): TemplateResult {
    const { step, error } = this.state.upload;
    return html`${
      error === null
        ? nothing
        : html`<p class="inline-error" role="alert" data-testid="upload-error">${icon('error')}<span dir="auto">${error}</span></p>`
    }
      <p class="secondary small" role="status" ?hidden=${step === 'choosing'}>
        ${{ choosing: '', sending: 'Sending the files', checking: 'Reading what has arrived' }[step]}
      </p>
      ${step === 'checking' ? html`<div class="progress unmeasured"><i></i></div>` : nothing}`;
  }

  #choosing(): TemplateResult {
    const isReady = this.state.upload.draft.files.tensor !== undefined;
    return html`<button type="button" class="button" @click=${this.#close}>Cancel</button>
      <button type="submit" class="button primary" ?disabled=${!isReady}>Upload</button>`;
  }

  #sending(): TemplateResult {
    return html`<button type="button" class="button" @click=${() => this.actions.cancelUpload()}>
        Cancel the upload
      </button>
      <button type="button" class="button" @click=${this.#close}>Go on in the background</button>`;
  }

  #take(role: UploadRole, event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (file) this.actions.chooseFile(role, file);
    input.value = '';
  }

  #takeAway(role: UploadRole): void {
    this.#emptied = role;
    this.actions.chooseFile(role, null);
  }

  #focusAction(): void {
    this.querySelector<HTMLElement>('.dialog-actions > :last-child')?.focus();
  }

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    void this.actions.upload();
  };

  /** A choice of files that is given up says `cancel` as well, and the dialog hears it. */
  readonly #cancelled = (event: Event): void => {
    if (event.target === this.dialog) this.#close();
  };

  readonly #close = (): void => {
    if (this.state.upload.open) this.actions.closeUpload();
  };

  protected override updated(): void {
    const { open, draft } = this.state.upload;
    if (open && !this.dialog.open) {
      this.dialog.showModal();
      if (draft.files.tensor !== undefined) this.#focusAction();
    }
    if (!open && this.dialog.open) this.dialog.close();
    // The pressed button goes with its file, or when the upload begins or ends: the focus moves to what takes its place.
    if (open && !this.dialog.contains(document.activeElement)) {
      if (this.#emptied === null) this.#focusAction();
      else this.querySelector<HTMLElement>(`[data-testid="upload-${this.#emptied}"] input`)?.focus();
    }
    this.#emptied = null;
  }
}

function bar(file: File, sent: number): TemplateResult {
  const part = partSent({ tensor: file }, { tensor: sent });
  return html`<div class="upload-progress">
    <div
      class="progress"
      role="progressbar"
      aria-label=${file.name}
      aria-valuenow=${Math.round(100 * part)}
      ${cssValues({ '--part': String(part) })}
    >
      <i></i>
    </div>
    <span class="secondary small figure">${percentDone(part)}</span>
  </div>`;
}

function textOf(event: Event): string {
  return (event.target as HTMLInputElement).value;
}

function wholeNumber(event: Event): number | null {
  const value = (event.target as HTMLInputElement).valueAsNumber;
  return Number.isInteger(value) && value > 0 ? value : null;
}
