import { describe, expect, test } from 'vitest';
import { columnsOf, scaledAsStart } from '../../src/domain/start-layout';

test('chosen columns are taken in their order, and points without a place lie at the origin', () => {
  const values = Float32Array.of(1, 2, 3, Number.NaN, Number.NaN, Number.NaN);
  const layout = { values, nPoints: 2, nComponents: 3 };
  expect([...columnsOf(layout, [2, 0])]).toEqual([3, 1, 0, 0]);
});

describe('as a start', () => {
  const layout = Float32Array.of(-300, 0, 300, 400);

  test('of a t-SNE a layout is small and keeps its shape', () => {
    const [x, y, far, high] = scaledAsStart(layout, 2, 'tsne');
    expect([x, y]).toEqual([Math.fround(-1e-4), 0]);
    expect((high ?? 0) / (far ?? 1)).toBeCloseTo(4 / 3, 5);
  });

  test('of a UMAP its longest side is 10', () => {
    const [x, , far, high] = scaledAsStart(layout, 2, 'umap');
    expect((far ?? 0) - (x ?? 0)).toBeCloseTo(10, 5);
    expect(high).toBeCloseTo(20 / 3, 5);
  });

  test('a layout without extent stays', () => {
    const still = Float32Array.of(7, 7, 7, 7);
    expect(scaledAsStart(still, 2, 'tsne')).toBe(still);
    expect(scaledAsStart(still, 2, 'umap')).toBe(still);
  });
});
