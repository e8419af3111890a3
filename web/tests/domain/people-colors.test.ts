import { describe, expect, test } from 'vitest';
import { rgbOf } from '../../src/domain/palettes';
import { freePlace, initialsOf, N_PEOPLE_COLORS, personColor } from '../../src/domain/people-colors';
import { SCENE_PALETTES } from '../../src/state/scene-palettes';
import { contrast, leastDistance, SIGHTS } from '../support/color-sight';

const THEMES = ['light', 'dark'] as const;
const colorsOf = (theme: 'light' | 'dark') =>
  Array.from({ length: N_PEOPLE_COLORS }, (_, place) => personColor(theme, place));

describe.each(THEMES)('colours of people on the %s canvas', (theme) => {
  test('are read as text', () => {
    const canvas = rgbOf(SCENE_PALETTES[theme].canvas);
    for (const color of colorsOf(theme)) expect(contrast(color, canvas)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(Object.entries(SIGHTS))('stay apart with %s', (_, sight) => {
    expect(leastDistance(colorsOf(theme), sight)).toBeGreaterThan(0.14);
  });
});

test('nobody takes a colour that somebody has while there is another', () => {
  const taken = new Set<number>();
  for (let person = 0; person < N_PEOPLE_COLORS; person += 1) taken.add(freePlace('the same id', taken));
  expect(taken.size).toBe(N_PEOPLE_COLORS);
  expect(freePlace('one more', taken)).toBeLessThan(N_PEOPLE_COLORS);
});

test.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['Guest 3', 'G3'],
  ['Guest 12', 'G12'],
  ['李雷', '李'],
  ['  ', '?'],
  ['😀 Smile', '😀S'],
])('the initials of %j are %j', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
