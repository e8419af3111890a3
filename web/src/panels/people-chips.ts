import { html, type TemplateResult } from 'lit';
import type { Rest } from '../api/rest-types';
import { initialsOf, personColor } from '../domain/people-colors';
import type { PeopleState, Theme } from '../state/model';
import { cssValues } from './css-values';

const MOST_CHIPS = 3;

/** Somebody's initials in a circle of their colour; without one, muted. */
export function chip(person: Rest.Person, color: string | null): TemplateResult {
  return html`<span class="chip" title=${person.name} ${cssValues({ '--person': color ?? 'var(--secondary)' })}
    ><span aria-hidden="true">${initialsOf(person.name)}</span></span
  >`;
}

/** Several people: the first few, and how many more there are. */
export function chips(
  people: readonly Rest.Person[],
  colorOf: (person: Rest.Person) => string | null,
): TemplateResult {
  const rest = people.slice(MOST_CHIPS);
  return html`<span class="chips">
    ${people.slice(0, MOST_CHIPS).map((person) => chip(person, colorOf(person)))}
    ${
      rest.length === 0
        ? ''
        : html`<span class="chip more" title=${rest.map(({ name }) => name).join(', ')}>+${rest.length}</span>`
    }
  </span>`;
}

/** The colour that somebody has on this page; null for those who are not here. */
export function colorOfPerson({ pages }: PeopleState, personId: string, theme: Theme): string | null {
  const page = [...pages.values()].find(({ person }) => person.id === personId);
  return page === undefined ? null : `rgb(${personColor(theme, page.place).join(' ')})`;
}

/** Somebody's name as it is now, where they are here; "You" for whoever reads it. */
export function nameFor(person: Rest.Person, people: PeopleState): string {
  return person.id === people.me?.id ? 'You' : currentName(person, people);
}

/** What is kept of somebody bears the name that they had then. */
export function currentName(person: Rest.Person, { pages }: PeopleState): string {
  return [...pages.values()].find((page) => page.person.id === person.id)?.person.name || person.name;
}

/** "Ada, Grace and 3 others". */
export function namesOf(people: readonly Rest.Person[]): string {
  const names = people.map(({ name }) => name);
  if (names.length <= 2) return names.join(' and ');
  return `${names.slice(0, 2).join(', ')} and ${names.length - 2} ${names.length === 3 ? 'other' : 'others'}`;
}
