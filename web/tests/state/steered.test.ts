/** What others do to a job that is watched, and how it is taken back. */

import { beforeEach, describe, expect, test } from 'vitest';
import { Phase } from '../../src/api/generated/projector_contracts/compute/v1/job_pb';
import type { Rest } from '../../src/api/rest-types';
import { undoOf } from '../../src/state/steered';
import { ADA, job, stateEvent, TSNE } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

const ME = { id: 'p-me', name: 'Me' };

describe('a job that is watched', () => {
  let page: Harness;

  beforeEach(async () => {
    page = await opened();
    await page.presence.meet();
    page.sockets.last.accept();
    page.sockets.last.receive(
      stateEvent(Phase.RUNNING, { controls: [{ step: 5, exaggeration: 2, by: ADA }] }),
    );
  });

  test('tells what somebody else has just done, not what was done before', () => {
    expect(page.state().steered).toBeNull();
    const controls = [
      { step: 5, exaggeration: 2, by: ADA },
      { step: 9, exaggeration: 4, by: ADA },
    ];
    page.sockets.last.receive(stateEvent(Phase.RUNNING, { controls }));
    expect(page.state().steered?.control).toMatchObject({ step: 9, exaggeration: 4, by: ADA });
    page.store.actions.dismissSteered();
    expect(page.state().steered).toBeNull();
  });

  test('tells nobody what they did themselves', () => {
    const controls = [
      { step: 5, exaggeration: 2, by: ADA },
      { step: 9, exaggeration: 4, by: ME },
    ];
    page.sockets.last.receive(stateEvent(Phase.RUNNING, { controls }));
    expect(page.state().steered).toBeNull();
  });

  test('knows its place in the queue, the time left and what keeps it', () => {
    page.sockets.last.receive(
      stateEvent(Phase.QUEUED, { queuePlace: 2, remainingSeconds: 40, interruption: 'Its worker was lost.' }),
    );
    expect(page.state().jobView?.job).toMatchObject({
      queue_place: 2,
      remaining_seconds: 40,
      interruption: 'Its worker was lost.',
    });
  });

  test('says why its connection was lost', () => {
    page.sockets.last.end(1012, 'The gateway restarts.');
    expect(page.state().jobView).toMatchObject({
      connection: 'reconnecting',
      lostBecause: 'The gateway restarts.',
    });
  });
});

describe('undo', () => {
  const set = (step: number, exaggeration: number): Rest.AppliedControl => ({
    step,
    action: 'set_exaggeration',
    exaggeration,
  });
  const running = (...controls: Rest.AppliedControl[]) =>
    job({ projection: TSNE, phase: 'running', controls });

  test('of an exaggeration is the one before', () => {
    const [first, second] = [set(300, 2), set(400, 4)];
    expect(undoOf(running(first, second), second)).toMatchObject({ exaggeration: 2 });
  });

  test.each([
    [100, 12],
    [400, 1],
  ])('of the first exaggeration, at step %d, is the scheduled one', (step, scheduled) => {
    expect(undoOf(running(set(step, 4)), set(step, 4))).toMatchObject({ exaggeration: scheduled });
  });

  test('of a learning rate is that of the job where there is none before', () => {
    const control: Rest.AppliedControl = { step: 9, action: 'set_learning_rate', learning_rate: 50 };
    expect(undoOf(running(control), control)).toEqual({ action: 'set_learning_rate', learning_rate: 0 });
  });

  test('of a pause is to resume, while it is paused', () => {
    const pause: Rest.AppliedControl = { step: 9, action: 'pause' };
    const paused = job({ projection: TSNE, phase: 'paused', controls: [pause] });
    expect(undoOf(paused, pause)).toEqual({ action: 'resume' });
    expect(undoOf(running(pause, { step: 9, action: 'resume' }), pause)).toBeNull();
  });

  test('is not offered for what was changed again, nor of a job that has ended', () => {
    const [first, second] = [set(300, 2), set(400, 4)];
    expect(undoOf(running(first, second), first)).toBeNull();
    expect(undoOf(job({ projection: TSNE, phase: 'finished', controls: [second] }), second)).toBeNull();
    expect(undoOf(running({ step: 1, action: 'perturb' }), { step: 1, action: 'perturb' })).toBeNull();
  });
});
