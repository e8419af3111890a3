/** The loss curve as an SVG path: steps run over the width, the largest loss seen touches the top. */

export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

/** More points than this are not told apart on the screen. */
const MOST_POINTS = 240;
/** Room for the stroke, so that it is not cut at the edges. */
const EDGE_PX = 2;

/**
 * Path of a curve in a box; null with fewer than two finite losses. Long curves are thinned evenly; the newest point
 * always stays.
 *
 * @param nSteps step at the right edge; a smaller one than the newest is ignored.
 */
export function lossPath(
  losses: readonly LossPoint[],
  nSteps: number,
  box: { readonly width: number; readonly height: number },
): string | null {
  const finite = losses.filter((point) => Number.isFinite(point.loss));
  const newest = finite.at(-1);
  if (newest === undefined || finite.length < 2) return null;
  const points = thinned(finite, MOST_POINTS);
  const lowest = Math.min(...points.map((point) => point.loss));
  const highest = Math.max(...points.map((point) => point.loss));
  const lastStep = Math.max(nSteps, newest.step, 1);
  const extent = highest - lowest || 1;
  const drop = box.height - 2 * EDGE_PX;
  return points
    .map(({ step, loss }, index) => {
      const x = (box.width * step) / lastStep;
      const y = EDGE_PX + (drop * (highest - loss)) / extent;
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}

/** At most `most` of the items, evenly spaced, the first and the last among them. */
export function thinned<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, place) => {
    const index = Math.round((place * (items.length - 1)) / (most - 1));
    return items[index] as T;
  });
}
