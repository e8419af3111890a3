import { beforeEach, describe, expect, test, vi } from 'vitest';
import { later, problem } from '../support/fake-gateway';
import { categoryBytes } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

const OTHER = '/embeddings/E1/columns/other';

let page: Harness;

beforeEach(async () => {
  page = await opened();
});

const kindOf = (name: string) => page.state().columns.get(name)?.kind;

describe('colouring by a column', () => {
  test('drops the legend of the one before until its values are there', async () => {
    const answer = later();
    page.gateway.on('GET', OTHER, answer.reply);
    page.store.actions.colorBy('other');
    expect(page.state()).toMatchObject({ colorColumn: 'other', legend: null });
    answer.give(categoryBytes('other', ['x', 'y', 'z'], [0, 1, 2, 0]));
    await vi.waitFor(() => expect(page.state().legend).toMatchObject({ column: 'other' }));
  });

  test('forgets which values of the one before were kept', () => {
    page.store.actions.toggleLegendValue('a', false);
    page.store.actions.colorBy('word');
    expect(page.state().legendIsolated.size).toBe(0);
  });

  test('that arrives after another was chosen does not take the legend', async () => {
    const answer = later();
    page.gateway.on('GET', OTHER, answer.reply);
    page.store.actions.colorBy('other');
    page.store.actions.colorBy('kind');
    answer.give(categoryBytes('other', ['x'], [0, 0, 0, 0]));
    await vi.waitFor(() => expect(kindOf('other')).toBe('ready'));
    expect(page.state().legend).toMatchObject({ column: 'kind' });
  });

  test('fetches it once however often it is chosen', async () => {
    page.gateway.on('GET', OTHER, categoryBytes('other', ['x'], [0, 0, 0, 0]));
    page.store.actions.colorBy('other');
    page.store.actions.labelBy('other');
    await vi.waitFor(() => expect(kindOf('other')).toBe('ready'));
    page.store.actions.colorBy('other');
    expect(page.gateway.asksOf('GET', OTHER)).toHaveLength(1);
  });

  test('that could not be fetched says why and is asked for again when it is chosen again', async () => {
    page.gateway.on('GET', OTHER, () => problem(404, 'not_found', 'No such column.'));
    page.store.actions.colorBy('other');
    await vi.waitFor(() => expect(kindOf('other')).toBe('failed'));
    expect(page.state().notices).toMatchObject([{ subject: 'Column other', message: 'No such column.' }]);
    page.gateway.on('GET', OTHER, categoryBytes('other', ['x'], [0, 0, 0, 0]));
    page.store.actions.colorBy('other');
    await vi.waitFor(() => expect(kindOf('other')).toBe('ready'));
  });

  test('whose bytes do not fit its rows says so', async () => {
    page.gateway.on('GET', OTHER, Uint8Array.of(10, 1, 120));
    page.store.actions.colorBy('other');
    await vi.waitFor(() => expect(kindOf('other')).toBe('failed'));
  });
});

test('the way to colour changes the legend at once', () => {
  page.store.actions.setColorMode('numeric');
  expect(page.state()).toMatchObject({ colorMode: 'numeric', legend: { column: 'kind' } });
});

test('the card of a point fetches what is not there yet', async () => {
  page.gateway.asked.length = 0;
  await page.store.actions.loadColumns();
  expect(page.gateway.asked).toEqual([]);
  expect(kindOf('word')).toBe('ready');
});

describe('keeping values by clicks in the legend', () => {
  const kept = () => [...page.state().legendIsolated];

  test('a click keeps one value, another click another', () => {
    page.store.actions.toggleLegendValue('a', false);
    page.store.actions.toggleLegendValue('b', false);
    expect(kept()).toEqual(['b']);
  });

  test('a click on the only kept value shows all again', () => {
    page.store.actions.toggleLegendValue('a', false);
    page.store.actions.toggleLegendValue('a', false);
    expect(kept()).toEqual([]);
  });

  test('a click on one of several keeps it alone', () => {
    page.store.actions.toggleLegendValue('a', true);
    page.store.actions.toggleLegendValue('b', true);
    page.store.actions.toggleLegendValue('a', false);
    expect(kept()).toEqual(['a']);
  });

  test('a click with shift adds a value and takes it back', () => {
    page.store.actions.toggleLegendValue('a', false);
    page.store.actions.toggleLegendValue('b', true);
    expect(kept()).toEqual(['a', 'b']);
    page.store.actions.toggleLegendValue('a', true);
    expect(kept()).toEqual(['b']);
  });
});
