/** The sprite atlas on the GPU, and what its pictures are like. */

import { CanvasTexture, LinearFilter, LinearMipmapNearestFilter, NoColorSpace, Texture } from 'three';
import type { SpriteAtlas } from '../scene-api';

/** How thumbnails are drawn: as ink in the point's colour (drawings, digits), or as they are (photographs). */
export type ThumbnailStyle = 'ink on dark' | 'ink on light' | 'photograph';

const SAMPLED_CELLS = 24;
const GREY_TOLERANCE = 12;
const PAPER_TOLERANCE = 0.1;
/** Share of the pixels at the cells' edges that must be of one shade for it to be paper. */
const PAPER_SHARE = 0.8;

/** The atlas as a texture, scaled down where it exceeds the limit of the device. Row 0 is the top. */
export function makeSpriteTexture(atlas: SpriteAtlas, maxSizePx: number): Texture {
  const { image } = atlas;
  const shrink = Math.min(1, maxSizePx / Math.max(image.width, image.height));
  const texture = shrink < 1 ? new CanvasTexture(scaled(image, shrink)) : new Texture(image);
  texture.flipY = false;
  texture.colorSpace = NoColorSpace;
  texture.premultiplyAlpha = false;
  texture.minFilter = LinearMipmapNearestFilter;
  texture.magFilter = LinearFilter;
  texture.generateMipmaps = true;
  texture.needsUpdate = true;
  return texture;
}

/** Looks at some cells: grey pictures whose edges are nearly all black or all white are drawings. */
export function thumbnailStyle(atlas: SpriteAtlas): ThumbnailStyle {
  const { thumbnailWidthPx: width, thumbnailHeightPx: height, nColumns, image } = atlas;
  const nCells = nColumns * Math.floor(image.height / height);
  const step = Math.max(1, Math.floor(nCells / SAMPLED_CELLS));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return 'photograph';
  const shades: number[] = [];
  for (let cell = 0; cell < nCells; cell += step) {
    const [column, row] = [cell % nColumns, Math.floor(cell / nColumns)];
    context.clearRect(0, 0, width, height);
    context.drawImage(image, column * width, row * height, width, height, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    if (!isGrey(data)) return 'photograph';
    collectEdge(data, width, height, shades);
  }
  return styleOfEdges(shades);
}

function scaled(image: ImageBitmap, shrink: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.floor(image.width * shrink);
  canvas.height = Math.floor(image.height * shrink);
  const context = canvas.getContext('2d');
  if (context !== null) {
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
  }
  return canvas;
}

function isGrey(rgba: Uint8ClampedArray): boolean {
  for (let at = 0; at < rgba.length; at += 4) {
    const [red, green, blue] = [rgba[at] as number, rgba[at + 1] as number, rgba[at + 2] as number];
    const opaque = (rgba[at + 3] as number) > 250;
    const spread = Math.max(red, green, blue) - Math.min(red, green, blue);
    if (!opaque || spread > GREY_TOLERANCE) return false;
  }
  return true;
}

function collectEdge(rgba: Uint8ClampedArray, width: number, height: number, shades: number[]): void {
  for (let y = 0; y < height; y += 1) {
    const whole = y === 0 || y === height - 1;
    for (let x = 0; x < width; x += whole ? 1 : Math.max(1, width - 1)) {
      shades.push((rgba[(y * width + x) * 4] as number) / 255);
    }
  }
}

function styleOfEdges(shades: readonly number[]): ThumbnailStyle {
  const share = (isPaper: (shade: number) => boolean): number =>
    shades.filter(isPaper).length / Math.max(1, shades.length);
  if (share((shade) => shade <= PAPER_TOLERANCE) >= PAPER_SHARE) return 'ink on dark';
  if (share((shade) => shade >= 1 - PAPER_TOLERANCE) >= PAPER_SHARE) return 'ink on light';
  return 'photograph';
}
