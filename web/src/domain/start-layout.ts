/** Some columns of a layout, in the size at which an optimiser starts well. */

export interface Coordinates {
  readonly values: Float32Array; // nPoints * nComponents
  readonly nPoints: number;
  readonly nComponents: number;
}

/** The chosen columns, `(nPoints, components.length)`; points that have no place get the origin. */
export function columnsOf({ values, nPoints, nComponents }: Coordinates, components: readonly number[]) {
  const nDims = components.length;
  const chosen = new Float32Array(nPoints * nDims);
  components.forEach((component, dim) => {
    for (let point = 0; point < nPoints; point += 1) {
      const value = values[point * nComponents + component] ?? 0;
      chosen[point * nDims + dim] = Number.isFinite(value) ? value : 0;
    }
  });
  return chosen;
}

/** Standard deviation of the first dimension: t-SNE decides by attraction alone while points lie so near. */
const TSNE_STD = 1e-4;
/** Longest side: UMAP's own starts are as wide. */
const UMAP_EXTENT = 10;

/**
 * One factor for all dimensions, so that the shape stays, makes a layout as large as a start of the method usually is.
 * A t-SNE hardly moves what lies hundreds of units apart, as components of grey values do.
 */
export function scaledAsStart(layout: Float32Array, nDims: number, method: 'tsne' | 'umap'): Float32Array {
  const size = method === 'tsne' ? firstDeviation(layout, nDims) : longestSide(layout, nDims);
  if (size === 0) return layout;
  const factor = (method === 'tsne' ? TSNE_STD : UMAP_EXTENT) / size;
  return layout.map((value) => value * factor);
}

function firstDeviation(layout: Float32Array, nDims: number): number {
  const nPoints = layout.length / nDims;
  let sum = 0;
  for (let index = 0; index < layout.length; index += nDims) sum += layout[index] ?? 0;
  const mean = sum / nPoints;
  let squares = 0;
  for (let index = 0; index < layout.length; index += nDims) squares += ((layout[index] ?? 0) - mean) ** 2;
  return Math.sqrt(squares / nPoints);
}

function longestSide(layout: Float32Array, nDims: number): number {
  let longest = 0;
  for (let dim = 0; dim < nDims; dim += 1) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let index = dim; index < layout.length; index += nDims) {
      low = Math.min(low, layout[index] ?? 0);
      high = Math.max(high, layout[index] ?? 0);
    }
    longest = Math.max(longest, high - low);
  }
  return longest;
}
