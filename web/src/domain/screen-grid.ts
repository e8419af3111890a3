/**
 * Points by screen cell: hover and selections without reading anything back from the GPU. Hidden (overdrawn) points are
 * in it as well. Built by a counting sort; a query touches only the cells it needs.
 */

/** Projected points. Row i of `xy` is point i in CSS px; NaN: not on the screen side of the camera. */
export interface ScreenPoints {
  readonly nPoints: number;
  readonly xy: Float32Array;
}

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const CELL_PX = 16;

export class ScreenGrid {
  private readonly nColumns: number;
  private readonly nRows: number;
  private readonly starts: Uint32Array;
  private readonly points: Uint32Array;

  /** Points further than one cell outside the viewport are kept out of the grid. */
  constructor(
    readonly screen: ScreenPoints,
    widthPx: number,
    heightPx: number,
  ) {
    this.nColumns = Math.ceil(widthPx / CELL_PX) + 2;
    this.nRows = Math.ceil(heightPx / CELL_PX) + 2;
    const cells = new Int32Array(screen.nPoints);
    this.starts = new Uint32Array(this.nColumns * this.nRows + 1);
    for (let point = 0; point < screen.nPoints; point += 1) {
      const cell = this.cellOf(screen.xy[point * 2] as number, screen.xy[point * 2 + 1] as number);
      cells[point] = cell;
      if (cell >= 0) this.starts[cell + 1] = (this.starts[cell + 1] as number) + 1;
    }
    for (let cell = 1; cell < this.starts.length; cell += 1) {
      this.starts[cell] = (this.starts[cell] as number) + (this.starts[cell - 1] as number);
    }
    this.points = new Uint32Array(this.starts[this.starts.length - 1] as number);
    const next = this.starts.slice(0, -1);
    for (let point = 0; point < screen.nPoints; point += 1) {
      const cell = cells[point] as number;
      if (cell < 0) continue;
      const at = next[cell] as number;
      this.points[at] = point;
      next[cell] = at + 1;
    }
  }

  /** Calls back with every point at most `radiusPx` from (x, y), and its squared distance. */
  visitNear(
    x: number,
    y: number,
    radiusPx: number,
    visit: (point: number, squaredDistance: number) => void,
  ): void {
    const { xy } = this.screen;
    const around = { left: x - radiusPx, top: y - radiusPx, right: x + radiusPx, bottom: y + radiusPx };
    this.visitIn(around, (point) => {
      const dx = (xy[point * 2] as number) - x;
      const dy = (xy[point * 2 + 1] as number) - y;
      const squared = dx * dx + dy * dy;
      if (squared <= radiusPx * radiusPx) visit(point, squared);
    });
  }

  /** All points inside a rectangle of the screen, ascending. */
  inRectangle(rectangle: Rectangle): Uint32Array {
    const found: number[] = [];
    this.visitIn(rectangle, (point) => found.push(point));
    return Uint32Array.from(found).sort();
  }

  /** All points inside a closed polygon (even-odd rule), corners as x, y pairs in CSS px; ascending. */
  inPolygon(corners: readonly number[]): Uint32Array {
    const found: number[] = [];
    const { xy } = this.screen;
    this.visitIn(boundsOf(corners), (point) => {
      if (insidePolygon(corners, xy[point * 2] as number, xy[point * 2 + 1] as number)) found.push(point);
    });
    return Uint32Array.from(found).sort();
  }

  private visitIn(rectangle: Rectangle, visit: (point: number) => void): void {
    const { xy } = this.screen;
    const firstColumn = this.clampColumn(rectangle.left);
    const lastColumn = this.clampColumn(rectangle.right);
    const lastRow = this.clampRow(rectangle.bottom);
    for (let row = this.clampRow(rectangle.top); row <= lastRow; row += 1) {
      const from = this.starts[row * this.nColumns + firstColumn] as number;
      const to = this.starts[row * this.nColumns + lastColumn + 1] as number;
      for (let at = from; at < to; at += 1) {
        const point = this.points[at] as number;
        const [x, y] = [xy[point * 2] as number, xy[point * 2 + 1] as number];
        if (x < rectangle.left || x > rectangle.right || y < rectangle.top || y > rectangle.bottom) continue;
        visit(point);
      }
    }
  }

  private cellOf(x: number, y: number): number {
    const column = Math.floor(x / CELL_PX) + 1;
    const row = Math.floor(y / CELL_PX) + 1;
    const inside = column >= 0 && column < this.nColumns && row >= 0 && row < this.nRows;
    return inside ? row * this.nColumns + column : -1;
  }

  private clampColumn(x: number): number {
    return Math.min(this.nColumns - 1, Math.max(0, Math.floor(x / CELL_PX) + 1));
  }

  private clampRow(y: number): number {
    return Math.min(this.nRows - 1, Math.max(0, Math.floor(y / CELL_PX) + 1));
  }
}

function boundsOf(corners: readonly number[]): Rectangle {
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let corner = 0; corner < corners.length; corner += 2) {
    const [x, y] = [corners[corner] as number, corners[corner + 1] as number];
    bounds.left = Math.min(bounds.left, x);
    bounds.right = Math.max(bounds.right, x);
    bounds.top = Math.min(bounds.top, y);
    bounds.bottom = Math.max(bounds.bottom, y);
  }
  return bounds;
}

/** Even-odd test: counts the polygon's edges crossed by a ray to the right of (x, y). */
export function insidePolygon(corners: readonly number[], x: number, y: number): boolean {
  let inside = false;
  let previous = corners.length - 2;
  for (let corner = 0; corner < corners.length; corner += 2) {
    const [ax, ay] = [corners[corner] as number, corners[corner + 1] as number];
    const [bx, by] = [corners[previous] as number, corners[previous + 1] as number];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    previous = corner;
  }
  return inside;
}
