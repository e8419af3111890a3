/** Single thumbnails for lists and cards, fetched when first needed; the scene has its own. */

import { levelAtLeast, mostListed, placeInList, type SpriteLevel } from '../../domain/sprite-geometry';
import type { ActionContext } from '../context';
import type { Actions, State, Thumbnail } from '../model';
import { spriteAtlas } from '../sprite-atlas';

/** The largest is 56 CSS px, on a screen of two device px each. */
const SHARP_PX = 112;
/** Lists show a hundred; what was looked at before may come back. */
const MOST_KEPT = 1000;

export function thumbnailActions(context: ActionContext): Pick<Actions, 'loadThumbnails'> {
  const { store, scope, report } = context;
  const awaited = new Set<number>();
  let awaitedFor: AbortSignal | null = null;

  return {
    loadThumbnails: async (rows) => {
      const { embedding, thumbnails } = store.state;
      const atlas = embedding.kind === 'ready' ? spriteAtlas(context, embedding.value) : null;
      if (atlas === null) return;
      const { signal } = scope;
      if (signal !== awaitedFor) awaited.clear();
      awaitedFor = signal;
      const number = levelAtLeast(atlas.geometry, SHARP_PX);
      const level = atlas.geometry.levels[number] as SpriteLevel;
      const missing = Uint32Array.from(rows).filter((row) => !thumbnails.has(row) && !awaited.has(row));
      for (let first = 0; first < missing.length; first += mostListed(level)) {
        const batch = missing.subarray(first, first + mostListed(level));
        for (const row of batch) awaited.add(row);
        try {
          const image = await atlas.cells(number, batch, signal);
          if (!signal.aborted) store.update((state) => withBatch(state, batch, image, level));
        } catch (error) {
          report('Thumbnails', error);
          return;
        } finally {
          for (const row of batch) awaited.delete(row);
        }
      }
    },
  };
}

/** The newest stay: a map keeps the order in which they came. */
function withBatch(
  { thumbnails }: State,
  rows: Uint32Array,
  image: ImageBitmap,
  level: SpriteLevel,
): Pick<State, 'thumbnails'> {
  const kept = new Map<number, Thumbnail>([...thumbnails].slice(rows.length - MOST_KEPT));
  rows.forEach((row, place) => {
    const { left, top } = placeInList(level, place);
    kept.set(row, {
      image,
      left,
      top,
      widthPx: level.thumbnailWidthPx,
      heightPx: level.thumbnailHeightPx,
    });
  });
  return { thumbnails: kept };
}
