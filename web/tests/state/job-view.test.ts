import { fromBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import type { DecodedFrame } from '../../src/api/frames';
import {
  JobEventSchema,
  type JobState,
  Phase,
} from '../../src/api/generated/projector_contracts/compute/v1/job_pb';
import { jobWithState, layoutOfFrame, shownDims } from '../../src/state/job-view';
import { job, stateEvent, TSNE } from '../support/fixtures';

function frame(step: number, loss: number): DecodedFrame {
  return { sequence: step, step, loss, nPoints: 1, nComponents: 2, values: Float32Array.of(0, 0) };
}

function stateOf(...event: Parameters<typeof stateEvent>): JobState {
  const { event: read } = fromBinary(JobEventSchema, stateEvent(...event));
  if (read.case !== 'state') throw new Error('The event holds no state.');
  return read.value;
}

test.each([
  [Phase.QUEUED, 'queued'],
  [Phase.LOADING, 'loading'],
  [Phase.NEIGHBORS, 'neighbors'],
  [Phase.AFFINITIES, 'affinities'],
  [Phase.RUNNING, 'running'],
  [Phase.PAUSED, 'paused'],
  [Phase.FINISHED, 'finished'],
  [Phase.STOPPED, 'stopped'],
  [Phase.FAILED, 'failed'],
])('phase %d of the wire is "%s"', (phase, name) => {
  expect(jobWithState(job(), stateOf(phase)).phase).toBe(name);
});

test('a state without the number of points keeps the one that is known', () => {
  const state = { ...stateOf(Phase.LOADING), nPoints: 0 };
  expect(jobWithState(job({ n_points: 12 }), state).n_points).toBe(12);
});

test('a state without a variance keeps the one that is known', () => {
  const known = job({ explained_variance_ratio: [0.5] });
  expect(jobWithState(known, stateOf(Phase.FINISHED)).explained_variance_ratio).toEqual([0.5]);
});

test('a layout knows the rows its job was asked for', () => {
  const rows = Uint32Array.of(2, 5);
  expect(layoutOfFrame(job({ projection: TSNE }), frame(1, 1), rows)).toMatchObject({
    jobId: 'J1',
    bookmark: null,
    method: 'tsne',
    rows,
  });
});

test.each([
  ['PCA with three chosen', [0, 1, 2], 'pca', 8, 3],
  ['PCA with two chosen', [0, 1], 'pca', 8, 2],
  ['PCA of a flat embedding', [0, 1, 2], 'pca', 2, 2],
  ['a deep t-SNE, whatever is chosen for PCA', [0, 1], 'tsne', 3, 3],
  ['a flat t-SNE', [0, 1, 2], 'tsne', 2, 2],
] as const)('%s', (_, components, method, nComponents, dims) => {
  expect(shownDims(components, { method, nComponents })).toBe(dims);
});
