/** What the legend draws, without drawing it. */

/** Whether points of this value are shown: all are while nothing is isolated. */
export function legendIsOn(value: string, isolated: ReadonlySet<string>): boolean {
  return isolated.size === 0 || isolated.has(value);
}

/** The stops of a numeric legend as a CSS gradient from left to right. */
export function legendGradient(stops: readonly string[]): string {
  return stops.length === 1 ? (stops[0] ?? '') : `linear-gradient(to right, ${stops.join(', ')})`;
}
