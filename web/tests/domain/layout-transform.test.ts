import { describe, expect, test } from 'vitest';
import {
  fitLayout,
  heldNear,
  IDENTITY_TRANSFORM,
  isShown,
  type LayoutTransform,
  mixTransforms,
  placeLayout,
} from '../../src/domain/layout-transform';
import type { LayoutPositions } from '../../src/scene/scene-api';

function layout(nDims: 2 | 3, ...positions: number[]): LayoutPositions {
  return { positions: Float32Array.from(positions), nPoints: positions.length / nDims, nDims };
}

function placed(of: LayoutPositions, transform = fitLayout(of)): number[] {
  const world = new Float32Array(of.nPoints * 3);
  placeLayout(of, transform, world);
  return [...world];
}

describe('a fitted layout', () => {
  test('spans the cube along its largest side and keeps its shape along the others', () => {
    expect(placed(layout(2, 10, 100, 30, 110))).toEqual([-1, -0.5, 0, 1, 0.5, 0]);
  });

  test('of three dimensions is centred in each', () => {
    expect(fitLayout(layout(3, 0, 0, 0, 2, 4, 8)).centre).toEqual([1, 2, 4]);
  });

  test('ignores hidden points', () => {
    const shown = layout(2, 0, 0, 1, 1);
    const withHidden = layout(2, 0, 0, 1, 1, Number.NaN, 1e9, 1e9, Number.POSITIVE_INFINITY);
    expect(fitLayout(withHidden)).toEqual(fitLayout(shown));
  });

  test('of one point lies in the middle', () => {
    expect(placed(layout(3, 5, 6, 7))).toEqual([0, 0, 0]);
  });

  test('without a finite point is left as it is', () => {
    expect(fitLayout(layout(2, Number.NaN, Number.NaN))).toEqual(IDENTITY_TRANSFORM);
  });

  test('of the largest numbers does not overflow', () => {
    const huge = 3e38;
    for (const value of placed(layout(2, -huge, 0, huge, 0)))
      expect(Math.abs(value)).toBeLessThanOrEqual(1.0001);
  });
});

test('a point is hidden when any of its coordinates is no number', () => {
  const points = layout(3, 0, 0, Number.NaN, 1, 2, 3);
  expect([isShown(points, 0), isShown(points, 1)]).toEqual([false, true]);
});

test('a hidden point has no coordinate at all in the world', () => {
  expect(placed(layout(2, 7, Number.NaN), IDENTITY_TRANSFORM)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});

test('a flat layout lies in the plane of depth zero', () => {
  expect(placed(layout(2, 1, 2), IDENTITY_TRANSFORM)[2]).toBe(0);
});

describe('between two fits', () => {
  const from: LayoutTransform = { centre: [0, 0, 0], scale: 1 };
  const to: LayoutTransform = { centre: [2, 4, 6], scale: 4 };

  test('the centre moves evenly and the scale by even ratios', () => {
    expect(mixTransforms(from, to, 0.5)).toEqual({ centre: [1, 2, 3], scale: 2 });
  });

  test('both ends are exact', () => {
    expect(mixTransforms(from, to, 0)).toBe(from);
    expect(mixTransforms(from, to, 1.5)).toBe(to);
  });
});

test.each([
  [100, 12],
  [0.1, 10 / 1.2],
  [11, 11],
])('a shown scale of %d is held within a fifth of the fit of 10', (scale, held) => {
  const fit: LayoutTransform = { centre: [0, 0, 0], scale: 10 };
  expect(heldNear({ centre: [1, 1, 1], scale }, fit, 1.2)).toEqual({ centre: [1, 1, 1], scale: held });
});
