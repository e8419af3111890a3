import { describe, expect, test } from 'vitest';
import { homeCamera } from '../../src/domain/camera';
import { depthOf, makeView, project, projectAll } from '../../src/scene/view';

const VIEWPORT = { widthPx: 640, heightPx: 480 };

describe.each([
  ['perspective', homeCamera(3)],
  ['orthographic', homeCamera(2)],
])('a %s view', (_, camera) => {
  const view = makeView(camera, VIEWPORT);

  test('has its target in the middle of the screen', () => {
    const place = project(view, 0, 0, 0);
    expect(place?.x).toBeCloseTo(320, 9);
    expect(place?.y).toBeCloseTo(240, 9);
  });

  test('knows how deep its target lies', () => {
    expect(depthOf(view, 0, 0, 0)).toBeCloseTo(view.targetDepth, 9);
  });

  test('projects many points as it does each', () => {
    const world = Float32Array.of(0.5, -0.25, 0.75, -1, 1, -1, 0, 0, 0);
    const xy = new Float32Array(6);
    projectAll(view, world, xy);
    for (const point of [0, 1, 2]) {
      const [x, y, z] = world.subarray(point * 3, point * 3 + 3) as unknown as [number, number, number];
      const place = project(view, x, y, z);
      expect(xy[point * 2]).toBeCloseTo(place?.x ?? Number.NaN, 3);
      expect(xy[point * 2 + 1]).toBeCloseTo(place?.y ?? Number.NaN, 3);
    }
  });

  test('has no place for hidden points', () => {
    const xy = new Float32Array(2);
    projectAll(view, Float32Array.of(Number.NaN, Number.NaN, Number.NaN), xy);
    expect([...xy]).toEqual([Number.NaN, Number.NaN]);
    expect(project(view, Number.NaN, 0, 0)).toBeNull();
  });
});

test('what lies behind a perspective camera has no place on the screen', () => {
  const view = makeView({ ...homeCamera(3), position: [0, 0, 2] }, VIEWPORT);
  const xy = new Float32Array(2);
  projectAll(view, Float32Array.of(0, 0, 3), xy);
  expect(xy[0]).toBeNaN();
  expect(project(view, 0, 0, 3)).toBeNull();
});
