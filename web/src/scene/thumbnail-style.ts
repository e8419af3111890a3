/** What the pictures of an atlas are like, judged by some of them. */

import { placeInList, type SpriteGeometry, type SpriteLevel } from '../domain/sprite-geometry';

/** How thumbnails are drawn: as ink in the point's colour (drawings, digits), or as they are (photographs). */
export type ThumbnailStyle = 'ink on dark' | 'ink on light' | 'photograph';

const SAMPLED_CELLS = 24;
const GREY_TOLERANCE = 12;
const PAPER_TOLERANCE = 0.1;
/** Share of the pixels at the cells' edges that must be of one shade for it to be paper. */
const PAPER_SHARE = 0.8;

/** Cells to judge by, spread over the atlas. */
export function sampledCells({ nCells }: SpriteGeometry): Uint32Array {
  const step = Math.max(1, Math.floor(nCells / SAMPLED_CELLS));
  return Uint32Array.from({ length: Math.min(SAMPLED_CELLS, nCells) }, (_, index) => index * step);
}

/** Looks at listed thumbnails of a level: grey pictures whose edges are nearly all black or all white are drawings. */
export function thumbnailStyle(image: ImageBitmap, level: SpriteLevel, nListed: number): ThumbnailStyle {
  const width = Math.max(1, Math.floor(level.thumbnailWidthPx));
  const height = Math.max(1, Math.floor(level.thumbnailHeightPx));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return 'photograph';
  const shades: number[] = [];
  for (let place = 0; place < nListed; place += 1) {
    const { left, top } = placeInList(level, place);
    context.clearRect(0, 0, width, height);
    context.drawImage(image, left, top, width, height, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    if (!isGrey(data)) return 'photograph';
    collectEdge(data, width, height, shades);
  }
  return styleOfEdges(shades);
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
