/** A cloud with everything that draws or picks it; made and disposed as one. */

import type { Scene as ThreeScene } from 'three';
import { Cloud } from './cloud';
import type { Frame, FrameUniforms } from './frame';
import { PointsLayer } from './layers/points';
import { PointPicker } from './point-picker';
import type { LayoutPositions } from './scene-api';
import { diameterAt, emphasisScale, plainDiameter, type SizeLaw, sizeLaw } from './size-law';
import { depthOf, project, type View } from './view';

export interface PointPlace {
  readonly x: number;
  readonly y: number;
  readonly depth: number;
  readonly radiusPx: number;
}

export class ShownCloud {
  readonly cloud: Cloud;
  readonly picker: PointPicker;
  private readonly points: PointsLayer;

  constructor(
    layout: LayoutPositions,
    defaultColor: readonly [number, number, number, number],
    private readonly uniforms: FrameUniforms,
    private readonly scene: ThreeScene,
  ) {
    this.cloud = new Cloud(layout, defaultColor);
    this.picker = new PointPicker(this.cloud);
    this.points = new PointsLayer(this.cloud, uniforms);
    scene.add(this.points.object);
  }

  /** The law of sizes under a view, for shaders, picking and labels alike. */
  law(view: View, pointScale: number): SizeLaw {
    return sizeLaw(view, plainDiameter(this.cloud.nPoints) * pointScale);
  }

  /** Moves the points to this moment; true when they moved. */
  advance(nowMs: number): boolean {
    const { motion } = this.cloud;
    if (!motion.active) return false;
    motion.advance(nowMs);
    this.cloud.positionsMoved();
    return true;
  }

  /** Readies the GPU's data for a frame; false where the painting order still has to catch up. */
  prepare(frame: Frame, pointScale: number, nowMs: number, exact: boolean): boolean {
    this.uniforms.update(frame, this.law(frame.view, pointScale));
    return this.cloud.sort(frame.view, nowMs, exact);
  }

  /** Where a point is drawn; null when hidden or behind the camera. */
  placeOf(view: View, law: SizeLaw, point: number): PointPlace | null {
    if (!this.cloud.isShown(point)) return null;
    const { world } = this.cloud.motion;
    const at = point * 3;
    const [x, y, z] = [world[at] as number, world[at + 1] as number, world[at + 2] as number];
    const place = project(view, x, y, z);
    if (place === null) return null;
    const depth = depthOf(view, x, y, z);
    const emphasis = this.cloud.emphasis[point] as number;
    return { ...place, depth, radiusPx: 0.5 * diameterAt(law, depth) * emphasisScale(emphasis) };
  }

  dispose(): void {
    this.scene.remove(this.points.object);
    this.points.dispose();
    this.cloud.dispose();
  }
}
