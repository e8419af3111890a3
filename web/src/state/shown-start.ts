/** The layout on screen as what a t-SNE or a UMAP starts from. */

import { base64Encode } from '@bufbuild/protobuf/wire';
import { bytesOf } from '../domain/format';
import { sameRows } from '../domain/selection';
import { columnsOf, scaledAsStart } from '../domain/start-layout';
import type { LayoutState, State } from './model';
import { shownComponents } from './selectors';

type ShownState = Pick<State, 'layout' | 'pca' | 'isolatedRows' | 'embedding'>;

/** The gateway's MAX_BODY_BYTES: no request may hold more. */
export const MOST_BODY_BYTES = 16 * 2 ** 20;
/** Of a request, for all that is neither coordinates nor rows. */
const SPARE_BYTES = 4096;

/** Why the shown layout cannot be what a job in so many dimensions starts from; null: it can. */
export function startRefusal(state: ShownState, nDims: 2 | 3): string | null {
  const { layout, isolatedRows, embedding } = state;
  if (layout === null || embedding.kind !== 'ready') return 'No layout is shown yet.';
  const nRows = isolatedRows?.length ?? embedding.value.n_points;
  if (layout.nPoints !== nRows || !sameRows(layout.rows, isolatedRows)) {
    return 'The shown layout is not one of the rows that would be projected.';
  }
  if (layout.nComponents < nDims) {
    return layout.nComponents === 2
      ? 'The shown layout has two dimensions; choose 2-D, or another start.'
      : 'The shown layout has one dimension alone.';
  }
  const nBytes = bodyBytes(nRows, nDims, isolatedRows);
  return nBytes > MOST_BODY_BYTES
    ? `The shown layout is too large to be sent: ${bytesOf(nBytes)} of at most ${bytesOf(MOST_BODY_BYTES)}.`
    : null;
}

/**
 * What a method starts from: the first dimensions of the shown layout, float32 little-endian `(nPoints, nDims)` in
 * base64. A layout of the same method keeps its size, so that it goes on from there; others take that of a usual start.
 */
export function shownStart(
  { layout, pca }: Pick<State, 'pca'> & { readonly layout: LayoutState },
  method: 'tsne' | 'umap',
  nDims: 2 | 3,
): string {
  const chosen = columnsOf(layout, shownComponents({ pca, viewDims: nDims }, layout));
  const start = layout.method === method ? chosen : scaledAsStart(chosen, nDims, method);
  return base64Encode(new Uint8Array(start.buffer));
}

/** At most: the rows are ascending, so that none is longer than the last. */
function bodyBytes(nRows: number, nDims: number, rows: Uint32Array | null): number {
  const base64 = 4 * Math.ceil((4 * nRows * nDims) / 3);
  const rowBytes = rows ? rows.length * (String(rows.at(-1) ?? 0).length + 1) : 0;
  return base64 + rowBytes + SPARE_BYTES;
}
