import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Rest } from '../api/rest-types';
import { nameOfMethod, stepWord } from '../domain/methods';
import type { State } from '../state/model';
import { confirmed } from './dialogs';
import { counted } from './format';
import './menu';
import { copied } from './clipboard';
import type { MenuItem } from './menu';
import { Panel } from './panel';

/** The views of a collection in their order: open, name, move, copy the link, delete. */
@customElement('projector-bookmark-list')
export class BookmarkList extends Panel {
  @property({ attribute: false }) collection: Rest.Collection | null = null;
  /** The view whose name is being typed. */
  @state() private renaming: string | null = null;
  @state() private dragged: string | null = null;
  @state() private said = '';

  protected override slices(state: State): readonly unknown[] {
    return [state.openBookmark];
  }

  protected override render(): TemplateResult {
    const bookmarks = this.collection?.bookmarks ?? [];
    return html`<ol class="bookmark-list" aria-label="Views">
        ${repeat(
          bookmarks,
          (bookmark) => bookmark.id,
          (bookmark, index) => this.#item(bookmark, index, bookmarks.length),
        )}
      </ol>
      <span class="visually-hidden" role="status">${this.said}</span>`;
  }

  #item(bookmark: Rest.ListedBookmark, index: number, n: number): TemplateResult {
    const open = bookmark.id === this.state.openBookmark;
    return html`<li
      class="bookmark ${open ? 'open' : ''} ${this.dragged === bookmark.id ? 'dragged' : ''}"
      draggable=${this.renaming === bookmark.id ? 'false' : 'true'}
      data-testid="bookmark-item"
      @dragstart=${(event: DragEvent) => this.#drag(event, bookmark.id)}
      @dragover=${(event: DragEvent) => this.dragged !== null && event.preventDefault()}
      @drop=${(event: DragEvent) => this.#drop(event, index)}
      @dragend=${() => {
        this.dragged = null;
      }}
    >
      <span class="bookmark-place" aria-hidden="true">${index + 1}</span>
      ${this.renaming === bookmark.id ? this.#nameField(bookmark) : this.#name(bookmark, open)}
      <projector-menu label="Actions on ${bookmark.name}" icon="more" small .items=${this.#menu(bookmark, index, n)}>
      </projector-menu>
    </li>`;
  }

  #name(bookmark: Rest.ListedBookmark, open: boolean): TemplateResult {
    return html`<button
      type="button"
      class="bookmark-name"
      aria-current=${open ? 'true' : 'false'}
      title="${bookmark.name} (double click to rename)"
      @click=${() => void this.actions.openBookmark(bookmark.id)}
      @dblclick=${() => this.#rename(bookmark.id)}
      @keydown=${(event: KeyboardEvent) => event.key === 'F2' && this.#rename(bookmark.id)}
    >
      <span class="ellipsis" dir="auto">${bookmark.name}</span>
      <span class="bookmark-method">${methodOf(bookmark.view)}</span>
    </button>`;
  }

  #nameField(bookmark: Rest.ListedBookmark): TemplateResult {
    return html`<input
      class="field-control"
      dir="auto"
      maxlength="200"
      aria-label="Name of the view"
      .value=${bookmark.name}
      @blur=${(event: Event) => this.#named(bookmark, (event.target as HTMLInputElement).value)}
      @keydown=${(event: KeyboardEvent) => this.#nameKey(event, bookmark)}
    />`;
  }

  #menu(bookmark: Rest.ListedBookmark, index: number, n: number): readonly MenuItem[] {
    const move = (toIndex: number) => void this.actions.moveBookmark(bookmark.id, toIndex);
    return [
      { label: 'Copy the link', icon: 'link', onChoose: () => void this.#share(bookmark.id) },
      { label: 'Rename', icon: 'pencil', onChoose: () => this.#rename(bookmark.id) },
      { label: 'Move up', icon: 'arrowUp', disabled: index === 0, onChoose: () => move(index - 1) },
      { label: 'Move down', icon: 'arrowDown', disabled: index === n - 1, onChoose: () => move(index + 1) },
      { label: 'Delete…', icon: 'trash', danger: true, onChoose: () => void this.#delete(bookmark) },
    ];
  }

  async #rename(id: string): Promise<void> {
    this.renaming = id;
    await this.updateComplete;
    const field = this.querySelector<HTMLInputElement>('.bookmark input');
    field?.focus();
    field?.select();
  }

  #nameKey(event: KeyboardEvent, bookmark: Rest.ListedBookmark): void {
    event.stopPropagation();
    if (event.key === 'Escape') (event.target as HTMLInputElement).value = bookmark.name;
    if (event.key === 'Enter' || event.key === 'Escape') void this.#leaveName(bookmark.id);
  }

  /** Ends the typing and gives the focus back to the view, so that it is not lost with the field. */
  async #leaveName(id: string): Promise<void> {
    const index = this.collection?.bookmarks.findIndex((bookmark) => bookmark.id === id) ?? -1;
    this.querySelector<HTMLInputElement>('.bookmark input')?.blur();
    await this.updateComplete;
    this.querySelectorAll<HTMLElement>('.bookmark')
      [index]?.querySelector<HTMLElement>('.bookmark-name')
      ?.focus();
  }

  #named(bookmark: Rest.ListedBookmark, text: string): void {
    if (this.renaming !== bookmark.id) return;
    this.renaming = null;
    const name = text.trim();
    if (name !== '' && name !== bookmark.name) void this.actions.renameBookmark(bookmark.id, name);
  }

  async #share(id: string): Promise<void> {
    this.said = await copied(this.actions.bookmarkLink(id));
  }

  async #delete(bookmark: Rest.ListedBookmark): Promise<void> {
    const agreed = await confirmed({
      title: `Delete “${bookmark.name}”?`,
      text: 'The view will be lost for everybody who has its link.',
      action: 'Delete the view',
    });
    if (!agreed) return;
    const place = this.collection?.bookmarks.findIndex(({ id }) => id === bookmark.id) ?? 0;
    await this.actions.deleteBookmark(bookmark.id);
    await this.updateComplete;
    const names = this.querySelectorAll<HTMLElement>('.bookmark-name');
    names[Math.min(place, names.length - 1)]?.focus();
  }

  #drag(event: DragEvent, id: string): void {
    this.dragged = id;
    event.dataTransfer?.setData('text/plain', this.actions.bookmarkLink(id));
  }

  #drop(event: DragEvent, toIndex: number): void {
    const id = this.dragged;
    this.dragged = null;
    if (id === null) return;
    event.preventDefault();
    void this.actions.moveBookmark(id, toIndex);
  }
}

/** "t-SNE 3-D, step 412": what a saved view shows. */
function methodOf(view: Rest.ListedView): string {
  const { projection } = view;
  if (projection === null) return 'from a file';
  if (projection.method === 'pca')
    return `PCA ${view.components.map((component) => component + 1).join(', ')}`;
  const { method } = projection;
  const step = view.step === null ? '' : `, ${stepWord(method)} ${counted(view.step)}`;
  return `${nameOfMethod(method)} ${view.components.length}-D${step}`;
}
