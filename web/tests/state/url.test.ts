import { describe, expect, test } from 'vitest';
import { homeCamera } from '../../src/domain/camera';
import { initialState } from '../../src/state/initial';
import type { LayoutState, State } from '../../src/state/model';
import { DEFAULT_PREFERENCES } from '../../src/state/preferences';
import { type Address, addressOf, formatAddress, parseAddress } from '../../src/state/url';
import { bookmark, CAMERA, embedding, job, jobView, TSNE, view } from '../support/fixtures';

const FIELDS: [string, Address][] = [
  ['an embedding', { embedding: 'E1' }],
  ['a job', { embedding: 'E1', job: 'J1' }],
  ['a bookmark', { bookmark: 'B1' }],
  ['a label column', { label: 'word' }],
  ['row numbers as labels', { label: null }],
  ['a colour column with signs of its own', { color: 'a&b=c+d é,%' }],
  ['no colour', { color: null }],
  ['a way to colour', { colorMode: 'categorical' }],
  ['an appearance', { appearance: 'labels' }],
  ['two components', { components: [4, 0] }],
  ['three components', { components: [2, 1, 0] }],
  ['a selection', { selection: [0, 7, 99] }],
  ['an empty selection', { selection: [] }],
  ['neighbors', { neighbors: { row: 3, k: 20, metric: 'euclidean', space: 'original' } }],
  ['no neighbors', { neighbors: null }],
  ['a camera in perspective', { camera: CAMERA }],
  ['a flat camera', { camera: { ...CAMERA, mode: 'orthographic', position: [-0.25, 1, 4] } }],
];

test.each(FIELDS)('an address with %s is read as it was written', (_, address) => {
  expect(parseAddress(formatAddress(address))).toEqual(address);
});

test('an address with every field is read as it was written', () => {
  const all = FIELDS.reduce((sum, [, fields]) => Object.assign(sum, fields), {} as Address);
  expect(parseAddress(formatAddress(all))).toEqual(all);
});

test('an empty address is an empty text', () => {
  expect(formatAddress({})).toBe('');
});

test('numbers in an address stay readable', () => {
  expect(formatAddress({ selection: [1, 2] })).toBe('?selected=1,2');
});

test.each([
  '?colors=loud',
  '?show=faces',
  '?components=1',
  '?components=1,2,3,4',
  '?components=-1,2',
  '?components=1.5,2',
  '?selected=a',
  '?selected=1e30',
  '?neighbors=1,cosine',
  '?neighbors=1,0,cosine',
  '?neighbors=1,5,manhattan',
  '?camera=p,1,2,3',
  '?camera=p,0,0,1,0,0,0,0,1,0,0',
  '?camera=x,0,0,1,0,0,0,0,1,0,1',
  '?camera=p,0,0,NaN,0,0,0,0,1,0,1',
  '?embedding=&job=&bookmark=',
  '?utm_source=mail',
])('what makes no sense is passed over: %s', (search) => {
  expect(parseAddress(search)).toEqual({});
});

const LAYOUT: LayoutState = {
  jobId: 'J1',
  bookmark: null,
  method: 'pca',
  projection: { method: 'pca', n_components: 10, uncentred: false },
  preprocessing: 'none',
  seed: 0,
  sequence: 1,
  step: 0,
  loss: Number.NaN,
  nPoints: 4,
  nComponents: 10,
  values: new Float32Array(40),
  rows: null,
  explainedVariance: null,
};

/** E1 just opened, its PCA shown. */
function opened(change: Partial<State> = {}): State {
  return {
    ...initialState(DEFAULT_PREFERENCES, 'light'),
    embedding: { kind: 'ready', value: embedding() },
    labelColumn: 'word',
    colorColumn: 'kind',
    layout: LAYOUT,
    jobView: jobView(),
    ...change,
  };
}

