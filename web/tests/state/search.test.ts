import { beforeEach, describe, expect, test, vi } from 'vitest';
import { later, problem } from '../support/fake-gateway';
import { embedding } from '../support/fixtures';
import { type Harness, harness, opened } from '../support/harness';

const PATH = '/embeddings/E1/search';

let page: Harness;

beforeEach(async () => {
  page = await opened((gateway) => gateway.on('POST', PATH, { count: 2, rows: [0, 2] }));
});

const asked = () => page.gateway.asksOf('POST', PATH).map(({ body }) => body as Record<string, unknown>);

/** Types a query and waits out the pause. */
async function searched(change: Parameters<Harness['store']['actions']['setSearch']>[0]): Promise<void> {
  const done = page.store.actions.setSearch(change);
  page.sockets.elapse();
  await done;
}

describe('a search', () => {
  test('looks in the labels unless another column was chosen', async () => {
    page.store.actions.labelBy('kind');
    await searched({ query: 'one' });
    await searched({ column: 'word' });
    expect(asked().map(({ column }) => column)).toEqual(['kind', 'word']);
  });

  test('looks in the first column while rows are labelled by number', async () => {
    page.store.actions.labelBy(null);
    await searched({ query: 'one' });
    expect(asked()[0]?.column).toBe('word');
  });

  test('shows how many there are and which', async () => {
    await searched({ query: 'one' });
    expect(page.state().search).toMatchObject({
      query: 'one',
      result: { kind: 'ready', value: { count: 2, rows: Uint32Array.of(0, 2) } },
    });
  });

  test('waits for the end of the typing', async () => {
    const typed = ['o', 'on', 'one'].map((query) => page.store.actions.setSearch({ query }));
    page.sockets.elapse();
    await Promise.all(typed);
    expect(asked().map(({ query }) => query)).toEqual(['one']);
  });

  test('shows what is typed while it waits', () => {
    void page.store.actions.setSearch({ query: 'o' });
    expect(page.state().search).toMatchObject({ query: 'o', result: { kind: 'loading' } });
  });

  test('keeps what was found in sight while the next answer is on its way', async () => {
    await searched({ query: 'o' });
    void page.store.actions.setSearch({ query: 'on' });
    expect(page.state().search).toMatchObject({ query: 'on', result: { kind: 'ready' } });
  });

  test('passes over an answer that comes late', async () => {
    const slow = later();
    page.gateway.on('POST', PATH, slow.reply);
    const first = page.store.actions.setSearch({ query: 'o' });
    page.sockets.elapse();
    await vi.waitFor(() => expect(asked()).toHaveLength(1));
    page.gateway.on('POST', PATH, { count: 1, rows: [3] });
    await searched({ query: 'on' });
    slow.give({ count: 2, rows: [0, 1] });
    await first;
    expect(page.state().search).toMatchObject({ query: 'on', result: { value: { count: 1 } } });
  });

  test('ends its request when another takes its place', async () => {
    page.gateway.on('POST', PATH, later().reply);
    void page.store.actions.setSearch({ query: 'o' });
    page.sockets.elapse();
    await vi.waitFor(() => expect(asked()).toHaveLength(1));
    void page.store.actions.setSearch({ query: '' });
    expect(page.gateway.asksOf('POST', PATH)[0]?.signal?.aborted).toBe(true);
  });

  test('for nothing asks nobody and shows all again', async () => {
    await searched({ query: 'o' });
    await searched({ query: '' });
    expect(page.state().search.result.kind).toBe('idle');
    expect(asked()).toHaveLength(1);
  });

  test('that is refused says why', async () => {
    page.gateway.on('POST', PATH, () => problem(400, 'invalid_argument', 'The pattern ( is not closed.'));
    await searched({ query: '(', mode: 'regex' });
    expect(page.state().search.result).toEqual({ kind: 'failed', message: 'The pattern ( is not closed.' });
  });

  test('that is refused for one pattern is not refused for the next', async () => {
    page.gateway.on('POST', PATH, () => problem(400, 'invalid_argument', 'The pattern ( is not closed.'));
    await searched({ query: '(', mode: 'regex' });
    void page.store.actions.setSearch({ query: '()' });
    expect(page.state().search.result.kind).toBe('loading');
  });
});

test('the matches become the selection when a person says so', async () => {
  await searched({ query: 'one' });
  page.store.actions.selectSearchResult();
  expect([...page.state().selection]).toEqual([0, 2]);
});

test('an embedding without columns has nothing to search in', async () => {
  page = harness();
  page.gateway.on('GET', '/embeddings/E1', embedding({ columns: [] }));
  await page.loadRuns();
  await page.visit({});
  await searched({ query: 'one' });
  expect(page.state().search).toMatchObject({ query: 'one', result: { kind: 'idle' } });
  expect(asked()).toEqual([]);
});
