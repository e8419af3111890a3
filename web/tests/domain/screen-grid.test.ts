import { describe, expect, test } from 'vitest';
import { insidePolygon, ScreenGrid } from '../../src/domain/screen-grid';

const WIDTH_PX = 320;
const HEIGHT_PX = 200;
const ALL = { left: -1e6, top: -1e6, right: 1e6, bottom: 1e6 };

function grid(...places: (readonly [number, number])[]): ScreenGrid {
  const screen = { nPoints: places.length, xy: Float32Array.from(places.flat()) };
  return new ScreenGrid(screen, WIDTH_PX, HEIGHT_PX);
}

/** Places all over the canvas and a little around it, the same each time. */
function scattered(n: number): (readonly [number, number])[] {
  let state = 1;
  const random = () => {
    state = (state * 48271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
  return Array.from(
    { length: n },
    () => [random() * (WIDTH_PX + 20) - 10, random() * (HEIGHT_PX + 20) - 10] as const,
  );
}

function near(of: ScreenGrid, x: number, y: number, radiusPx: number): number[] {
  const found: number[] = [];
  of.visitNear(x, y, radiusPx, (point) => found.push(point));
  return found.sort((a, b) => a - b);
}

describe('a box', () => {
  test('finds the points that lie behind others as well', () => {
    expect([...grid([50, 50], [50, 50], [50, 50]).inRectangle(ALL)]).toEqual([0, 1, 2]);
  });

  test('holds the points on its edges', () => {
    const box = { left: 10, top: 20, right: 30, bottom: 40 };
    expect([...grid([10, 20], [30, 40], [9.99, 30], [20, 40.01]).inRectangle(box)]).toEqual([0, 1]);
  });

  test('leaves out points that have no place on the screen', () => {
    expect([...grid([Number.NaN, Number.NaN], [5, 5]).inRectangle(ALL)]).toEqual([1]);
  });

  test('beyond the canvas finds nothing', () => {
    expect(grid([5, 5]).inRectangle({ left: 900, top: 900, right: 950, bottom: 950 })).toHaveLength(0);
  });

  test('finds what a look at every point finds', () => {
    const places = scattered(2000);
    const box = { left: 33, top: 17, right: 211, bottom: 150 };
    const wanted = places.flatMap(([x, y], point) => {
      const [fx, fy] = [Math.fround(x), Math.fround(y)];
      return fx >= box.left && fx <= box.right && fy >= box.top && fy <= box.bottom ? [point] : [];
    });
    expect([...grid(...places).inRectangle(box)]).toEqual(wanted);
  });
});

describe('a lasso', () => {
  const HORSESHOE = [0, 0, 100, 0, 100, 100, 70, 100, 70, 30, 30, 30, 30, 100, 0, 100];

  test('follows its bays', () => {
    expect([...grid([15, 80], [50, 80], [85, 80], [50, 15]).inPolygon(HORSESHOE)]).toEqual([0, 2, 3]);
  });

  test('finds the points that lie behind others as well', () => {
    expect([...grid([15, 80], [15, 80]).inPolygon(HORSESHOE)]).toEqual([0, 1]);
  });

  test('means the same in either direction', () => {
    const around = [0, 0, 60, 0, 60, 60, 0, 60];
    const back = [0, 60, 60, 60, 60, 0, 0, 0];
    const points = grid(...scattered(300));
    expect([...points.inPolygon(back)]).toEqual([...points.inPolygon(around)]);
  });

  test('that crosses itself leaves out what it surrounds twice', () => {
    const twice = [0, 0, 90, 0, 90, 90, 0, 90, 0, 0, 30, 30, 60, 30, 60, 60, 30, 60, 30, 30];
    expect(insidePolygon(twice, 45, 45)).toBe(false);
    expect(insidePolygon(twice, 10, 45)).toBe(true);
  });

  test('of one line holds nothing', () => {
    expect(grid([5, 5]).inPolygon([0, 0, 10, 10])).toHaveLength(0);
  });
});

describe('what lies near', () => {
  test('is a circle, not a square', () => {
    expect(near(grid([100, 100], [108, 108], [110, 100]), 100, 100, 10)).toEqual([0, 2]);
  });

  test('is found across the cells of the grid', () => {
    expect(near(grid([15.5, 15.5], [16.5, 16.5]), 16, 16, 2)).toEqual([0, 1]);
  });

  test('is told with its squared distance', () => {
    const distances: number[] = [];
    grid([13, 14]).visitNear(10, 10, 10, (_, squared) => distances.push(squared));
    expect(distances).toEqual([25]);
  });

  test('is found at the edges of the canvas, where discs reach in from outside', () => {
    expect(near(grid([-3, 5], [WIDTH_PX + 3, HEIGHT_PX + 3]), 0, 5, 4)).toEqual([0]);
    expect(near(grid([-3, 5], [WIDTH_PX + 3, HEIGHT_PX + 3]), WIDTH_PX, HEIGHT_PX, 5)).toEqual([1]);
  });
});

test('a grid of no points answers with none', () => {
  expect(grid().inRectangle(ALL)).toHaveLength(0);
});
