/** Puts the subjects together: every action of the page, and the flows that run by themselves. */

import type { ActionContext } from '../context';
import { NO_EMBEDDING } from '../initial';
import { JobsList } from '../jobs-list';
import type { Actions } from '../model';
import { Opening } from '../opening';
import { Presence } from '../presence';
import { Projections } from '../projections';
import { filesState } from '../selectors';
import type { Address } from '../url';
import { addressOf, formatAddress } from '../url';
import { Visits } from '../visit';
import { appearanceActions } from './appearance';
import { bookmarkListActions } from './bookmark-list';
import { bookmarkActions } from './bookmarks';
import { collections } from './collections';
import { columns } from './columns';
import { isolationActions } from './isolation';
import { jobActions } from './jobs';
import { neighbors } from './neighbors';
import { projectionActions } from './projections';
import { loadRuns } from './runs';
import { search } from './search';
import { selectionActions } from './selection';
import { thumbnailActions } from './thumbnails';
import { loadUploadRules, uploads } from './uploads';

export interface Flows {
  readonly actions: Omit<Actions, 'dismissNotice'>;
  readonly visit: (address: Address) => Promise<void>;
  readonly loadRuns: () => Promise<void>;
  readonly runsChanged: () => Promise<void>;
  readonly refreshLegend: () => void;
  readonly jobs: JobsList;
  readonly presence: Presence;
}

/**
 * @param onDoubt told when a job's socket was lost.
 * @param isHidden whether nobody can see the page.
 */
export function flows(
  context: ActionContext,
  onDoubt: () => void,
  isHidden: () => boolean = () => false,
): Flows {
  const { store, pageUrl } = context;
  const columnFlow = columns(context);
  const projections = new Projections(context, onDoubt);
  const neighborFlow = neighbors(context);
  const selection = selectionActions(store, neighborFlow.actions.clearNeighbors);
  const searchFlow = search(context, selection.select);
  const parts = { context, columns: columnFlow, projections, neighbors: neighborFlow };
  const jobs = new JobsList(context, isHidden);
  const presence = new Presence(context);
  const opening = new Opening({
    ...parts,
    search: searchFlow,
    onOpen: () => {
      presence.clear();
      void jobs.refresh();
    },
  });
  const visits = new Visits({ ...parts, opening });
  const collectionFlow = collections(context, () => opening.collections());
  const openEmbedding = (embedding: string) => visits.go({ embedding });
  const leaveEmbedding = () => {
    projections.clear();
    store.update({ ...NO_EMBEDDING, columns: new Map() });
    return visits.go({});
  };
  return {
    visit: (address) => visits.go(address),
    loadRuns: async () => {
      await Promise.all([loadRuns(context), loadUploadRules(context)]);
    },
    runsChanged: async () => {
      await loadRuns(context);
      const { kind } = store.state.embedding;
      if (kind === 'idle' || kind === 'failed') await visits.go(visits.address);
    },
    refreshLegend: columnFlow.refreshLegend,
    jobs,
    presence,
    actions: {
      ...appearanceActions(context),
      ...columnFlow.actions,
      ...projectionActions(context, projections),
      ...jobActions({
        context,
        projections,
        refreshJobs: () => jobs.refresh(),
        showFirst: () => visits.go({}),
      }),
      ...presence.actions,
      ...selection,
      ...neighborFlow.actions,
      ...searchFlow.actions,
      ...thumbnailActions(context),
      ...isolationActions(context, projections),
      ...collectionFlow.actions,
      ...bookmarkActions(context, opening, collectionFlow),
      ...bookmarkListActions(context, collectionFlow),
      ...uploads({ context, refresh: () => loadRuns(context), openEmbedding, leaveEmbedding }),
      openEmbedding,
      reload: async () => {
        const { job, ...address } = visits.address;
        await loadRuns(context);
        if (filesState(store.state) === 'changed') {
          store.update({ embedding: { kind: 'idle' } });
          await visits.go(address); // without the job, whose layout is that of the old files
        } else {
          await visits.go(job === undefined ? address : { ...address, job });
        }
      },
      shareLink: () => new URL(formatAddress(addressOf(store.state)) || '?', pageUrl()).href,
    },
  };
}
