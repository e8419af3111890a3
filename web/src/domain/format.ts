/** Numbers as sentences and captions of this part of the page write them. */

const COUNT = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** (1, 'point') -> "1 point"; (1797, 'point') -> "1,797 points". */
export function countOf(value: number, noun: string, plural = `${noun}s`): string {
  return `${COUNT.format(value)} ${value === 1 ? noun : plural}`;
}

/** 0.1203 -> "12.0 %". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
