import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Rest } from '../api/rest-types';
import { countOf } from '../domain/format';
import { isStreamed, nameOfMethod, stepWord } from '../domain/methods';
import type { State } from '../state/model';
import { counted } from './format';
import './bookmark-list';
import { askName, confirmed } from './dialogs';
import { icon } from './icons';
import './menu';
import type { MenuItem } from './menu';
import { Panel } from './panel';
import { iconButton } from './templates';

/** Saved views, in collections: save, open, walk through, bring in and take away. */
@customElement('projector-bookmarks-panel')
export class BookmarksPanel extends Panel {
  @query('#bookmark-name') private nameField!: HTMLInputElement;
  @query('input[type="file"]') private fileField!: HTMLInputElement;
  @state() private dropping = false;

  protected override slices(state: State): readonly unknown[] {
    return [
      state.embedding.kind,
      state.collections,
      state.openCollection,
      state.openBookmark,
      state.layout?.method,
      state.layout?.step,
    ];
  }

  protected override render(): TemplateResult {
    const { collections, embedding } = this.state;
    const all = collections.kind === 'ready' ? collections.value : [];
    const open = all.find((collection) => collection.id === this.state.openCollection) ?? null;
    return html`<header class="panel-head">
        <h2 class="panel-title">Bookmarks</h2>
        ${embedding.kind === 'ready' ? this.#tools(open) : nothing}
      </header>
      <div
        class="bookmarks ${this.dropping ? 'dropping' : ''}"
        @dragover=${this.#over}
        @dragleave=${() => {
          this.dropping = false;
        }}
        @drop=${this.#drop}
      >
        ${collections.kind === 'failed' ? html`<p class="inline-error" role="alert">${icon('error')}<span>${collections.message}</span></p>` : nothing}
        ${embedding.kind === 'ready' ? html`${this.#choice(all, open)} ${this.#save()} ${this.#views(open)}` : html`<p class="empty">Saved views, to come back to and to show.</p>`}
        <p class="drop-note" aria-hidden="true">Drop bookmark files to import them</p>
      </div>`;
  }

  #tools(open: Rest.Collection | null): TemplateResult {
    return html`<input
        type="file"
        multiple
        hidden
        accept=".txt,.json,application/json,text/plain"
        aria-label="Bookmark files to import"
        data-testid="import-bookmarks"
        @change=${this.#chosen}
      />
      ${iconButton({
        icon: 'upload',
        label: 'Import bookmark files',
        small: true,
        onClick: () => this.fileField.click(),
      })}
      ${
        open === null
          ? nothing
          : html`<a
            class="icon-button small-hit"
            href=${this.actions.exportLink(open.id)}
            download
            aria-label="Download as a TensorBoard bookmark file"
            title="Download as a TensorBoard bookmark file"
            data-testid="collection-export"
            >${icon('download')}</a
          >`
      }
      <projector-menu label="Collection" icon="more" small .items=${this.#menu(open)}></projector-menu>`;
  }

  #menu(open: Rest.Collection | null): readonly MenuItem[] {
    const create: MenuItem = { label: 'New collection…', icon: 'plus', onChoose: () => void this.#create() };
    if (open === null) return [create];
    return [
      create,
      { label: 'Rename…', icon: 'pencil', onChoose: () => void this.#rename(open) },
      { label: 'Delete…', icon: 'trash', danger: true, onChoose: () => void this.#delete(open) },
    ];
  }

  #choice(all: readonly Rest.Collection[], open: Rest.Collection | null): TemplateResult | typeof nothing {
    if (all.length < 2) return nothing;
    return html`<span class="select">
      <select
        class="field-control"
        aria-label="Collection"
        data-testid="collection"
        @change=${(event: Event) => this.actions.chooseCollection((event.target as HTMLSelectElement).value)}
      >
        ${all.map(
          (collection) => html`<option value=${collection.id} .selected=${collection.id === open?.id}>
            ${collection.name} (${counted(collection.bookmarks.length)})
          </option>`,
        )}
      </select>
      ${icon('chevronDown')}
    </span>`;
  }

  #save(): TemplateResult {
    const hasView = this.state.layout !== null;
    return html`<form class="save-view" @submit=${this.#submit}>
      <input
        class="field-control"
        id="bookmark-name"
        dir="auto"
        maxlength="200"
        autocomplete="off"
        aria-label="Name of the view"
        placeholder=${this.#suggestion()}
        ?disabled=${!hasView}
      />
      <button
        type="submit"
        class="button primary"
        title="Save the view (b)"
        data-testid="save-bookmark"
        ?disabled=${!hasView}
      >
        Save view
      </button>
    </form>`;
  }

  /** What a view is called that was given no name. */
  #suggestion(): string {
    const { layout } = this.state;
    if (layout === null) return 'Name';
    const method = nameOfMethod(layout.method);
    return isStreamed(layout.method)
      ? `${method}, ${stepWord(layout.method)} ${counted(layout.step)}`
      : method;
  }

  #views(open: Rest.Collection | null): TemplateResult {
    if (open === null || open.bookmarks.length === 0) {
      return html`<p class="empty">
        No views saved yet. A view keeps the picture as it is: coordinates, camera, colours and selection.
      </p>`;
    }
    return html`<projector-bookmark-list .store=${this.store} .collection=${open}></projector-bookmark-list>
      ${this.#walk(open.bookmarks)}`;
  }

  #walk(bookmarks: readonly Rest.Bookmark[]): TemplateResult {
    const at = bookmarks.findIndex((bookmark) => bookmark.id === this.state.openBookmark);
    return html`<div class="walk" role="group" aria-label="Walk through the views">
      ${iconButton({
        icon: 'chevronLeft',
        label: 'Previous view ([)',
        testId: 'bookmark-previous',
        disabled: at === 0,
        onClick: () => void this.actions.stepBookmark(-1),
      })}
      <span class="figure" role="status">
        ${at < 0 ? countOf(bookmarks.length, 'view') : `${at + 1} / ${bookmarks.length}`}
      </span>
      ${iconButton({
        icon: 'chevronRight',
        label: 'Next view (])',
        testId: 'bookmark-next',
        disabled: at === bookmarks.length - 1,
        onClick: () => void this.actions.stepBookmark(1),
      })}
    </div>`;
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const name = this.nameField.value.trim() || this.#suggestion();
    this.nameField.value = '';
    await this.actions.saveBookmark(name);
    await this.updateComplete;
    this.querySelector('projector-bookmark-list li:last-child')?.scrollIntoView({ block: 'nearest' });
  }

  async #create(): Promise<void> {
    const name = await askName({ title: 'New collection', action: 'Create' });
    if (name !== null) await this.actions.createCollection(name);
  }

  async #rename(collection: Rest.Collection): Promise<void> {
    const name = await askName({ title: 'Rename the collection', action: 'Rename', value: collection.name });
    if (name !== null) await this.actions.renameCollection(collection.id, name);
  }

  async #delete(collection: Rest.Collection): Promise<void> {
    const agreed = await confirmed({
      title: `Delete “${collection.name}”?`,
      text: `Its ${countOf(collection.bookmarks.length, 'view')} will be lost for everybody.`,
      action: 'Delete the collection',
    });
    if (agreed) await this.actions.deleteCollection(collection.id);
  }

  #chosen(): void {
    void this.#import([...(this.fileField.files ?? [])]);
    this.fileField.value = '';
  }

  #over(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dropping = true;
  }

  #drop(event: DragEvent): void {
    this.dropping = false;
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    void this.#import([...event.dataTransfer.files]);
  }

  async #import(files: readonly File[]): Promise<void> {
    if (files.length > 0) await this.actions.importBookmarks(files);
  }
}
