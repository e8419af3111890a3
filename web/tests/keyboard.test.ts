import { beforeEach, describe, expect, test, vi } from 'vitest';
import { listenToKeys } from '../src/keyboard';
import type { Actions, State, Store } from '../src/state/model';
import { frameEvent, job, jobView, TSNE } from './support/fixtures';
import { type Harness, opened } from './support/harness';

/** An element as far as the keyboard asks: which of the page's selectors it lies in. */
class FakeElement {
  constructor(private readonly within: string) {}

  closest(selectors: string): FakeElement | null {
    return this.within !== '' && selectors.split(', ').includes(this.within) ? this : null;
  }
}

class FakeDocument {
  readonly field = { focus: vi.fn() };
  hasOpenDialog = false;
  #listener: (event: KeyboardEvent) => void = () => undefined;

  querySelector(selector: string): unknown {
    if (selector === 'dialog[open]:not(.help)') return this.hasOpenDialog ? {} : null;
    return selector === '[aria-keyshortcuts="/"]' ? this.field : null;
  }

  addEventListener(_: string, listener: (event: KeyboardEvent) => void): void {
    this.#listener = listener;
  }

  removeEventListener(): void {
    this.#listener = () => undefined;
  }

  /** Presses a key inside an element; whether the page took it. */
  press(key: string, within = '', modifiers: Partial<KeyboardEvent> = {}): boolean {
    const preventDefault = vi.fn();
    const target = new FakeElement(within);
    this.#listener({ key, target, preventDefault, ...modifiers } as unknown as KeyboardEvent);
    return preventDefault.mock.calls.length > 0;
  }
}

let page: Harness;
let document: FakeDocument;
let unlisten: () => void;

const camera = { nudge: vi.fn(), zoomBy: vi.fn() };

beforeEach(async () => {
  vi.stubGlobal('Element', FakeElement);
  vi.clearAllMocks();
  page = await opened();
  document = new FakeDocument();
  unlisten = listenToKeys(document as unknown as Document, page.store, camera);
});

/** Listens with an action that only remembers its calls. */
function spied<Name extends keyof Actions>(name: Name, change: Partial<State> = {}) {
  const action = vi.fn(() => Promise.resolve());
  const store: Store = {
    state: { ...page.state(), ...change },
    actions: { ...page.store.actions, [name]: action },
    subscribe: () => () => undefined,
  };
  listenToKeys(document as unknown as Document, store, camera);
  return action;
}

function running(phase: 'running' | 'paused' | 'finished'): Partial<State> {
  return { jobView: jobView({ job: job({ projection: TSNE, phase }) }) };
}

describe('keys', () => {
  test('/ goes to the search', () => {
    expect(document.press('/')).toBe(true);
    expect(document.field.focus).toHaveBeenCalledOnce();
  });

  test('Escape clears the search, the neighbors and the selection', () => {
    page.states.update({ search: { ...page.state().search, query: 'one' } });
    page.store.actions.select(Uint32Array.of(1), 'replace');
    document.press('Escape');
    expect(page.state()).toMatchObject({ search: { query: '' }, neighbors: null });
    expect(page.state().selection).toHaveLength(0);
  });

  test('Escape closes the sheet of keys first', () => {
    page.store.actions.select(Uint32Array.of(1), 'replace');
    document.press('?');
    expect(page.state().helpOpen).toBe(true);
    document.press('Escape');
    expect(page.state().helpOpen).toBe(false);
    expect(page.state().selection).toHaveLength(1);
  });

  test.each([
    ['1', 'chooseProjection', ['pca']],
    ['2', 'chooseProjection', ['tsne']],
    ['[', 'stepBookmark', [-1]],
    [']', 'stepBookmark', [1]],
    ['0', 'resetCamera', []],
    [',', 'scrubBy', [-1]],
    ['.', 'scrubBy', [1]],
    ['p', 'togglePlaying', []],
    ['l', 'goLive', []],
  ] as const)('%s calls %s', (key, name, told) => {
    const action = spied(name);
    expect(document.press(key)).toBe(true);
    expect(action).toHaveBeenCalledExactlyOnceWith(...told);
  });

  test.each([
    ['running', 'pause'],
    ['paused', 'resume'],
  ] as const)('space while a job is %s asks it to %s', (phase, action) => {
    const control = spied('controlJob', running(phase));
    expect(document.press(' ')).toBe(true);
    expect(control).toHaveBeenCalledExactlyOnceWith(action);
  });

  test('space with nothing to pause stays with the browser', () => {
    const control = spied('controlJob', running('finished'));
    expect(document.press(' ')).toBe(false);
    expect(control).not.toHaveBeenCalled();
  });

  test.each([
    ['ArrowLeft', [-24, 0]],
    ['ArrowRight', [24, 0]],
    ['ArrowUp', [0, -24]],
    ['ArrowDown', [0, 24]],
  ])('%s turns the cloud', (key, nudge) => {
    expect(document.press(key)).toBe(true);
    expect(camera.nudge).toHaveBeenCalledExactlyOnceWith(...nudge);
  });

  test.each([
    ['+', 1.2],
    ['=', 1.2],
    ['-', 1 / 1.2],
  ])('%s moves the camera by %d', (key, factor) => {
    document.press(key);
    expect(camera.zoomBy).toHaveBeenCalledExactlyOnceWith(factor);
  });

  test('without a meaning stay with the browser', () => {
    expect(document.press('x')).toBe(false);
  });

  test('do nothing once nobody listens', () => {
    unlisten();
    expect(document.press('?')).toBe(false);
  });
});

