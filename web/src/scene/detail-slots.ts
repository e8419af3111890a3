/**
 * Which cells have a place in the detail texture, and where. Cells come in batches, one a layer; a new batch takes the
 * place of the one of which the least is wanted.
 */

import { listedColumns, mostListed, type SpriteLevel } from '../domain/sprite-geometry';

const BYTES_PER_PIXEL = 4;
/** A place and the 0 that stands for none fit 16 bits. */
const MOST_LAYERS = 255;

export class DetailSlots {
  readonly nColumns: number;
  /** Cells of one layer. */
  readonly nPerLayer: number;
  readonly nLayers: number;
  private readonly batches: Uint32Array[];

  /** `table` holds for each cell 1 + layer * nPerLayer + its place in the layer; 0: it is not there. */
  constructor(
    level: SpriteLevel,
    private readonly table: Uint16Array,
    mostBytes: number,
  ) {
    this.nColumns = listedColumns(level);
    this.nPerLayer = mostListed(level);
    const layerBytes = this.nPerLayer * level.cellWidthPx * level.cellHeightPx * BYTES_PER_PIXEL;
    this.nLayers = Math.max(2, Math.min(MOST_LAYERS, Math.floor(mostBytes / layerBytes)));
    table.fill(0);
    this.batches = Array.from({ length: this.nLayers }, () => new Uint32Array());
  }

  /** How many may be wanted at once: half of the room, so that there always is a layer of which little is. */
  get mostWanted(): number {
    return (this.nLayers * this.nPerLayer) / 2;
  }

  /** The first cells that are wanted and not there, as many as make a batch. */
  missing(wanted: Uint32Array): Uint32Array {
    const found: number[] = [];
    for (const cell of wanted) {
      if (this.table[cell] === 0) found.push(cell);
      if (found.length === this.nPerLayer) break;
    }
    return Uint32Array.from(found);
  }

  /** Gives a batch a layer, whose cells of before have no place any more; returns its number. */
  place(batch: Uint32Array, wanted: Uint32Array): number {
    const layer = this.leastWanted(new Set(wanted));
    for (const cell of this.batches[layer] as Uint32Array) this.table[cell] = 0;
    this.batches[layer] = batch;
    batch.forEach((cell, place) => {
      this.table[cell] = 1 + layer * this.nPerLayer + place;
    });
    return layer;
  }

  private leastWanted(wanted: ReadonlySet<number>): number {
    const counts = this.batches.map((batch) => batch.reduce((n, cell) => n + (wanted.has(cell) ? 1 : 0), 0));
    return counts.indexOf(Math.min(...counts));
  }
}
