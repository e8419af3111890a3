import { expect, test } from 'vitest';
import type { Rest } from '../../src/api/rest-types';
import { isUnderway, stageOf, stageWithTime } from '../../src/panels/job-progress';
import * as fixtures from '../support/fixtures';

function job(change: Partial<Rest.Job>): Rest.Job {
  return fixtures.job({ projection: fixtures.TSNE, phase: 'running', ...change });
}

test.each([
  [{ phase: 'queued' }, 'waiting for a worker'],
  [{ phase: 'queued', queue_place: 1 }, 'next in the queue'],
  [{ phase: 'queued', queue_place: 2 }, '2nd in the queue'],
  [{ phase: 'neighbors', progress: 0.4 }, 'neighbors 40 %'],
  [{ phase: 'loading', progress: 0 }, 'loading'],
  [{ phase: 'running', step: 412 }, 'step 412 of 1,000'],
  [{ phase: 'paused', step: 412 }, 'paused at step 412'],
  [{ phase: 'stopped', step: 1 }, 'stopped at step 1'],
  [{ phase: 'finished', step: 1000 }, 'finished, 1,000 steps'],
] as const)('%o reads %s', (change, words) => {
  expect(stageOf(job(change))).toBe(words);
});

test('a paused job can still be stopped, a stopped one cannot', () => {
  expect(isUnderway(job({ phase: 'paused' }))).toBe(true);
  expect(isUnderway(job({ phase: 'stopped' }))).toBe(false);
});

test.each([
  [{ phase: 'running', step: 412, remaining_seconds: 41 }, 'step 412 of 1,000, about 40 s left'],
  [{ phase: 'running', step: 412 }, 'step 412 of 1,000'],
  [{ phase: 'paused', step: 412, remaining_seconds: 41 }, 'paused at step 412'],
] as const)('with its time %o reads %s', (change, words) => {
  expect(stageWithTime(job(change))).toBe(words);
});
