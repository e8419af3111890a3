/** The files that a layout is downloaded as. */

import type { LayoutFormat, Store } from '../state/model';
import type { MenuItem } from './menu';

const FORMATS: readonly { readonly format: LayoutFormat; readonly label: string }[] = [
  { format: 'tsv', label: 'Coordinates as TSV' },
  { format: 'csv', label: 'Coordinates as CSV' },
  { format: 'npy', label: 'Coordinates as NPY' },
  { format: 'parquet', label: 'Coordinates as Parquet' },
];

/** @param sequence of a kept layout; latest: that of the moment of the click. */
export function downloadItems(
  jobId: string,
  sequence: number | 'latest',
  { layoutUrl }: Store['actions'],
): readonly MenuItem[] {
  return FORMATS.map(({ format, label }) => ({
    label,
    icon: 'download',
    testId: `download-${format}`,
    href: layoutUrl(jobId, format, sequence),
  }));
}
