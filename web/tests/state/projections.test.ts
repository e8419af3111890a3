import { beforeEach, describe, expect, test } from 'vitest';
import { Phase } from '../../src/api/generated/projector_contracts/compute/v1/job_pb';
import { later, problem } from '../support/fake-gateway';
import { frameEvent, job, stateEvent, TSNE } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

let page: Harness;

beforeEach(async () => {
  page = await opened();
});

/** PCA is shown; a t-SNE with this answer is asked for in its tab. */
async function runTsne(
  answer: object = job({ id: 'J2', projection: TSNE, phase: 'running' }),
): Promise<void> {
  page.sockets.last.accept();
  page.sockets.last.receive(frameEvent({ nDims: 8 }));
  page.store.actions.chooseProjection('tsne');
  page.gateway.on('POST', '/jobs', answer);
  await page.store.actions.runProjection();
}

describe('a run', () => {
  test('asks for what was set up', async () => {
    page.store.actions.chooseProjection('tsne');
    page.store.actions.setTsne({ perplexity: 12, learningRate: 200, nSteps: 500, metric: 'cosine' });
    page.store.actions.setViewDims(2);
    await page.store.actions.runProjection();
    expect(page.gateway.asksOf('POST', '/jobs').at(-1)?.body).toEqual({
      embedding_id: 'E1',
      preprocessing: 'none',
      rows: null,
      seed: 0,
      projection: {
        method: 'tsne',
        n_dims: 2,
        perplexity: 12,
        learning_rate: 200,
        early_exaggeration: 12,
        early_exaggeration_steps: 250,
        n_steps: 500,
        late_exaggeration: 1,
        early_momentum: 0.5,
        late_momentum: 0.8,
        patience_steps: 0,
        initialisation: 'pca_scaled',
        metric: 'cosine',
      },
      fresh: false,
    });
  });

  test('shows that it was asked for until the job is known', async () => {
    page.store.actions.chooseProjection('tsne');
    const answer = later();
    page.gateway.on('POST', '/jobs', answer.reply);
    const asked = page.store.actions.runProjection();
    expect(page.state().requesting).toBe(true);
    answer.give(job({ id: 'J2', projection: TSNE }));
    await asked;
    expect(page.state().requesting).toBe(false);
  });

  test('keeps showing the layout before it until its first frame', async () => {
    await runTsne();
    expect(page.state()).toMatchObject({ jobView: { job: { id: 'J2' } }, layout: { jobId: 'J1' } });
    page.sockets.last.receive(frameEvent({ nDims: 2 }));
    expect(page.state().layout).toMatchObject({ jobId: 'J2', method: 'tsne' });
  });

  test('is shown in as many dimensions as it has', async () => {
    await runTsne();
    page.sockets.last.receive(frameEvent({ nDims: 2 }));
    expect(page.state().viewDims).toBe(2);
  });

  test('that somebody started already is joined where it is', async () => {
    await runTsne(job({ id: 'J2', projection: TSNE, phase: 'paused', step: 300 }));
    expect(page.state().jobView).toMatchObject({ job: { phase: 'paused', step: 300 } });
    expect(page.sockets.last.url).toContain('/jobs/J2/events');
  });

  test('that is refused says why', async () => {
    await runTsne(() => problem(400, 'invalid_argument', 'perplexity must be below 4.'));
    expect(page.state()).toMatchObject({
      requesting: false,
      notices: [{ severity: 'error', subject: 't-SNE', message: 'perplexity must be below 4.' }],
    });
  });

  test('that is refused leaves the job before it running', async () => {
    await runTsne();
    page.sockets.last.receive(frameEvent({ nDims: 2, step: 10, loss: 3 }));
    page.gateway.on('POST', '/jobs', () => problem(400, 'invalid_argument', 'perplexity is too large.'));
    await page.store.actions.runProjection();
    page.sockets.last.receive(frameEvent({ sequence: 2, nDims: 2, step: 11, loss: 2 }));
    expect(page.state()).toMatchObject({
      layout: { jobId: 'J2', step: 11 },
      jobView: {
        history: [
          { step: 10, loss: 3 },
          { step: 11, loss: 2 },
        ],
      },
    });
  });

  test('closes the connection of the job before it', async () => {
    const pca = page.sockets.last;
    await runTsne();
    expect(pca.closedWith).toBe(1000);
  });

  test('asked for twice watches only the second', async () => {
    page.store.actions.chooseProjection('tsne');
    const first = later();
    page.gateway.on('POST', '/jobs', first.reply);
    const slow = page.store.actions.runProjection();
    page.gateway.on('POST', '/jobs', job({ id: 'J3', projection: TSNE }));
    await page.store.actions.runProjection();
    first.give(job({ id: 'J2', projection: TSNE }));
    await slow;
    expect(page.state()).toMatchObject({ requesting: false, jobView: { job: { id: 'J3' } } });
  });
});

