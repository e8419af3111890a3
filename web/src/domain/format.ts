/** Numbers as sentences and captions of this part of the page write them. */

const COUNT = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** (1, 'point') -> "1 point"; (1797, 'point') -> "1,797 points". */
export function countOf(value: number, noun: string, plural = `${noun}s`): string {
  return `${COUNT.format(value)} ${value === 1 ? noun : plural}`;
}

/** Seconds since 1970 -> "2024-01-31", or "2024-01-31 12:00:05" where it is not midnight, UTC; NaN -> "". */
export function textOfTime(seconds: number): string {
  const moment = new Date(Math.round(seconds * 1000));
  if (Number.isNaN(moment.getTime())) return '';
  const [date = '', time = ''] = moment.toISOString().slice(0, -1).split('T');
  return time === '00:00:00.000' ? date : `${date} ${time.replace('.000', '')}`;
}

/** 0.1203 -> "12.0 %". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
