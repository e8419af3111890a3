import { beforeEach, expect, test } from 'vitest';
import { later, problem } from '../support/fake-gateway';
import { embedding, sprite } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

let page: Harness;

beforeEach(async () => {
  page = await opened((gateway) => gateway.on('GET', '/embeddings/E1', embedding({ sprite: sprite() })));
});

/** What was asked for thumbnails, in order. */
function asked(): string[] {
  return page.gateway.asked.map(({ path }) => path).filter((path) => path.includes('/sprite/'));
}

test('thumbnails come in one image, each with its part of it', async () => {
  page.gateway.on('GET', '/embeddings/E1/sprite/0?rows=3,1', Uint8Array.of(1));
  await page.store.actions.loadThumbnails([3, 1]);
  const { thumbnails } = page.state();
  expect(thumbnails.get(3)).toMatchObject({ left: 0, top: 0, widthPx: 20, heightPx: 8 });
  expect(thumbnails.get(1)).toMatchObject({ left: 20, top: 0, widthPx: 20, heightPx: 8 });
  expect(thumbnails.get(1)?.image).toBe(thumbnails.get(3)?.image);
});

test('thumbnails that are here or on their way are not asked for again', async () => {
  const { reply, give } = later();
  page.gateway.on('GET', '/embeddings/E1/sprite/0?rows=3,1', reply);
  page.gateway.on('GET', '/embeddings/E1/sprite/0?rows=0', Uint8Array.of(1));
  const first = page.store.actions.loadThumbnails([3, 1]);
  await page.store.actions.loadThumbnails([1, 0]);
  give(Uint8Array.of(1));
  await first;
  await page.store.actions.loadThumbnails([3, 1, 0]);
  expect(asked()).toEqual(['/embeddings/E1/sprite/0?rows=3,1', '/embeddings/E1/sprite/0?rows=0']);
});

test('many come in several images, and the newest thousand are kept', async () => {
  const rows = Uint32Array.from({ length: 1100 }, (_, row) => row);
  for (let first = 0; first < rows.length; first += 256) {
    const path = `/embeddings/E1/sprite/0?rows=${rows.slice(first, first + 256).join()}`;
    page.gateway.on('GET', path, Uint8Array.of(1));
  }
  await page.store.actions.loadThumbnails(rows);
  const { thumbnails } = page.state();
  expect(thumbnails.size).toBe(1000);
  expect([thumbnails.has(99), thumbnails.has(1099)]).toEqual([false, true]);
});

test('another embedding starts without thumbnails, and those on their way do not reach it', async () => {
  const { reply, give } = later();
  page.gateway.on('GET', '/embeddings/E1/sprite/0?rows=2', reply);
  page.gateway.on('GET', '/embeddings/E2', embedding({ id: 'E2', columns: [], sprite: sprite() }));
  page.gateway.on('GET', '/embeddings/E2/sprite/0?rows=2', Uint8Array.of(1));
  const old = page.store.actions.loadThumbnails([2]);
  await page.visit({ embedding: 'E2' });
  expect(page.state().thumbnails.size).toBe(0);
  await page.store.actions.loadThumbnails([2]);
  give(Uint8Array.of(1));
  await old;
  expect(asked()).toContain('/embeddings/E2/sprite/0?rows=2');
  expect(page.state().notices).toEqual([]);
});

test('thumbnails that cannot be fetched are told once', async () => {
  const path = '/embeddings/E1/sprite/0?rows=0';
  page.gateway.on('GET', path, () => problem(409, 'conflict', 'The sprite is cut off.'));
  await page.store.actions.loadThumbnails([0]);
  await page.store.actions.loadThumbnails([0]);
  expect(page.state().notices).toMatchObject([{ subject: 'Thumbnails', message: 'The sprite is cut off.' }]);
});

test('an embedding without a sprite has no thumbnails to ask for', async () => {
  page = await opened();
  await page.store.actions.loadThumbnails([0]);
  expect(asked()).toEqual([]);
});
