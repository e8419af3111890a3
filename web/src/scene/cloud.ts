/** What is known per point, on both sides: CPU arrays for picking and labels, one set of GPU buffers for drawing. */

import { BufferAttribute, BufferGeometry, DynamicDrawUsage, Sphere, Vector3 } from 'three';
import { LayoutMotion } from './layout-motion';
import { PaintOrder } from './paint-order';
import type { LayoutPositions } from './scene-api';
import { NORMAL } from './size-law';
import type { View } from './view';

/** Above this the order is refreshed at most each SORT_PAUSE_MS while the camera moves; it is exact at rest. */
const SORT_EACH_FRAME_LIMIT = 200_000;
const SORT_PAUSE_MS = 150;

export class Cloud {
  readonly nPoints: number;
  readonly motion: LayoutMotion;
  readonly geometry = new BufferGeometry();
  readonly emphasis: Uint8Array;
  readonly colors: Uint8Array;
  private readonly paint: PaintOrder;
  private readonly attributes: {
    readonly position: BufferAttribute;
    readonly color: BufferAttribute;
    readonly emphasis: BufferAttribute;
    readonly cell: BufferAttribute;
    readonly order: BufferAttribute;
  };
  private hovered: number | null = null;
  private orderIsStale = true;
  private sortedDepth: readonly number[] = [];
  private sortedMs = Number.NEGATIVE_INFINITY;

  constructor(layout: LayoutPositions, defaultColor: readonly [number, number, number, number]) {
    this.nPoints = layout.nPoints;
    this.motion = new LayoutMotion(layout, null);
    this.emphasis = new Uint8Array(layout.nPoints).fill(NORMAL);
    this.colors = new Uint8Array(layout.nPoints * 4);
    for (let at = 0; at < this.colors.length; at += 1) this.colors[at] = defaultColor[at % 4] as number;
    this.paint = new PaintOrder(layout.nPoints);
    this.attributes = {
      position: dynamic(new BufferAttribute(this.motion.world, 3)),
      color: dynamic(new BufferAttribute(this.colors, 4, true)),
      emphasis: dynamic(new BufferAttribute(this.emphasis, 1)),
      // A float holds every index below 2^24, more than an atlas has room for.
      cell: new BufferAttribute(new Float32Array(layout.nPoints), 1),
      order: dynamic(new BufferAttribute(new Uint32Array(layout.nPoints + 1), 1)),
    };
    this.geometry.setAttribute('position', this.attributes.position);
    this.geometry.setAttribute('color', this.attributes.color);
    this.geometry.setAttribute('emphasis', this.attributes.emphasis);
    this.geometry.setAttribute('cell', this.attributes.cell);
    this.geometry.setIndex(this.attributes.order);
    // three.js would look at every point to find it, and complain about hidden ones; nothing here needs it.
    this.geometry.boundingSphere = new Sphere(new Vector3(), Number.POSITIVE_INFINITY);
  }

  get drawnPoints(): number {
    return this.paint.count;
  }

  /** Place of a point in painting order: larger covers smaller. */
  rankOf(point: number): number {
    return this.paint.rank[point] as number;
  }

  /** The shown points in painting order: what comes last lies on top. */
  get painted(): Uint32Array {
    return this.paint.order.subarray(0, this.paint.count);
  }

  /** Every point once, in a scattered order that never changes. */
  get scattered(): Uint32Array {
    return this.paint.scattered;
  }

  isShown(point: number): boolean {
    const x = this.motion.world[point * 3];
    return x !== undefined && !Number.isNaN(x);
  }

  setColors(colors: Uint8Array): void {
    this.colors.set(colors);
    this.attributes.color.needsUpdate = true;
  }

  setEmphasis(emphasis: Uint8Array): void {
    this.emphasis.set(emphasis);
    this.attributes.emphasis.needsUpdate = true;
    this.orderIsStale = true;
  }

  /** Atlas cell of each point; null: its own index. */
  setCells(cells: Uint32Array | null): void {
    const { cell } = this.attributes;
    for (let point = 0; point < this.nPoints; point += 1) cell.array[point] = cells?.[point] ?? point;
    cell.needsUpdate = true;
  }

  /** The shown positions changed. */
  positionsMoved(): void {
    this.attributes.position.needsUpdate = true;
    this.orderIsStale = true;
  }

  /** Brings the painting order up to date. Returns false where a large cloud waits for the camera to rest. */
  sort(view: View, nowMs: number, exact: boolean): boolean {
    const turned = view.depth.slice(0, 3).some((part, axis) => part !== this.sortedDepth[axis]);
    if (!this.orderIsStale && !turned) return true;
    const tooSoon = this.nPoints > SORT_EACH_FRAME_LIMIT && nowMs - this.sortedMs < SORT_PAUSE_MS;
    if (tooSoon && !exact) return false;
    this.paint.update(view, this.motion.world, this.emphasis);
    this.attributes.order.array.set(this.paint.order);
    this.sortedDepth = view.depth.slice(0, 3);
    this.sortedMs = nowMs;
    this.orderIsStale = false;
    this.raiseHovered();
    return true;
  }

  /** The hovered point is painted once more, above all others: an image under the pointer can be seen whole. */
  setHovered(point: number | null): void {
    this.hovered = point;
    this.raiseHovered();
  }

  dispose(): void {
    this.geometry.dispose();
  }

  private raiseHovered(): void {
    const { order } = this.attributes;
    const { count } = this.paint;
    const raised = this.hovered !== null && this.isShown(this.hovered);
    order.array[count] = raised ? (this.hovered as number) : 0;
    order.needsUpdate = true;
    this.geometry.setDrawRange(0, raised ? count + 1 : count);
  }
}

function dynamic(attribute: BufferAttribute): BufferAttribute {
  attribute.setUsage(DynamicDrawUsage);
  return attribute;
}
