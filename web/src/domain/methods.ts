/** The projections by their names, and what they have in common. */

import type { Rest } from '../api/rest-types';

export type Method = Rest.Projection['method'];

/** In the order of their tabs and keys. */
export const METHODS: readonly Method[] = ['pca', 'tsne', 'umap', 'custom', 'raw'];

const NAMES: Readonly<Record<Method, string>> = {
  pca: 'PCA',
  tsne: 't-SNE',
  umap: 'UMAP',
  custom: 'Custom',
  raw: 'Raw',
};

/** What people call a method; a name that a file gave stays as it is. */
export function nameOfMethod(method: string): string {
  return NAMES[method as Method] ?? method;
}

/** Whether a projection comes in steps, each of which is shown. */
export function isStreamed(method: string): boolean {
  return method === 'tsne' || method === 'umap';
}

/** How many steps a projection was asked for; null where it has none, or their number is not known. */
export function stepsOf(projection: Rest.Projection): number | null {
  if (projection.method === 'tsne') return projection.n_steps;
  return (projection.method === 'umap' && projection.n_epochs) || null;
}

/** What a step of a projection is called. */
export function stepWord(method: string): 'step' | 'epoch' {
  return method === 'umap' ? 'epoch' : 'step';
}
