/**
 * The thumbnails on the GPU: all of them at the smallest size, then at each larger size that fits, a texture each. Those
 * that are drawn larger than that come one by one: sprite-detail.ts.
 */

import { Vector4 } from 'three';
import { longerSide, type SpriteGeometry, type SpriteLevel, wholeLevel } from '../domain/sprite-geometry';
import { noPages, PageTexture, type PageUniforms } from './page-texture';
import type { Renderer } from './renderer';
import type { SpriteAtlas, SpriteProgress } from './scene-api';
import { SpriteDetail } from './sprite-detail';
import { sampledCells, type ThumbnailStyle, thumbnailStyle } from './thumbnail-style';

/** Of all levels together: enough for a million thumbnails of 7 px, 100,000 of 16 px or 10,000 of 64 px. */
const MOST_BYTES = 256 * 2 ** 20;
/** One page is decoded while the next is on its way; more at once would only take memory. */
const N_PARALLEL = 2;
const STYLE_CODES: Readonly<Record<ThumbnailStyle, number>> = {
  photograph: 0,
  'ink on dark': 1,
  'ink on light': 2,
};

export interface SheetEvents {
  /** There is something new to draw. */
  readonly changed: () => void;
  readonly progress: (progress: SpriteProgress) => void;
  /** Something cannot be drawn as sharply as it should be. */
  readonly failed: (error: unknown) => void;
}

export class SpriteSheet {
  readonly uniforms = {
    /** Shape of a thumbnail (longer side is 1), its longer side at full size, how many there are. */
    shape: { value: new Vector4() },
    /** The finest level that is there; none: beyond the smallest. */
    finest: { value: 0 },
    style: { value: 0 },
  };
  /** Levels that are held as a whole, the finest first, by their numbers. */
  readonly levels: ReadonlyMap<number, PageUniforms>;
  readonly detail: SpriteDetail | null;
  private readonly textures: PageTexture[] = [];
  private loading = new AbortController();

  constructor(
    readonly atlas: SpriteAtlas,
    private readonly renderer: Renderer,
    private readonly events: SheetEvents,
  ) {
    const { levels, nCells } = atlas.geometry;
    const whole = wholeLevel(atlas.geometry, MOST_BYTES) ?? levels.length;
    this.levels = new Map(levels.flatMap((_, number) => (number < whole ? [] : [[number, noPages()]])));
    const fitsAsWhole = whole === 0 || whole === levels.length;
    this.detail = fitsAsWhole ? null : new SpriteDetail(atlas, whole, renderer, events);
    const full = levels[0] as SpriteLevel;
    const longer = longerSide(full);
    const { shape } = this.uniforms;
    shape.value.set(full.thumbnailWidthPx / longer, full.thumbnailHeightPx / longer, longer, nCells);
    this.start();
  }

  /** Whether there is something to draw for each cell. */
  get isDrawable(): boolean {
    return this.uniforms.finest.value < this.atlas.geometry.levels.length;
  }

  /** Width and height of a thumbnail, the longer being 1. */
  get thumbnailShape(): readonly [number, number] {
    const { x, y } = this.uniforms.shape.value;
    return [x, y];
  }

  /** The GPU has forgotten everything: fetches it again. */
  reload(): void {
    this.forget();
    this.detail?.forget();
    this.start();
  }

  dispose(): void {
    this.forget();
    this.detail?.dispose();
  }

  private forget(): void {
    this.loading.abort();
    for (const { pages } of this.levels.values()) pages.value = null;
    for (const texture of this.textures.splice(0)) texture.dispose();
  }

  private start(): void {
    this.uniforms.finest.value = this.atlas.geometry.levels.length;
    this.loading = new AbortController();
    void this.load(this.loading.signal);
  }

  private async load(signal: AbortSignal): Promise<void> {
    const { events, levels } = this;
    const { geometry } = this.atlas;
    try {
      if (levels.size === 0) throw new RangeError(tooMany(geometry));
      const onPage = this.progressOf([...levels.keys()]);
      let style: Promise<void> | null = this.readStyle(signal);
      for (const [number, uniforms] of [...levels].reverse()) {
        await Promise.all([this.readLevel(number, uniforms, signal, onPage), style]);
        style = null;
        this.uniforms.finest.value = number;
        events.changed();
      }
      events.progress({ kind: 'ready' });
    } catch (error) {
      if (!signal.aborted) events.progress({ kind: 'failed', error });
    }
  }

  /** Reports each page of these levels, and that there is none yet. */
  private progressOf(numbers: readonly number[]): () => void {
    const pagesOf = (number: number) => (this.atlas.geometry.levels[number] as SpriteLevel).nPages;
    const nPages = numbers.reduce((sum, number) => sum + pagesOf(number), 0);
    let nRead = 0;
    const report = () => this.events.progress({ kind: 'loading', share: nRead / nPages });
    report();
    return () => {
      nRead += 1;
      report();
    };
  }

  private async readStyle(signal: AbortSignal): Promise<void> {
    const { geometry } = this.atlas;
    const cells = sampledCells(geometry);
    const image = await this.atlas.cells(0, cells, signal);
    const style = thumbnailStyle(image, geometry.levels[0] as SpriteLevel, cells.length);
    image.close();
    this.uniforms.style.value = STYLE_CODES[style];
  }

  private async readLevel(
    number: number,
    uniforms: PageUniforms,
    signal: AbortSignal,
    onPage: () => void,
  ): Promise<void> {
    const level = this.atlas.geometry.levels[number] as SpriteLevel;
    const texture = new PageTexture(this.renderer, level, { ...level, nLayers: level.nPages });
    this.textures.push(texture);
    let next = 0;
    const readOn = async (): Promise<void> => {
      while (next < level.nPages) {
        const page = next;
        next += 1;
        const image = await this.atlas.page(number, page, signal);
        if (!signal.aborted) texture.put(page, image);
        image.close();
        signal.throwIfAborted();
        onPage();
      }
    };
    await Promise.all(Array.from({ length: N_PARALLEL }, readOn));
    texture.showIn(uniforms);
  }
}

function tooMany({ nCells }: SpriteGeometry): string {
  const count = nCells.toLocaleString('en');
  return `${count} thumbnails take more graphics memory than is used for them; points are drawn instead.`;
}
