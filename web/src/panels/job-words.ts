/** A job in words: what it computes, and with what. */

import type { Rest } from '../api/rest-types';
import { countOf } from '../domain/format';
import { nameOfMethod } from '../domain/methods';
import type { State } from '../state/model';
import { axisWords } from '../state/selectors';

const LIST = new Intl.ListFormat('en-GB');

/** "t-SNE 2-D, perplexity 30 and 200": what tells a job from others at a glance. */
export function titleOf({ projection }: Pick<Rest.JobSummary, 'projection'>): string {
  const name = nameOfMethod(projection.method);
  switch (projection.method) {
    case 'tsne': {
      const { perplexity } = projection;
      const values = typeof perplexity === 'number' ? [perplexity] : perplexity;
      return `${name} ${projection.n_dims}-D, perplexity ${LIST.format(values.map(String))}`;
    }
    case 'umap':
      return `${name} ${projection.n_dims}-D, ${countOf(projection.n_neighbors, 'neighbor')}`;
    case 'custom':
      return `${name}, ${axisWords(projection.x)}`;
    case 'raw':
      return `${name}, dimensions ${projection.dims.join(', ')}`;
    case 'pca':
      return name;
  }
}

/** "120 rows, z-score, seed 3, from a layout": what is unusual about a job; empty where nothing is. */
export function detailsOf(
  { n_points: nPoints, preprocessing, seed, projection, forked_from: origin }: Rest.JobSummary,
  embedding: State['embedding'],
): string {
  const isPart = embedding.kind === 'ready' && nPoints < embedding.value.n_points;
  return [
    isPart ? countOf(nPoints, 'row') : '',
    { none: '', spherize: 'spherized', z_score: 'z-score' }[preprocessing],
    seed === 0 ? '' : `seed ${seed}`,
    startsFromLayout(projection) && origin === null ? 'from a layout' : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function startsFromLayout(projection: Rest.Projection): boolean {
  return 'initialisation' in projection && projection.initialisation === 'given';
}
