/** Vectors of three numbers, as immutable tuples: for cameras, never for points. */

export type Vector3 = readonly [number, number, number];

export function add(a: Vector3, b: Vector3): Vector3 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function subtract(a: Vector3, b: Vector3): Vector3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function scale(a: Vector3, factor: number): Vector3 {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

export function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function norm(a: Vector3): number {
  return Math.hypot(a[0], a[1], a[2]);
}

/** The unit vector along `a`, or `fallback` where `a` is too short to have a direction. */
export function unit(a: Vector3, fallback: Vector3): Vector3 {
  const length = norm(a);
  return length > 1e-12 ? scale(a, 1 / length) : fallback;
}

export function mix(a: Vector3, b: Vector3, t: number): Vector3 {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** Some unit vector at a right angle to the unit vector `a`. */
export function anyPerpendicular(a: Vector3): Vector3 {
  const helper: Vector3 = Math.abs(a[1]) < 0.9 ? [0, 1, 0] : [0, 0, 1];
  return unit(cross(a, helper), [1, 0, 0]);
}

/** `a` turned about the unit vector `axis` by an angle in radians, counter-clockwise (Rodrigues' formula). */
export function rotateAbout(a: Vector3, axis: Vector3, radians: number): Vector3 {
  const cosine = Math.cos(radians);
  const turned = add(scale(a, cosine), scale(cross(axis, a), Math.sin(radians)));
  return add(turned, scale(axis, dot(axis, a) * (1 - cosine)));
}

/** The unit vector a fraction `t` of the way from one unit vector to another along the great circle. */
export function slerp(from: Vector3, to: Vector3, t: number): Vector3 {
  const cosine = Math.min(1, Math.max(-1, dot(from, to)));
  if (cosine > 1 - 1e-9) return unit(mix(from, to, t), from);
  const axis = unit(cross(from, to), anyPerpendicular(from));
  return rotateAbout(from, axis, Math.acos(cosine) * t);
}
