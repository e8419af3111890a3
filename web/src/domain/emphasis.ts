/** Which points stand out: the rules of selection, neighbors, search and legend in one place. */

/** As the scene counts: the higher, the stronger. */
export const DIMMED = 0;
export const NORMAL = 1;
export const MARKED = 2;
export const SELECTED = 3;

export interface EmphasisRules {
  readonly nRows: number; // of the whole embedding
  readonly selection: Uint32Array;
  readonly neighbors: Uint32Array | null; // dim all others
  readonly matches: Uint32Array | null; // of a search: dim all others
  readonly isKept: ((row: number) => boolean) | null; // by the legend; null: all
}

/** Emphasis of each original row. */
export function emphasisOfRows(rules: EmphasisRules): Uint8Array {
  const { nRows, selection, neighbors, matches, isKept } = rules;
  const emphasis = new Uint8Array(nRows).fill(neighbors || matches ? DIMMED : NORMAL);
  for (const marked of [matches, neighbors]) {
    for (const row of marked ?? []) emphasis[row] = MARKED;
  }
  if (isKept) {
    for (let row = 0; row < nRows; row += 1) if (!isKept(row)) emphasis[row] = DIMMED;
  }
  for (const row of selection) emphasis[row] = SELECTED;
  return emphasis;
}

/** Values per shown point from values per original row; `rows` null: the identity. */
export function ofShownPoints(byRow: Uint8Array, rows: Uint32Array | null): Uint8Array {
  return rows === null ? byRow : Uint8Array.from(rows, (row) => byRow[row] ?? NORMAL);
}
