/** The loss curve as an SVG path: steps run over the width, the largest loss seen touches the top. */

export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

/** What the curve's box stands for. */
export interface LossScale {
  readonly lastStep: number; // at the right edge
  readonly lowest: number;
  readonly highest: number;
}

/** More points than this are not told apart on the screen. */
const MOST_POINTS = 480;
/** Room for the stroke, so that it is not cut at the edges. */
const EDGE_PX = 2;

/**
 * The scale of some losses; null with fewer than two finite ones.
 *
 * @param nSteps step at the right edge; a smaller one than the newest is ignored.
 */
export function lossScale(losses: readonly LossPoint[], nSteps: number): LossScale | null {
  let [lowest, highest, newest, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const { step, loss } of losses) {
    if (!Number.isFinite(loss)) continue;
    lowest = Math.min(lowest, loss);
    highest = Math.max(highest, loss);
    newest = Math.max(newest, step);
    count += 1;
  }
  return count < 2 ? null : { lastStep: Math.max(nSteps, newest, 1), lowest, highest };
}

/** Path of a curve in a box. Long curves are thinned evenly; the newest point always stays. */
export function lossPath(
  losses: readonly LossPoint[],
  scale: LossScale,
  box: { readonly width: number; readonly height: number },
): string {
  const finite = losses.filter((point) => Number.isFinite(point.loss));
  return thinned(finite, MOST_POINTS)
    .map(({ step, loss }, index) => {
      const x = (box.width * step) / scale.lastStep;
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${heightOf(loss, scale, box.height).toFixed(1)}`;
    })
    .join('');
}

/** Distance of a loss from the top of a box of this height; losses out of the scale lie on its edge. */
export function heightOf(loss: number, { lowest, highest }: LossScale, height: number): number {
  const share = (highest - loss) / (highest - lowest || 1);
  return EDGE_PX + (height - 2 * EDGE_PX) * Math.min(1, Math.max(0, share));
}

/** At most `most` of the items, evenly spaced, the first and the last among them. */
export function thinned<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, place) => {
    const index = Math.round((place * (items.length - 1)) / (most - 1));
    return items[index] as T;
  });
}
