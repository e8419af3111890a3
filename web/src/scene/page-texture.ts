/** Thumbnails of one size on the GPU: images of a grid as the layers of one texture. */

import {
  DataArrayTexture,
  LinearFilter,
  NoColorSpace,
  RGBAFormat,
  type Texture,
  UnsignedByteType,
  Vector2,
  Vector4,
} from 'three';
import type { SpriteLevel } from '../domain/sprite-geometry';
import type { Renderer } from './renderer';

/** What a shader needs to find a thumbnail. */
export interface PageUniforms {
  readonly pages: { value: Texture | null };
  /** Columns of a layer, its cells. */
  readonly grid: { readonly value: Vector2 };
  /** From one cell to the next, size of a thumbnail; parts of the layer's sides. */
  readonly cell: { readonly value: Vector4 };
  /** Size of a texel, likewise. */
  readonly texel: { readonly value: Vector2 };
}

export interface LayerGrid {
  readonly nColumns: number;
  readonly nRows: number;
  readonly nLayers: number;
}

export function noPages(): PageUniforms {
  return {
    pages: { value: null },
    grid: { value: new Vector2(1, 1) },
    cell: { value: new Vector4() },
    texel: { value: new Vector2() },
  };
}

export class PageTexture {
  private readonly texture: DataArrayTexture;

  constructor(
    private readonly renderer: Renderer,
    private readonly level: SpriteLevel,
    private readonly grid: LayerGrid,
  ) {
    const widthPx = grid.nColumns * level.cellWidthPx;
    const heightPx = grid.nRows * level.cellHeightPx;
    const texture = new DataArrayTexture(null, widthPx, heightPx, grid.nLayers);
    texture.source.dataReady = false; // room only: the layers are copied in one by one
    texture.format = RGBAFormat;
    texture.type = UnsignedByteType;
    texture.colorSpace = NoColorSpace;
    texture.minFilter = LinearFilter;
    texture.magFilter = LinearFilter;
    texture.generateMipmaps = false;
    texture.needsUpdate = true;
    this.texture = texture;
  }

  /** Copies an image to the top left of a layer. */
  put(layer: number, image: ImageBitmap): void {
    this.renderer.copyIntoLayer(image, this.texture, layer);
  }

  /** Lets shaders draw from this texture. */
  showIn({ pages, grid, cell, texel }: PageUniforms): void {
    const { nColumns, nRows } = this.grid;
    const { thumbnailWidthPx, thumbnailHeightPx, cellWidthPx, cellHeightPx } = this.level;
    const [widthPx, heightPx] = [nColumns * cellWidthPx, nRows * cellHeightPx];
    pages.value = this.texture;
    grid.value.set(nColumns, nColumns * nRows);
    cell.value.set(1 / nColumns, 1 / nRows, thumbnailWidthPx / widthPx, thumbnailHeightPx / heightPx);
    texel.value.set(1 / widthPx, 1 / heightPx);
  }

  dispose(): void {
    this.texture.dispose();
  }
}
