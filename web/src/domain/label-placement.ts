/**
 * Labels without overlap: each is tried on the sides of its point, most important first, against those that are placed
 * already. A label that was shown in the frame before comes first on the side where it was, so nothing flickers while
 * the camera turns.
 */

export type LabelSide = 'right' | 'left' | 'above' | 'below';

/** A label that asks for a place beside its point; CSS px. */
export interface LabelRequest {
  readonly point: number;
  readonly x: number;
  readonly y: number;
  /** Room kept free around (x, y): the drawn point. */
  readonly radiusPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Where a label goes: the top left of its box; CSS px. */
export interface PlacedLabel {
  readonly point: number;
  readonly left: number;
  readonly top: number;
  readonly side: LabelSide;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const SIDES: readonly LabelSide[] = ['right', 'left', 'above', 'below'];
const GAP_PX = 4;
/** Labels stay this far from the edge of the canvas and from each other. */
const EDGE_PX = 4;
const APART_PX = 2;
const CELL_WIDTH_PX = 64;
const CELL_HEIGHT_PX = 24;

/** The boxes placed so far, by cells of the screen. */
export class LabelSpace {
  private readonly cells = new Map<number, Box[]>();
  private readonly nColumns: number;

  constructor(
    private readonly widthPx: number,
    private readonly heightPx: number,
  ) {
    this.nColumns = Math.ceil(widthPx / CELL_WIDTH_PX) + 1;
  }

  /** Whether a box lies inside the canvas and overlaps none before it. */
  isFree(box: Box): boolean {
    const inside =
      box.left >= EDGE_PX &&
      box.top >= EDGE_PX &&
      box.right <= this.widthPx - EDGE_PX &&
      box.bottom <= this.heightPx - EDGE_PX;
    if (!inside) return false;
    for (const cell of this.cellsOf(grown(box, APART_PX))) {
      for (const other of this.cells.get(cell) ?? []) {
        if (overlap(box, other)) return false;
      }
    }
    return true;
  }

  take(box: Box): void {
    for (const cell of this.cellsOf(box)) {
      const boxes = this.cells.get(cell);
      if (boxes === undefined) this.cells.set(cell, [box]);
      else boxes.push(box);
    }
  }

  /** Places a label on the first side that is free, `wished` before the others; null: no room. */
  place(request: LabelRequest, wished: LabelSide | undefined): PlacedLabel | null {
    const sides = wished === undefined ? SIDES : [wished, ...SIDES.filter((side) => side !== wished)];
    for (const side of sides) {
      const box = boxBeside(request, side);
      if (!this.isFree(box)) continue;
      this.take(box);
      return { point: request.point, left: box.left, top: box.top, side };
    }
    return null;
  }

  /** Places a label whatever lies there, moved inside the canvas. */
  placeAnyway(request: LabelRequest): PlacedLabel {
    const fits = SIDES.find((side) => this.isInside(boxBeside(request, side))) ?? 'right';
    const box = boxBeside(request, fits);
    const left = Math.max(EDGE_PX, Math.min(box.left, this.widthPx - EDGE_PX - request.widthPx));
    const top = Math.max(EDGE_PX, Math.min(box.top, this.heightPx - EDGE_PX - request.heightPx));
    this.take({ left, top, right: left + request.widthPx, bottom: top + request.heightPx });
    return { point: request.point, left, top, side: fits };
  }

  private isInside(box: Box): boolean {
    const { widthPx, heightPx } = this;
    const across = box.left >= EDGE_PX && box.right <= widthPx - EDGE_PX;
    return across && box.top >= EDGE_PX && box.bottom <= heightPx - EDGE_PX;
  }

  private *cellsOf(box: Box): Generator<number> {
    const lastColumn = Math.floor(box.right / CELL_WIDTH_PX);
    const lastRow = Math.floor(box.bottom / CELL_HEIGHT_PX);
    for (let row = Math.floor(box.top / CELL_HEIGHT_PX); row <= lastRow; row += 1) {
      for (let column = Math.floor(box.left / CELL_WIDTH_PX); column <= lastColumn; column += 1) {
        yield row * this.nColumns + column;
      }
    }
  }
}

/** The box of a label on one side of its point. */
export function boxBeside(request: LabelRequest, side: LabelSide): Box {
  const { x, y, radiusPx, widthPx, heightPx } = request;
  const reach = radiusPx + GAP_PX;
  const left = side === 'right' ? x + reach : side === 'left' ? x - reach - widthPx : x - widthPx / 2;
  const top =
    side === 'below' ? y + reach - 1 : side === 'above' ? y - reach + 1 - heightPx : y - heightPx / 2;
  return { left, top, right: left + widthPx, bottom: top + heightPx };
}

function grown({ left, top, right, bottom }: Box, byPx: number): Box {
  return { left: left - byPx, top: top - byPx, right: right + byPx, bottom: bottom + byPx };
}

function overlap(a: Box, b: Box): boolean {
  const apartAcross = a.right + APART_PX <= b.left || b.right + APART_PX <= a.left;
  return !apartAcross && a.bottom + APART_PX > b.top && b.bottom + APART_PX > a.top;
}

const LONGEST_TEXT = 40;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** At most 40 visible characters on one line; what is longer ends with an ellipsis. Emoji and accents stay whole. */
export function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= LONGEST_TEXT) return line;
  const characters = Array.from(segmenter.segment(line), ({ segment }) => segment);
  if (characters.length <= LONGEST_TEXT) return line;
  return `${characters
    .slice(0, LONGEST_TEXT - 1)
    .join('')
    .trimEnd()}…`;
}
