import { beforeEach, expect, test, vi } from 'vitest';
import { initialState } from '../../src/state/initial';
import type { State } from '../../src/state/model';
import { DEFAULT_PREFERENCES } from '../../src/state/preferences';
import { StateStore } from '../../src/state/store';

let store: StateStore;
let heard: [State, State][];

beforeEach(() => {
  store = new StateStore(initialState(DEFAULT_PREFERENCES, 'light'));
  heard = [];
  store.subscribe((state, previous) => heard.push([state, previous]));
});

test('a change is there at once and heard a moment later', async () => {
  store.update({ tool: 'box' });
  expect(store.state.tool).toBe('box');
  expect(heard).toEqual([]);
  await Promise.resolve();
  expect(heard).toHaveLength(1);
});

test('all changes of a moment are heard as one, from before the first to after the last', async () => {
  const before = store.state;
  store.update({ tool: 'box' });
  store.update({ hoveredRow: 3 });
  await Promise.resolve();
  expect(heard).toEqual([[store.state, before]]);
});

test('what stays the same is not heard', async () => {
  store.update({ tool: 'navigate', hoveredRow: null });
  await Promise.resolve();
  expect(heard).toEqual([]);
});

test('a change that depends on the state sees the changes before it', () => {
  store.update({ hoveredRow: 1 });
  store.update(({ hoveredRow }) => ({ hoveredRow: (hoveredRow ?? 0) + 1 }));
  expect(store.state.hoveredRow).toBe(2);
});

test('a state that was read never changes', () => {
  const before = store.state;
  store.update({ hoveredRow: 1 });
  expect(before.hoveredRow).toBeNull();
});

test('a change made by a listener is heard in turn', async () => {
  store.subscribe(({ hoveredRow }) => {
    if (hoveredRow === 1) store.update({ hoveredRow: 2 });
  });
  store.update({ hoveredRow: 1 });
  await Promise.resolve();
  await Promise.resolve();
  expect(heard.map(([state]) => state.hoveredRow)).toEqual([1, 2]);
});

test('one listener’s fault is reported and keeps nobody else from hearing', async () => {
  const reported = vi.fn();
  vi.stubGlobal('reportError', reported);
  const failing = new StateStore(store.state);
  failing.subscribe(() => {
    throw new Error('It failed.');
  });
  const after = vi.fn();
  failing.subscribe(after);
  failing.update({ tool: 'lasso' });
  await Promise.resolve();
  expect(after).toHaveBeenCalledOnce();
  expect(reported).toHaveBeenCalledWith(new Error('It failed.'));
});

test('who has ended listening hears nothing', async () => {
  const listener = vi.fn();
  store.subscribe(listener)();
  store.update({ tool: 'box' });
  await Promise.resolve();
  expect(listener).not.toHaveBeenCalled();
});
