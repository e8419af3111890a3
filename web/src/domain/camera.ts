/** The mathematics of the camera: pure functions from one camera state to the next. Angles in radians. */

import type { CameraState } from '../scene/scene-api';
import * as v from './vector3';

/** Full angle of view across the smaller side of the viewport, at zoom 1. */
export const FIELD_OF_VIEW = (70 * Math.PI) / 180;
/** Half of the world's length across the smaller side of the viewport, orthographic, at zoom 1. */
export const ORTHOGRAPHIC_HALF_EXTENT = 1.2;
/** Obliquely from above, far enough to hold a cloud that fills its cube. */
const HOME_POSITION: v.Vector3 = [0.52, 1, 1.88];
export const HOME_DISTANCE = v.norm(HOME_POSITION);
export const MIN_ORBIT_DISTANCE = 0.05;
export const MAX_ORBIT_DISTANCE = 10;
export const MIN_ZOOM = 0.1;
export const MAX_ZOOM = 1000;

const NEAR = 0.01;
const FAR = 100;
/** The orbit stops this far from the poles, so that the picture never turns over. */
const POLE_MARGIN = 0.02;
const HALF_TANGENT = Math.tan(FIELD_OF_VIEW / 2);

export interface Viewport {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Unit vectors of the screen in world space. */
export interface ViewBasis {
  readonly right: v.Vector3;
  readonly up: v.Vector3;
  readonly forward: v.Vector3;
}

/** The camera that shows the whole layout: oblique in 3-D, straight from the front in 2-D. */
export function homeCamera(nDims: 2 | 3): CameraState {
  return nDims === 3
    ? { mode: 'perspective', position: HOME_POSITION, target: [0, 0, 0], up: [0, 1, 0], zoom: 1 }
    : { mode: 'orthographic', position: [0, 0, 4], target: [0, 0, 0], up: [0, 1, 0], zoom: 1 };
}

export function viewBasis(camera: CameraState): ViewBasis {
  const forward = v.unit(v.subtract(camera.target, camera.position), [0, 0, -1]);
  const right = v.unit(v.cross(forward, camera.up), v.anyPerpendicular(forward));
  return { right, up: v.cross(right, forward), forward };
}

export function orbitDistance(camera: CameraState): number {
  return v.norm(v.subtract(camera.position, camera.target));
}

/** Half of the world's height seen at the target. */
function halfHeightAtTarget(camera: CameraState, viewport: Viewport): number {
  const widening = Math.max(1, viewport.heightPx / viewport.widthPx);
  const half =
    camera.mode === 'orthographic' ? ORTHOGRAPHIC_HALF_EXTENT : HALF_TANGENT * orbitDistance(camera);
  return (half * widening) / camera.zoom;
}

/** World length of one CSS pixel at the target's depth. */
export function worldPerPixel(camera: CameraState, viewport: Viewport): number {
  return (2 * halfHeightAtTarget(camera, viewport)) / viewport.heightPx;
}

/** Turns the camera about its target: azimuth about `up`, then the polar angle, which stops before the poles. */
export function orbit(camera: CameraState, azimuth: number, polar: number): CameraState {
  const up = v.unit(camera.up, [0, 1, 0]);
  const offset = v.subtract(camera.position, camera.target);
  const distance = v.norm(offset);
  if (distance === 0) return camera;
  const height = v.dot(offset, up) / distance;
  const basis = viewBasis(camera);
  const level = v.subtract(offset, v.scale(up, height * distance));
  const heading = v.rotateAbout(v.unit(level, v.cross(basis.right, up)), up, azimuth);
  const angle = Math.acos(Math.min(1, Math.max(-1, height))) + polar;
  const clamped = Math.min(Math.PI - POLE_MARGIN, Math.max(POLE_MARGIN, angle));
  const direction = v.add(v.scale(up, Math.cos(clamped)), v.scale(heading, Math.sin(clamped)));
  return { ...camera, position: v.add(camera.target, v.scale(direction, distance)) };
}

/** Moves the camera so that what lies at the target's depth follows the pointer by (dxPx, dyPx). */
export function pan(camera: CameraState, dxPx: number, dyPx: number, viewport: Viewport): CameraState {
  const basis = viewBasis(camera);
  const perPixel = worldPerPixel(camera, viewport);
  const shift = v.add(v.scale(basis.right, -dxPx * perPixel), v.scale(basis.up, dyPx * perPixel));
  return { ...camera, position: v.add(camera.position, shift), target: v.add(camera.target, shift) };
}

/**
 * Comes closer by a factor above 1. Orthographic: the world point under the pixel (xPx, yPx) stays there.
 * Perspective: the distance to the target shrinks.
 */
export function zoomAt(
  camera: CameraState,
  factor: number,
  xPx: number,
  yPx: number,
  viewport: Viewport,
): CameraState {
  if (camera.mode === 'perspective') {
    const offset = v.subtract(camera.position, camera.target);
    const distance = v.norm(offset);
    const wanted = Math.min(MAX_ORBIT_DISTANCE, Math.max(MIN_ORBIT_DISTANCE, distance / factor));
    const direction = v.unit(offset, [0, 0, 1]);
    return { ...camera, position: v.add(camera.target, v.scale(direction, wanted)) };
  }
  const zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, camera.zoom * factor));
  const change = 1 - camera.zoom / zoom;
  const moved = pan(
    camera,
    (viewport.widthPx / 2 - xPx) * change,
    (viewport.heightPx / 2 - yPx) * change,
    viewport,
  );
  return { ...moved, zoom };
}

