import type { ActionContext } from '../context';
import type { Actions, State } from '../model';
import type { Projections } from '../projections';

type ProjectionActions = Pick<
  Actions,
  'chooseProjection' | 'setViewDims' | 'setPcaComponents' | 'setTsne' | 'runProjection' | 'controlJob'
>;

export function projectionActions(
  { store, rest, report }: ActionContext,
  projections: Projections,
): ProjectionActions {
  return {
    chooseProjection: (tab) => {
      if (tab === store.state.projectionTab) return;
      store.update({ projectionTab: tab });
      // PCA costs nothing to ask for; a t-SNE starts when a person says so.
      if (!projections.resume(tab) && tab === 'pca') void projections.run('pca');
    },
    setViewDims: (dims) => store.update((state) => withViewDims(state, dims)),
    setPcaComponents: (components) => {
      if (components.length !== 2 && components.length !== 3) return;
      store.update({ pca: { components }, viewDims: components.length });
    },
    setTsne: (change) => store.update(({ tsne }) => ({ tsne: { ...tsne, ...change } })),
    runProjection: () => projections.run(store.state.projectionTab),
    controlJob: async (action) => {
      const { jobView } = store.state;
      if (!jobView) return;
      try {
        await rest.controlJob(jobView.job.id, action);
      } catch (error) {
        report('Projection', error);
      }
    },
  };
}

function withViewDims({ projectionTab, pca, tsne, layout, viewDims }: State, dims: 2 | 3): Partial<State> {
  if (projectionTab === 'tsne') {
    const hasDepth = layout !== null && layout.method === 'tsne' && layout.nComponents >= 3;
    return { tsne: { ...tsne, nDims: dims }, viewDims: hasDepth ? dims : viewDims };
  }
  const nComponents = layout?.nComponents ?? dims;
  if (nComponents < dims) return {};
  const kept = pca.components.slice(0, dims);
  for (let component = 0; kept.length < dims; component += 1) {
    if (!kept.includes(component)) kept.push(component);
  }
  return { pca: { components: kept }, viewDims: dims };
}
