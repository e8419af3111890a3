/** The page's own matrices against those of three.js, which were written by others. */

import { Matrix4, OrthographicCamera, PerspectiveCamera, Vector3 as ThreeVector } from 'three';
import { describe, expect, test } from 'vitest';
import {
  depthPlane,
  FIELD_OF_VIEW,
  homeCamera,
  ORTHOGRAPHIC_HALF_EXTENT,
  orbit,
  viewProjection,
} from '../../src/domain/camera';
import type { CameraState } from '../../src/scene/scene-api';

const WIDE = { widthPx: 1280, heightPx: 720 };
const DEEP: CameraState = { ...orbit(homeCamera(3), 0.7, -0.2), target: [0.1, -0.2, 0.3], zoom: 1.5 };
const FLAT: CameraState = {
  ...homeCamera(2),
  position: [0.25, -0.5, 4],
  target: [0.25, -0.5, 0],
  zoom: 3,
};

function reference(camera: CameraState): Matrix4 {
  const aspect = WIDE.widthPx / WIDE.heightPx;
  const half = ORTHOGRAPHIC_HALF_EXTENT;
  const three =
    camera.mode === 'perspective'
      ? new PerspectiveCamera((FIELD_OF_VIEW * 180) / Math.PI, aspect, 0.01, 100)
      : new OrthographicCamera(-half * aspect, half * aspect, half, -half, 0.01, 100);
  three.zoom = camera.zoom;
  three.up.set(...camera.up);
  three.position.set(...camera.position);
  three.lookAt(...camera.target);
  three.updateProjectionMatrix();
  three.updateMatrixWorld();
  return new Matrix4().multiplyMatrices(three.projectionMatrix, three.matrixWorldInverse);
}

describe.each([
  ['perspective', DEEP],
  ['orthographic', FLAT],
])('a %s camera', (_, camera) => {
  test.each([
    [0, 0, 0],
    [1, -1, 0.5],
    [-0.7, 0.2, -1],
  ])('projects (%d, %d, %d) as three.js does', (x, y, z) => {
    const wanted = new ThreeVector(x, y, z).applyMatrix4(reference(camera));
    const matrix = new Matrix4().fromArray(Array.from(viewProjection(camera, WIDE)));
    const actual = new ThreeVector(x, y, z).applyMatrix4(matrix);
    expect(actual.x).toBeCloseTo(wanted.x, 9);
    expect(actual.y).toBeCloseTo(wanted.y, 9);
    expect(actual.z).toBeCloseTo(wanted.z, 6);
  });

  test('measures depth along the line of sight', () => {
    const [a, b, c, d] = depthPlane(camera);
    const [x, y, z] = camera.target;
    const [px, py, pz] = camera.position;
    expect(a * x + b * y + c * z + d).toBeCloseTo(Math.hypot(x - px, y - py, z - pz), 12);
    expect(a * px + b * py + c * pz + d).toBeCloseTo(0, 12);
  });
});
