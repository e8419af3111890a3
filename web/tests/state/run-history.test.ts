import { describe, expect, test } from 'vitest';
import type { JobView } from '../../src/state/model';
import {
  joined,
  keptBeside,
  nearestKept,
  nearestKeptStep,
  withoutFrame,
  withPoint,
} from '../../src/state/run-history';
import { historyPoints } from '../support/fixtures';

function grown(length: number): JobView['history'] {
  let history: JobView['history'] = [];
  for (let sequence = 1; sequence <= length; sequence += 1) {
    history = withPoint(history, { sequence, step: 2 * sequence, loss: 1 / sequence });
  }
  return history;
}

const sequences = (history: JobView['history']) => history.map(({ sequence }) => sequence);

test('a frame that is shown again adds nothing', () => {
  const history = grown(5);
  expect(withPoint(history, { sequence: 5, step: 10, loss: 2 })).toBe(history);
});

test.each([3000, 3001, 9000])('of %d frames the first and the newest stay, and not too many', (length) => {
  const history = grown(length);
  expect(history[0]?.sequence).toBe(1);
  expect(history.at(-1)?.sequence).toBe(length);
  expect(history.length).toBeLessThanOrEqual(3000);
  expect(history.length).toBeGreaterThan(1400);
});

test('what the gateway tells replaces what was seen, but not what came after it', () => {
  const told = historyPoints([0, 5, 9], [1]);
  const seen = [...historyPoints([0, 5, 9]), { sequence: 4, step: 12, loss: 1, isKept: true }];
  expect(joined(seen, told)).toEqual([...told, seen[3]]);
  expect(joined([], told)).toEqual(told);
});

describe('the nearest frame that is kept', () => {
  const history = historyPoints([0, 10, 20, 30], [2]);

  test('is never one that was dropped', () => {
    expect(nearestKept(history, 2)?.sequence).toBe(1);
    expect(nearestKeptStep(history, 13)?.sequence).toBe(3);
  });

  test('is none where none is kept', () => {
    expect(nearestKept(historyPoints([0], [1]), 1)).toBeNull();
  });

  test('is another one after it turned out to be gone', () => {
    expect(nearestKept(withoutFrame(history, 4), 4)?.sequence).toBe(3);
  });
});

test('frames are stepped over one by one, past the newest there is none', () => {
  const history = historyPoints([0, 10, 20, 30, 40], [3]);
  expect(keptBeside(history, 4, -1)?.sequence).toBe(2);
  expect(keptBeside(history, 3, -1)?.sequence).toBe(2);
  expect(keptBeside(history, 3, 1)?.sequence).toBe(4);
  expect(keptBeside(history, 2, -10)?.sequence).toBe(1);
  expect(keptBeside(history, 5, 1)).toBeNull();
  expect(sequences(history)).toHaveLength(5);
});
