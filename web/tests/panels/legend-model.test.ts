import { expect, test } from 'vitest';
import { legendGradient, legendIsOn } from '../../src/panels/legend-model';

test('every value is shown while nothing is isolated', () => {
  expect(legendIsOn('seven', new Set())).toBe(true);
});

test('only isolated values are shown', () => {
  const isolated = new Set(['seven', '']);
  expect(legendIsOn('seven', isolated)).toBe(true);
  expect(legendIsOn('', isolated)).toBe(true);
  expect(legendIsOn('eight', isolated)).toBe(false);
});

test('the gradient runs through all stops from left to right', () => {
  expect(legendGradient(['#000000', '#808080', '#ffffff'])).toBe(
    'linear-gradient(to right, #000000, #808080, #ffffff)',
  );
});

test('a single stop is a plain colour, as a gradient of one stop is not CSS', () => {
  expect(legendGradient(['#123456'])).toBe('#123456');
});
