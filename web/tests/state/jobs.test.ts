/** Jobs of an embedding: listed, opened, run again, forked, deleted. */

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { problem } from '../support/fake-gateway';
import { ADA, frameEvent, job, TSNE, thumbnailBytes } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

const LIST = '/jobs?embedding_id=E1';
const RUNNING = job({ id: 'J2', projection: TSNE, phase: 'running', sequence: 3, started_by: ADA, seed: 4 });

let page: Harness;

beforeEach(async () => {
  page = await opened((gateway) => {
    gateway
      .on('GET', LIST, [RUNNING, job()])
      .on('GET', '/jobs/J2', RUNNING)
      .on('GET', '/jobs/J2/thumbnail', thumbnailBytes(3));
  });
  await vi.waitFor(() => expect(page.state().jobs.list).toHaveLength(2));
});

const nListed = () => page.gateway.asksOf('GET', LIST).length;

describe('the list', () => {
  test('has a stamp of each job that has a frame', async () => {
    await vi.waitFor(() => expect(page.state().jobs.thumbnails.get('J2')?.sequence).toBe(3));
    expect(page.gateway.asksOf('GET', '/jobs/J1/thumbnail')).toEqual([]);
  });

  test('asks once for a stamp that cannot be had', async () => {
    page.gateway.on('GET', LIST, [{ ...RUNNING, id: 'J7' }]);
    await page.jobs.refresh();
    await page.jobs.refresh();
    expect(page.gateway.asksOf('GET', '/jobs/J7/thumbnail')).toHaveLength(1);
  });

  test('is asked for again when it has changed, and not when that of another embedding has', async () => {
    const before = nListed();
    page.jobs.changed('E9');
    page.jobs.changed('E1');
    page.jobs.changed('E1');
    page.sockets.elapse();
    await vi.waitFor(() => expect(nListed()).toBe(before + 1));
  });

  test('is looked at now and then while something runs, but not on a hidden page', async () => {
    await vi.waitFor(() => expect(page.sockets.delays).toContain(4000));
    const before = nListed();
    page.sockets.hide(true);
    page.sockets.elapse();
    expect(nListed()).toBe(before);
    page.sockets.hide(false);
    page.sockets.elapse();
    await vi.waitFor(() => expect(nListed()).toBe(before + 1));
  });

  test('rests when nothing runs', async () => {
    page.gateway.on('GET', LIST, [job({ phase: 'finished' })]);
    page.sockets.elapse();
    await page.jobs.refresh();
    page.sockets.delays.length = 0;
    page.sockets.elapse();
    expect(page.sockets.delays).toEqual([]);
  });

  test('that cannot be had says why, and keeps what was known', async () => {
    page.gateway.on('GET', LIST, () => problem(500, 'internal', 'It broke.'));
    await page.jobs.refresh();
    expect(page.state().jobs.failure).toContain('It broke.');
    expect(page.state().jobs.list).toHaveLength(2);
  });
});

test('a job of the list is opened with its parameters', async () => {
  await page.store.actions.openJob('J2');
  expect(page.state()).toMatchObject({ projectionTab: 'tsne', seed: 4, jobView: { job: { id: 'J2' } } });
});

test('a job is run again with a seed that no other job has', async () => {
  page.gateway.on('GET', LIST, [RUNNING, job({ id: 'J3', projection: TSNE, seed: 5 })]);
  await page.jobs.refresh();
  page.gateway.on('POST', '/jobs', job({ id: 'J4', projection: TSNE, seed: 6 }));
  await page.store.actions.runAgain(RUNNING);
  expect(page.gateway.asksOf('POST', '/jobs').at(-1)?.body).toMatchObject({
    seed: 6,
    projection: TSNE,
    embedding_id: 'E1',
  });
  expect(page.state()).toMatchObject({ seed: 6, jobView: { job: { id: 'J4' } } });
});

test('a fork is run again from the frame that it came from', async () => {
  const forked = { ...RUNNING, forked_from: { job_id: 'J0', sequence: 9, step: 90 } };
  page.gateway
    .on('GET', '/jobs/J2', forked)
    .on('POST', '/jobs/J0/forks', job({ id: 'J5', projection: TSNE }));
  await page.store.actions.runAgain(forked);
  expect(page.gateway.asksOf('POST', '/jobs/J0/forks').at(-1)?.body).toMatchObject({ sequence: 9, seed: 5 });
});

test('what started from a given layout is run again from its first frame', async () => {
  const projection = { ...TSNE, initialisation: 'given' } as typeof TSNE;
  const given = { ...RUNNING, projection };
  page.gateway.on('GET', '/jobs/J2', given).on('POST', '/jobs/J2/forks', job({ id: 'J5', projection }));
  await page.store.actions.runAgain(given);
  expect(page.gateway.asksOf('POST', '/jobs/J2/forks').at(-1)?.body).toMatchObject({ sequence: 1, seed: 5 });
});

test('a fork starts from the shown frame, in as many dimensions as it has', async () => {
  await page.store.actions.openJob('J2');
  page.sockets.last.receive(frameEvent({ sequence: 3, step: 30, nDims: 2 }));
  page.store.actions.setTsne({ perplexity: 7, nDims: 3 });
  page.gateway.on('POST', '/jobs/J2/forks', job({ id: 'J6', projection: TSNE }));
  await page.store.actions.forkProjection();
  expect(page.gateway.asksOf('POST', '/jobs/J2/forks').at(-1)?.body).toMatchObject({
    sequence: 3,
    projection: { method: 'tsne', perplexity: 7, n_dims: 2 },
  });
  expect(page.state().jobView?.job.id).toBe('J6');
});

describe('deleting', () => {
  beforeEach(async () => {
    await page.store.actions.openJob('J2');
    page.sockets.last.receive(frameEvent({ sequence: 3, step: 30 }));
    page.gateway.on('GET', LIST, [job()]);
  });

  test('the job that is shown shows PCA in its place', async () => {
    page.gateway.on('DELETE', '/jobs/J2', () => new Response(null, { status: 204 }));
    await page.store.actions.deleteJob('J2');
    expect(page.state()).toMatchObject({ projectionTab: 'pca', jobView: { job: { id: 'J1' } } });
    page.store.actions.chooseProjection('tsne');
    expect(page.state().jobView?.job.id).toBe('J1'); // the look at it is forgotten too
    expect(page.state().jobs.list).toHaveLength(1);
  });

  test('a job that runs is no error, though its connection ends', async () => {
    const socket = page.sockets.last;
    page.gateway.on('DELETE', '/jobs/J2', () => {
      socket.end(4404, 'Job J2 was deleted.');
      return new Response(null, { status: 204 });
    });
    await page.store.actions.deleteJob('J2');
    expect(page.state().notices).toEqual([]);
  });

  test('what somebody else has deleted already is no error', async () => {
    page.gateway.on('DELETE', '/jobs/J2', () => problem(404, 'not_found', 'It is gone.'));
    await page.store.actions.deleteJob('J2');
    expect(page.state().notices).toEqual([]);
  });

  test('that is refused says why and changes nothing', async () => {
    page.gateway.on('DELETE', '/jobs/J2', () => problem(409, 'conflict', 'Not now.'));
    await page.store.actions.deleteJob('J2');
    expect(page.state().notices.at(-1)?.message).toContain('Not now.');
    expect(page.state().jobView).toMatchObject({ job: { id: 'J2' }, connection: 'connecting' });
  });
});
