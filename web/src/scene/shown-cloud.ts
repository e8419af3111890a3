/** A cloud with everything that draws or picks it; made and disposed as one. */

import { cellsInView } from './cells-in-view';
import { Cloud } from './cloud';
import type { Frame, FrameUniforms } from './frame';
import { PointsLayer } from './layers/points';
import { SpritesLayer } from './layers/sprites';
import { PointPicker } from './point-picker';
import type { Renderer } from './renderer';
import type { Appearance, LayoutPositions } from './scene-api';
import {
  DISC_ZOOM_POWER,
  diameterAt,
  emphasisScale,
  plainDiameter,
  plainThumbnailSide,
  type SizeLaw,
  sizeLaw,
  THUMBNAIL_ZOOM_POWER,
} from './size-law';
import type { SpriteSheet } from './sprite-sheet';
import { depthOf, project, type View } from './view';

export interface PointPlace {
  readonly x: number;
  readonly y: number;
  readonly depth: number;
  readonly radiusPx: number;
}

/** What the scene was told about how points look; outlives a layout. */
export interface Look {
  readonly appearance: Appearance;
  readonly pointScale: number;
  readonly sheet: SpriteSheet | null;
  readonly cells: Uint32Array | null;
}

/** Points that carry labels are drawn smaller. */
const LABELLED_SCALE = 0.7;

export class ShownCloud {
  readonly cloud: Cloud;
  readonly picker: PointPicker;
  private readonly points: PointsLayer;
  private sprites: SpritesLayer | null = null;

  constructor(
    layout: LayoutPositions,
    defaultColor: readonly [number, number, number, number],
    private readonly uniforms: FrameUniforms,
    private readonly renderer: Renderer,
    private look: Look,
  ) {
    this.cloud = new Cloud(layout, defaultColor);
    this.picker = new PointPicker(this.cloud);
    this.points = new PointsLayer(this.cloud, uniforms);
    renderer.scene.add(this.points.object);
    this.cloud.setCells(look.cells);
    if (look.sheet !== null) this.addSprites(look.sheet);
    this.chooseLayer();
  }

  /** What is drawn: points in place of images that are not there yet. */
  get appearance(): Appearance {
    const { appearance } = this.look;
    return appearance === 'images' && !this.showsSprites ? 'points' : appearance;
  }

  /** Width and height of a thumbnail, the longer being 1; null while discs are drawn. */
  get thumbnailShape(): readonly [number, number] | null {
    return this.showsSprites ? (this.look.sheet?.thumbnailShape ?? null) : null;
  }

  setLook(look: Look): void {
    const before = this.look;
    this.look = look;
    if (look.cells !== before.cells) this.cloud.setCells(look.cells);
    if (look.sheet !== before.sheet) {
      this.dropSprites();
      if (look.sheet !== null) this.addSprites(look.sheet);
    }
    this.chooseLayer();
  }

  /** The law of sizes under a view, for shaders, picking and labels alike. */
  law(view: View): SizeLaw {
    const { appearance, pointScale } = this.look;
    const { nPoints } = this.cloud;
    if (this.showsSprites) {
      return sizeLaw(view, plainThumbnailSide(nPoints) * pointScale, THUMBNAIL_ZOOM_POWER);
    }
    const scale = appearance === 'labels' ? LABELLED_SCALE * pointScale : pointScale;
    return sizeLaw(view, plainDiameter(nPoints) * scale, DISC_ZOOM_POWER);
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
  prepare(frame: Frame, nowMs: number, exact: boolean): boolean {
    this.chooseLayer();
    this.uniforms.update(frame, this.law(frame.view));
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

  /** Atlas cell of a point. */
  cellOf(point: number): number {
    return this.look.cells?.[point] ?? point;
  }

  /** Fetches the thumbnails in view that are drawn larger than the sheet holds them. */
  sharpen(frame: Frame): void {
    const { sheet } = this.look;
    if (!this.showsSprites || sheet === null || sheet.detail === null) return;
    const { level, cells } = cellsInView(this, sheet.atlas.geometry, sheet.detail.whole, frame);
    sheet.detail.want(level, cells);
  }

  dispose(): void {
    this.renderer.scene.remove(this.points.object);
    this.points.dispose();
    this.dropSprites();
    this.cloud.dispose();
  }

  private get showsSprites(): boolean {
    return this.look.appearance === 'images' && this.look.sheet?.isDrawable === true;
  }

  private chooseLayer(): void {
    this.points.object.visible = !this.showsSprites;
    if (this.sprites !== null) this.sprites.object.visible = this.showsSprites;
  }

  private addSprites(sheet: SpriteSheet): void {
    this.sprites = new SpritesLayer(this.cloud, this.uniforms, sheet);
    this.renderer.scene.add(this.sprites.object);
  }

  private dropSprites(): void {
    if (this.sprites === null) return;
    this.renderer.scene.remove(this.sprites.object);
    this.sprites.dispose();
    this.sprites = null;
  }
}
