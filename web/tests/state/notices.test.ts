import { beforeEach, expect, test } from 'vitest';
import { ApiError, UnreachableError } from '../../src/api/http';
import { type Notifier, notifier } from '../../src/state/actions/notices';
import { initialState } from '../../src/state/initial';
import { DEFAULT_PREFERENCES } from '../../src/state/preferences';
import { StateStore } from '../../src/state/store';

let store: StateStore;
let notices: Notifier;

beforeEach(() => {
  store = new StateStore(initialState(DEFAULT_PREFERENCES, 'light'));
  notices = notifier(store);
});

test('the same words twice are one notice', () => {
  notices.notify('warning', 'Data', 'A row is short.');
  notices.notify('warning', 'Data', 'A row is short.');
  expect(store.state.notices).toHaveLength(1);
});

test('the same words about something else are another notice', () => {
  notices.notify('warning', 'a.tsv', 'A row is short.');
  notices.notify('warning', 'b.tsv', 'A row is short.');
  expect(store.state.notices).toHaveLength(2);
});

test('a dismissed notice is gone, the others stay', () => {
  notices.notify('notice', 'a', 'one');
  notices.notify('notice', 'b', 'two');
  notices.actions.dismissNotice(store.state.notices[0]?.id ?? -1);
  expect(store.state.notices.map(({ subject }) => subject)).toEqual(['b']);
});

test('a dismissed notice may be told again', () => {
  notices.notify('notice', 'a', 'one');
  notices.actions.dismissNotice(store.state.notices[0]?.id ?? -1);
  notices.notify('notice', 'a', 'one');
  expect(store.state.notices).toHaveLength(1);
});

test('of very many the newest are kept', () => {
  for (let index = 0; index < 250; index += 1) notices.notify('notice', 'a', String(index));
  expect(store.state.notices).toHaveLength(200);
  expect(store.state.notices.at(-1)?.message).toBe('249');
});

test.each([
  ['an abort', new DOMException('It was aborted.', 'AbortError'), []],
  ['being offline', new UnreachableError('Nobody answers.'), ['warning']],
  ['a refusal', new ApiError(400, 'invalid_argument', 'It is odd.', 'q1'), ['error']],
  ['a fault', new TypeError('x is undefined'), ['error']],
  ['anything else that is thrown', 'text', ['error']],
])('%s is told so', (_, error, severities) => {
  notices.report('Picture', error);
  expect(store.state.notices.map(({ severity }) => severity)).toEqual(severities);
});
