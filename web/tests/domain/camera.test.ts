import { describe, expect, test } from 'vitest';
import {
  homeCamera,
  MAX_ORBIT_DISTANCE,
  MAX_ZOOM,
  MIN_ORBIT_DISTANCE,
  MIN_ZOOM,
  mixCameras,
  orbit,
  orbitDistance,
  pan,
  viewBasis,
  withMode,
  worldPerPixel,
  zoomAt,
} from '../../src/domain/camera';
import { dot, norm, scale, unit, type Vector3 } from '../../src/domain/vector3';
import type { CameraState } from '../../src/scene/scene-api';
import { makeView, project } from '../../src/scene/view';

const WIDE = { widthPx: 800, heightPx: 500 };
const TALL = { widthPx: 300, heightPx: 900 };
const FLAT = homeCamera(2);
const DEEP = homeCamera(3);
/** The ball that holds a cloud of usual shape: it reaches beyond the faces of the cube, not into its corners. */
const BALL_RADIUS = 1.2;

/** Directions all around, a few degrees apart. */
function directions(): Vector3[] {
  const angles = Array.from({ length: 36 }, (_, index) => (index * Math.PI) / 18);
  return angles.flatMap((a) =>
    angles.map((b): Vector3 => [Math.cos(a) * Math.cos(b), Math.sin(b), Math.sin(a) * Math.cos(b)]),
  );
}

function onScreen(camera: CameraState, [x, y, z]: Vector3, viewport = WIDE): { x: number; y: number } {
  const place = project(makeView(camera, viewport), x, y, z);
  if (place === null) throw new Error('The point lies behind the camera.');
  return place;
}

describe.each([
  ['wide', WIDE],
  ['tall', TALL],
])('in a %s window', (_, viewport) => {
  test('the home camera of 3-D shows a ball around the whole cloud', () => {
    const places = directions().map((direction) => onScreen(DEEP, scale(direction, BALL_RADIUS), viewport));
    const outside = places.filter(
      ({ x, y }) => x < 0 || y < 0 || x > viewport.widthPx || y > viewport.heightPx,
    );
    expect(outside).toEqual([]);
  });

  test('the home camera of 2-D shows the whole square with some room around it', () => {
    const low = onScreen(FLAT, [-1, -1, 0], viewport);
    const high = onScreen(FLAT, [1, 1, 0], viewport);
    const smaller = Math.min(viewport.widthPx, viewport.heightPx);
    expect(high.x - low.x).toBeCloseTo(smaller / 1.2, 6);
    expect(low.y - high.y).toBeCloseTo(smaller / 1.2, 6);
  });

  test('a pixel at the target is as long as the projection says', () => {
    for (const camera of [FLAT, DEEP]) {
      const { right } = viewBasis(camera);
      const one = worldPerPixel(camera, viewport);
      const moved = onScreen(camera, [right[0] * one, right[1] * one, right[2] * one], viewport);
      expect(moved.x - viewport.widthPx / 2).toBeCloseTo(1, 4);
    }
  });
});

test('the screen’s axes are at right angles, right-handed and of length one', () => {
  const { right, up, forward } = viewBasis(DEEP);
  expect(norm(right)).toBeCloseTo(1, 12);
  expect(norm(up)).toBeCloseTo(1, 12);
  for (const [a, b] of [[right, up] as const, [up, forward] as const, [forward, right] as const]) {
    expect(dot(a, b)).toBeCloseTo(0, 12);
  }
});

test('a camera that looks along its own up still has a basis', () => {
  const { right, up } = viewBasis({ ...DEEP, position: [0, 3, 0] });
  expect(norm(right)).toBeCloseTo(1, 12);
  expect(norm(up)).toBeCloseTo(1, 12);
});

test('orbiting keeps the distance and what it looks at', () => {
  const turned = orbit(DEEP, 1, 0.4);
  expect(orbitDistance(turned)).toBeCloseTo(orbitDistance(DEEP), 12);
  expect(turned.target).toBe(DEEP.target);
});

test('orbiting once around comes back', () => {
  const turned = orbit(DEEP, 2 * Math.PI, 0);
  turned.position.forEach((value, axis) => {
    expect(value).toBeCloseTo(DEEP.position[axis] as number, 9);
  });
});

test.each([100, -100])(
  'orbiting by %d radians towards a pole stops before the picture turns over',
  (polar) => {
    const turned = orbit(DEEP, 0, polar);
    expect(Math.abs(turned.position[1])).toBeLessThan(orbitDistance(turned));
    expect(Math.sign(turned.position[1])).toBe(-Math.sign(polar));
    expect(viewBasis(turned).up[1]).toBeGreaterThan(0);
  },
);

