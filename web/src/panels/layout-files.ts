/** The files that a layout is downloaded as. */

import type { LayoutFormat, Store } from '../state/model';
import type { MenuItem } from './menu';

const FORMATS: readonly { readonly format: LayoutFormat; readonly label: string }[] = [
  { format: 'tsv', label: 'Coordinates as TSV' },
  { format: 'csv', label: 'Coordinates as CSV' },
  { format: 'npy', label: 'Coordinates as NPY' },
  { format: 'parquet', label: 'Coordinates as Parquet' },
];

export function downloadItems(jobId: string, { layoutUrl }: Store['actions']): readonly MenuItem[] {
  return FORMATS.map(({ format, label }) => ({
    label,
    icon: 'download',
    testId: `download-${format}`,
    href: layoutUrl(jobId, format),
  }));
}
