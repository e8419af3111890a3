import { beforeEach, describe, expect, test } from 'vitest';
import { sideOf } from '../../src/panels/custom-settings';
import { EMPTY_AXIS } from '../../src/state/initial';
import type { State } from '../../src/state/model';
import { forkOf, projectionOf, refusalOf, settingsOf } from '../../src/state/projection-requests';
import { type Harness, opened } from '../support/harness';

let page: Harness;

beforeEach(async () => {
  page = await opened();
});

const with_ = (change: Partial<State>): State => ({ ...page.state(), ...change });

describe('settings survive the way through their projection', () => {
  test('of t-SNE', () => {
    const tsne = {
      ...page.state().tsne,
      nDims: 2,
      learningRate: null,
      perplexity: 7.5,
      metric: 'cosine',
      lateExaggeration: 2,
      initialisation: 'spectral',
      patienceSteps: 40,
    } as const;
    expect(settingsOf(projectionOf('tsne', with_({ tsne })))).toEqual({ tsne });
  });

  test('of a t-SNE with several perplexities', () => {
    const tsne = { ...page.state().tsne, perplexity: 20, furtherPerplexities: '50, 200' };
    const projection = projectionOf('tsne', with_({ tsne }));
    expect(projection).toMatchObject({ perplexity: [20, 50, 200] });
    expect(settingsOf(projection)).toEqual({ tsne });
    expect(projectionOf('tsne', with_({}))).toMatchObject({ perplexity: 30 });
  });

  test('of UMAP', () => {
    const umap = { ...page.state().umap, nDims: 2, nNeighbors: 30, minDist: 0.5, nEpochs: 100 } as const;
    expect(settingsOf(projectionOf('umap', with_({ umap })))).toEqual({ umap });
    expect(projectionOf('umap', with_({}))).toMatchObject({ n_epochs: 0 });
  });

  test('of raw dimensions', () => {
    const raw = { dims: [3, 0, 1] };
    expect(settingsOf(projectionOf('raw', with_({ raw })))).toEqual({ raw });
  });
});

test('nothing runs or forks with perplexities that cannot be read', () => {
  const layout = { jobId: 'J1', method: 'tsne', nComponents: 2 } as State['layout'];
  const setUp = (furtherPerplexities: string) =>
    with_({ projectionTab: 'tsne', layout, tsne: { ...page.state().tsne, furtherPerplexities } });
  expect(refusalOf('tsne', setUp('many'))).toContain('further perplexities');
  expect(forkOf(setUp('many'))).toBeNull();
  expect(refusalOf('tsne', setUp('50'))).toBeNull();
  expect(forkOf(setUp('50'))).toMatchObject({ n_dims: 2, perplexity: [30, 50] });
});

describe('a supervision', () => {
  test('is asked for where a column is chosen', () => {
    const supervision = { column: 'kind', weight: 0.25, ignoredLabel: 'x' };
    const expected = { column: 'kind', weight: 0.25, ignored_label: 'x' };
    expect(projectionOf('tsne', with_({ supervision }))).toMatchObject({ supervision: expected });
    expect(projectionOf('umap', with_({ supervision }))).toMatchObject({ supervision: expected });
    expect(projectionOf('tsne', page.state())).not.toHaveProperty('supervision');
  });
});

describe('custom axes', () => {
  const axis = (from: string, to: string) => ({ from: sideOf(from), to: sideOf(to) });

  test('name texts, patterns and selected rows in a column', () => {
    const custom = {
      ...page.state().custom,
      column: 'kind',
      x: axis('man', '/wom[ae]n/'),
      y: { from: sideOf(''), to: { query: '', mode: 'text', rows: [4, 9] } },
      orthogonalise: true,
    } as const;
    expect(projectionOf('custom', with_({ custom }))).toEqual({
      method: 'custom',
      x: {
        from: { query: 'man', column: 'kind', mode: 'text' },
        to: { query: 'wom[ae]n', column: 'kind', mode: 'regex' },
      },
      y: { from: { rows: [], label: '' }, to: { rows: [4, 9], label: '2 selected' } },
      normalise: true,
      orthogonalise: true,
    });
  });

  test('are refused while one has no side', () => {
    const { custom } = page.state();
    expect(refusalOf('custom', with_({}))).toBe('Name rows of at least one side of axis X.');
    expect(refusalOf('custom', with_({ custom: { ...custom, x: axis('a', '') } }))).toContain('axis Y');
    const both = { ...custom, column: 'kind', x: axis('a', ''), y: axis('', 'b') };
    expect(refusalOf('custom', with_({ custom: both }))).toBeNull();
    expect(refusalOf('custom', with_({ custom: { ...both, z: EMPTY_AXIS } }))).toContain('axis Z');
    expect(refusalOf('tsne', with_({}))).toBeNull();
  });

  test.each([
    ['  plain text ', { query: 'plain text', mode: 'text', rows: null }],
    ['/^a.c$/', { query: '^a.c$', mode: 'regex', rows: null }],
    ['/', { query: '/', mode: 'text', rows: null }],
    ['//', { query: '//', mode: 'text', rows: null }],
    ['', { query: '', mode: 'text', rows: null }],
  ])('the side %j is read', (typed, side) => {
    expect(sideOf(typed)).toEqual(side);
  });
});