test('orbiting away from a pole goes on in the direction the screen shows', () => {
  const above: CameraState = { ...DEEP, position: [0, 3, 0] };
  const { up } = viewBasis(above);
  const turned = orbit(above, 0, 0.5);
  expect(dot(unit(turned.position, [0, 1, 0]), up)).toBeLessThan(-0.4);
});

test('a camera on its own target does not orbit', () => {
  const stuck: CameraState = { ...DEEP, position: [0, 0, 0] };
  expect(orbit(stuck, 1, 1)).toBe(stuck);
});

test.each([
  ['orthographic', FLAT],
  ['perspective', DEEP],
])('panning with a %s camera takes the point at the target along with the pointer', (_, camera) => {
  const { x, y } = onScreen(pan(camera, 30, -12, WIDE), camera.target);
  expect(x).toBeCloseTo(WIDE.widthPx / 2 + 30, 6);
  expect(y).toBeCloseTo(WIDE.heightPx / 2 - 12, 6);
});

test('zooming in 2-D keeps the point under the pointer where it is', () => {
  const point: Vector3 = [0.4, -0.3, 0];
  const before = onScreen(FLAT, point);
  const zoomed = zoomAt(FLAT, 3, before.x, before.y, WIDE);
  const after = onScreen(zoomed, point);
  expect(zoomed.zoom).toBeCloseTo(3, 12);
  expect(after.x).toBeCloseTo(before.x, 6);
  expect(after.y).toBeCloseTo(before.y, 6);
});

test('zooming in 2-D at the limit leaves the picture still', () => {
  const near: CameraState = { ...FLAT, zoom: MAX_ZOOM };
  expect(zoomAt(near, 2, 10, 10, WIDE)).toEqual(near);
  expect(zoomAt(FLAT, 1e-9, 400, 250, WIDE).zoom).toBe(MIN_ZOOM);
});

test('zooming in 3-D divides the distance and keeps the direction', () => {
  const zoomed = zoomAt(DEEP, 2, 0, 0, WIDE);
  expect(orbitDistance(zoomed)).toBeCloseTo(orbitDistance(DEEP) / 2, 12);
  expect(dot(unit(zoomed.position, [1, 0, 0]), unit(DEEP.position, [1, 0, 0]))).toBeCloseTo(1, 12);
});

test('zooming in 3-D stays between the nearest and the farthest distance', () => {
  expect(orbitDistance(zoomAt(DEEP, 1e9, 0, 0, WIDE))).toBeCloseTo(MIN_ORBIT_DISTANCE, 12);
  expect(orbitDistance(zoomAt(DEEP, 1e-9, 0, 0, WIDE))).toBeCloseTo(MAX_ORBIT_DISTANCE, 12);
});

test.each([
  ['perspective', 'orthographic', { ...DEEP, zoom: 1.7 }],
  ['orthographic', 'perspective', { ...FLAT, zoom: 2.5 }],
] as const)('a change from %s to %s keeps the scale at the target', (_, mode, camera) => {
  expect(worldPerPixel(withMode(camera, mode), WIDE)).toBeCloseTo(worldPerPixel(camera, WIDE), 12);
});

test('a camera of the wanted mode stays what it is', () => {
  expect(withMode(FLAT, 'orthographic')).toBe(FLAT);
});

describe('the way between two cameras', () => {
  const from = DEEP;
  const to: CameraState = { ...DEEP, position: [-8, 0, 0], target: [0, 0.5, 0], zoom: 4 };

  test.each([
    [0, from],
    [1, to],
  ])('is at %d one of them', (t, camera) => {
    const mixed = mixCameras(from, to, t);
    expect(mixed.zoom).toBeCloseTo(camera.zoom, 12);
    mixed.position.forEach((value, axis) => {
      expect(value).toBeCloseTo(camera.position[axis] as number, 9);
    });
  });

  test('never comes nearer to its target than both ends', () => {
    const nearest = Math.min(orbitDistance(from), orbitDistance(to));
    for (let t = 0; t <= 1; t += 0.05) {
      expect(orbitDistance(mixCameras(from, to, t))).toBeGreaterThanOrEqual(nearest - 1e-9);
    }
  });

  test('changes the zoom by even ratios', () => {
    expect(mixCameras(from, to, 0.5).zoom).toBeCloseTo(2, 12);
  });
});