describe('b saves a view', () => {
  test.each([
    ['t-SNE, step 40', { method: 'tsne', step: 40 }],
    ['PCA', { method: 'pca', step: 0 }],
  ])('under the name "%s"', (name, change) => {
    page.sockets.last.receive(frameEvent());
    const { layout } = page.state();
    const save = spied('saveBookmark', { layout: layout && { ...layout, ...change } });
    document.press('b');
    expect(save).toHaveBeenCalledExactlyOnceWith(name);
  });
});

describe('a key that is held down', () => {
  const held = { repeat: true };

  test.each([
    ['b', 'saveBookmark'],
    [' ', 'controlJob'],
    ['?', 'setHelpOpen'],
  ] as const)('acts once: "%s"', (key, name) => {
    const action = spied(name, running('running'));
    document.press(key);
    document.press(key, '', held);
    expect(action).toHaveBeenCalledOnce();
  });

  test('does not scroll the page instead', () => {
    spied('controlJob', running('running'));
    expect(document.press(' ', '', held)).toBe(true);
  });

  test('goes on turning the cloud', () => {
    document.press('ArrowLeft');
    document.press('ArrowLeft', '', held);
    expect(camera.nudge).toHaveBeenCalledTimes(2);
  });

  test('goes on walking through bookmarks', () => {
    const step = spied('stepBookmark');
    document.press(']');
    document.press(']', '', held);
    expect(step).toHaveBeenCalledTimes(2);
  });
});

describe('keys belong to others', () => {
  test.each(['input', 'textarea', 'select', '[contenteditable]'])('in %s: people type', (within) => {
    const save = spied('saveBookmark');
    expect(document.press('b', within)).toBe(false);
    expect(save).not.toHaveBeenCalled();
  });

  test.each(['dialog[open]', '[role="dialog"]'])('in %s', (within) => {
    expect(document.press('?', within)).toBe(false);
  });

  test('while a dialog is open, wherever the focus went', () => {
    document.hasOpenDialog = true;
    expect(document.press('Escape')).toBe(false);
    expect(document.press('b')).toBe(false);
  });

  test.each([' ', 'Enter', 'ArrowLeft'])('on a button, which needs "%s" itself', (key) => {
    expect(document.press(key, 'button')).toBe(false);
    expect(camera.nudge).not.toHaveBeenCalled();
  });

  test.each(['ctrlKey', 'metaKey', 'altKey'])('with %s: the browser has meanings of its own', (modifier) => {
    expect(document.press('0', '', { [modifier]: true })).toBe(false);
  });

  test('once somebody else has taken them', () => {
    expect(document.press('?', '', { defaultPrevented: true })).toBe(false);
  });
});

test('a letter on a button still means what it means', () => {
  const save = spied('saveBookmark');
  document.press('b', 'button');
  expect(save).toHaveBeenCalledOnce();
});
