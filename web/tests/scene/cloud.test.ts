import type { BufferAttribute } from 'three';
import { describe, expect, test } from 'vitest';
import { homeCamera } from '../../src/domain/camera';
import { Cloud } from '../../src/scene/cloud';
import { SELECTED } from '../../src/scene/size-law';
import { makeView, type View } from '../../src/scene/view';

const VIEWPORT = { widthPx: 240, heightPx: 240 };

function viewFrom(x: number, z: number): View {
  return makeView({ ...homeCamera(3), position: [x, 0, z] }, VIEWPORT);
}

const FRONT = viewFrom(0, 3);

function cloud(nPoints: number, zOf: (point: number) => number = (point) => point / nPoints): Cloud {
  const positions = new Float32Array(nPoints * 3);
  for (let point = 0; point < nPoints; point += 1) positions[point * 3 + 2] = zOf(point);
  return new Cloud({ positions, nPoints, nDims: 3 }, [10, 20, 30, 178]);
}

/** Points in the order in which the GPU paints them. */
function painted({ geometry }: Cloud): number[] {
  const { count } = geometry.drawRange;
  return [...(geometry.index?.array ?? [])].slice(0, count);
}

test('points have the colour of nothing chosen until they are given theirs', () => {
  expect([...cloud(2).colors]).toEqual([10, 20, 30, 178, 10, 20, 30, 178]);
});

test('given colours go to the GPU by the next frame', () => {
  const of = cloud(1);
  const versionOf = () => (of.geometry.getAttribute('color') as BufferAttribute).version;
  const before = versionOf();
  of.setColors(Uint8Array.of(1, 2, 3, 4));
  expect([...of.colors]).toEqual([1, 2, 3, 4]);
  expect(versionOf()).toBeGreaterThan(before);
});

describe('the painting order', () => {
  test('is painted by the GPU, hidden points left out', () => {
    const of = cloud(3, (point) => [0.5, Number.NaN, -0.5][point] as number);
    of.sort(FRONT, 0, true);
    expect(painted(of)).toEqual([2, 0]);
    expect(of.drawnPoints).toBe(2);
  });

  test('follows the camera when it turns', () => {
    const of = cloud(3);
    of.sort(FRONT, 0, true);
    expect(painted(of)).toEqual([0, 1, 2]);
    of.sort(viewFrom(0, -3), 1, true);
    expect(painted(of)).toEqual([2, 1, 0]);
  });

  test('is not sorted again while nothing turned or moved', () => {
    const of = cloud(3);
    of.sort(FRONT, 0, true);
    const version = of.geometry.index?.version;
    of.sort(makeView({ ...homeCamera(3), position: [0, 0, 2] }, VIEWPORT), 1, true);
    expect(of.geometry.index?.version).toBe(version);
  });

  test('follows what stands out', () => {
    const of = cloud(3);
    of.sort(FRONT, 0, true);
    of.setEmphasis(Uint8Array.of(SELECTED, 1, 1));
    of.sort(FRONT, 1, true);
    expect(painted(of)).toEqual([1, 2, 0]);
  });

  test('of very many points waits while the camera turns, and is exact at rest', () => {
    const of = cloud(200_001);
    expect(of.sort(FRONT, 0, false)).toBe(true);
    expect(of.sort(viewFrom(1, 3), 50, false)).toBe(false);
    expect(of.sort(viewFrom(1, 3), 60, true)).toBe(true);
    expect(of.sort(viewFrom(2, 3), 300, false)).toBe(true);
  });
});

describe('the point that is pointed at', () => {
  test('is painted once more, above all others', () => {
    const of = cloud(3);
    of.sort(FRONT, 0, true);
    of.setHovered(0);
    expect(painted(of)).toEqual([0, 1, 2, 0]);
  });

  test('is above the others after they were sorted again', () => {
    const of = cloud(3);
    of.setHovered(1);
    of.sort(viewFrom(0, -3), 0, true);
    expect(painted(of)).toEqual([2, 1, 0, 1]);
  });

  test('is painted once when nobody points at it any more', () => {
    const of = cloud(2);
    of.sort(FRONT, 0, true);
    of.setHovered(0);
    of.setHovered(null);
    expect(painted(of)).toEqual([0, 1]);
  });

  test('is not painted where it is hidden', () => {
    const of = cloud(2, (point) => (point === 0 ? Number.NaN : 0));
    of.sort(FRONT, 0, true);
    of.setHovered(0);
    expect(painted(of)).toEqual([1]);
  });
});

test('thumbnails are those of the original rows while some are isolated', () => {
  const of = cloud(2);
  of.setCells(Uint32Array.of(40, 90));
  expect([...of.geometry.getAttribute('cell').array]).toEqual([40, 90]);
  of.setCells(null);
  expect([...of.geometry.getAttribute('cell').array]).toEqual([0, 1]);
});
