import { describe, expect, test } from 'vitest';
import {
  type Box,
  boxBeside,
  type LabelRequest,
  LabelSpace,
  type PlacedLabel,
  shortened,
} from '../../src/domain/label-placement';

const WIDTH_PX = 400;
const HEIGHT_PX = 300;

function request(change: Partial<LabelRequest> = {}): LabelRequest {
  return { point: 0, x: 200, y: 150, radiusPx: 3, widthPx: 60, heightPx: 14, ...change };
}

function space(): LabelSpace {
  return new LabelSpace(WIDTH_PX, HEIGHT_PX);
}

function boxOf({ left, top }: PlacedLabel, { widthPx, heightPx }: LabelRequest): Box {
  return { left, top, right: left + widthPx, bottom: top + heightPx };
}

/** The gap between two boxes along the axis where they are farthest apart; below 0: they overlap. */
function gap(a: Box, b: Box): number {
  const across = Math.max(a.left - b.right, b.left - a.right);
  return Math.max(across, a.top - b.bottom, b.top - a.bottom);
}

test('the right side comes first', () => {
  expect(space().place(request(), undefined)?.side).toBe('right');
});

test('the side of the frame before comes first where it is free', () => {
  expect(space().place(request(), 'below')?.side).toBe('below');
});

test('a label moves to another side where its own is taken', () => {
  const taken = space();
  taken.take(boxBeside(request(), 'right'));
  expect(taken.place(request(), undefined)?.side).toBe('left');
});

test('a label keeps clear of the point it belongs to', () => {
  for (const side of ['right', 'left', 'above', 'below'] as const) {
    const point = { left: 197, top: 147, right: 203, bottom: 153 };
    expect(gap(boxBeside(request(), side), point)).toBeGreaterThanOrEqual(3);
  }
});

test('where no side is free there is no label', () => {
  const taken = space();
  taken.take({ left: 0, top: 0, right: WIDTH_PX, bottom: HEIGHT_PX });
  expect(taken.place(request(), undefined)).toBeNull();
});

test.each([
  ['right', { x: 398 }, 'left'],
  ['left and above', { x: 2, y: 2 }, null],
])('no label leaves the canvas at the %s', (_, change, side) => {
  expect(space().place(request(change), undefined)?.side ?? null).toBe(side);
});

test('crowded labels never touch each other or the edge', () => {
  const crowded = space();
  const boxes: Box[] = [];
  for (let point = 0; point < 500; point += 1) {
    const wish = request({ point, x: (point * 37) % WIDTH_PX, y: (point * 61) % HEIGHT_PX });
    const placed = crowded.place(wish, undefined);
    if (placed) boxes.push(boxOf(placed, wish));
  }
  const gaps = boxes.flatMap((box, index) => boxes.slice(0, index).map((other) => gap(box, other)));
  expect(boxes.length).toBeGreaterThan(30);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2);
  expect(Math.min(...boxes.flatMap(({ left, top }) => [left, top]))).toBeGreaterThanOrEqual(4);
});

test.each([
  ['side by side', { left: 64.5, top: 10, right: 90, bottom: 20 }],
  ['above each other', { left: 10, top: 24.5, right: 60, bottom: 40 }],
])('labels %s keep their distance across the cells of the search', (_, box) => {
  const taken = space();
  taken.take({ left: 10, top: 8, right: 63.5, bottom: 23.5 });
  expect(taken.isFree(box)).toBe(false);
});

describe('a label that is shown whatever lies there', () => {
  test('takes the first side that fits the canvas', () => {
    expect(space().placeAnyway(request({ x: 390 })).side).toBe('left');
  });

  test('is moved inside where no side fits', () => {
    const wish = request({ x: 2, y: 1, widthPx: 350 });
    const box = boxOf(space().placeAnyway(wish), wish);
    expect(box.left).toBeGreaterThanOrEqual(4);
    expect(box.top).toBeGreaterThanOrEqual(4);
    expect(box.right).toBeLessThanOrEqual(WIDTH_PX - 4);
  });

  test('shows its beginning when it is wider than the canvas', () => {
    expect(space().placeAnyway(request({ widthPx: 1000 })).left).toBe(4);
  });

  test('takes its room from the others', () => {
    const taken = space();
    taken.placeAnyway(request());
    expect(taken.place(request(), 'right')?.side).not.toBe('right');
  });
});

describe('the text of a label', () => {
  test('is one line', () => {
    expect(shortened('  two\nlines\t here ')).toBe('two lines here');
  });

  test('ends with an ellipsis when it is longer than forty characters', () => {
    expect(shortened('x'.repeat(41))).toBe(`${'x'.repeat(39)}…`);
  });

  test('stays whole up to forty characters as people count them', () => {
    const family = '👨‍👩‍👧‍👦'.repeat(40);
    expect(shortened(family)).toBe(family);
  });

  test('never cuts through an emoji or an accented letter', () => {
    const accented = 'e\u0301';
    expect(shortened(accented.repeat(50))).toBe(`${accented.repeat(39)}…`);
  });

  test('has no blank before its ellipsis', () => {
    expect(shortened(`${'x'.repeat(38)} ${'y'.repeat(20)}`)).toBe(`${'x'.repeat(38)}…`);
  });
});