describe('steering', () => {
  test.each(['pause', 'resume', 'stop'] as const)('asks the job to %s', async (action) => {
    await runTsne();
    page.gateway.on('POST', '/jobs/J2/controls', {});
    await page.store.actions.controlJob(action);
    expect(page.gateway.asksOf('POST', '/jobs/J2/controls')[0]?.body).toEqual({ action });
  });

  test('shows the phase that the job tells, not the one asked for', async () => {
    await runTsne();
    page.gateway.on('POST', '/jobs/J2/controls', {});
    await page.store.actions.controlJob('pause');
    expect(page.state().jobView?.job.phase).toBe('running');
    page.sockets.last.receive(stateEvent(Phase.PAUSED, { step: 40 }));
    expect(page.state().jobView?.job).toMatchObject({ phase: 'paused', step: 40 });
  });

  test('that is refused says why', async () => {
    await runTsne();
    page.gateway.on('POST', '/jobs/J2/controls', () => problem(409, 'conflict', 'The job has ended.'));
    await page.store.actions.controlJob('pause');
    expect(page.state().notices).toMatchObject([{ severity: 'error', message: 'The job has ended.' }]);
  });
});

describe('between the tabs', () => {
  test('t-SNE does not start by itself', () => {
    const before = page.gateway.asksOf('POST', '/jobs').length;
    page.store.actions.chooseProjection('tsne');
    expect(page.gateway.asksOf('POST', '/jobs')).toHaveLength(before);
    expect(page.state().projectionTab).toBe('tsne');
  });

  test('PCA is back at once, from memory', async () => {
    await runTsne();
    page.sockets.last.receive(frameEvent({ nDims: 2 }));
    const asked = page.gateway.asked.length;
    page.store.actions.chooseProjection('pca');
    expect(page.state()).toMatchObject({ layout: { jobId: 'J1', nComponents: 8 }, viewDims: 3 });
    expect(page.gateway.asked).toHaveLength(asked);
  });

  test('a running t-SNE is taken up again with its losses', async () => {
    await runTsne();
    page.sockets.last.receive(frameEvent({ nDims: 2, step: 10, loss: 3 }));
    page.store.actions.chooseProjection('pca');
    page.store.actions.chooseProjection('tsne');
    expect(page.sockets.last.url).toContain('/jobs/J2/events');
    expect(page.state()).toMatchObject({ layout: { jobId: 'J2' }, jobView: { history: [{ loss: 3 }] } });
  });

  test('a finished t-SNE is shown without another connection', async () => {
    await runTsne();
    page.sockets.last.receive(frameEvent({ nDims: 2 }));
    page.sockets.last.receive(stateEvent(Phase.FINISHED, { step: 1000 }));
    page.sockets.last.end(1000);
    page.store.actions.chooseProjection('pca');
    const connections = page.sockets.sockets.length;
    page.store.actions.chooseProjection('tsne');
    expect(page.sockets.sockets).toHaveLength(connections);
    expect(page.state().jobView?.job.phase).toBe('finished');
  });

  test('each keeps the components and dimensions it was looked at with', async () => {
    await runTsne();
    page.store.actions.chooseProjection('pca');
    page.store.actions.setPcaComponents([5, 6]);
    page.store.actions.chooseProjection('tsne');
    page.sockets.last.receive(frameEvent({ sequence: 2, nDims: 2 }));
    page.store.actions.chooseProjection('pca');
    expect(page.state()).toMatchObject({ pca: { components: [5, 6] }, viewDims: 2 });
  });
});

describe('dimensions of the view', () => {
  test('of PCA take the next component or leave the last out', () => {
    page.store.actions.setViewDims(2);
    expect(page.state()).toMatchObject({ viewDims: 2, pca: { components: [0, 1] } });
    page.store.actions.setPcaComponents([1, 2]);
    page.store.actions.setViewDims(3);
    expect(page.state()).toMatchObject({ viewDims: 3, pca: { components: [1, 2, 0] } });
  });

  test('of PCA are no more than the layout has', () => {
    page.sockets.last.receive(frameEvent({ nDims: 2 }));
    page.store.actions.setViewDims(3);
    expect(page.state().viewDims).toBe(2);
  });

  test('of t-SNE are those of the next run; the flat layout that is shown stays flat', async () => {
    await runTsne();
    page.sockets.last.receive(frameEvent({ nDims: 2 }));
    page.store.actions.setViewDims(3);
    expect(page.state()).toMatchObject({ viewDims: 2, tsne: { nDims: 3 } });
  });

  test('of a deep t-SNE can be looked at flat and deep again', async () => {
    await runTsne();
    page.sockets.last.receive(frameEvent({ nDims: 3 }));
    page.store.actions.setViewDims(2);
    expect(page.state().viewDims).toBe(2);
    page.store.actions.setViewDims(3);
    expect(page.state().viewDims).toBe(3);
  });

  test.each([[[1]], [[1, 2, 3, 4]], [[]]])('components %j are no view', (components) => {
    page.store.actions.setPcaComponents(components);
    expect(page.state().pca.components).toEqual([0, 1, 2]);
  });
});
