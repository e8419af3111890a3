import { beforeEach, expect, test, vi } from 'vitest';
import type { DecodedFrame } from '../../src/api/frames';
import { FrameWishes } from '../../src/state/frame-wishes';

const MEBIBYTE = 1024 * 1024;

let asked: Map<number, (frame: DecodedFrame | Error) => void>;
let order: number[];
let shown: number[];
let failed: number[];
let wishes: FrameWishes;

beforeEach(() => {
  asked = new Map();
  order = [];
  shown = [];
  failed = [];
  wishes = new FrameWishes({
    fetch: (sequence) => {
      order.push(sequence);
      return new Promise((resolve, reject) => {
        asked.set(sequence, (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
      });
    },
    onFrame: ({ sequence }) => shown.push(sequence),
    onFailure: (sequence) => failed.push(sequence),
  });
});

function frame(sequence: number, nValues = 2): DecodedFrame {
  return { sequence, step: sequence, loss: 1, nPoints: 1, nComponents: 2, values: new Float32Array(nValues) };
}

async function answer(sequence: number, frameOrError: DecodedFrame | Error = frame(sequence)): Promise<void> {
  asked.get(sequence)?.(frameOrError);
  await vi.waitFor(() => Promise.resolve());
}

test('at most two requests are under way, and of the wishes between only the newest is asked for', async () => {
  for (const sequence of [1, 2, 3, 4, 5]) wishes.wish(sequence);
  expect(order).toEqual([1, 2]);
  await answer(1);
  expect(order).toEqual([1, 2, 5]);
  await answer(2);
  await answer(5);
  expect(shown).toEqual([1, 2, 5]);
});

test('a frame that comes after a later wish was shown is not shown', async () => {
  wishes.wish(1);
  wishes.wish(2);
  await answer(2);
  await answer(1);
  expect(shown).toEqual([2]);
});

test('a frame that was shown before is there at once', async () => {
  wishes.wish(1);
  await answer(1);
  wishes.wish(2);
  await answer(2);
  wishes.wish(1);
  expect(shown).toEqual([1, 2, 1]);
  expect(order).toEqual([1, 2]);
});

test('large frames are forgotten before they fill the memory', async () => {
  const large = (sequence: number) => frame(sequence, 10 * MEBIBYTE); // 40 MiB
  for (const sequence of [1, 2, 3]) {
    wishes.wish(sequence);
    await answer(sequence, large(sequence));
  }
  wishes.wish(1);
  expect(order).toEqual([1, 2, 3, 1]);
});

test('a frame that cannot be had is told of, unless something else is wished for', async () => {
  wishes.wish(1);
  wishes.wish(2);
  await answer(1, new Error('gone'));
  expect(failed).toEqual([]);
  await answer(2, new Error('gone'));
  expect(failed).toEqual([2]);
});

test('nothing is shown after the wish was taken back, or the job left', async () => {
  wishes.wish(1);
  wishes.forgetWish();
  await answer(1);
  wishes.wish(2);
  wishes.close();
  await answer(2);
  expect(shown).toEqual([]);
});
