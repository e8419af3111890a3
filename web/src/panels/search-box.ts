import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { countOf } from '../domain/format';
import type { State } from '../state/model';
import { counted } from './format';
import { icon } from './icons';
import { Panel } from './panel';

/** Search in one column, as text or as a regular expression; the matches are listed in the inspector. */
@customElement('projector-search-box')
export class SearchBox extends Panel {
  @query('input') private input!: HTMLInputElement;

  protected override slices(state: State): readonly unknown[] {
    return [state.search, state.embedding];
  }

  protected override render(): TemplateResult {
    const { search, embedding } = this.state;
    const columns = embedding.kind === 'ready' ? embedding.value.columns : [];
    const failed = search.result.kind === 'failed';
    return html`<div class="search ${failed ? 'invalid' : ''}" role="search">
      ${icon('search')}
      <input
        type="search"
        dir="auto"
        autocomplete="off"
        spellcheck="false"
        aria-label="Search the metadata"
        aria-describedby="search-count"
        aria-invalid=${failed}
        aria-keyshortcuts="/"
        placeholder=${columns.length === 0 ? 'No metadata to search' : 'Search'}
        data-testid="search-input"
        ?disabled=${columns.length === 0}
        .value=${live(search.query)}
        @input=${this.#typed}
        @keydown=${this.#key}
      />
      <span class="count" id="search-count" role="status" data-testid="search-count">${this.#count()}</span>
      ${this.#selectAll()} ${search.query === '' && columns.length > 0 ? html`<kbd aria-hidden="true">/</kbd>` : nothing}
      ${
        search.query === ''
          ? nothing
          : html`<button
            type="button"
            class="icon-button"
            aria-label="Clear the search"
            title="Clear the search"
            @click=${this.#clear}
          >
            ${icon('close')}
          </button>`
      }
      <button
        type="button"
        class="icon-button"
        aria-pressed=${search.mode === 'regex'}
        aria-label="Regular expression"
        title="Regular expression"
        ?disabled=${columns.length === 0}
        @click=${() => void this.actions.setSearch({ mode: search.mode === 'regex' ? 'text' : 'regex' })}
      >
        ${icon('regex')}
      </button>
      ${
        columns.length < 2
          ? nothing
          : html`<span class="select"><select
            aria-label="Column to search"
            title="Column to search"
            @change=${(event: Event) =>
              void this.actions.setSearch({ column: (event.target as HTMLSelectElement).value })}
          >
            ${columns.map(
              (column) => html`<option value=${column.name} .selected=${live(column.name === search.column)}>
                ${column.name}
              </option>`,
            )}
          </select>${icon('chevronDown')}</span>`
      }
    </div>`;
  }

  #count(): string {
    const { query: text, result } = this.state.search;
    if (text === '') return '';
    if (result.kind === 'loading') return '…';
    if (result.kind === 'failed') return result.message;
    return result.kind === 'ready' ? countOf(result.value.count, 'match', 'matches') : '';
  }

  #selectAll(): TemplateResult | typeof nothing {
    const { query: text, result } = this.state.search;
    if (text === '' || result.kind !== 'ready' || result.value.count === 0) return nothing;
    const { count, rows } = result.value;
    const label = count > rows.length ? `Select the first ${counted(rows.length)}` : 'Select';
    return html`<button
      type="button"
      class="button plain"
      data-testid="search-select"
      @click=${() => this.actions.selectSearchResult()}
    >
      ${label}
    </button>`;
  }

  #typed(): void {
    void this.actions.setSearch({ query: this.input.value });
  }

  #clear(): void {
    void this.actions.setSearch({ query: '' });
    this.input.focus();
  }

  /** Escape clears, then leaves the field; Enter selects what was found. */
  #key(event: KeyboardEvent): void {
    if (event.key === 'Enter') this.actions.selectSearchResult();
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    if (this.input.value === '') this.input.blur();
    else this.#clear();
  }
}
