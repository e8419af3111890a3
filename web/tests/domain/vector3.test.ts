import { expect, test } from 'vitest';
import {
  anyPerpendicular,
  cross,
  dot,
  norm,
  rotateAbout,
  slerp,
  unit,
  type Vector3,
} from '../../src/domain/vector3';

const X: Vector3 = [1, 0, 0];
const Y: Vector3 = [0, 1, 0];
const Z: Vector3 = [0, 0, 1];

function expectClose(actual: Vector3, wanted: Vector3): void {
  actual.forEach((value, axis) => {
    expect(value).toBeCloseTo(wanted[axis] as number, 10);
  });
}

test('the cross product is right-handed', () => {
  expect(cross(X, Y)).toEqual(Z);
});

test('a vector without length takes the direction it is given', () => {
  expect(unit([0, 1e-13, 0], Z)).toBe(Z);
});

test('a turn is counter-clockwise about its axis', () => {
  expectClose(rotateAbout(X, Z, Math.PI / 2), Y);
});

test('a turn keeps the length and the part along the axis', () => {
  const axis = unit([1, 2, -1], X);
  const before: Vector3 = [0.3, -2, 5];
  const after = rotateAbout(before, axis, 1.234);
  expect(norm(after)).toBeCloseTo(norm(before), 12);
  expect(dot(after, axis)).toBeCloseTo(dot(before, axis), 12);
});

test.each([[X], [Y], [[0, -1, 0] as Vector3], [unit([1, 1, 1], X)]])(
  '%j has a perpendicular of length one',
  (a) => {
    const b = anyPerpendicular(a);
    expect(dot(a, b)).toBeCloseTo(0, 12);
    expect(norm(b)).toBeCloseTo(1, 12);
  },
);

test('half the way along a great circle lies at equal angles to both ends', () => {
  expectClose(slerp(X, Y, 0.5), unit([1, 1, 0], X));
});

test('the way between opposite directions stays on the sphere', () => {
  const middle = slerp(X, [-1, 0, 0], 0.5);
  expect(norm(middle)).toBeCloseTo(1, 12);
  expect(dot(middle, X)).toBeCloseTo(0, 12);
});

test('the way between directions that are all but equal has no division by zero', () => {
  expectClose(slerp(X, unit([1, 1e-11, 0], X), 0.5), X);
});
