/** Sets of rows as ascending Uint32Arrays without duplicates. Every function returns a new array or one it was given. */

export const NO_ROWS = new Uint32Array(0);

/** Ascending and without duplicates. */
export function rowSet(rows: Iterable<number>): Uint32Array {
  const sorted = Uint32Array.from(rows).sort();
  let length = 0;
  for (let index = 0; index < sorted.length; index += 1) {
    const row = sorted[index] ?? 0;
    if (index === 0 || row !== sorted[length - 1]) {
      sorted[length] = row;
      length += 1;
    }
  }
  return sorted.slice(0, length);
}

export function union(first: Uint32Array, second: Uint32Array): Uint32Array {
  if (first.length === 0) return second;
  if (second.length === 0) return first;
  const merged = new Uint32Array(first.length + second.length);
  let length = 0;
  let i = 0;
  let j = 0;
  while (i < first.length || j < second.length) {
    const left = first[i] ?? Number.POSITIVE_INFINITY;
    const right = second[j] ?? Number.POSITIVE_INFINITY;
    merged[length] = Math.min(left, right);
    length += 1;
    if (left <= right) i += 1;
    if (right <= left) j += 1;
  }
  return merged.slice(0, length);
}

export function difference(first: Uint32Array, second: Uint32Array): Uint32Array {
  return first.filter((row) => !contains(second, row));
}

export function intersection(first: Uint32Array, second: Uint32Array): Uint32Array {
  return first.filter((row) => contains(second, row));
}

export function contains(rows: Uint32Array, row: number): boolean {
  return indexOf(rows, row) >= 0;
}

/** Place of a row in the set; -1 when it is not in it. */
export function indexOf(rows: Uint32Array, row: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const value = rows[middle] ?? 0;
    if (value === row) return middle;
    if (value < row) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export function sameRows(first: Uint32Array | null, second: Uint32Array | null): boolean {
  if (first === second) return true;
  if (first === null || second === null || first.length !== second.length) return false;
  return first.every((row, index) => row === second[index]);
}

/** The selection after picking `rows` in a mode. */
export function combined(
  selection: Uint32Array,
  rows: Uint32Array,
  mode: 'replace' | 'add' | 'remove',
): Uint32Array {
  if (mode === 'replace') return rows;
  return mode === 'add' ? union(selection, rows) : difference(selection, rows);
}
