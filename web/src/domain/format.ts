/** Numbers as sentences and captions of this part of the page write them. */

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'];
const COUNT = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** (1, 'point') -> "1 point"; (1797, 'point') -> "1,797 points". */
export function countOf(value: number, noun: string, plural = `${noun}s`): string {
  return `${COUNT.format(value)} ${value === 1 ? noun : plural}`;
}

/** 512 -> "512 bytes"; 12,900,000 -> "12.3 MiB" with a space that no line ends at. */
export function bytesOf(nBytes: number): string {
  const power = Math.min(UNITS.length, Math.floor(Math.log2(Math.max(1, nBytes)) / 10));
  if (power === 0) return countOf(nBytes, 'byte');
  const value = nBytes / 2 ** (10 * power);
  return `${value < 99.95 && !Number.isInteger(value) ? value.toFixed(1) : COUNT.format(value)} ${UNITS[power - 1]}`;
}

/** Seconds since 1970 -> "2024-01-31", or "2024-01-31 12:00:05" where it is not midnight, UTC; NaN -> "". */
export function textOfTime(seconds: number): string {
  const moment = new Date(Math.round(seconds * 1000));
  if (Number.isNaN(moment.getTime())) return '';
  const [date = '', time = ''] = moment.toISOString().slice(0, -1).split('T');
  return time === '00:00:00.000' ? date : `${date} ${time.replace('.000', '')}`;
}

/** 0.437 -> "43 %": nothing is done before it is. */
export function percentDone(part: number): string {
  return `${Math.floor(100 * part)} %`;
}

/** 0.1203 -> "12.0 %". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
