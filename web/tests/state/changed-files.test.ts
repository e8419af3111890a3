/** Files that change while the page is open. */

import { beforeEach, describe, expect, test } from 'vitest';
import { filesState } from '../../src/state/selectors';
import { later, problem } from '../support/fake-gateway';
import { embedding, frameEvent, job, run, TSNE } from '../support/fixtures';
import { type Harness, harness, opened } from '../support/harness';

let page: Harness;

const openId = () => {
  const { embedding: open } = page.state();
  return open.kind === 'ready' ? open.value.id : null;
};

describe('a run that appears', () => {
  test('is opened where nothing was shown', async () => {
    page = harness();
    page.gateway.on('GET', '/runs', []);
    await page.loadRuns();
    await page.visit({});
    page.gateway.on('GET', '/runs', [run(embedding())]);
    await page.runsChanged();
    expect(openId()).toBe('E1');
  });

  test('lets a link that could not be followed be followed', async () => {
    page = harness();
    page.gateway.on('GET', '/embeddings/E2', () => problem(404, 'not_found', 'Not yet.'));
    await page.loadRuns();
    await page.visit({ embedding: 'E2', label: 'kind' });
    page.gateway
      .on('GET', '/embeddings/E2', embedding({ id: 'E2' }))
      .on('GET', '/collections?embedding_id=E2', []);
    await page.runsChanged();
    expect(openId()).toBe('E2');
    expect(page.state().labelColumn).toBe('kind');
  });

  test('changes nothing of what is shown', async () => {
    page = await opened();
    page.sockets.last.receive(frameEvent());
    const { layout } = page.state();
    page.gateway.on('GET', '/runs', [run(embedding({ id: 'E0' })), run(embedding())]);
    await page.runsChanged();
    expect(openId()).toBe('E1');
    expect(page.state().layout).toBe(layout);
  });

  test('does not get in the way of an embedding that is on its way', async () => {
    page = await opened();
    const slow = later();
    page.gateway.on('GET', '/embeddings/E2', slow.reply).on('GET', '/collections?embedding_id=E2', []);
    const opening = page.store.actions.openEmbedding('E2');
    await page.runsChanged();
    slow.give(embedding({ id: 'E2', columns: [] }));
    await opening;
    expect(openId()).toBe('E2');
    expect(page.gateway.asksOf('GET', '/embeddings/E2')).toHaveLength(1);
  });
});

describe('files that have changed', () => {
  const NEW = embedding({ version: 'v2', n_points: 5 });

  beforeEach(async () => {
    page = await opened();
    page.sockets.last.receive(frameEvent({ nDims: 8 }));
    page.gateway.on('GET', '/runs', [run(NEW)]).on('GET', '/embeddings/E1', NEW);
  });

  test('make what is shown outdated, and nothing else', async () => {
    await page.runsChanged();
    expect(filesState(page.state())).toBe('changed');
    expect(page.state()).toMatchObject({ embedding: { value: { n_points: 4 } }, layout: { nPoints: 4 } });
  });

  test('are read when a person says so, in the view that was shown', async () => {
    await page.runsChanged();
    page.store.actions.labelBy('kind');
    page.store.actions.select(Uint32Array.of(2), 'replace');
    await page.store.actions.reload();
    expect(page.state()).toMatchObject({
      embedding: { value: { n_points: 5 } },
      labelColumn: 'kind',
      selection: Uint32Array.of(2),
      layout: null,
    });
    expect(filesState(page.state())).toBe('unchanged');
  });

  test('end the job that was shown: its layout is that of the old files', async () => {
    page.gateway.on('GET', '/jobs/J2', job({ id: 'J2', projection: TSNE, phase: 'running' }));
    await page.visit({ embedding: 'E1', job: 'J2' });
    await page.runsChanged();
    await page.store.actions.reload();
    expect(page.state()).toMatchObject({ projectionTab: 'pca', jobView: { job: { id: 'J1' } } });
  });
});

test('files that are gone leave on the page what was loaded, and are known to be gone', async () => {
  page = await opened();
  page.sockets.last.receive(frameEvent());
  const { layout } = page.state();
  expect(filesState(page.state())).toBe('unchanged');
  page.gateway.on('GET', '/runs', []);
  await page.runsChanged();
  expect(filesState(page.state())).toBe('gone');
  expect(page.state().layout).toBe(layout);
  page.gateway.on('GET', '/runs', [run(embedding())]);
  await page.runsChanged();
  expect(filesState(page.state())).toBe('unchanged');
});
