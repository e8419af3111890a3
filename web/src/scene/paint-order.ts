/**
 * The order in which points are painted: dimmed, normal, neighbors, selected; far before near within each. Painting in
 * this order blends edges and transparency correctly without a depth buffer, and tells the picker what lies on top.
 */

import { depthOf, type View } from './view';

const DEPTH_BITS = 14;
const N_DEPTHS = 1 << DEPTH_BITS;
const N_RANKS = 4;
/** A large odd number: index * it, modulo a power of two, visits every index once in a scattered order. */
const SCATTER = 0x9e3779b1;

export class PaintOrder {
  /** Points in painting order; only the first `count` are shown, the rest has no meaning. */
  readonly order: Uint32Array;
  /** Place of each point in `order`: larger is nearer to the viewer. */
  readonly rank: Uint32Array;
  count = 0;
  /** Every point once, in a scattered order that never changes. */
  readonly scattered: Uint32Array;
  private readonly keys: Uint16Array;

  constructor(nPoints: number) {
    this.order = new Uint32Array(nPoints);
    this.rank = new Uint32Array(nPoints);
    this.keys = new Uint16Array(nPoints);
    this.scattered = scatteredIndices(nPoints);
  }

  /** Sorts again for this view. Points whose position is NaN are left out. */
  update(view: View, world: Float32Array, emphasis: Uint8Array): void {
    this.computeKeys(view, world, emphasis);
    const starts = new Uint32Array(N_RANKS * N_DEPTHS + 1);
    let count = 0;
    for (const key of this.keys) {
      if (key === HIDDEN) continue;
      starts[key + 1] = (starts[key + 1] as number) + 1;
      count += 1;
    }
    for (let key = 1; key < starts.length; key += 1) {
      starts[key] = (starts[key] as number) + (starts[key - 1] as number);
    }
    for (const point of this.scattered) {
      const key = this.keys[point] as number;
      if (key === HIDDEN) continue;
      const at = starts[key] as number;
      starts[key] = at + 1;
      this.order[at] = point;
      this.rank[point] = at;
    }
    this.count = count;
  }

  private computeKeys(view: View, world: Float32Array, emphasis: Uint8Array): void {
    const { near, far } = depthRange(view, world);
    const scale = far > near ? (N_DEPTHS - 1) / (far - near) : 0;
    const [a, b, c, d] = view.depth;
    for (let point = 0, at = 0; point < this.keys.length; point += 1, at += 3) {
      const x = world[at] as number;
      const depth = a * x + b * (world[at + 1] as number) + c * (world[at + 2] as number) + d;
      const rank = Math.min(N_RANKS - 1, emphasis[point] as number);
      // The nearest point of the highest rank would take the key that means hidden: it shares its neighbor's.
      const key = rank * N_DEPTHS + Math.round((far - depth) * scale);
      this.keys[point] = Number.isNaN(depth) ? HIDDEN : Math.min(key, HIDDEN - 1);
    }
  }
}

const HIDDEN = 0xffff;

/** Nearest and farthest depth of the shown points. */
function depthRange(view: View, world: Float32Array): { near: number; far: number } {
  let near = Infinity;
  let far = -Infinity;
  for (let at = 0; at < world.length; at += 3) {
    const depth = depthOf(view, world[at] as number, world[at + 1] as number, world[at + 2] as number);
    if (depth < near) near = depth;
    if (depth > far) far = depth;
  }
  return { near, far };
}

/** Every index once, scattered: in 2-D, where all depths are equal, no class that comes last covers the others. */
function scatteredIndices(nPoints: number): Uint32Array {
  const indices = new Uint32Array(nPoints);
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, nPoints)));
  let filled = 0;
  for (let step = 0; filled < nPoints; step += 1) {
    const index = (Math.imul(step, SCATTER) >>> 0) % size;
    if (index < nPoints) {
      indices[filled] = index;
      filled += 1;
    }
  }
  return indices;
}
