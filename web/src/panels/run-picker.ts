import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Rest } from '../api/rest-types';
import { countOf } from '../domain/format';
import type { State } from '../state/model';
import { searchedFolders } from './diagnosis';
import { confirmed } from './dialogs';
import { counted } from './format';
import { icon } from './icons';
import { Panel } from './panel';
import { moveFocus, toggleBelow } from './popover';
import { rejectionProblem } from './problems';
import { iconButton, problemList } from './templates';

/** From this many embeddings on the list has a field to filter it. */
const FILTER_FROM = 8;

/** Which run, tensor and step is open; all others, and why some cannot be shown, in a list below. */
@customElement('projector-run-picker')
export class RunPicker extends Panel {
  @query('.picker-button') private button!: HTMLButtonElement;
  @query('[popover]') private popup!: HTMLElement;
  @state() private filter = '';

  protected override slices(state: State): readonly unknown[] {
    return [state.runs, state.embedding, state.diagnosis, state.uploadRules?.is_on];
  }

  protected override render(): TemplateResult {
    const { runs, embedding } = this.state;
    const shown = embedding.kind === 'ready' ? embedding.value : null;
    return html`<button
        type="button"
        class="picker-button"
        aria-haspopup="listbox"
        aria-expanded="false"
        aria-label=${shown ? `Embedding: ${nameOf(shown)}` : 'Choose an embedding'}
        title=${shown ? nameOf(shown) : ''}
        data-testid="run-picker"
        ?disabled=${runs.kind !== 'ready'}
        @click=${() => toggleBelow(this.button, this.popup)}
      >
        ${this.#current(shown)} ${icon('chevronDown')}
      </button>
      <div popover class="floating picker" @toggle=${this.#toggled} @keydown=${this.#key}>
        ${runs.kind === 'ready' ? this.#runs(runs.value, shown) : nothing}
        ${this.#upload()}
        ${this.state.diagnosis === null ? nothing : html`<section class="picker-run">${searchedFolders(this.state.diagnosis)}</section>`}
      </div>`;
  }

