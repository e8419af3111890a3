import { expect, test } from 'vitest';
import { nameFor, namesOf } from '../../src/panels/people-chips';
import type { PeopleState } from '../../src/state/model';
import { ADA } from '../support/fixtures';

const PEOPLE: PeopleState = {
  me: { id: 'p-me', name: 'Me', is_named: true },
  isSharing: false,
  pages: new Map([
    [
      'P1',
      {
        pageId: 'P1',
        person: ADA,
        place: 0,
        jobId: null,
        isSharing: false,
        hoveredRow: null,
        selection: null,
      },
    ],
  ]),
};

test('somebody who is here is called as they are now', () => {
  expect(nameFor({ id: ADA.id, name: 'Guest 5' }, PEOPLE)).toBe('Ada');
});

test('somebody who has left is called as they were then', () => {
  expect(nameFor({ id: 'p-gone', name: 'Guest 6' }, PEOPLE)).toBe('Guest 6');
});

test('whoever reads it is you', () => {
  expect(nameFor({ id: 'p-me', name: 'Guest 7' }, PEOPLE)).toBe('You');
});

test.each([
  [['Ada'], 'Ada'],
  [['Ada', 'Grace'], 'Ada and Grace'],
  [['Ada', 'Grace', 'Emmy'], 'Ada, Grace and 1 other'],
  [['Ada', 'Grace', 'Emmy', 'Kurt'], 'Ada, Grace and 2 others'],
])('%j are named %j', (names, words) => {
  expect(namesOf(names.map((name, index) => ({ id: String(index), name })))).toBe(words);
});
