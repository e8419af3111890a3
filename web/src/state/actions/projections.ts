import { isAbort, messageOf } from '../../api/http';
import type { ActionContext } from '../context';
import type { Actions, State } from '../model';
import { preservationColumn, repainted } from '../painting';
import type { Projections } from '../projections';

type ProjectionActions = Pick<
  Actions,
  | 'chooseProjection'
  | 'setViewDims'
  | 'setPcaComponents'
  | 'setTsne'
  | 'setUmap'
  | 'setCustom'
  | 'setRaw'
  | 'setSupervision'
  | 'setPreprocessing'
  | 'setSeed'
  | 'measureQuality'
  | 'colorByPreservation'
>;

export function projectionActions(
  { store, rest, scope }: ActionContext,
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
    setUmap: (change) => store.update(({ umap }) => ({ umap: { ...umap, ...change } })),
    setCustom: (change) => store.update(({ custom }) => ({ custom: { ...custom, ...change } })),
    setRaw: (dims) => store.update({ raw: { dims } }),
    setSupervision: (change) =>
      store.update(({ supervision }) => ({ supervision: { ...supervision, ...change } })),
    setPreprocessing: (preprocessing) => store.update({ preprocessing }),
    setSeed: (seed) => store.update({ seed }),
    measureQuality: async () => {
      const { layout } = store.state;
      if (!layout?.jobId) return;
      const isWanted = () => store.state.layout?.jobId === layout.jobId;
      store.update({ quality: { kind: 'loading' } });
      try {
        const value = await rest.quality(layout.jobId, layout.sequence, scope.signal);
        if (isWanted()) store.update({ quality: { kind: 'ready', value } });
      } catch (error) {
        if (isAbort(error) || !isWanted()) return;
        store.update({ quality: { kind: 'failed', message: messageOf(error) } });
      }
    },
    colorByPreservation: async () => {
      const { layout, embedding } = store.state;
      if (!layout?.jobId || embedding.kind !== 'ready') return;
      const isWanted = () =>
        store.state.layout?.jobId === layout.jobId && store.state.preservation.kind === 'loading';
      store.update((state) => repainted(state, { kind: 'loading' }));
      try {
        const kept = await rest.preservation(layout.jobId, layout.sequence, scope.signal);
        const value = preservationColumn(kept, layout, embedding.value.n_points);
        if (isWanted()) store.update((state) => repainted(state, { kind: 'ready', value }));
      } catch (error) {
        if (isAbort(error) || !isWanted()) return;
        store.update((state) => repainted(state, { kind: 'failed', message: messageOf(error) }));
      }
    },
  };
}

function withViewDims(state: State, dims: 2 | 3): Partial<State> {
  const { projectionTab, pca, tsne, umap, layout, viewDims } = state;
  if (projectionTab !== 'pca') {
    const hasDepth = layout !== null && layout.method === projectionTab && layout.nComponents >= 3;
    return {
      ...(projectionTab === 'tsne' && { tsne: { ...tsne, nDims: dims } }),
      ...(projectionTab === 'umap' && { umap: { ...umap, nDims: dims } }),
      viewDims: hasDepth ? dims : viewDims,
    };
  }
  const nComponents = layout?.nComponents ?? dims;
  if (nComponents < dims) return {};
  const kept = pca.components.slice(0, dims);
  for (let component = 0; kept.length < dims; component += 1) {
    if (!kept.includes(component)) kept.push(component);
  }
  return { pca: { components: kept }, viewDims: dims };
}
