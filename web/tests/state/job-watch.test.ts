/** The job that is watched, from its events to what is shown. */

import { beforeEach, describe, expect, test } from 'vitest';
import { Phase } from '../../src/api/generated/projector_contracts/compute/v1/job_pb';
import { frameEvent, stateEvent } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

let page: Harness;

beforeEach(async () => {
  page = await opened();
  page.sockets.last.accept();
});

test('a frame is shown with its step and its loss', () => {
  page.sockets.last.receive(
    frameEvent({ sequence: 3, step: 40, loss: 1.5, values: [1, 2, 3, 4, 5, 6, 7, 8] }),
  );
  expect(page.state()).toMatchObject({
    layout: { sequence: 3, step: 40, loss: 1.5, values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
    jobView: {
      job: { step: 40, sequence: 3 },
      history: [{ sequence: 3, step: 40, loss: 1.5, isKept: true }],
    },
  });
});

test('a later frame leaves the dimensions that a person chose', () => {
  page.sockets.last.receive(frameEvent({ nDims: 8 }));
  page.store.actions.setViewDims(2);
  page.sockets.last.receive(frameEvent({ sequence: 2, nDims: 8 }));
  expect(page.state().viewDims).toBe(2);
});

test('the variance that comes after the layout joins it', () => {
  page.sockets.last.receive(frameEvent({ nDims: 2 }));
  page.sockets.last.receive(stateEvent(Phase.FINISHED, { variance: [0.5, 0.25] }));
  expect(page.state().layout?.explainedVariance).toEqual([0.5, 0.25]);
});

test('the variance that comes before the layout is not lost', () => {
  page.sockets.last.receive(stateEvent(Phase.FINISHED, { variance: [0.5, 0.25] }));
  page.sockets.last.receive(frameEvent({ nDims: 2 }));
  expect(page.state().layout?.explainedVariance).toEqual([0.5, 0.25]);
});

describe('a job that failed', () => {
  beforeEach(() => {
    page.sockets.last.receive(stateEvent(Phase.FAILED, { failure: 'Two points are all there is.' }));
    page.sockets.last.end(1000);
  });

  test('says why, once', () => {
    expect(page.state().notices).toMatchObject([
      { severity: 'error', subject: 'PCA', message: 'Two points are all there is.' },
    ]);
  });

  test('is shown as failed', () => {
    expect(page.state().jobView).toMatchObject({ job: { phase: 'failed' }, connection: 'closed' });
  });
});

test('a job that ended is not a lost connection', () => {
  page.sockets.last.receive(stateEvent(Phase.STOPPED));
  page.sockets.last.end(1000);
  expect(page.state().notices).toEqual([]);
  expect(page.state().jobView?.connection).toBe('closed');
});

test('a job that cannot be followed any more says what to do', () => {
  page.sockets.last.end(4404, 'There is no such job; run it again.');
  expect(page.state().notices).toMatchObject([
    { severity: 'error', subject: 'Projection', message: 'There is no such job; run it again.' },
  ]);
});

test('a job that is gone has ended, so that it can be run again', () => {
  page.sockets.last.receive(stateEvent(Phase.RUNNING));
  page.sockets.last.end(4404, 'There is no such job; run it again.');
  expect(page.state().jobView).toMatchObject({ job: { phase: 'stopped' }, connection: 'closed' });
});

test('a lost connection is shown and comes back after the last frame seen', () => {
  page.sockets.last.receive(frameEvent({ sequence: 5 }));
  page.sockets.last.end(1012);
  expect(page.state().jobView?.connection).toBe('reconnecting');
  page.sockets.elapse();
  expect(page.sockets.last.url).toMatch(/after=5$/);
  page.sockets.last.accept();
  expect(page.state().jobView?.connection).toBe('live');
});

test('the notices of a job are listed under its method', () => {
  page.sockets.last.receive(
    stateEvent(Phase.RUNNING, { notices: [{ message: '12 rows had NaN and are left out.' }] }),
  );
  expect(page.state().notices).toMatchObject([
    { subject: 'PCA', message: '12 rows had NaN and are left out.' },
  ]);
});
