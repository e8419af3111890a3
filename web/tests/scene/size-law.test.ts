import { describe, expect, test } from 'vitest';
import { HOME_DISTANCE, homeCamera } from '../../src/domain/camera';
import {
  DISC_ZOOM_POWER,
  diameterAt,
  emphasisScale,
  plainDiameter,
  plainThumbnailSide,
  sizeLaw,
} from '../../src/scene/size-law';
import { makeView } from '../../src/scene/view';

const VIEWPORT = { widthPx: 800, heightPx: 800 };

test.each([
  [150, 10],
  [10_000, 4.8],
  [100_000, 3.1],
])('%d points are %d px wide', (nPoints, widthPx) => {
  expect(plainDiameter(nPoints)).toBeCloseTo(widthPx, 0);
});

test.each([0, 1, 1e9])('%d points are neither huge nor invisible', (nPoints) => {
  expect(plainDiameter(nPoints)).toBeGreaterThanOrEqual(1.6);
  expect(plainDiameter(nPoints)).toBeLessThanOrEqual(11);
  expect(plainThumbnailSide(nPoints)).toBeGreaterThanOrEqual(6);
  expect(plainThumbnailSide(nPoints)).toBeLessThanOrEqual(48);
});

describe('in perspective', () => {
  const law = sizeLaw(makeView(homeCamera(3), VIEWPORT), 5, DISC_ZOOM_POWER);

  test('a point at the home distance has its plain size', () => {
    expect(diameterAt(law, HOME_DISTANCE)).toBeCloseTo(5, 9);
  });

  test('twice as far is half as wide', () => {
    expect(diameterAt(law, 2 * HOME_DISTANCE)).toBeCloseTo(2.5, 9);
  });

  test('nobody’s face is filled by one point, and none vanishes', () => {
    expect(diameterAt(law, 0)).toBe(35);
    expect(diameterAt(law, 1e6)).toBe(1);
  });
});

describe('in 2-D', () => {
  const widthAt = (zoom: number) => {
    const law = sizeLaw(makeView({ ...homeCamera(2), zoom }, VIEWPORT), 5, DISC_ZOOM_POWER);
    return diameterAt(law, 4);
  };

  test('points grow more slowly than the picture, so that clusters open up', () => {
    expect(widthAt(1)).toBeCloseTo(5, 9);
    expect(widthAt(10)).toBeGreaterThan(widthAt(1));
    expect(widthAt(10)).toBeLessThan(10 * widthAt(1));
  });

  test('they stop growing', () => {
    expect(widthAt(1000)).toBe(40);
  });
});

test('points are larger on a larger screen, within bounds', () => {
  const widthOn = (side: number) => {
    const view = makeView(homeCamera(2), { widthPx: side, heightPx: side });
    return sizeLaw(view, 5, DISC_ZOOM_POWER).base;
  };
  expect(widthOn(3000)).toBeGreaterThan(widthOn(800));
  expect(widthOn(100_000)).toBe(9);
  expect(widthOn(10)).toBe(3.75);
});

test('what stands out more is larger; what is unknown is plain', () => {
  const scales = [0, 1, 2, 3].map(emphasisScale);
  expect(scales).toEqual([...scales].sort((a, b) => a - b));
  expect(emphasisScale(9)).toBe(1);
});
