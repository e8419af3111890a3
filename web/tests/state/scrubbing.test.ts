/** Looking back into a run, from the gateway to what is shown. */

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Phase } from '../../src/api/generated/projector_contracts/compute/v1/job_pb';
import { problem } from '../support/fake-gateway';
import { frameEvent, historyBytes, historyPoints, job, stateEvent, TSNE } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

const PAST = historyPoints([0, 10, 20, 30, 40], [3]);

let page: Harness;

beforeEach(async () => {
  page = await opened((gateway) => {
    gateway
      .on('GET', '/jobs/J2', job({ id: 'J2', projection: TSNE, phase: 'running', step: 40, sequence: 5 }))
      .on('GET', '/jobs/J2/history', historyBytes(PAST));
    for (const { sequence, step } of PAST) {
      gateway.on('GET', `/jobs/J2/frames/${sequence}`, frameEvent({ sequence, step, loss: 1 }));
    }
  });
  await page.store.actions.openJob('J2');
  await vi.waitFor(() => expect(page.state().jobView?.history).toHaveLength(5));
  page.sockets.last.accept();
  page.sockets.last.receive(frameEvent({ sequence: 5, step: 40, loss: 1 }));
});

async function shown(sequence: number): Promise<void> {
  await vi.waitFor(() => expect(page.state().layout?.sequence).toBe(sequence));
}

test('whoever comes late sees the run from its start', () => {
  expect(page.state().jobView?.history.map(({ step }) => step)).toEqual([0, 10, 20, 30, 40]);
  expect(page.state()).toMatchObject({ layout: { sequence: 5 }, jobView: { scrub: null } });
});

describe('looking back', () => {
  beforeEach(async () => {
    page.store.actions.scrubTo(2);
    await shown(2);
  });

  test('live frames are counted and not drawn', () => {
    page.sockets.last.receive(frameEvent({ sequence: 6, step: 50, loss: 0.5 }));
    expect(page.state()).toMatchObject({ layout: { sequence: 2 }, jobView: { job: { step: 50 } } });
    expect(page.state().jobView?.history.at(-1)).toMatchObject({ sequence: 6, step: 50 });
  });

  test('the newest frame is there again without a request', () => {
    page.sockets.last.receive(frameEvent({ sequence: 6, step: 50 }));
    const nAsked = page.gateway.asked.length;
    page.store.actions.goLive();
    expect(page.state()).toMatchObject({ layout: { sequence: 6 }, jobView: { scrub: null } });
    expect(page.gateway.asked).toHaveLength(nAsked);
  });

  test('a frame that was dropped gives way to the nearest one', async () => {
    page.store.actions.scrubTo(3);
    await shown(2);
    page.gateway.on('GET', '/jobs/J2/frames/4', () => problem(404, 'not_found', 'It is gone.'));
    page.store.actions.scrubTo(4);
    await shown(5);
    expect(page.state().notices).toEqual([]);
  });

  test('steps of the keys go from kept frame to kept frame, and past the newest are live', async () => {
    page.store.actions.scrubBy(1);
    await shown(4);
    page.store.actions.scrubBy(-1);
    await shown(2);
    page.store.actions.scrubBy(1);
    page.store.actions.scrubBy(1);
    expect(page.state().jobView?.scrub).toBeNull();
    expect(page.state().layout?.sequence).toBe(5);
  });

  test('a link names the frame, and whoever opens it sees it', async () => {
    const link = new URL(page.store.actions.shareLink());
    expect(link.searchParams.get('frame')).toBe('2');
    page.store.actions.goLive();
    await page.visit({ embedding: 'E1', job: 'J2', frame: 2 });
    await shown(2);
    expect(page.state().jobView?.scrub?.sequence).toBe(2);
  });

  test('a bookmark keeps that frame', async () => {
    page.gateway.on('POST', '/collections', { id: 'C1', bookmarks: [] });
    await page.store.actions.saveBookmark('then');
    const { body } = page.gateway.asksOf('POST', '/collections/C1/bookmarks').at(-1) ?? {};
    expect(body).toMatchObject({ layout: { job_id: 'J2', sequence: 2 }, view: { step: 10 } });
  });

  test('another projection and back shows the same frame', async () => {
    page.store.actions.chooseProjection('pca');
    page.store.actions.chooseProjection('tsne');
    expect(page.state()).toMatchObject({ layout: { sequence: 2 }, jobView: { scrub: { sequence: 2 } } });
  });
});

test('a replay goes from the first frame to the newest, then it is live', async () => {
  page.store.actions.togglePlaying();
  for (const sequence of [1, 2, 4]) {
    await shown(sequence);
    expect(page.state().jobView?.scrub?.isPlaying).toBe(true);
    page.sockets.elapse();
  }
  expect(page.state()).toMatchObject({ layout: { sequence: 5 }, jobView: { scrub: null } });
});

test('a replay is held where it is', async () => {
  page.store.actions.togglePlaying();
  await shown(1);
  page.store.actions.togglePlaying();
  page.sockets.elapse();
  expect(page.state()).toMatchObject({ layout: { sequence: 1 }, jobView: { scrub: { isPlaying: false } } });
});

test('a run that has ended is looked back into, and its last frame shown again', async () => {
  page.sockets.last.receive(stateEvent(Phase.FINISHED, { sequence: 5, step: 40 }));
  page.sockets.last.end(1000);
  page.store.actions.scrubTo(1);
  await shown(1);
  page.store.actions.goLive();
  expect(page.state().layout?.sequence).toBe(5);
});