  #current(shown: Rest.Embedding | null): TemplateResult {
    if (shown === null) {
      const { runs, embedding } = this.state;
      const waiting = runs.kind === 'loading' || embedding.kind === 'loading' || runs.kind === 'idle';
      return html`<span class="tensor-name secondary">${waiting ? 'Loading…' : 'Choose an embedding'}</span>`;
    }
    return html`<span class="run-name ellipsis" dir="auto">${shown.run_name}</span>
      <span class="slash" aria-hidden="true">/</span>
      <span class="tensor-name ellipsis" dir="auto">${shown.display_name}</span>
      ${shown.step === null ? nothing : html`<span class="step-mark">@ step ${counted(shown.step)}</span>`}`;
  }

  #runs(runs: readonly Rest.Run[], shown: Rest.Embedding | null): TemplateResult {
    const nEmbeddings = runs.reduce((sum, run) => sum + run.embeddings.length, 0);
    const wanted = this.filter.trim().toLowerCase();
    const matches = (run: Rest.Run, embedding: Rest.EmbeddingSummary) =>
      `${run.name}/${embedding.display_name}`.toLowerCase().includes(wanted);
    return html`${
      nEmbeddings < FILTER_FROM
        ? nothing
        : html`<input
          class="field-control"
          type="search"
          placeholder="Filter ${counted(nEmbeddings)} embeddings"
          aria-label="Filter the embeddings"
          .value=${this.filter}
          @input=${(event: Event) => {
            this.filter = (event.target as HTMLInputElement).value;
          }}
        />`
    }
    ${runs.map((run) =>
      this.#run(
        run,
        run.embeddings.filter((embedding) => matches(run, embedding)),
        shown,
      ),
    )}`;
  }

  #run(run: Rest.Run, embeddings: readonly Rest.EmbeddingSummary[], shown: Rest.Embedding | null) {
    const reasons = [...run.problems, ...run.rejected.map(rejectionProblem)];
    if (embeddings.length === 0 && (reasons.length === 0 || this.filter !== '')) return nothing;
    return html`<section class="picker-run">
      <div class="picker-head">
        <h3 class="picker-title ellipsis" dir="auto" title=${run.name}>${run.name}</h3>
        ${
          run.is_upload
            ? iconButton({
                icon: 'trash',
                label: `Delete ${run.name}`,
                small: true,
                onClick: () => void this.#delete(run),
              })
            : nothing
        }
      </div>
      <div role="listbox" aria-label=${run.name}>
        ${embeddings.map((embedding) => this.#option(embedding, embedding.id === shown?.id))}
      </div>
      ${
        reasons.length === 0
          ? nothing
          : html`<details class="disclosure reasons" ?open=${run.embeddings.length === 0}>
            <summary>
              ${icon('chevronRight')}
              ${run.embeddings.length === 0 ? 'Nothing here can be shown' : countOf(reasons.length, 'remark')}
            </summary>
            ${problemList(reasons)}
          </details>`
      }
    </section>`;
  }

  #option(embedding: Rest.EmbeddingSummary, selected: boolean): TemplateResult {
    return html`<button
      type="button"
      role="option"
      class="picker-option"
      aria-selected=${selected}
      tabindex=${selected ? '0' : '-1'}
      data-testid="embedding-option"
      title=${embedding.display_name}
      @click=${() => this.#choose(embedding.id)}
    >
      ${selected ? icon('check') : html`<span class="icon"></span>`}
      <span class="ellipsis" dir="auto">${embedding.display_name}</span>
      <span class="secondary small">
        ${embedding.step === null ? nothing : `step ${counted(embedding.step)} · `}${counted(embedding.n_points)}
        × ${counted(embedding.n_dims)}
      </span>
    </button>`;
  }

  #upload(): TemplateResult | typeof nothing {
    if (!this.state.uploadRules?.is_on) return nothing;
    return html`<section class="picker-run">
      <button
        type="button"
        class="picker-option picker-upload"
        data-testid="upload"
        @click=${() => {
          this.#close();
          this.actions.openUpload();
        }}
      >
        ${icon('upload')}<span>Upload…</span>
      </button>
    </section>`;
  }

  #choose(embeddingId: string): void {
    this.#close();
    void this.actions.openEmbedding(embeddingId);
  }

  /** The focus goes back to the bar, so that a dialog that opens next gives it back there. */
  #close(): void {
    this.popup.hidePopover();
    this.button.focus();
  }

  async #delete(run: Rest.Run): Promise<void> {
    this.#close();
    const agreed = await confirmed({
      title: `Delete “${run.name}”?`,
      text: 'Its files will be lost for everybody. Saved views of it stay and can no longer be opened.',
      action: 'Delete the upload',
    });
    if (agreed) await this.actions.deleteUpload(run.id);
  }

  #options(): HTMLElement[] {
    return [...this.popup.querySelectorAll<HTMLElement>('.picker-option')];
  }

  #toggled(event: Event): void {
    const open = (event as ToggleEvent).newState === 'open';
    this.button.setAttribute('aria-expanded', String(open));
    if (!open) {
      this.filter = '';
      return;
    }
    const current = this.popup.querySelector<HTMLElement>('[aria-selected="true"]');
    (this.popup.querySelector<HTMLElement>('input') ?? current ?? this.#options()[0])?.focus();
    current?.scrollIntoView({ block: 'nearest' });
  }

  #key(event: KeyboardEvent): void {
    moveFocus(event, this.#options());
  }
}

function nameOf(embedding: Rest.Embedding): string {
  const step = embedding.step === null ? '' : ` @ step ${counted(embedding.step)}`;
  return `${embedding.run_name} / ${embedding.display_name}${step}`;
}
