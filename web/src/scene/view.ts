/** The camera as the layers need it: one world-to-clip matrix, one depth plane, shared by shaders and CPU. */

import { depthPlane, orbitDistance, type Viewport, viewProjection } from '../domain/camera';
import type { CameraState } from './scene-api';

export interface View {
  readonly camera: CameraState;
  readonly viewport: Viewport;
  /** World to clip space, column-major. */
  readonly matrix: Float64Array;
  /** (a, b, c, d): a x + b y + c z + d is the distance in front of the camera. */
  readonly depth: readonly [number, number, number, number];
  readonly targetDepth: number;
}

export function makeView(camera: CameraState, viewport: Viewport): View {
  return {
    camera,
    viewport,
    matrix: viewProjection(camera, viewport),
    depth: depthPlane(camera),
    targetDepth: orbitDistance(camera),
  };
}

/** Nothing nearer than this is drawn: the near plane of the projection. */
const NEAREST_W = 0.01;

/** Where a world position falls on the screen, CSS px from the top left; null: behind the camera, or NaN. */
export function project(view: View, x: number, y: number, z: number): { x: number; y: number } | null {
  const m = view.matrix;
  const at = (row: number): number =>
    (m[row] as number) * x +
    (m[row + 4] as number) * y +
    (m[row + 8] as number) * z +
    (m[row + 12] as number);
  const w = at(3);
  if (!(w >= NEAREST_W)) return null;
  return {
    x: (0.5 + (0.5 * at(0)) / w) * view.viewport.widthPx,
    y: (0.5 - (0.5 * at(1)) / w) * view.viewport.heightPx,
  };
}

/** Projects all points (three world values each) into `xy` (two CSS px each); NaN where there is no picture. */
export function projectAll(view: View, world: Float32Array, xy: Float32Array): void {
  const [m0, m1, , m3, m4, m5, , m7, m8, m9, , m11, m12, m13, , m15] = Array.from(
    view.matrix,
  ) as unknown as Matrix16;
  const halfWidth = view.viewport.widthPx / 2;
  const halfHeight = view.viewport.heightPx / 2;
  for (let point = 0, at = 0; at < world.length; point += 2, at += 3) {
    const x = world[at] as number;
    const y = world[at + 1] as number;
    const z = world[at + 2] as number;
    const w = m3 * x + m7 * y + m11 * z + m15;
    const visible = w >= NEAREST_W;
    xy[point] = visible ? halfWidth * (1 + (m0 * x + m4 * y + m8 * z + m12) / w) : NaN;
    xy[point + 1] = visible ? halfHeight * (1 - (m1 * x + m5 * y + m9 * z + m13) / w) : NaN;
  }
}

// biome-ignore format: a matrix reads best as four columns
type Matrix16 = readonly [
  number, number, number, number, number, number, number, number,
  number, number, number, number, number, number, number, number,
];

/** Distance of a world position in front of the camera. */
export function depthOf(view: View, x: number, y: number, z: number): number {
  return view.depth[0] * x + view.depth[1] * y + view.depth[2] * z + view.depth[3];
}
