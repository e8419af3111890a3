import { expect, test } from 'vitest';
import { heightOf, type LossPoint, lossPath, lossScale, thinned } from '../../src/panels/loss-path';

const BOX = { width: 100, height: 24 };

function curve(losses: readonly LossPoint[], nSteps: number): string {
  const scale = lossScale(losses, nSteps);
  return scale === null ? '' : lossPath(losses, scale, BOX);
}

/** Pairs of numbers of a path made of M and L commands. */
function pointsOf(path: string): number[][] {
  return path
    .split(/[ML]/)
    .filter((text) => text !== '')
    .map((text) => text.split(' ').map(Number));
}

test('one loss is no curve', () => {
  expect(lossScale([{ step: 1, loss: 3 }], 1000)).toBeNull();
});

test('steps without a loss are left out', () => {
  const losses = [
    { step: 0, loss: Number.NaN },
    { step: 10, loss: 4 },
    { step: 20, loss: 2 },
  ];
  expect(pointsOf(curve(losses, 20))).toHaveLength(2);
});

test('the width stands for all steps, the height for the losses seen', () => {
  const losses = [
    { step: 0, loss: 5 },
    { step: 500, loss: 1 },
  ];
  expect(pointsOf(curve(losses, 1000))).toEqual([
    [0, 2],
    [50, 22],
  ]);
});

test('a job that runs past its planned steps stays inside the box', () => {
  const losses = [
    { step: 0, loss: 5 },
    { step: 2000, loss: 1 },
  ];
  expect(pointsOf(curve(losses, 1000)).at(-1)?.[0]).toBe(BOX.width);
});

test('a constant loss is a level line, not a division by zero', () => {
  const losses: LossPoint[] = [1, 2, 3].map((step) => ({ step, loss: 2.5 }));
  for (const [, y] of pointsOf(curve(losses, 3))) expect(y).toBe(2);
});

test('a long curve is thinned but keeps its first and its newest point', () => {
  const kept = thinned(
    Array.from({ length: 10_000 }, (_, index) => index),
    240,
  );
  expect(kept).toHaveLength(240);
  expect(kept[0]).toBe(0);
  expect(kept.at(-1)).toBe(9999);
});

test('a short curve is kept whole', () => {
  const items = [3, 1, 2];
  expect(thinned(items, 240)).toBe(items);
});

test('a loss that is out of the scale lies on its edge', () => {
  const scale = { lastStep: 10, lowest: 1, highest: 3 };
  expect(heightOf(100, scale, 24)).toBe(2);
  expect(heightOf(0, scale, 24)).toBe(22);
});
