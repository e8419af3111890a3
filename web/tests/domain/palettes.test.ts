import { describe, expect, test } from 'vitest';
import {
  categoryColor,
  hexOf,
  MISSING_COLOR,
  mixed,
  N_CATEGORY_COLORS,
  neighborColor,
  numberColor,
  OTHER_COLOR,
  PLAIN_COLOR,
  type Rgb,
  rgbOf,
} from '../../src/domain/palettes';
import { SCENE_PALETTES } from '../../src/state/scene-palettes';
import { contrast, distance, leastDistance, lightness, SIGHTS } from '../support/color-sight';

const N_HUES = 10;
/** For comparison, at their worst sight: the seven colours of Okabe and Ito (2008) 0.076, Tableau's ten 0.007. */
const LEAST_APART = 0.09;

const sights = Object.keys(SIGHTS) as (keyof typeof SIGHTS)[];

function categories(theme: 'light' | 'dark', n: number): Rgb[] {
  return Array.from({ length: n }, (_, place) => categoryColor(theme, place));
}

function ramp(theme: 'light' | 'dark', colorAt: typeof numberColor, n = 21): Rgb[] {
  return Array.from({ length: n }, (_, index) => colorAt(theme, index / (n - 1)));
}

describe.each(['light', 'dark'] as const)('on the %s canvas', (theme) => {
  const canvas = rgbOf(SCENE_PALETTES[theme].canvas);

  test.each(sights)('ten categories stay apart, seen with %s sight', (name) => {
    expect(leastDistance(categories(theme, N_HUES), SIGHTS[name])).toBeGreaterThan(LEAST_APART);
  });

  test.each(sights)('every category stands out, seen with %s sight', (name) => {
    const distances = categories(theme, N_CATEGORY_COLORS).map((color) =>
      distance(color, canvas, SIGHTS[name]),
    );
    expect(Math.min(...distances)).toBeGreaterThan(0.085);
  });

  test('categories beyond ten stay apart by lightness', () => {
    expect(leastDistance(categories(theme, N_CATEGORY_COLORS), SIGHTS.normal)).toBeGreaterThan(0.06);
  });

  test('no category looks like "other" or "no value"', () => {
    const grey = [OTHER_COLOR[theme], MISSING_COLOR[theme]];
    const distances = categories(theme, N_CATEGORY_COLORS).flatMap((color) =>
      grey.map((other) => distance(color, other)),
    );
    expect(Math.min(...distances)).toBeGreaterThan(0.06);
  });

  test('points without a colour have the contrast of graphics', () => {
    expect(contrast(PLAIN_COLOR[theme], canvas)).toBeGreaterThan(3);
  });

  test('larger numbers are lighter, evenly enough to compare them', () => {
    const steps = ramp(theme, numberColor)
      .map(lightness)
      .map((value, index, all) => value - (all[index - 1] ?? value))
      .slice(1);
    expect(Math.min(...steps)).toBeGreaterThan(0.01);
    expect(Math.max(...steps)).toBeLessThan(0.05);
  });

  test('neither end of the numbers vanishes in the canvas', () => {
    expect(distance(numberColor(theme, 0), canvas)).toBeGreaterThan(0.15);
    expect(distance(numberColor(theme, 1), canvas)).toBeGreaterThan(0.15);
  });

  test('neighbors fade towards the canvas the farther they are', () => {
    const contrasts = ramp(theme, neighborColor).map((color) => contrast(color, canvas));
    expect(contrasts).toEqual([...contrasts].sort((a, b) => b - a));
    expect(contrasts.at(-1)).toBeGreaterThan(2);
  });
});

test('a colour survives the way through its text', () => {
  expect(hexOf(rgbOf('#0a00ff'))).toBe('#0a00ff');
});

test('a mix is a share of the way from the first to the second', () => {
  expect(mixed([0, 100, 200], [100, 0, 200], 0.25)).toEqual([25, 75, 200]);
});
