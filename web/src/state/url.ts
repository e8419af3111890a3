/**
 * The page's address: which picture it shows, as query parameters. What equals the embedding's own default, or the
 * bookmark's view, is left out, so that addresses stay short.
 */

import { homeCamera } from '../domain/camera';
import type { Appearance, CameraState } from '../scene/scene-api';
import { defaultColorColumn, defaultLabelColumn } from './actions/columns';
import type { Metric, NeighborSpace, NeighborsQuery, State } from './model';
import { shownComponents } from './selectors';

/** Fields that are absent follow from the embedding or the bookmark; null means: none. */
export interface Address {
  readonly embedding?: string;
  readonly job?: string;
  readonly frame?: number; // sequence of the job's past; absent: its newest
  readonly bookmark?: string;
  readonly label?: string | null;
  readonly color?: string | null;
  readonly colorMode?: State['colorMode'];
  readonly appearance?: Appearance;
  readonly components?: readonly number[];
  readonly selection?: readonly number[];
  readonly neighbors?: NeighborsQuery | null;
  readonly camera?: CameraState;
}

/** Longer selections belong into a bookmark: addresses are cut by mail and chat programs. */
const MOST_SELECTED = 100;
const CAMERA_DIGITS = 5;
const N_CAMERA_NUMBERS = 10;
const NEIGHBORS =
  /^(\d{1,9}),([1-9]\d{0,3}),(cosine|euclidean|dot_product)(?:,(original|preprocessed|layout))?$/;
const APPEARANCES: readonly string[] = ['points', 'images', 'labels'] satisfies Appearance[];
const COLOR_MODES: readonly string[] = ['auto', 'categorical', 'numeric'] satisfies State['colorMode'][];

/** Reads an address; parts that make no sense are left out. */
export function parseAddress(search: string): Address {
  const query = new URLSearchParams(search);
  const texts = { embedding: query.get('embedding'), job: query.get('job'), bookmark: query.get('bookmark') };
  const frame = Number(query.get('frame'));
  const colorMode = query.get('colors');
  const appearance = query.get('show');
  const components = integers(query.get('components'));
  const selection = integers(query.get('selected'));
  const neighbors = parseNeighbors(query.get('neighbors'));
  const camera = parseCamera(query.get('camera'));
  return {
    ...(texts.embedding && { embedding: texts.embedding }),
    ...(texts.job && { job: texts.job }),
    ...(texts.job && Number.isSafeInteger(frame) && frame > 0 && { frame }),
    ...(texts.bookmark && { bookmark: texts.bookmark }),
    ...(query.has('label') && { label: query.get('label') || null }),
    ...(query.has('color') && { color: query.get('color') || null }),
    ...(colorMode !== null && COLOR_MODES.includes(colorMode)
      ? { colorMode: colorMode as State['colorMode'] }
      : {}),
    ...(appearance !== null && APPEARANCES.includes(appearance)
      ? { appearance: appearance as Appearance }
      : {}),
    ...(components?.length === 2 || components?.length === 3 ? { components } : {}),
    ...(selection && { selection }),
    ...(neighbors !== undefined && { neighbors }),
    ...(camera && { camera }),
  };
}

/** The query part of an address, with its question mark; empty for an empty address. */
export function formatAddress(address: Address): string {
  const query = new URLSearchParams();
  const put = (name: string, value: string | undefined) => value !== undefined && query.set(name, value);
  put('embedding', address.embedding);
  put('job', address.job);
  put('frame', address.frame?.toString());
  put('bookmark', address.bookmark);
  put('label', address.label === null ? '' : address.label);
  put('color', address.color === null ? '' : address.color);
  put('colors', address.colorMode);
  put('show', address.appearance);
  put('components', address.components?.join(','));
  put('selected', address.selection?.join(','));
  put('neighbors', address.neighbors === null ? '' : address.neighbors && formatNeighbors(address.neighbors));
  put('camera', address.camera && formatCamera(address.camera));
  const text = query.toString().replaceAll('%2C', ',');
  return text && `?${text}`;
}

/** The address of what the state shows. */
export function addressOf(state: State): Address {
  const { embedding, layout, jobView, isolatedRows } = state;
  if (embedding.kind !== 'ready') return {};
  const bookmark = layout?.bookmark;
  // PCA of all rows as they are is the same for everybody at any time: its job needs no place in the address.
  const isFirst =
    jobView?.job.projection.method === 'pca' && jobView.job.preprocessing === 'none' && isolatedRows === null;
  const job = jobView && !isFirst ? jobView.job.id : null;
  return {
    ...(bookmark ? { bookmark: bookmark.id } : { embedding: embedding.value.id }),
    ...(!bookmark && job && { job }),
    ...(!bookmark && job && jobView?.scrub && { frame: jobView.scrub.sequence }),
    ...changedView(state, bookmark?.view ?? defaultView(state)),
    ...changedCamera(state, bookmark?.view.camera ?? homeCamera(state.viewDims)),
  };
}

