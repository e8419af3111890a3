/** The past of a run, as a list of its published frames in rising sequence. */

import type { HistoryPoint, JobView } from './model';

/** More than a screen is wide adds nothing. Even: halving keeps both ends. */
const MOST_POINTS = 3000;

/** The history with one more frame; thinned by half whenever there are too many. */
export function withPoint(
  history: JobView['history'],
  { sequence, step, loss }: Omit<HistoryPoint, 'isKept'>,
): JobView['history'] {
  if (sequence <= (history.at(-1)?.sequence ?? 0)) return history;
  return thinned([...history, { sequence, step, loss, isKept: true }]);
}

/** What was seen live joined to what the gateway knows, which is right where both know a frame. */
export function joined(seen: JobView['history'], told: JobView['history']): JobView['history'] {
  const newestTold = told.at(-1)?.sequence ?? 0;
  return thinned([...told, ...seen.filter(({ sequence }) => sequence > newestTold)]);
}

/** The history after a frame was asked for that is no longer kept. */
export function withoutFrame(history: JobView['history'], sequence: number): JobView['history'] {
  return history.map((point) => (point.sequence === sequence ? { ...point, isKept: false } : point));
}

/** The point whose frame can still be asked for that is nearest to a sequence; null where there is none. */
export function nearestKept(history: JobView['history'], sequence: number): HistoryPoint | null {
  return nearest(history, (point) => Math.abs(point.sequence - sequence));
}

/** The same, nearest to a step. */
export function nearestKeptStep(history: JobView['history'], step: number): HistoryPoint | null {
  return nearest(history, (point) => Math.abs(point.step - step));
}

function nearest(history: JobView['history'], gapOf: (point: HistoryPoint) => number): HistoryPoint | null {
  let found: HistoryPoint | null = null;
  for (const point of history) {
    if (point.isKept && (found === null || gapOf(point) < gapOf(found))) found = point;
  }
  return found;
}

/** The kept point so many kept points before or after a sequence; null past the newest. */
export function keptBeside(
  history: JobView['history'],
  sequence: number,
  nFrames: number,
): HistoryPoint | null {
  const kept = history.filter(({ isKept }) => isKept);
  const before = kept.findLastIndex((point) => point.sequence <= sequence);
  // Between two kept frames, the one before is the first step back.
  const from = nFrames < 0 && kept[before]?.sequence !== sequence ? before + 1 : before;
  return kept[Math.max(0, from + nFrames)] ?? null;
}

function thinned(history: JobView['history']): JobView['history'] {
  if (history.length <= MOST_POINTS) return history;
  return history.filter((_, index) => index % 2 === 0 || index === history.length - 1);
}
