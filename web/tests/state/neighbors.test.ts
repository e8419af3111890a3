import { beforeEach, describe, expect, test } from 'vitest';
import { later, problem } from '../support/fake-gateway';
import { type Harness, opened } from '../support/harness';

const PATH = '/embeddings/E1/neighbors';

let page: Harness;

beforeEach(async () => {
  page = await opened((gateway) => gateway.on('POST', PATH, { rows: [3, 0], distances: [0.25, 0.5] }));
});

const asked = () => page.gateway.asksOf('POST', PATH).map(({ body }) => body);

describe('finding neighbors', () => {
  test('selects the point and lists the nearest first', async () => {
    await page.store.actions.findNeighbors(1);
    expect([...page.state().selection]).toEqual([1]);
    expect(page.state().neighbors).toMatchObject({
      row: 1,
      result: {
        kind: 'ready',
        value: { rows: Uint32Array.of(3, 0), distances: Float32Array.of(0.25, 0.5) },
      },
    });
  });

  test('starts with a hundred by the cosine', async () => {
    await page.store.actions.findNeighbors(1);
    expect(asked()).toEqual([{ row: 1, k: 100, metric: 'cosine', space: 'original', preprocessing: 'none' }]);
  });

  test('asks for the next point as for the one before', async () => {
    await page.store.actions.findNeighbors(1, { k: 5, metric: 'euclidean' });
    await page.store.actions.findNeighbors(2);
    expect(asked().at(-1)).toEqual({
      row: 2,
      k: 5,
      metric: 'euclidean',
      space: 'original',
      preprocessing: 'none',
    });
  });

  test('passes over an answer that comes late', async () => {
    const slow = later();
    page.gateway.on('POST', PATH, slow.reply);
    const first = page.store.actions.findNeighbors(1);
    page.gateway.on('POST', PATH, { rows: [3], distances: [0.5] });
    await page.store.actions.findNeighbors(2);
    slow.give({ rows: [0], distances: [0.1] });
    await first;
    expect(page.state().neighbors).toMatchObject({ row: 2, result: { value: { rows: Uint32Array.of(3) } } });
  });

  test('that fails says why and keeps the point', async () => {
    page.gateway.on('POST', PATH, () => problem(504, 'deadline', 'It took too long.'));
    await page.store.actions.findNeighbors(1);
    expect(page.state().neighbors).toMatchObject({
      row: 1,
      result: { kind: 'failed', message: 'It took too long. (request q1)' },
    });
  });
});

describe('listed neighbors', () => {
  beforeEach(() => page.store.actions.findNeighbors(1));

  test('go when they are closed, and their request with them', async () => {
    page.gateway.on('POST', PATH, later().reply);
    const open = page.store.actions.findNeighbors(2);
    page.store.actions.clearNeighbors();
    await open;
    expect(page.state().neighbors).toBeNull();
    expect(page.gateway.asksOf('POST', PATH).at(-1)?.signal?.aborted).toBe(true);
  });

  test.each([
    ['another point', () => page.store.actions.select(Uint32Array.of(2), 'replace')],
    ['a point more', () => page.store.actions.select(Uint32Array.of(2), 'add')],
    ['nothing', () => page.store.actions.clearSelection()],
  ])('go when %s is selected: they were those of one point', (_, select) => {
    select();
    expect(page.state().neighbors).toBeNull();
  });

  test('stay when their own point is selected again', () => {
    page.store.actions.select(Uint32Array.of(1), 'replace');
    expect(page.state().neighbors?.row).toBe(1);
  });
});
