import { describe, expect, test } from 'vitest';
import { homeCamera } from '../../src/domain/camera';
import { Cloud } from '../../src/scene/cloud';
import { PointPicker } from '../../src/scene/point-picker';
import { SELECTED, type SizeLaw } from '../../src/scene/size-law';
import { makeView } from '../../src/scene/view';

/** Looks along the z axis; the world's [-1, 1] spans 200 px around (120, 120). */
const VIEW = makeView({ ...homeCamera(2), position: [0, 0, 4] }, { widthPx: 240, heightPx: 240 });
/** Discs of ten pixels. */
const LAW: SizeLaw = { base: 10, referenceDepth: 0, least: 1, most: 400 };

/** A cloud of points at these world positions, sorted for the view. */
function picker(points: readonly (readonly [number, number, number])[], emphasis?: readonly number[]) {
  // Two points far apart keep the fit of the layout the identity.
  const all = [...points, [-1, -1, -1], [1, 1, 1]];
  const positions = Float32Array.from(all.flat());
  const cloud = new Cloud({ positions, nPoints: all.length, nDims: 3 }, [0, 0, 0, 255]);
  if (emphasis) cloud.setEmphasis(Uint8Array.from([...emphasis, 1, 1]));
  cloud.sort(VIEW, 0, true);
  return { cloud, picker: new PointPicker(cloud) };
}

describe('the point under the pointer', () => {
  test('is the one whose disc it is on', () => {
    expect(picker([[0, 0, 0]]).picker.at(VIEW, LAW, 124, 120)).toBe(0);
  });

  test('is none where there is nothing within reach', () => {
    expect(picker([[0, 0, 0]]).picker.at(VIEW, LAW, 140, 120)).toBeNull();
  });

  test('is the nearest within reach where no disc lies right under it', () => {
    const small: SizeLaw = { ...LAW, base: 2 };
    const { picker: of } = picker([
      [0, 0, 0],
      [0.08, 0, 0],
    ]);
    expect(of.at(VIEW, small, 125, 120)).toBe(1);
    expect(of.at(VIEW, small, 123, 120)).toBe(0);
  });

  test('is the one in front, whatever the order of the data', () => {
    expect(
      picker([
        [0, 0, 0.5],
        [0, 0, -0.5],
      ]).picker.at(VIEW, LAW, 120, 120),
    ).toBe(0);
    expect(
      picker([
        [0, 0, -0.5],
        [0, 0, 0.5],
      ]).picker.at(VIEW, LAW, 120, 120),
    ).toBe(1);
  });

  test('is the one that stands out, as it is painted over the others', () => {
    const points = [
      [0, 0, 0.5],
      [0, 0, -0.5],
    ] as const;
    expect(picker(points, [1, SELECTED]).picker.at(VIEW, LAW, 120, 120)).toBe(1);
  });

  test('is found at the rim of a disc that stands out, which is larger', () => {
    expect(picker([[0, 0, 0]], [SELECTED]).picker.at(VIEW, LAW, 127.5, 120)).toBe(0);
  });

  test('in perspective is found further from its middle the nearer it is', () => {
    const near = makeView({ ...homeCamera(3), position: [0, 0, 2] }, VIEW.viewport);
    const law: SizeLaw = { base: 10, referenceDepth: 2, least: 1, most: 400 };
    const { picker: of } = picker([
      [0, 0, 1],
      [0.9, 0.9, -1],
    ]);
    expect(of.at(near, law, 129, 120)).toBe(0); // ten pixels of radius at half the depth
    expect(of.at(near, law, 131, 120)).toBeNull();
  });

  test('is never a hidden one', () => {
    expect(picker([[Number.NaN, 0, 0]]).picker.at(VIEW, LAW, 120, 120)).toBeNull();
  });
});

describe('an area', () => {
  const points = [
    [0, 0, 0.5],
    [0, 0, -0.5],
    [0.5, 0.5, 0],
  ] as const;

  test('drawn as a box finds points behind others, from any corner to any other', () => {
    const { picker: of } = picker(points);
    for (const corners of [
      [110, 110, 130, 130],
      [130, 130, 110, 110],
      [110, 130, 130, 110],
    ]) {
      expect([...of.inArea(VIEW, 'box', corners)]).toEqual([0, 1]);
    }
  });

  test('drawn as a lasso finds points behind others', () => {
    expect([...picker(points).picker.inArea(VIEW, 'lasso', [110, 110, 130, 110, 120, 135])]).toEqual([0, 1]);
  });
});

test('points that moved are looked for where they are once the picker is told', () => {
  const { cloud, picker: of } = picker([[0, 0, 0]]);
  expect(of.at(VIEW, LAW, 120, 120)).toBe(0);
  cloud.motion.world.set([0.5, 0, 0], 0);
  of.invalidate();
  expect(of.at(VIEW, LAW, 120, 120)).toBeNull();
  expect(of.at(VIEW, LAW, 170, 120)).toBe(0);
});
