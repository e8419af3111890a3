/** Where the thumbnails of an atlas lie: cells of pages, at full size and halved again and again. Arithmetic alone. */

/** All thumbnails at one size: thumbnail i is cell i, row-major, page after page. */
export interface SpriteLevel {
  /** From the left and the top of its cell; a fraction where halving leaves one. What is left of the cell repeats its edge. */
  readonly thumbnailWidthPx: number;
  readonly thumbnailHeightPx: number;
  /** From one thumbnail to the next. */
  readonly cellWidthPx: number;
  readonly cellHeightPx: number;
  /** Of a full page; the last one may have fewer rows. */
  readonly nColumns: number;
  readonly nRows: number;
  readonly nPages: number;
}

export interface SpriteGeometry {
  readonly nCells: number;
  /** From full size down, each half the one before. */
  readonly levels: readonly SpriteLevel[];
}

export interface CellPlace {
  readonly page: number;
  readonly left: number;
  readonly top: number;
}

/** Sides that every GPU takes. */
const MOST_PAGE_PX = 2048;
const MOST_LAYERS = 256;
const BYTES_PER_PIXEL = 4;
/** Columns and rows of an image of listed thumbnails. */
const MOST_LISTED = 16;

export function placeOfCell(level: SpriteLevel, cell: number): CellPlace {
  const perPage = level.nColumns * level.nRows;
  const place = cell % perPage;
  return {
    page: Math.floor(cell / perPage),
    left: (place % level.nColumns) * level.cellWidthPx,
    top: Math.floor(place / level.nColumns) * level.cellHeightPx,
  };
}

/** Columns of an image of listed thumbnails, where at least so many are listed. */
export function listedColumns(level: SpriteLevel): number {
  return Math.min(MOST_LISTED, Math.floor(MOST_PAGE_PX / level.cellWidthPx));
}

/** As many thumbnails as can be listed for one image that every GPU takes. */
export function mostListed(level: SpriteLevel): number {
  return listedColumns(level) * Math.min(MOST_LISTED, Math.floor(MOST_PAGE_PX / level.cellHeightPx));
}

/** Where the thumbnail at a place of the list lies in the image of so many. */
export function placeInList(level: SpriteLevel, place: number): CellPlace {
  const nColumns = listedColumns(level);
  return {
    page: 0,
    left: (place % nColumns) * level.cellWidthPx,
    top: Math.floor(place / nColumns) * level.cellHeightPx,
  };
}

/** Longer side of a thumbnail, px. */
export function longerSide(level: SpriteLevel): number {
  return Math.max(level.thumbnailWidthPx, level.thumbnailHeightPx);
}

/** The level to draw a thumbnail from whose longer side takes so many device px: the nearest, as the shader chooses. */
export function levelOfSide({ levels }: SpriteGeometry, sidePx: number): number {
  const [full] = levels;
  if (full === undefined) return 0;
  const level = Math.floor(Math.log2(longerSide(full) / sidePx) + 0.5);
  return Math.min(levels.length - 1, Math.max(0, level));
}

/** The smallest level whose thumbnails are at least so large; full size where none is. */
export function levelAtLeast({ levels }: SpriteGeometry, sidePx: number): number {
  const first = levels.findIndex((level) => longerSide(level) < sidePx);
  return Math.max(0, (first < 0 ? levels.length : first) - 1);
}

/** Bytes of all pages of a level and of the smaller ones, each level as one texture. */
export function textureBytes({ levels }: SpriteGeometry, number: number): number {
  return levels.slice(number).reduce((sum, level) => {
    const page = level.nColumns * level.cellWidthPx * level.nRows * level.cellHeightPx;
    return sum + page * level.nPages * BYTES_PER_PIXEL;
  }, 0);
}

/** The finest level that fits into so many bytes together with the smaller ones; null where not even the smallest does. */
export function wholeLevel(geometry: SpriteGeometry, mostBytes: number): number | null {
  const found = geometry.levels.findIndex(
    ({ nPages }, number) => nPages <= MOST_LAYERS && textureBytes(geometry, number) <= mostBytes,
  );
  return found < 0 ? null : found;
}
