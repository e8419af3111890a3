import { describe, expect, test } from 'vitest';
import { rgbOf } from '../../src/domain/palettes';
import { SCENE_PALETTES } from '../../src/state/scene-palettes';
import tokens from '../../src/styles/tokens.css?raw';
import { contrast } from '../support/color-sight';

/** The two colours of a token of the style sheet. */
function token(name: string): { readonly light: string; readonly dark: string } {
  const found = tokens.match(new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`));
  if (!found) throw new Error(`The style sheet has no token --${name} with two colours.`);
  return { light: found[1] as string, dark: found[2] as string };
}

describe.each(['light', 'dark'] as const)('the %s scene', (theme) => {
  const palette = SCENE_PALETTES[theme];

  test.each(['canvas', 'text', 'accent'] as const)('has the %s of the style sheet', (name) => {
    expect(palette[name]).toBe(token(name)[theme]);
  });

  test('has text that can be read', () => {
    expect(contrast(rgbOf(palette.text), rgbOf(palette.canvas))).toBeGreaterThan(4.5);
  });

  test.each(['accent', 'hover', 'axis'] as const)('has its %s told apart from the canvas', (name) => {
    expect(contrast(rgbOf(palette[name]), rgbOf(palette.canvas))).toBeGreaterThan(3);
  });
});

describe.each(['light', 'dark'] as const)('text of the %s page', (theme) => {
  test.each([
    ['text', 'panel'],
    ['secondary', 'panel'],
    ['secondary', 'canvas'],
    ['accent-text', 'panel'],
    ['on-accent', 'accent'],
    ['text', 'floating'],
    ['secondary', 'floating'],
    ['text', 'field'],
    ['warning', 'panel'],
    ['error', 'panel'],
    ['success', 'panel'],
  ])('%s on %s has a contrast of at least 4.5', (ink, ground) => {
    const ratio = contrast(rgbOf(token(ink)[theme]), rgbOf(token(ground)[theme]));
    expect(ratio).toBeGreaterThanOrEqual(4.5);
  });
});