describe('the address of what is shown', () => {
  test('is short while nothing was changed', () => {
    expect(addressOf(opened())).toEqual({ embedding: 'E1' });
  });

  test('is empty while no embedding is open', () => {
    expect(addressOf(initialState(DEFAULT_PREFERENCES, 'light'))).toEqual({});
  });

  test.each<[string, Partial<State>, Address]>([
    ['the label', { labelColumn: 'kind' }, { label: 'kind' }],
    ['no label', { labelColumn: null }, { label: null }],
    ['the colour', { colorColumn: null }, { color: null }],
    ['the way to colour', { colorMode: 'numeric' }, { colorMode: 'numeric' }],
    ['the appearance', { appearance: 'labels' }, { appearance: 'labels' }],
    ['the components', { pca: { components: [2, 4, 1] } }, { components: [2, 4, 1] }],
    ['two dimensions', { pca: { components: [0, 1] }, viewDims: 2 }, { components: [0, 1] }],
    ['the selection', { selection: Uint32Array.of(1, 3) }, { selection: [1, 3] }],
    ['the camera', { camera: CAMERA }, { camera: CAMERA }],
    [
      'the neighbors',
      { neighbors: { row: 1, k: 5, metric: 'cosine', space: 'original', result: { kind: 'loading' } } },
      { neighbors: { row: 1, k: 5, metric: 'cosine', space: 'original' } },
    ],
  ])('names %s when it was changed', (_, change, address) => {
    expect(addressOf(opened(change))).toEqual({ embedding: 'E1', ...address });
  });

  test('names a t-SNE by its job', () => {
    const watched = jobView({ job: job({ id: 'J2', projection: TSNE }) });
    expect(addressOf(opened({ jobView: watched }))).toEqual({ embedding: 'E1', job: 'J2' });
  });

  test('names the very frame of its past that is shown', () => {
    const scrub = { sequence: 41, isPlaying: false };
    const watched = jobView({ job: job({ id: 'J2', projection: TSNE }), scrub });
    const address = addressOf(opened({ jobView: watched }));
    expect(address).toEqual({ embedding: 'E1', job: 'J2', frame: 41 });
    expect(parseAddress(formatAddress(address))).toEqual(address);
  });

  test('names a PCA of isolated rows by its job, as only that knows the rows', () => {
    expect(addressOf(opened({ isolatedRows: Uint32Array.of(0, 1, 2) }))).toMatchObject({ job: 'J1' });
  });

  test('names a PCA of preprocessed rows by its job', () => {
    const spherized = jobView({ job: job({ preprocessing: 'spherize' }) });
    expect(addressOf(opened({ jobView: spherized }))).toEqual({ embedding: 'E1', job: 'J1' });
  });

  test('leaves out the camera at home', () => {
    expect(addressOf(opened({ camera: homeCamera(3) }))).toEqual({ embedding: 'E1' });
  });

  test('leaves out a selection that is too long for mail programs', () => {
    const selection = Uint32Array.from({ length: 101 }, (_, row) => row);
    expect(addressOf(opened({ selection }))).toEqual({ embedding: 'E1' });
    expect(addressOf(opened({ selection: selection.subarray(0, 100) })).selection).toHaveLength(100);
  });
});

describe('the address of a bookmark', () => {
  const SHOWN: Partial<State> = {
    layout: {
      ...LAYOUT,
      jobId: null,
      bookmark: bookmark(),
      method: 'tsne',
      projection: TSNE,
      nComponents: 2,
    },
    jobView: null,
    viewDims: 2,
    selection: Uint32Array.from(view().selection ?? []),
  };

  test('names the bookmark alone while its view was not changed', () => {
    expect(addressOf(opened(SHOWN))).toEqual({ bookmark: 'B1' });
  });

  test('names what was changed since', () => {
    const change = { ...SHOWN, labelColumn: 'kind', selection: new Uint32Array(0) };
    expect(addressOf(opened(change))).toEqual({ bookmark: 'B1', label: 'kind', selection: [] });
  });

  test('names the camera once it has moved away from the bookmark’s', () => {
    expect(addressOf(opened({ ...SHOWN, camera: CAMERA }))).toEqual({ bookmark: 'B1' });
    expect(addressOf(opened({ ...SHOWN, camera: homeCamera(2) })).camera).toEqual(homeCamera(2));
  });

  test('names neighbors that are others than the bookmark’s', () => {
    const neighbors = { row: 1, k: 5, metric: 'cosine', space: 'original' } as const;
    const saved = bookmark({ view: view({ neighbors }) });
    const listed = { ...neighbors, result: { kind: 'loading' } } as const;
    const shown = { ...SHOWN, layout: { ...LAYOUT, jobId: null, bookmark: saved, nComponents: 2 } };
    expect(addressOf(opened({ ...shown, neighbors: listed }))).toEqual({ bookmark: 'B1' });
    expect(addressOf(opened({ ...shown, neighbors: { ...listed, k: 6 } })).neighbors?.k).toBe(6);
    expect(addressOf(opened({ ...shown, neighbors: null })).neighbors).toBeNull();
  });
});
