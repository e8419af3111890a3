import { describe, expect, test } from 'vitest';
import { LayoutMotion } from '../../src/scene/layout-motion';
import type { LayoutPositions } from '../../src/scene/scene-api';

/** Later than any gap of a stream after the page's start. */
const START_MS = 10_000;

function flat(...positions: number[]): LayoutPositions {
  return { positions: Float32Array.from(positions), nPoints: positions.length / 2, nDims: 2 };
}

/** Two points at the ends of the x axis, and where they go. */
const FROM = flat(-1, 0, 1, 0);
const TO = flat(0, -1, 0, 1);

function xs(motion: LayoutMotion): number[] {
  return [...motion.world].filter((_, index) => index % 3 === 0);
}

/** Shows layouts one after another at these moments, as a running job sends them. */
function streamed(atMs: readonly number[], layoutAt: (index: number) => LayoutPositions): LayoutMotion {
  const motion = new LayoutMotion(layoutAt(0), null);
  atMs.forEach((ms, index) => {
    motion.advance(ms);
    motion.moveTo(layoutAt(index), ms, true, true);
  });
  return motion;
}

test('a first layout is shown under its own fit and rests', () => {
  const motion = new LayoutMotion(flat(10, 0, 30, 0), null);
  expect([...motion.world]).toEqual([-1, 0, 0, 1, 0, 0]);
  expect(motion.active).toBe(false);
});

describe('a change of projection', () => {
  function changing(): LayoutMotion {
    const motion = new LayoutMotion(FROM, null);
    motion.moveTo(TO, START_MS, true, true);
    return motion;
  }

  test('starts where the points are', () => {
    const motion = changing();
    motion.advance(START_MS);
    expect(xs(motion)).toEqual([-1, 1]);
  });

  test('is half done after half its time', () => {
    const motion = changing();
    motion.advance(START_MS + 250);
    expect(motion.world[0]).toBeCloseTo(-0.5, 6);
    expect(motion.world[1]).toBeCloseTo(-0.5, 6);
  });

  test('is slow at both ends', () => {
    const motion = changing();
    motion.advance(START_MS + 50);
    const first = 1 + (motion.world[0] as number);
    motion.advance(START_MS + 250);
    const middle = 1 + (motion.world[0] as number);
    expect(first).toBeLessThan(middle / 10);
  });

  test('ends exactly at the layout, and rests', () => {
    const motion = changing();
    motion.advance(START_MS + 500);
    expect([...motion.world]).toEqual([0, -1, 0, 0, 1, 0]);
    expect(motion.active).toBe(false);
  });

  test('without animation is there at once', () => {
    const motion = new LayoutMotion(FROM, null);
    motion.moveTo(TO, START_MS, false, true);
    expect([...motion.world]).toEqual([0, -1, 0, 0, 1, 0]);
    expect(motion.active).toBe(false);
  });

  test('that is interrupted goes on from where the points are', () => {
    const motion = changing();
    motion.advance(START_MS + 250);
    const before = [...motion.world];
    motion.moveTo(FROM, START_MS + 250, true, true);
    motion.advance(START_MS + 250);
    motion.world.forEach((value, index) => {
      expect(value).toBeCloseTo(before[index] as number, 5);
    });
  });
});

describe('a stream of frames', () => {
  test('moves each point evenly from frame to frame', () => {
    const motion = streamed([START_MS, START_MS + 100], (index) => (index === 0 ? FROM : TO));
    motion.advance(START_MS + 150);
    const half = motion.world[1] as number;
    motion.advance(START_MS + 175);
    const threeQuarters = motion.world[1] as number;
    expect(threeQuarters / half).toBeCloseTo(1.5, 1);
  });

  test('never takes longer over a frame than the next one takes to come, up to a limit', () => {
    const motion = streamed([START_MS, START_MS + 700], (index) => (index === 0 ? FROM : TO));
    motion.advance(START_MS + 700 + 120);
    expect(motion.world[1]).toBeCloseTo(-1, 3);
  });

  test('ends at rest exactly where the last frame would be shown by itself', () => {
    const frames = [flat(-1, 0, 1, 0), flat(-2, 1, 2, 0), flat(-3, 1, 3, 2)];
    const at = [START_MS, START_MS + 100, START_MS + 200];
    const motion = streamed(at, (index) => frames[index] as LayoutPositions);
    motion.advance(START_MS + 5000);
    expect([...motion.world]).toEqual([...new LayoutMotion(frames[2] as LayoutPositions, null).world]);
    expect(motion.active).toBe(false);
  });

  test('of a fast-growing cloud keeps it in view', () => {
    const at = Array.from({ length: 10 }, (_, index) => START_MS + 100 * index);
    const motion = streamed(at, (index) => flat(-(3 ** index), 0, 3 ** index, 0));
    motion.advance(START_MS + 1000);
    expect(Math.max(...xs(motion).map(Math.abs))).toBeLessThanOrEqual(1.2 + 1e-6);
  });

  test('lets the shown scale glide instead of jumping with each frame', () => {
    const motion = new LayoutMotion(flat(-1, 0, 1, 0), null);
    motion.moveTo(flat(-1, 0, 1, 0), START_MS, false, true);
    motion.moveTo(flat(-1.1, 0, 1.1, 0), START_MS + 100, true, true);
    motion.advance(START_MS + 201);
    expect(motion.world[3]).toBeGreaterThan(1.02);
    motion.advance(START_MS + 1000);
    expect(motion.world[3]).toBe(1);
  });
});

describe('hidden points', () => {
  const hidden = flat(-1, 0, Number.NaN, 0);

  test('appear where they belong, without travelling', () => {
    const motion = new LayoutMotion(hidden, null);
    motion.moveTo(FROM, START_MS, true, true);
    motion.advance(START_MS + 10);
    expect(motion.world[3]).toBeCloseTo(1, 6);
  });

  test('vanish at once', () => {
    const motion = new LayoutMotion(FROM, null);
    motion.moveTo(hidden, START_MS, true, true);
    motion.advance(START_MS + 10);
    expect(motion.world[3]).toBeNaN();
  });
});

test('a layout that is kept under its old fit is not scaled anew', () => {
  const motion = new LayoutMotion(FROM, null);
  motion.moveTo(flat(-3, 0, 3, 0), START_MS, false, false);
  expect(xs(motion)).toEqual([-3, 3]);
});

test('what is done to the given array afterwards does not move the points', () => {
  const layout = flat(-1, 0, 1, 0);
  const motion = new LayoutMotion(layout, null);
  motion.moveTo(layout, START_MS, true, true);
  layout.positions.fill(9);
  motion.advance(START_MS + 5000);
  expect(xs(motion)).toEqual([-1, 1]);
});

test('a flat layout can become a deep one', () => {
  const motion = new LayoutMotion(FROM, null);
  motion.moveTo(
    { positions: Float32Array.of(0, 0, -1, 0, 0, 1), nPoints: 2, nDims: 3 },
    START_MS,
    true,
    true,
  );
  motion.advance(START_MS + 5000);
  expect(motion.nDims).toBe(3);
  expect([...motion.world]).toEqual([0, 0, -1, 0, 0, 1]);
});
