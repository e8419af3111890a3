import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { announcePoints } from '../src/announcer';
import { initialState } from '../src/state/initial';
import { DEFAULT_PREFERENCES } from '../src/state/preferences';
import { StateStore, storeWith } from '../src/state/store';

const PAUSE_MS = 400;

let states: StateStore;
let region: { textContent: string };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const column = { kind: 'text', name: 'word', texts: ['one', 'two', 'three'] } as const;
  states = new StateStore({
    ...initialState(DEFAULT_PREFERENCES, 'light'),
    labelColumn: 'word',
    columns: new Map([['word', { kind: 'ready', value: column }]]),
  });
  region = { textContent: '' };
  announcePoints(region as HTMLElement, storeWith(states, {} as Parameters<typeof storeWith>[1]));
});

afterEach(() => {
  vi.useRealTimers();
});

async function changed(change: Parameters<StateStore['update']>[0]): Promise<void> {
  states.update(change);
  await Promise.resolve();
}

test('a point under the pointer is read by its label, after a pause', async () => {
  await changed({ hoveredRow: 1 });
  expect(region.textContent).toBe('');
  vi.advanceTimersByTime(PAUSE_MS);
  expect(region.textContent).toBe('two');
});

test('a pointer that crosses the cloud says only where it stops', async () => {
  for (const hoveredRow of [0, 1, 2]) {
    await changed({ hoveredRow });
    vi.advanceTimersByTime(PAUSE_MS / 2);
  }
  expect(region.textContent).toBe('');
  vi.advanceTimersByTime(PAUSE_MS);
  expect(region.textContent).toBe('three');
});

test.each([
  [[1], 'two, selected'],
  [[0, 2], '2 points selected'],
  [[], 'Nothing selected'],
])('the selection %j is told', async (rows, words) => {
  await changed({ selection: Uint32Array.from(rows) });
  vi.advanceTimersByTime(PAUSE_MS);
  expect(region.textContent).toBe(words);
});

test('that a point was selected is told even though the pointer is still on it', async () => {
  await changed({ hoveredRow: null });
  await changed({ selection: Uint32Array.of(1) });
  await changed({ hoveredRow: 1 });
  vi.advanceTimersByTime(PAUSE_MS);
  expect(region.textContent).toBe('two, selected');
});

test('another selection takes the place of the one that is not told yet', async () => {
  await changed({ selection: Uint32Array.of(1) });
  await changed({ selection: Uint32Array.of(1, 2) });
  vi.advanceTimersByTime(PAUSE_MS);
  expect(region.textContent).toBe('2 points selected');
});

test('what is told is told once: later hovering is read again', async () => {
  await changed({ selection: Uint32Array.of(1) });
  vi.advanceTimersByTime(PAUSE_MS);
  await changed({ hoveredRow: 0 });
  vi.advanceTimersByTime(PAUSE_MS);
  expect(region.textContent).toBe('one');
});

test('other changes say nothing', async () => {
  await changed({ tool: 'box' });
  vi.advanceTimersByTime(PAUSE_MS);
  expect(region.textContent).toBe('');
});
