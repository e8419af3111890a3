import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import type { Rest } from '../api/rest-types';
import { countOf } from '../domain/format';
import { MOST_SHARED_ROWS } from '../domain/people-limits';
import type { PresentPage, State } from '../state/model';
import { shownTheme } from '../state/selectors';
import { icon } from './icons';
import { titleOf } from './job-words';
import { Panel } from './panel';
import { chip, chips, colorOfPerson } from './people-chips';
import { toggleBelow } from './popover';

/** Who else has this embedding open, and what of mine they see. */
@customElement('projector-people')
export class PeopleMenu extends Panel {
  @query('.people-button') private button!: HTMLButtonElement;
  @query('[popover]') private popup!: HTMLElement;

  protected override slices(state: State): readonly unknown[] {
    return [state.people, state.jobs.list, state.selection.length > MOST_SHARED_ROWS, shownTheme(state)];
  }

  protected override render(): TemplateResult {
    const { people } = this.state;
    if (people.me === null) return html``;
    const others = otherPeople(this.state);
    const label =
      others.length === 0 ? 'Nobody else is here' : `${countOf(others.length, 'other', 'others')} here`;
    return html`<button
        type="button"
        class="people-button"
        aria-label=${label}
        title=${label}
        aria-haspopup="dialog"
        aria-expanded="false"
        data-testid="people"
        @click=${() => toggleBelow(this.button, this.popup, 'end')}
      >
        ${others.length === 0 ? icon('people') : chips(others, (person) => this.#color(person))}
        ${people.isSharing ? html`<i class="sharing-mark" title="Your pointer is shared"></i>` : nothing}
      </button>
      <div
        popover
        tabindex="-1"
        role="dialog"
        aria-label="People"
        class="floating people"
        data-testid="people-list"
        @toggle=${(event: ToggleEvent) =>
          this.button.setAttribute('aria-expanded', String(event.newState === 'open'))}
      >
        ${this.#me(people.me)} ${this.#others(others)}
      </div>`;
  }

  #color(person: Rest.Person): string | null {
    return colorOfPerson(this.state.people, person.id, shownTheme(this.state));
  }

  #me(me: Rest.Session): TemplateResult {
    const { people, selection } = this.state;
    return html`<form class="people-me" @submit=${this.#rename}>
      <label for="my-name">Your name</label>
      <input
        class="field-control"
        id="my-name"
        name="name"
        dir="auto"
        maxlength="40"
        autocomplete="off"
        placeholder="What others shall call you"
        data-testid="my-name"
        .value=${me.name}
        @change=${this.#rename}
      />
      <label class="check">
        <input
          type="checkbox"
          role="switch"
          data-testid="share-pointer"
          .checked=${people.isSharing}
          @change=${(event: Event) => this.actions.setSharing((event.target as HTMLInputElement).checked)}
        />
        Share my pointer and selection
      </label>
      ${
        people.isSharing && selection.length > MOST_SHARED_ROWS
          ? html`<p class="help">More than 1,000 points are selected: others do not see them.</p>`
          : nothing
      }
    </form>`;
  }

  #others(others: readonly Rest.Person[]): TemplateResult {
    if (others.length === 0) {
      return html`<p class="empty">Nobody else has this embedding open. Send them the link of this view.</p>`;
    }
    const pages = [...this.state.people.pages.values()];
    return html`<ul class="people-list" aria-label="Others here">
      ${others.map((person) =>
        this.#entry(
          person,
          pages.filter((page) => page.person.id === person.id),
        ),
      )}
    </ul>`;
  }

  #entry(person: Rest.Person, pages: readonly PresentPage[]): TemplateResult {
    const watched = pages.find(({ jobId }) => jobId !== null)?.jobId;
    const job = this.state.jobs.list?.find(({ id }) => id === watched);
    const sharing = pages.find(({ selection }) => selection !== null);
    return html`<li>
      ${chip(person, this.#color(person))}
      <span class="people-text">
        <span class="ellipsis" dir="auto" title=${person.name}>${person.name}</span>
        ${
          job === undefined
            ? nothing
            : html`<button type="button" class="link ellipsis" title="Watch it too" @click=${() => void this.actions.openJob(job.id)}>${titleOf(job)}</button>`
        }
      </span>
      ${
        sharing?.selection
          ? html`<button
            type="button"
            class="button plain"
            data-testid="adopt"
            @click=${() => this.actions.adoptSelection(sharing.pageId)}
          >
            Select ${countOf(sharing.selection.length, 'point')}
          </button>`
          : nothing
      }
    </li>`;
  }

  #rename(event: Event): void {
    event.preventDefault();
    const input = this.querySelector<HTMLInputElement>('#my-name');
    const { me } = this.state.people;
    if (input === null || me === null) return;
    const name = input.value.trim();
    if (name === '') input.value = me.name;
    else if (name !== me.name) void this.actions.rename(name);
  }
}

/** Each person once, in the order in which they came; my own other pages left out. */
function otherPeople({ people }: State): readonly Rest.Person[] {
  const others = new Map<string, Rest.Person>();
  for (const { person } of people.pages.values()) {
    if (person.id !== people.me?.id) others.set(person.id, person);
  }
  return [...others.values()];
}
