/** The thumbnails of an embedding as the scene asks for them. */

import type { Rest } from '../api/rest-types';
import type { SpriteGeometry } from '../domain/sprite-geometry';
import type { SpriteAtlas } from '../scene/scene-api';
import type { ActionContext } from './context';

/** Where its thumbnails lie; null where it has none. */
export function spriteGeometry({
  sprite,
  n_points: nCells,
}: Pick<Rest.Embedding, 'sprite' | 'n_points'>): SpriteGeometry | null {
  if (sprite === null) return null;
  const levels = sprite.levels.map((level) => ({
    thumbnailWidthPx: level.thumbnail_width_px,
    thumbnailHeightPx: level.thumbnail_height_px,
    cellWidthPx: level.cell_width_px,
    cellHeightPx: level.cell_height_px,
    nColumns: level.n_columns,
    nRows: level.n_rows,
    nPages: level.n_pages,
  }));
  return { nCells, levels };
}

export function spriteAtlas(
  { rest, decodeImage }: Pick<ActionContext, 'rest' | 'decodeImage'>,
  embedding: Rest.Embedding,
): SpriteAtlas | null {
  const geometry = spriteGeometry(embedding);
  if (geometry === null) return null;
  return {
    geometry,
    page: async (level, page, signal) =>
      decodeImage(await rest.spritePage(embedding.id, level, page, signal)),
    cells: async (level, cells, signal) =>
      decodeImage(await rest.thumbnails(embedding.id, level, cells, signal)),
  };
}
