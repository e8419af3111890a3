import { expect, test } from 'vitest';
import { cssOf, mixRgb, parseHex } from '../../src/scene/colors';
import { SCENE_PALETTES } from '../../src/state/scene-palettes';

test('short and long forms mean the same', () => {
  expect(parseHex('#f80')).toEqual(parseHex('#ff8800'));
  expect(parseHex('#FF8000')).toEqual([1, 128 / 255, 0]);
});

test.each(['#12', '#12345', 'red', '#gggggg', '#11223344'])('"%s" is refused by name', (text) => {
  expect(() => parseHex(text)).toThrow(text);
});

test('a colour becomes CSS with its opacity', () => {
  expect(cssOf([1, 0.5, 0], 0.25)).toBe('rgba(255, 128, 0, 0.25)');
});

test('a mix is a share of the way', () => {
  expect(mixRgb([0, 0.5, 1], [1, 0.75, 0], 0.5)).toEqual([0.5, 0.625, 0.5]);
});

test.each(['light', 'dark'] as const)('every colour of the %s scene can be read', (theme) => {
  for (const color of Object.values(SCENE_PALETTES[theme])) expect(parseHex(color)).toHaveLength(3);
});
