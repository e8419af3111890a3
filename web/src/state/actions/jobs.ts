import { ApiError } from '../../api/http';
import type { Rest } from '../../api/rest-types';
import type { ActionContext } from '../context';
import type { JobActions } from '../model';
import { supervisionOf } from '../projection-requests';
import type { Projections } from '../projections';

const NOT_FOUND = 404;

export interface JobActionParts {
  readonly context: ActionContext;
  readonly projections: Projections;
  /** Looks again which jobs there are. */
  readonly refreshJobs: () => Promise<void>;
  /** Shows what is shown where nothing else was asked for. */
  readonly showFirst: () => Promise<void>;
}

export function jobActions({ context, projections, refreshJobs, showFirst }: JobActionParts): JobActions {
  const { store, rest, report } = context;
  const steer = steering(context);
  return {
    runProjection: async () => {
      await projections.run(store.state.projectionTab);
      void refreshJobs();
    },
    runAgain: async (job) => {
      await projections.again(job.id, unusedSeed(job.seed, store.state.jobs.list ?? []));
      void refreshJobs();
    },
    forkProjection: async () => {
      await projections.fork();
      void refreshJobs();
    },
    openJob: async (jobId) => {
      try {
        await projections.join(jobId, null, null);
      } catch (error) {
        report('Job', error);
      }
    },
    deleteJob: async (jobId) => {
      const isShown = () => store.state.jobView?.job.id === jobId;
      if (isShown()) projections.leave(); // else its end would be told as a fault
      try {
        await rest.deleteJob(jobId);
      } catch (error) {
        if (!(error instanceof ApiError && error.status === NOT_FOUND)) {
          report('Job', error);
          if (isShown()) await projections.join(jobId, null, null);
          return;
        }
      }
      const mustShowAnother = isShown();
      if (mustShowAnother) store.update({ jobView: null });
      projections.forget(jobId);
      await Promise.all([refreshJobs(), mustShowAnother ? showFirst() : undefined]);
    },
    layoutUrl: (jobId, format, sequence) => rest.layoutUrl(jobId, format, sequence),
    controlJob: (action) => steer({ action }),
    steerJob: steer,
    superviseJob: () =>
      steer({
        action: 'supervise',
        supervision: supervisionOf(store.state.supervision) ?? { weight: 0, column: '' },
      }),
    dismissSteered: () => store.update({ steered: null }),
    scrubTo: (sequence) => projections.scrubber?.seek(sequence),
    scrubBy: (nFrames) => projections.scrubber?.stepBy(nFrames),
    goLive: () => projections.scrubber?.goLive(),
    togglePlaying: () => projections.scrubber?.togglePlaying(),
  };
}

/** Sends what is asked one after the other: requests that are under way together may arrive in any order. */
function steering({ store, rest, report }: ActionContext): (control: Rest.Control) => Promise<void> {
  let sent: Promise<void> = Promise.resolve();
  return (control) => {
    const jobId = store.state.jobView?.job.id;
    if (jobId === undefined) return Promise.resolve();
    sent = sent
      .then(() => rest.controlJob(jobId, control))
      .catch((error: unknown) => report('Projection', error));
    return sent;
  };
}

/** The next seed that no job of the embedding has. */
function unusedSeed(seed: number, jobs: readonly Rest.JobSummary[]): number {
  const used = new Set(jobs.map((job) => job.seed));
  let next = seed + 1;
  while (used.has(next)) next += 1;
  return next;
}
