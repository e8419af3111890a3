import { expect, test } from 'vitest';
import type { Rest } from '../../src/api/rest-types';
import { isUnderway, stageOf } from '../../src/panels/job-progress';

function job(change: Partial<Rest.Job>): Rest.Job {
  return {
    id: 'j',
    embedding_id: 'e',
    rows: null,
    seed: 0,
    preprocessing: 'none',
    projection: { method: 'tsne', n_steps: 1000 } as Rest.Job['projection'],
    phase: 'running',
    progress: 0,
    step: 0,
    sequence: 0,
    n_points: 10,
    created_at: '2026-01-01T00:00:00Z',
    failure: null,
    notices: [],
    controls: [],
    explained_variance_ratio: null,
    is_approximate: null,
    axes: null,
    ...change,
  };
}

test.each([
  [{ phase: 'queued' }, 'waiting for a worker'],
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
