/** A cloud with everything that draws or picks it; made and disposed as one. */

import { Cloud } from './cloud';
import type { Frame, FrameUniforms } from './frame';
import { PointsLayer } from './layers/points';
import { SpritesLayer } from './layers/sprites';
import { PointPicker } from './point-picker';
import type { Renderer } from './renderer';
import type { Appearance, LayoutPositions, SpriteAtlas } from './scene-api';
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
  readonly atlas: SpriteAtlas | null;
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
    if (look.atlas !== null) this.addSprites(look.atlas);
    this.chooseLayer();
  }

  get appearance(): Appearance {
    return this.look.appearance;
  }

  /** Width and height of a thumbnail, the longer being 1; null while discs are drawn. */
  get thumbnailShape(): readonly [number, number] | null {
    const { atlas } = this.look;
    if (atlas === null || !this.showsSprites) return null;
    const { thumbnailWidthPx: width, thumbnailHeightPx: height } = atlas;
    const longer = Math.max(width, height);
    return [width / longer, height / longer];
  }

  setLook(look: Look): void {
    const before = this.look;
    this.look = look;
    if (look.cells !== before.cells) this.cloud.setCells(look.cells);
    if (!sameAtlas(look.atlas, before.atlas)) {
      this.dropSprites();
      if (look.atlas !== null) this.addSprites(look.atlas);
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

  dispose(): void {
    this.renderer.scene.remove(this.points.object);
    this.points.dispose();
    this.dropSprites();
    this.cloud.dispose();
  }

  private get showsSprites(): boolean {
    return this.look.appearance === 'images' && this.sprites !== null;
  }

  private chooseLayer(): void {
    this.points.object.visible = !this.showsSprites;
    if (this.sprites !== null) this.sprites.object.visible = this.showsSprites;
  }

  private addSprites(atlas: SpriteAtlas): void {
    const { renderer, cloud, uniforms } = this;
    this.sprites = new SpritesLayer(cloud, uniforms, atlas, renderer.maxTextureSize);
    renderer.scene.add(this.sprites.object);
  }

  private dropSprites(): void {
    if (this.sprites === null) return;
    this.renderer.scene.remove(this.sprites.object);
    this.sprites.dispose();
    this.sprites = null;
  }
}

function sameAtlas(a: SpriteAtlas | null, b: SpriteAtlas | null): boolean {
  return (
    a?.image === b?.image &&
    a?.thumbnailWidthPx === b?.thumbnailWidthPx &&
    a?.thumbnailHeightPx === b?.thumbnailHeightPx &&
    a?.nColumns === b?.nColumns
  );
}