interface PlainView {
  readonly label_column: string | null;
  readonly color_column: string | null;
  readonly color_mode: State['colorMode'];
  readonly appearance: Appearance;
  readonly components: readonly number[];
  readonly selection?: readonly number[];
  readonly neighbors?: Omit<NeighborsQuery, 'space'> | null;
}

function defaultView({ embedding, layout }: State): PlainView | null {
  if (embedding.kind !== 'ready') return null;
  const nComponents = Math.min(3, layout?.nComponents ?? 3);
  return {
    label_column: defaultLabelColumn(embedding.value),
    color_column: defaultColorColumn(embedding.value),
    color_mode: 'auto',
    appearance: defaultAppearance(embedding.value),
    components: Array.from({ length: nComponents }, (_, index) => index),
    selection: [],
    neighbors: null,
  };
}

/** What of the view differs from where it started; nothing where that is not known. */
function changedView(state: State, start: PlainView | null): Address {
  if (start === null) return {};
  const { labelColumn, colorColumn, colorMode, appearance, layout, pca } = state;
  const selection = Array.from(state.selection.subarray(0, MOST_SELECTED + 1));
  const components = layout ? shownComponents(state, layout) : pca.components;
  return {
    ...(labelColumn !== start.label_column && { label: labelColumn }),
    ...(colorColumn !== start.color_column && { color: colorColumn }),
    ...(colorMode !== start.color_mode && { colorMode }),
    ...(appearance !== start.appearance && { appearance }),
    ...(!sameNumbers(components, start.components) && { components }),
    ...(selection.length <= MOST_SELECTED && !sameNumbers(selection, start.selection ?? []) && { selection }),
    ...changedNeighbors(state.neighbors, start.neighbors ?? null),
  };
}

function changedNeighbors(
  now: NeighborsQuery | null,
  start: Omit<NeighborsQuery, 'space'> | null,
): Pick<Address, 'neighbors'> {
  const query = now && { row: now.row, k: now.k, metric: now.metric, space: now.space };
  const same =
    query && start
      ? formatNeighbors(query) === formatNeighbors({ ...start, space: 'original' })
      : query === start;
  return same ? {} : { neighbors: query };
}

/** The camera where it does not rest at its start; nothing where the start is not known. */
function changedCamera({ camera }: State, start: CameraState | null): Pick<Address, 'camera'> {
  if (camera === null || start === null || formatCamera(camera) === formatCamera(start)) return {};
  return { camera };
}

/** Thumbnails show more than points, where there are any. */
export function defaultAppearance({ sprite }: { readonly sprite: unknown }): Appearance {
  return sprite ? 'images' : 'points';
}

function sameNumbers(first: readonly number[], second: readonly number[]): boolean {
  return first.length === second.length && first.every((value, index) => value === second[index]);
}

function integers(text: string | null): number[] | null {
  if (text === null) return null;
  const numbers = text === '' ? [] : text.split(',').map(Number);
  return numbers.every((value) => Number.isSafeInteger(value) && value >= 0) ? numbers : null;
}

function formatNeighbors({ row, k, metric, space }: NeighborsQuery): string {
  const plain = `${row},${k},${metric}`;
  return space === 'original' ? plain : `${plain},${space}`;
}

/** Null for an empty text: no neighbors; undefined where the text makes no sense. */
function parseNeighbors(text: string | null): NeighborsQuery | null | undefined {
  if (text === '') return null;
  const [, row, k, metric, space] = text?.match(NEIGHBORS) ?? [];
  if (row === undefined || k === undefined) return undefined;
  return {
    row: Number(row),
    k: Number(k),
    metric: metric as Metric,
    space: (space ?? 'original') as NeighborSpace,
  };
}

function formatCamera({ mode, position, target, up, zoom }: CameraState): string {
  const numbers = [...position, ...target, ...up, zoom];
  return [
    mode === 'perspective' ? 'p' : 'o',
    ...numbers.map((n) => String(Number(n.toFixed(CAMERA_DIGITS)))),
  ].join(',');
}

function parseCamera(text: string | null): CameraState | null {
  const [mode, ...rest] = text?.split(',') ?? [];
  const numbers = rest.map(Number);
  const [px, py, pz, tx, ty, tz, ux, uy, uz, zoom] = numbers as [number, ...number[]];
  const isWhole = numbers.length === N_CAMERA_NUMBERS && numbers.every(Number.isFinite) && (zoom ?? 0) > 0;
  if (!isWhole || (mode !== 'p' && mode !== 'o')) return null;
  return {
    mode: mode === 'p' ? 'perspective' : 'orthographic',
    position: [px, py ?? 0, pz ?? 0],
    target: [tx ?? 0, ty ?? 0, tz ?? 0],
    up: [ux ?? 0, uy ?? 0, uz ?? 0],
    zoom: zoom ?? 1,
  };
}
