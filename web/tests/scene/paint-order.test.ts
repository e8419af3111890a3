import { describe, expect, test } from 'vitest';
import { homeCamera } from '../../src/domain/camera';
import { PaintOrder } from '../../src/scene/paint-order';
import { DIMMED, NEIGHBOR, NORMAL, SELECTED } from '../../src/scene/size-law';
import { makeView, type View } from '../../src/scene/view';

const VIEWPORT = { widthPx: 400, heightPx: 400 };
/** Looks along the negative z axis: a larger z is nearer. */
const FRONT = makeView({ ...homeCamera(3), position: [0, 0, 3] }, VIEWPORT);
const BACK = makeView({ ...homeCamera(3), position: [0, 0, -3] }, VIEWPORT);

function order(zs: readonly number[], emphasis?: readonly number[], view: View = FRONT): number[] {
  const paint = new PaintOrder(zs.length);
  const world = Float32Array.from(zs.flatMap((z) => [0, 0, z]));
  paint.update(view, world, Uint8Array.from(emphasis ?? zs.map(() => NORMAL)));
  return [...paint.order.subarray(0, paint.count)];
}

test('far points are painted before near ones', () => {
  expect(order([0.5, -0.5, 0])).toEqual([1, 2, 0]);
});

test('from behind the order is the other way round', () => {
  expect(order([0.5, -0.5, 0], undefined, BACK)).toEqual([0, 2, 1]);
});

test('what stands out is painted over what is nearer', () => {
  const emphasis = [NORMAL, SELECTED, DIMMED, NEIGHBOR];
  expect(order([0.9, -0.9, 1, -0.5], emphasis)).toEqual([2, 0, 3, 1]);
});

test('within each rank far points come first', () => {
  expect(order([0, -1, 1, 0.5], [SELECTED, SELECTED, NORMAL, NORMAL])).toEqual([3, 2, 1, 0]);
});

test('hidden points are not painted', () => {
  expect(order([Number.NaN, 0, Number.NaN])).toEqual([1]);
});

test('the nearest selected point is painted: its key is not the one that means hidden', () => {
  expect(order([0, 1], [SELECTED, SELECTED])).toEqual([0, 1]);
});

test('a layout whose points are all hidden paints nothing', () => {
  expect(order([Number.NaN, Number.NaN])).toEqual([]);
});

test('the rank of a point is its place in the order', () => {
  const paint = new PaintOrder(3);
  paint.update(FRONT, Float32Array.of(0, 0, 0.5, 0, 0, -0.5, 0, 0, 0), new Uint8Array(3).fill(NORMAL));
  expect([...paint.rank]).toEqual([2, 0, 1]);
});

test('sorting again after a point was hidden leaves nothing of the sort before', () => {
  const paint = new PaintOrder(2);
  const emphasis = new Uint8Array(2).fill(NORMAL);
  paint.update(FRONT, Float32Array.of(0, 0, 0, 0, 0, 1), emphasis);
  paint.update(FRONT, Float32Array.of(0, 0, 0, 0, Number.NaN, 1), emphasis);
  expect([...paint.order.subarray(0, paint.count)]).toEqual([0]);
});

test('ten thousand depths come out in order', () => {
  const zs = Array.from({ length: 10_000 }, (_, point) => Math.sin(point * 12.9898));
  const depths = order(zs).map((point) => zs[point] as number);
  const step = 2 / 2 ** 14; // depths nearer to each other than this share a key
  const backwards = depths.filter((z, place) => z < (depths[place - 1] ?? -2) - step);
  expect(backwards).toEqual([]);
});

describe('the scattered order', () => {
  test.each([0, 1, 2, 3, 1000, 1024])('of %d points has each once', (nPoints) => {
    const seen = [...new PaintOrder(nPoints).scattered].sort((a, b) => a - b);
    expect(seen).toEqual(Array.from({ length: nPoints }, (_, point) => point));
  });

  test('mixes what comes together in the data', () => {
    const { scattered } = new PaintOrder(1000);
    const firstHalf = scattered.subarray(0, 100).filter((point) => point < 500);
    expect(firstHalf.length).toBeGreaterThan(35);
    expect(firstHalf.length).toBeLessThan(65);
  });

  test('is the painting order where all points are equally deep, so that no class covers another', () => {
    const paint = new PaintOrder(100);
    paint.update(FRONT, new Float32Array(300), new Uint8Array(100).fill(NORMAL));
    expect([...paint.order]).toEqual([...paint.scattered]);
  });
});
