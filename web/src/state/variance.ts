/** The share of variance of each component, for a PCA whose coordinates came from a bookmark. */

import type { ActionContext } from './context';
import { isFinal } from './selectors';

const PAUSE_MS = 300;

/** It is in no bookmark, but in the job: that is found again, or computed once more for little. */
export async function describePca({ store, rest, scope, delay, report }: ActionContext): Promise<void> {
  const { layout, embedding } = store.state;
  if (layout?.projection?.method !== 'pca' || embedding.kind !== 'ready') return;
  const { signal } = scope;
  try {
    let job = await rest.createJob(
      {
        embedding_id: embedding.value.id,
        rows: layout.rows && Array.from(layout.rows),
        seed: layout.seed,
        preprocessing: layout.preprocessing,
        projection: layout.projection,
        fresh: false,
      },
      signal,
    );
    while (!isFinal(job.phase) && store.state.layout === layout) {
      await new Promise<void>((resolve) => void delay(resolve, PAUSE_MS));
      job = await rest.job(job.id, signal);
    }
    if (store.state.layout !== layout) return;
    store.update({ layout: { ...layout, explainedVariance: job.explained_variance_ratio } });
  } catch (error) {
    report('PCA', error);
  }
}
