import { describe, expect, test } from 'vitest';
import {
  boundedPlace,
  DEFAULT_PREFERENCES,
  type Preferences,
  readPreferences,
  writePreferences,
} from '../../src/state/preferences';

/** Storage with one value. */
function storing(text: string | null = null): () => Storage {
  let stored = text;
  const storage = {
    getItem: () => stored,
    setItem: (_: string, value: string) => {
      stored = value;
    },
  };
  return () => storage as unknown as Storage;
}

function forbidden(): never {
  throw new DOMException('The operation is insecure.', 'SecurityError');
}

test('what was written is read', () => {
  const storage = storing();
  const preferences: Preferences = {
    theme: 'dark',
    panelPlaces: { left: { widthPx: 300, collapsed: true }, right: { widthPx: 410, collapsed: false } },
  };
  writePreferences(storage, preferences);
  expect(readPreferences(storage)).toEqual(preferences);
});

describe('the defaults hold', () => {
  test.each([
    ['on the first visit', storing()],
    ['where storage is forbidden', forbidden],
    ['for a torn text', storing('{"theme":')],
    ['for a text that is no object', storing('null')],
    [
      'for values of other types',
      storing('{"theme":7,"panelPlaces":{"left":[],"right":{"widthPx":"wide"}}}'),
    ],
  ])('%s', (_, storage) => {
    expect(readPreferences(storage)).toEqual(DEFAULT_PREFERENCES);
  });
});

test('one odd value does not cost the others', () => {
  const storage = storing('{"theme":"light","panelPlaces":{"left":{"widthPx":null,"collapsed":true}}}');
  expect(readPreferences(storage)).toMatchObject({
    theme: 'light',
    panelPlaces: { left: { widthPx: 280, collapsed: true } },
  });
});

test('where storage is forbidden nothing is written and nothing fails', () => {
  expect(() => writePreferences(forbidden, DEFAULT_PREFERENCES)).not.toThrow();
});

test('a fault that is not the browser’s refusal is not hidden', () => {
  const broken = () => {
    throw new TypeError('It is a bug.');
  };
  expect(() => writePreferences(broken, DEFAULT_PREFERENCES)).toThrow(TypeError);
});

test.each([
  [10, 200],
  [333.4, 333],
  [5000, 640],
])('a panel dragged to %d px is %d px wide', (dragged, widthPx) => {
  expect(boundedPlace({ widthPx: dragged, collapsed: false })).toEqual({ widthPx, collapsed: false });
});