/** The same picture at the target's depth in the other kind of projection; for flights between 2-D and 3-D. */
export function withMode(camera: CameraState, mode: CameraState['mode']): CameraState {
  if (camera.mode === mode) return camera;
  const direction = v.unit(v.subtract(camera.position, camera.target), [0, 0, 1]);
  if (mode === 'orthographic') {
    const zoom = (ORTHOGRAPHIC_HALF_EXTENT * camera.zoom) / (HALF_TANGENT * orbitDistance(camera));
    return { ...camera, mode, zoom, position: v.add(camera.target, v.scale(direction, 4)) };
  }
  const distance = ORTHOGRAPHIC_HALF_EXTENT / (HALF_TANGENT * camera.zoom);
  return { ...camera, mode, zoom: 1, position: v.add(camera.target, v.scale(direction, distance)) };
}

/** A fraction `t` of the way between two cameras of one mode: along an arc, with even steps of distance and zoom. */
export function mixCameras(from: CameraState, to: CameraState, t: number): CameraState {
  const fromOffset = v.subtract(from.position, from.target);
  const toOffset = v.subtract(to.position, to.target);
  const [fromDistance, toDistance] = [Math.max(1e-9, v.norm(fromOffset)), Math.max(1e-9, v.norm(toOffset))];
  const direction = v.slerp(v.unit(fromOffset, [0, 0, 1]), v.unit(toOffset, [0, 0, 1]), t);
  const distance = fromDistance * (toDistance / fromDistance) ** t;
  const target = v.mix(from.target, to.target, t);
  return {
    mode: to.mode,
    position: v.add(target, v.scale(direction, distance)),
    target,
    up: v.slerp(v.unit(from.up, [0, 1, 0]), v.unit(to.up, [0, 1, 0]), t),
    zoom: from.zoom * (to.zoom / from.zoom) ** t,
  };
}

/** World to clip space, column-major, for WebGL's clip volume. */
export function viewProjection(camera: CameraState, viewport: Viewport): Float64Array {
  const { right, up, forward } = viewBasis(camera);
  const p = camera.position;
  const view = [right, up, v.scale(forward, -1)] as const;
  const widening = Math.max(1, viewport.heightPx / viewport.widthPx);
  const aspect = viewport.widthPx / viewport.heightPx;
  const perspective = camera.mode === 'perspective';
  const half = ((perspective ? HALF_TANGENT : ORTHOGRAPHIC_HALF_EXTENT) * widening) / camera.zoom;
  const [sx, sy] = [1 / (half * aspect), 1 / half];
  const depthScale = perspective ? -(FAR + NEAR) / (FAR - NEAR) : -2 / (FAR - NEAR);
  const depthShift = perspective ? (-2 * FAR * NEAR) / (FAR - NEAR) : -(FAR + NEAR) / (FAR - NEAR);
  const matrix = new Float64Array(16);
  for (let axis = 0; axis < 4; axis += 1) {
    const x = axis < 3 ? (view[0][axis] ?? 0) : -v.dot(view[0], p);
    const y = axis < 3 ? (view[1][axis] ?? 0) : -v.dot(view[1], p);
    const z = axis < 3 ? (view[2][axis] ?? 0) : -v.dot(view[2], p);
    const last = axis === 3 ? 1 : 0;
    matrix[axis * 4] = sx * x;
    matrix[axis * 4 + 1] = sy * y;
    matrix[axis * 4 + 2] = depthScale * z + depthShift * last;
    matrix[axis * 4 + 3] = perspective ? -z : last;
  }
  return matrix;
}

/** Row (a, b, c, d): a x + b y + c z + d is a point's distance in front of the camera, along the line of sight. */
export function depthPlane(camera: CameraState): readonly [number, number, number, number] {
  const { forward } = viewBasis(camera);
  return [forward[0], forward[1], forward[2], -v.dot(forward, camera.position)];
}
