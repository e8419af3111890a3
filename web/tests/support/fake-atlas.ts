/** An atlas that gives empty images when the test lets it, and knows which of them are still open. */

import type { SpriteGeometry, SpriteLevel } from '../../src/domain/sprite-geometry';
import type { SpriteAtlas } from '../../src/scene/scene-api';

/** 100,000 thumbnails of 64 px, as the loader cuts them: all levels together take more memory than the scene uses. */
export const PHOTOS: SpriteGeometry = {
  nCells: 100_000,
  levels: [
    square(64, { nColumns: 32, nRows: 32, nPages: 98 }),
    square(32, { nColumns: 64, nRows: 63, nPages: 25 }),
    square(16, { nColumns: 120, nRows: 120, nPages: 7 }),
    square(8, { nColumns: 224, nRows: 224, nPages: 2 }),
  ],
};

/** Four thumbnails of 28 px. */
export const DIGITS: SpriteGeometry = {
  nCells: 4,
  levels: [28, 14, 7].map((side) => square(side, { nColumns: 2, nRows: 2, nPages: 1 })),
};

export function square(
  sidePx: number,
  grid: Pick<SpriteLevel, 'nColumns' | 'nRows' | 'nPages'>,
): SpriteLevel {
  return {
    thumbnailWidthPx: sidePx,
    thumbnailHeightPx: sidePx,
    cellWidthPx: sidePx,
    cellHeightPx: sidePx,
    ...grid,
  };
}

export class FakeAtlas implements SpriteAtlas {
  /** What was asked for, oldest first: "page 3/0" or "cells 0: 7,9". */
  readonly asked: string[] = [];
  readonly open = new Set<ImageBitmap>();
  failure: Error | null = null;
  #held: (() => void)[] | null = null;

  constructor(readonly geometry: SpriteGeometry = DIGITS) {}

  page = (level: number, page: number): Promise<ImageBitmap> => this.#give(`page ${level}/${page}`);

  cells = (level: number, cells: Uint32Array): Promise<ImageBitmap> => this.#give(`cells ${level}: ${cells}`);

  /** Answers nothing until `release`. */
  hold(): void {
    this.#held = [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const answer of held) answer();
  }

  async #give(what: string): Promise<ImageBitmap> {
    this.asked.push(what);
    const held = this.#held;
    if (held !== null) await new Promise<void>((resolve) => held.push(resolve));
    if (this.failure !== null) throw this.failure;
    const image = { width: 64, height: 64, close: () => this.open.delete(image) } as unknown as ImageBitmap;
    this.open.add(image);
    return image;
  }
}
