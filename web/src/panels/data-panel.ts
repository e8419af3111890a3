import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Rest } from '../api/rest-types';
import { countOf } from '../domain/format';
import type { State } from '../state/model';
import { counted } from './format';
import { icon } from './icons';
import './legend';
import { Panel } from './panel';
import { problemsOfOpen, problemsOfOtherRuns } from './problems';
import { collapseSide } from './sides';
import { iconButton, problemList, segmented, selectField } from './templates';

const ROW_NUMBERS = { value: '', label: 'Row number' };
const NO_COLOR = { value: '', label: 'No colour' };

/** Of the shown layout; no column of a file can have a line break in its name. */
const NEIGHBORS_KEPT = { value: '\npreservation', label: 'Neighbors kept' };

const RANGED_TYPES: readonly Rest.Column['type'][] = ['integer', 'number', 'date_time'];

/** What is shown and how: the label and colour columns, the legend, facts of the file, and its problems. */
@customElement('projector-data-panel')
export class DataPanel extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [
      state.runs,
      state.embedding,
      state.labelColumn,
      state.colorColumn,
      state.colorMode,
      state.preservation,
      state.quality,
    ];
  }

  protected override render(): TemplateResult {
    const { embedding } = this.state;
    return html`<header class="panel-head">
        <h2 class="panel-title">Data</h2>
        ${iconButton({
          icon: 'collapseLeft',
          label: 'Collapse the panels',
          small: true,
          onClick: () => void collapseSide(this, 'left'),
        })}
      </header>
      ${embedding.kind === 'ready' ? this.#controls(embedding.value) : this.#waiting()} ${this.#problems()}`;
  }

  #waiting(): TemplateResult {
    const { runs, embedding } = this.state;
    if (embedding.kind === 'failed') {
      return html`<p class="inline-error" role="alert">${icon('error')}<span>${embedding.message}</span></p>`;
    }
    if (runs.kind === 'failed' || (runs.kind === 'ready' && embedding.kind === 'idle')) {
      return html`<p class="empty">What is open, its labels and its colours.</p>`;
    }
    return html`<div class="skeleton" aria-hidden="true"><i></i><i></i><i></i></div>`;
  }

  #controls(embedding: Rest.Embedding): TemplateResult {
    const columns = embedding.columns.map((column) => ({ value: column.name, label: column.name }));
    const { labelColumn, colorColumn, preservation, quality } = this.state;
    const isOfLayout = preservation.kind !== 'idle';
    const ofLayout = isOfLayout || quality.kind === 'ready' ? [NEIGHBORS_KEPT] : [];
    return html`<div class="rows">
      ${selectField({
        id: 'label-by',
        label: 'Label by',
        testId: 'label-by',
        value: labelColumn ?? '',
        choices: [ROW_NUMBERS, ...columns],
        onChoose: (name) => this.actions.labelBy(name === '' ? null : name),
      })}
      ${selectField({
        id: 'color-by',
        label: 'Colour by',
        testId: 'color-by',
        value: isOfLayout ? NEIGHBORS_KEPT.value : (colorColumn ?? ''),
        choices: [NO_COLOR, ...columns, ...ofLayout],
        onChoose: (name) => this.#colorBy(name),
      })}
      ${this.#colorMode(embedding.columns.find((column) => column.name === colorColumn && !isOfLayout))}
      <projector-legend .store=${this.store}></projector-legend>
      ${facts(embedding)}
    </div>`;
  }

  #colorBy(name: string): void {
    if (name === NEIGHBORS_KEPT.value) void this.actions.colorByPreservation();
    else this.actions.colorBy(name === '' ? null : name);
  }

  /** Numbers may be coloured as a range or as categories; other columns leave no choice. */
  #colorMode(column: Rest.Column | undefined): TemplateResult | typeof nothing {
    if (column === undefined || !RANGED_TYPES.includes(column.type)) return nothing;
    return html`<div class="field">
      <span class="field-label">Scale</span>
      ${segmented({
        name: 'color-mode',
        label: 'Colour scale',
        fill: true,
        value: this.state.colorMode,
        choices: [
          { value: 'auto', label: 'Auto' },
          { value: 'categorical', label: 'Classes' },
          { value: 'numeric', label: 'Range' },
        ],
        onChoose: (mode) => this.actions.setColorMode(mode),
      })}
    </div>`;
  }

  #problems(): TemplateResult {
    const { runs, embedding } = this.state;
    const known = runs.kind === 'ready' ? runs.value : [];
    const open = embedding.kind === 'ready' ? embedding.value : null;
    const own = problemsOfOpen(open, known.find((run) => run.id === open?.run_id) ?? null);
    const others = problemsOfOtherRuns(known, open?.run_id ?? null);
    if (own.length === 0 && others.length === 0) return html``;
    const grave = own.some((problem) => problem.severity !== 'notice');
    return html`<div class="rows" data-testid="problems">
      ${
        own.length === 0
          ? nothing
          : html`<details class="disclosure" ?open=${grave}>
            <summary>${icon('chevronRight')}${countOf(own.length, 'remark')} on this run</summary>
            ${problemList(own)}
          </details>`
      }
      ${
        others.length === 0
          ? nothing
          : html`<details class="disclosure" ?open=${open === null}>
            <summary>${icon('chevronRight')}${open === null ? 'What cannot be shown' : `Remarks on ${countOf(others.length, 'other run')}`}</summary>
            ${others.map(
              (
                run,
              ) => html`<h3 class="picker-title ellipsis" dir="auto" title=${run.runName}>${run.runName}</h3>
                ${problemList(run.problems)}`,
            )}
          </details>`
      }
    </div>`;
  }
}

function facts(embedding: Rest.Embedding): TemplateResult {
  const { sprite } = embedding;
  return html`<details class="disclosure">
    <summary>
      ${icon('chevronRight')}
      <span>${counted(embedding.n_points)} × ${counted(embedding.n_dims)}</span>
      <span class="mono">${embedding.dtype}</span>
    </summary>
    <dl class="facts">
      <dt>Tensor</dt>
      <dd class="mono" dir="auto">${embedding.tensor_name}</dd>
      <dt>Run</dt>
      <dd dir="auto">${embedding.run_name}</dd>
      <dt>Step</dt>
      <dd>${embedding.step === null ? 'none' : counted(embedding.step)}</dd>
      <dt>Columns</dt>
      <dd>${embedding.columns.length === 0 ? 'none' : counted(embedding.columns.length)}</dd>
      <dt>Sprite</dt>
      <dd>
        ${
          sprite === null
            ? 'none'
            : `${counted(sprite.image_width_px)} × ${counted(sprite.image_height_px)} px, thumbnails ${sprite.thumbnail_width_px} × ${sprite.thumbnail_height_px}`
        }
      </dd>
      <dt>Digest</dt>
      <dd class="mono ellipsis" title=${embedding.digest}>${embedding.digest.slice(0, 16)}</dd>
    </dl>
  </details>`;
}
