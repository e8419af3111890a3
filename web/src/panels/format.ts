/** Single numbers as the panels write them: always in the same form, never a locale's surprise. */

const COUNT = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 10000 -> "10,000". */
export function counted(value: number): string {
  return COUNT.format(value);
}

/** A measured value in about four significant digits: 0.00012345 -> "1.234e-4", 3.14159 -> "3.142", NaN -> "–". */
export function measured(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(3);
  return size >= 1000 ? counted(value) : value.toPrecision(4);
}

/** A cell of a numeric column: integers in full, others as measured. */
export function columnNumber(value: number, integer: boolean): string {
  if (Number.isNaN(value)) return '–';
  return integer && Number.isSafeInteger(value) ? String(value) : measured(value);
}
