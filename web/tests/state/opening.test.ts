import { beforeEach, describe, expect, test } from 'vitest';
import { problem } from '../support/fake-gateway';
import { column, diagnosis, embedding, frameEvent, job, run, sprite, TSNE } from '../support/fixtures';
import { type Harness, harness, opened } from '../support/harness';

let page: Harness;

beforeEach(() => {
  page = harness();
});

async function openFirst(): Promise<void> {
  await page.loadRuns();
  await page.visit({});
}

describe('the first visit', () => {
  test('opens the first embedding of the first run that has one', async () => {
    page.gateway.on('GET', '/runs', [{ ...run(), id: 'empty' }, run(embedding())]);
    await openFirst();
    expect(page.state().embedding).toMatchObject({ kind: 'ready', value: { id: 'E1' } });
  });

  test('asks for PCA of all rows and watches its job', async () => {
    await openFirst();
    expect(page.gateway.asksOf('POST', '/jobs').map(({ body }) => body)).toEqual([
      {
        embedding_id: 'E1',
        preprocessing: 'none',
        rows: null,
        seed: 0,
        projection: { method: 'pca', n_components: 10, uncentred: false },
        fresh: false,
      },
    ]);
    expect(page.sockets.last.url).toBe('ws://projector.test/prefix/api/v1/jobs/J1/events');
  });

  test('shows the first three components in 3-D', async () => {
    await openFirst();
    page.sockets.last.accept();
    page.sockets.last.receive(frameEvent({ nDims: 10 }));
    expect(page.state()).toMatchObject({
      viewDims: 3,
      pca: { components: [0, 1, 2] },
      layout: { method: 'pca', nComponents: 10, nPoints: 4 },
    });
  });

  test('shows two dimensions where there are no more', async () => {
    await openFirst();
    page.sockets.last.receive(frameEvent({ nDims: 2 }));
    expect(page.state().viewDims).toBe(2);
  });

  test('starts at the home camera', async () => {
    await openFirst();
    expect(page.state().cameraTarget).toEqual({ camera: 'home', flight: false });
  });

  test('shows nothing where there is nothing', async () => {
    page.gateway.on('GET', '/runs', []);
    await openFirst();
    expect(page.state().embedding.kind).toBe('idle');
    expect(page.gateway.asksOf('POST', '/jobs')).toEqual([]);
  });

  test('tells why the runs could not be listed', async () => {
    page.gateway.on('GET', '/runs', () => problem(403, 'permission_denied', 'Sign in first.'));
    await openFirst();
    expect(page.state().runs).toEqual({ kind: 'failed', message: 'Sign in first.' });
  });

  test('tells what is wrong with the data as warnings, and goes on', async () => {
    page.gateway.on(
      'GET',
      '/diagnosis',
      diagnosis({ severity: 'error', subject: '', message: 'x.tsv is empty.' }),
    );
    await openFirst();
    expect(page.state().notices).toMatchObject([{ severity: 'warning', subject: 'Data' }]);
    expect(page.state().embedding.kind).toBe('ready');
  });
});

describe('labels and colours at first', () => {
  const word = column({ name: 'word', type: 'text', n_unique: 4 });
  const kind = column({ name: 'kind', type: 'category' });
  const age = column({ name: 'age', type: 'integer', n_unique: 9 });
  const same = column({ name: 'same', type: 'category', n_unique: 1 });

  test.each([
    ['a category before a number', [age, kind, word], 'kind', 'kind'],
    ['a number where no column is a category', [word, age], 'word', 'age'],
    ['no colour where all rows are the same', [same], 'same', null],
    ['no colour for texts that all differ', [word], 'word', null],
    ['the first column where none is words', [age], 'age', 'age'],
    ['row numbers where there is no metadata', [], null, null],
  ])('take %s', async (_, columns, labelColumn, colorColumn) => {
    page.gateway.on('GET', '/embeddings/E1', embedding({ columns }));
    await openFirst();
    expect(page.state()).toMatchObject({ labelColumn, colorColumn });
  });

  test('come with the legend once the column has arrived', async () => {
    page = await opened();
    expect(page.state().legend).toMatchObject({ kind: 'categories', column: 'kind' });
  });
});

test('an embedding with thumbnails shows images', async () => {
  page.gateway.on('GET', '/embeddings/E1', embedding({ sprite: sprite() }));
  await openFirst();
  expect(page.state().appearance).toBe('images');
});

describe('another embedding', () => {
  beforeEach(async () => {
    page = await opened();
    page.gateway.on('GET', '/embeddings/E2', embedding({ id: 'E2', columns: [], digest: 'd2' }));
    page.gateway.on('GET', '/collections?embedding_id=E2', []);
  });

  test('begins without anything of the one before', async () => {
    page.sockets.last.receive(frameEvent());
    page.store.actions.select(Uint32Array.of(1, 2), 'replace');
    page.store.actions.hover(3);
    page.store.actions.setPcaComponents([3, 4]);
    page.store.actions.setTsne({ perplexity: 5 });
    page.store.actions.toggleLegendValue('a', false);
    await page.store.actions.openEmbedding('E2');
    expect(page.state()).toMatchObject({
      layout: null,
      hoveredRow: null,
      neighbors: null,
      isolatedRows: null,
      legend: null,
      pca: { components: [0, 1, 2] },
      tsne: { perplexity: 30 },
      camera: null,
    });
    expect(page.state().selection).toHaveLength(0);
    expect(page.state().columns.size).toBe(0);
    expect(page.state().legendIsolated.size).toBe(0);
  });

  test('leaves the job of the one before alone', async () => {
    const before = page.sockets.last;
    await page.store.actions.openEmbedding('E2');
    expect(before.closedWith).toBe(1000);
  });

  test('that fails says why and shows no points of the one before', async () => {
    page.sockets.last.receive(frameEvent());
    page.gateway.on('GET', '/embeddings/E2', () => problem(404, 'not_found', 'It is gone.'));
    await page.store.actions.openEmbedding('E2');
    expect(page.state()).toMatchObject({
      embedding: { kind: 'failed', message: 'It is gone.' },
      layout: null,
    });
  });

  test('that failed is tried again by a reload, not the first one', async () => {
    page.gateway.on('GET', '/embeddings/E2', () => problem(404, 'not_found', 'It is gone.'));
    await page.store.actions.openEmbedding('E2');
    page.gateway.on('GET', '/embeddings/E2', embedding({ id: 'E2', columns: [] }));
    await page.store.actions.reload();
    expect(page.state().embedding).toMatchObject({ kind: 'ready', value: { id: 'E2' } });
  });
});

test('a reload keeps the job that is shown', async () => {
  page = await opened();
  page.gateway.on('GET', '/jobs/J2', job({ id: 'J2', projection: TSNE, phase: 'running' }));
  await page.visit({ embedding: 'E1', job: 'J2' });
  await page.store.actions.reload();
  expect(page.state().jobView?.job.id).toBe('J2');
});
