import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { State } from '../state/model';
import { filesState } from '../state/selectors';
import { searchedFolders } from './diagnosis';
import { icon } from './icons';
import { isUnderway, stageOf } from './job-progress';
import { noticeItem } from './notices';
import { Panel } from './panel';
import { iconButton } from './templates';

const HINT_SEEN = 'projector.hint-seen';
/** More errors than this are left to the bell. */
const MOST_ERRORS = 3;

/** What lies over the cloud while there is nothing to see, and what must not be missed. */
@customElement('projector-cloud-states')
export class CloudStates extends Panel {
  @state() private hintSeen = remembered(HINT_SEEN);

  protected override slices(state: State): readonly unknown[] {
    return [
      state.runs,
      state.diagnosis,
      state.uploadRules?.is_on,
      state.embedding,
      state.online,
      state.notices,
      state.layout === null,
      state.layout === null ? state.jobView?.job : null,
      state.selection.length,
      filesState(state),
    ];
  }

  protected override render(): TemplateResult {
    return html`<div class="cloud-top">${this.#offline()} ${this.#files()} ${this.#errors()} ${this.#hint()}</div>
      ${this.#cover()}`;
  }

  #offline(): TemplateResult | typeof nothing {
    if (this.state.online) return nothing;
    return html`<p class="banner floating" role="status" data-testid="offline">
      ${icon('warning')}
      <span>The gateway does not answer. Trying again…</span>
      <button type="button" class="button plain" @click=${() => void this.actions.reload()}>Try now</button>
    </p>`;
  }

  /** Nobody's view is changed under their hands: they choose when. */
  #files(): TemplateResult | typeof nothing {
    const files = filesState(this.state);
    if (files === 'unchanged' || !this.state.online) return nothing;
    if (files === 'gone') {
      return html`<p class="banner floating" role="status" data-testid="gone">
        ${icon('warning')}
        <span>The files of this embedding were deleted or moved. You still see what is loaded.</span>
      </p>`;
    }
    return html`<p class="banner floating" role="status" data-testid="outdated">
      ${icon('notice')}
      <span>The files of this embedding have changed.</span>
      <button type="button" class="button plain" @click=${() => void this.actions.reload()}>Reload</button>
    </p>`;
  }

  #errors(): TemplateResult | typeof nothing {
    const errors = this.state.notices.filter((notice) => notice.severity === 'error').slice(-MOST_ERRORS);
    if (errors.length === 0) return nothing;
    return html`<ul class="problems errors floating" role="alert">
      ${errors.map((notice) => noticeItem(notice, () => this.actions.dismissNotice(notice.id)))}
    </ul>`;
  }

  /** One line of what to try, until something was tried or the line was sent away. */
  #hint(): TemplateResult | typeof nothing {
    const { layout, selection, online, notices } = this.state;
    const isCrowded = !online || notices.some((notice) => notice.severity === 'error');
    if (this.hintSeen || layout === null || selection.length > 0 || isCrowded) return nothing;
    return html`<p class="hint">
      <span>Click a point for its neighbors. Drag to turn, scroll to zoom, <kbd>/</kbd> to search.</span>
      ${iconButton({ icon: 'close', label: 'Hide this line', small: true, onClick: () => this.#hideHint() })}
    </p>`;
  }

  /** Whoever has selected a point knows what the line says. */
  protected override updated(): void {
    if (!this.hintSeen && this.state.selection.length > 0) this.#hideHint();
  }

  #hideHint(): void {
    this.hintSeen = true;
    remember(HINT_SEEN);
  }

  #cover(): TemplateResult | typeof nothing {
    const { runs, embedding, layout, jobView } = this.state;
    if (runs.kind === 'failed') {
      return cover('error', 'The runs could not be read', html`<p>${runs.message}</p>`, () =>
        this.actions.reload(),
      );
    }
    if (runs.kind !== 'ready') return waiting('Reading the runs');
    if (runs.value.length === 0)
      return cover('table', 'No runs found', this.#noRuns(), () => this.actions.reload());
    if (embedding.kind === 'failed') {
      return cover('error', 'This embedding could not be opened', html`<p>${embedding.message}</p>`, () =>
        this.actions.reload(),
      );
    }
    if (runs.value.every((run) => run.embeddings.length === 0)) {
      return cover('warning', 'Nothing here can be shown', NOTHING_SHOWN, () => this.actions.reload());
    }
    if (embedding.kind === 'idle') return cover('table', 'Choose an embedding', CHOOSE, null);
    if (embedding.kind === 'loading') return waiting('Opening the embedding');
    if (layout !== null) return nothing;
    return jobView !== null && isUnderway(jobView.job) ? waiting(stageOf(jobView.job)) : this.#noLayout();
  }

  #noRuns(): TemplateResult {
    const { diagnosis, uploadRules } = this.state;
    const upload = html`<button type="button" class="button" @click=${() => this.actions.openUpload()}>Upload…</button>`;
    return html`${NO_RUNS}${uploadRules?.is_on ? upload : nothing}${diagnosis === null || diagnosis.findings.length === 0 ? nothing : searchedFolders(diagnosis)}`;
  }

  #noLayout(): TemplateResult {
    const { jobView } = this.state;
    if (jobView?.job.phase !== 'failed') return waiting('Preparing the first picture');
    return cover(
      'error',
      'There is no picture yet',
      html`<p>${jobView.job.failure?.message ?? 'The projection failed.'}</p>
        <p class="secondary">Change the parameters in the projection panel and run it again.</p>`,
      null,
    );
  }
}

const NO_RUNS = html`<p>
    The projector looks in the folder it was started with, and in every folder below it, for checkpoints and for
    <code>projector_config.pbtxt</code>.
  </p>
  <p class="secondary">
    Start it with a log directory, <code>projector serve LOGDIR</code>, or write a checkpoint into the folder and look
    again.
  </p>`;
const NOTHING_SHOWN = html`<p>
  Runs were found, but none of their tensors can be viewed. The reasons are listed under Data and in the picker above.
</p>`;
const CHOOSE = html`<p>Pick a run and a tensor in the bar above.</p>`;

function waiting(text: string): TemplateResult {
  return html`<div class="cover quiet" role="status" aria-busy="true">
    <div class="progress unmeasured"><i></i></div>
    <p class="secondary">${text}</p>
  </div>`;
}

function cover(
  name: 'error' | 'table' | 'warning',
  title: string,
  text: TemplateResult,
  retry: (() => Promise<void>) | null,
): TemplateResult {
  return html`<div class="cover" role=${name === 'error' ? 'alert' : 'status'}>
    ${icon(name)}
    <h2>${title}</h2>
    ${text}
    ${
      retry === null
        ? nothing
        : html`<button type="button" class="button" @click=${() => void retry()}>Look again</button>`
    }
  </div>`;
}

function remember(key: string): void {
  try {
    localStorage.setItem(key, 'yes');
  } catch {
    // Storage is forbidden or full: the line comes back with the next visit.
  }
}

function remembered(key: string): boolean {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return false; // storage is forbidden: the line is shown at each visit
  }
}
