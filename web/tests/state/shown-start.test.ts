import { beforeEach, describe, expect, test } from 'vitest';
import type { Rest } from '../../src/api/rest-types';
import type { LayoutState, State } from '../../src/state/model';
import { forkOf, projectionOf, refusalOf } from '../../src/state/projection-requests';
import { MOST_BODY_BYTES, startRefusal } from '../../src/state/shown-start';
import { embedding, job, TSNE } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

let page: Harness;

beforeEach(async () => {
  page = await opened();
});

/** A layout of four points in three dimensions: 0, 1, 2 and so on. */
const layout = (change: Partial<LayoutState> = {}): LayoutState =>
  ({
    jobId: 'J1',
    method: 'tsne',
    nPoints: 4,
    nComponents: 3,
    values: Float32Array.from({ length: 12 }, (_, index) => index),
    rows: null,
    ...change,
  }) as LayoutState;

const state = (change: Partial<State> = {}): State => ({
  ...page.state(),
  tsne: { ...page.state().tsne, nDims: 2, initialisation: 'given' },
  layout: layout(),
  ...change,
});

function startOf(projection: object): number[] {
  const { initial_layout: base64 } = projection as { initial_layout: string };
  return [...new Float32Array(Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0)).buffer)];
}

describe('the shown layout is the start', () => {
  test('with its first dimensions where it has more', () => {
    const projection = projectionOf('tsne', state());
    expect(projection).toMatchObject({ initialisation: 'given', n_dims: 2 });
    expect(startOf(projection)).toEqual([0, 1, 3, 4, 6, 7, 9, 10]);
  });

  test('with the components that are on screen', () => {
    const umap = { ...page.state().umap, nDims: 2, initialisation: 'given' } as const;
    const pca = { components: [2, 0] };
    const start = startOf(projectionOf('umap', state({ umap, pca, layout: layout({ method: 'pca' }) })));
    expect(start[0]).toBeCloseTo((2 * 10) / 9, 5); // x runs over 9, made 10
    expect(start[1]).toBe(0);
  });

  test('small, where another method than t-SNE made it', () => {
    const start = startOf(projectionOf('tsne', state({ layout: layout({ method: 'umap' }) })));
    expect(Math.max(...start)).toBeLessThan(1e-3);
  });

  test('and is asked for as it was when Run was pressed', async () => {
    const { store, states, gateway } = page;
    states.update({ layout: layout() });
    store.actions.setTsne({ nDims: 2, initialisation: 'given' });
    store.actions.chooseProjection('tsne');
    gateway.on('POST', '/jobs', job({ id: 'J2', projection: TSNE }));
    const running = store.actions.runProjection();
    states.update({ layout: layout({ values: new Float32Array(12) }) });
    await running;
    const asked = gateway.asksOf('POST', '/jobs').at(-1)?.body as Rest.JobRequest;
    expect(startOf(asked.projection)).toEqual([0, 1, 3, 4, 6, 7, 9, 10]);
  });
});

describe('the shown layout is no start', () => {
  test.each([
    ['before there is one', { layout: null }, 'No layout is shown yet.'],
    ['of other rows', { isolatedRows: Uint32Array.of(0, 1, 2, 3) }, 'not one of the rows'],
    ['of fewer points', { layout: layout({ nPoints: 3 }) }, 'not one of the rows'],
    ['of fewer dimensions', { layout: layout({ nComponents: 1 }) }, 'one dimension alone'],
  ])('%s', (_, change, reason) => {
    expect(refusalOf('tsne', state(change))).toContain(reason);
  });

  test('in three dimensions of two', () => {
    const flat = state({ layout: layout({ nComponents: 2 }) });
    expect(startRefusal(flat, 2)).toBeNull();
    expect(startRefusal(flat, 3)).toContain('choose 2-D');
  });

  test('where the request would be larger than the gateway takes', () => {
    const large = (nPoints: number) =>
      state({
        embedding: { kind: 'ready', value: embedding({ n_points: nPoints }) },
        layout: layout({ nPoints }),
      });
    const most = Math.floor((MOST_BODY_BYTES * 3) / 4 / 8);
    expect(startRefusal(large(most - 10_000), 2)).toBeNull();
    expect(startRefusal(large(most), 2)).toMatch(/of at most 16\sMiB/);
    expect(startRefusal(large(most - 10_000), 3)).toContain('too large to be sent');
  });
});

test('other starts need no layout, and a fork brings its own', () => {
  const tsne = { ...page.state().tsne, initialisation: 'random' } as const;
  expect(refusalOf('tsne', state({ tsne, layout: null }))).toBeNull();
  const fork = forkOf(state({ projectionTab: 'tsne', layout: layout({ nComponents: 2 }) }));
  expect(fork).toMatchObject({ n_dims: 2, initialisation: 'pca_scaled' });
  expect(fork).not.toHaveProperty('initial_layout');
});
