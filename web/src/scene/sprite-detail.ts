/** Thumbnails that are drawn larger than the sheet holds them: fetched as they come into view, in bounded memory. */

import { DataTexture, RedIntegerFormat, UnsignedShortType } from 'three';
import type { SpriteLevel } from '../domain/sprite-geometry';
import { DetailSlots } from './detail-slots';
import { noPages, PageTexture } from './page-texture';
import type { Renderer } from './renderer';
import type { SpriteAtlas } from './scene-api';

const MOST_BYTES = 64 * 2 ** 20;
/** Width of the table of slots, whose row-major order is that of the cells. */
export const SLOTS_WIDTH = 1024;

export interface DetailEvents {
  readonly changed: () => void;
  readonly failed: (error: unknown) => void;
}

/** The thumbnails of one level that are on the GPU. */
interface Room {
  readonly number: number;
  readonly slots: DetailSlots;
  readonly pages: PageTexture;
}

export class SpriteDetail {
  readonly uniforms = noPages();
  /** By cell: 1 + its place in the pages; 0: it is not there. */
  readonly slots: DataTexture;
  private readonly table: Uint16Array;
  private room: Room | null = null;
  private wanted = new Uint32Array();
  private reading: AbortController | null = null;

  constructor(
    private readonly atlas: SpriteAtlas,
    /** The finest level that is held as a whole; finer ones are meant here. */
    readonly whole: number,
    private readonly renderer: Renderer,
    private readonly events: DetailEvents,
  ) {
    const nRows = Math.ceil(atlas.geometry.nCells / SLOTS_WIDTH);
    this.table = new Uint16Array(SLOTS_WIDTH * nRows);
    const slots = new DataTexture(this.table, SLOTS_WIDTH, nRows, RedIntegerFormat, UnsignedShortType);
    slots.internalFormat = 'R16UI';
    slots.unpackAlignment = 2;
    slots.needsUpdate = true;
    this.slots = slots;
  }

  /** Fetches those of these cells that are not there yet, in their order; replaces the wish before. */
  want(number: number, cells: Uint32Array): void {
    if (this.room?.number !== number) {
      if (cells.length === 0) return;
      this.forget();
      this.room = this.makeRoom(number);
    }
    this.wanted = cells.slice(0, this.room.slots.mostWanted);
    if (this.reading === null) void this.read(this.room);
  }

  /** Gives the thumbnails' memory back. */
  forget(): void {
    this.reading?.abort();
    this.reading = null;
    this.room?.pages.dispose();
    this.room = null;
    this.uniforms.pages.value = null;
    this.table.fill(0);
    this.slots.needsUpdate = true;
  }

  dispose(): void {
    this.forget();
    this.slots.dispose();
  }

  private async read(room: Room): Promise<void> {
    const reading = new AbortController();
    this.reading = reading;
    try {
      for (;;) {
        const batch = room.slots.missing(this.wanted);
        if (batch.length === 0) break;
        const image = await this.atlas.cells(room.number, batch, reading.signal);
        if (!reading.signal.aborted) this.put(room, batch, image);
        image.close();
        reading.signal.throwIfAborted();
      }
    } catch (error) {
      if (!reading.signal.aborted) this.events.failed(error);
    } finally {
      if (this.reading === reading) this.reading = null;
    }
  }

  private put({ slots, pages }: Room, batch: Uint32Array, image: ImageBitmap): void {
    pages.put(slots.place(batch, this.wanted), image);
    this.slots.needsUpdate = true;
    this.events.changed();
  }

  private makeRoom(number: number): Room {
    const level = this.atlas.geometry.levels[number] as SpriteLevel;
    const slots = new DetailSlots(level, this.table, MOST_BYTES);
    const { nColumns, nPerLayer, nLayers } = slots;
    const pages = new PageTexture(this.renderer, level, { nColumns, nRows: nPerLayer / nColumns, nLayers });
    pages.showIn(this.uniforms);
    return { number, slots, pages };
  }
}
