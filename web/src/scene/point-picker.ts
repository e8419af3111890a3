/** Which point is under the pointer, and which lie in an area. Projects lazily, once per view that is asked about. */

import { ScreenGrid } from '../domain/screen-grid';
import type { Cloud } from './cloud';
import { diameterAt, emphasisScale, type SizeLaw } from './size-law';
import { depthOf, projectAll, type View } from './view';

/** A point this far from the pointer is still meant, when no point lies right under it. */
const REACH_PX = 6;

export class PointPicker {
  private grid: ScreenGrid | null = null;
  private readonly xy: Float32Array;

  constructor(private readonly cloud: Cloud) {
    this.xy = new Float32Array(cloud.nPoints * 2);
  }

  /** The view or the positions changed: the next question projects again. */
  invalidate(): void {
    this.grid = null;
  }

  /**
   * The point seen at (x, y), CSS px: of those whose disc covers it the one painted last, else the nearest within reach;
   * null: none.
   */
  at(view: View, law: SizeLaw, x: number, y: number): number | null {
    const { cloud } = this;
    const { world } = cloud.motion;
    let covering = -1;
    let nearest = -1;
    let nearestSquared = Infinity;
    const reach = Math.max(REACH_PX, 0.5 * largestDiameter(law));
    this.gridFor(view).visitNear(x, y, reach, (point, squared) => {
      const at = point * 3;
      const depth = depthOf(view, world[at] as number, world[at + 1] as number, world[at + 2] as number);
      const radius = 0.5 * diameterAt(law, depth) * emphasisScale(cloud.emphasis[point] as number);
      if (squared <= radius * radius && (covering < 0 || cloud.rankOf(point) > cloud.rankOf(covering))) {
        covering = point;
      }
      if (squared > REACH_PX * REACH_PX || squared > nearestSquared) return;
      if (squared < nearestSquared || cloud.rankOf(point) > cloud.rankOf(nearest)) nearest = point;
      nearestSquared = squared;
    });
    if (covering >= 0) return covering;
    return nearest >= 0 ? nearest : null;
  }

  /** All points in a box (two opposite corners) or a lasso, x and y pairs in CSS px; hidden ones as well. */
  inArea(view: View, shape: 'box' | 'lasso', corners: readonly number[]): Uint32Array {
    const grid = this.gridFor(view);
    if (shape === 'lasso') return grid.inPolygon(corners);
    const [x0, y0, x1, y1] = corners as unknown as readonly [number, number, number, number];
    return grid.inRectangle({
      left: Math.min(x0, x1),
      top: Math.min(y0, y1),
      right: Math.max(x0, x1),
      bottom: Math.max(y0, y1),
    });
  }

  private gridFor(view: View): ScreenGrid {
    if (this.grid === null) {
      projectAll(view, this.cloud.motion.world, this.xy);
      const screen = { nPoints: this.cloud.nPoints, xy: this.xy };
      this.grid = new ScreenGrid(screen, view.viewport.widthPx, view.viewport.heightPx);
    }
    return this.grid;
  }
}

function largestDiameter(law: SizeLaw): number {
  return (law.referenceDepth === 0 ? law.base : law.most) * emphasisScale(3);
}
