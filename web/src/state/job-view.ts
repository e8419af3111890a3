/** What is known of the job being watched, brought up to date by its events. */

import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import type { DecodedFrame } from '../api/frames';
import type { Person } from '../api/generated/projector_contracts/common/v1/person_pb';
import { Problem_Severity } from '../api/generated/projector_contracts/common/v1/problem_pb';
import {
  type AppliedControl,
  type Control,
  type JobState,
  Phase,
} from '../api/generated/projector_contracts/compute/v1/job_pb';
import type { Rest } from '../api/rest-types';
import type { LayoutState } from './model';

const PHASES: Readonly<Record<Phase, Rest.Job['phase']>> = {
  [Phase.PHASE_UNSPECIFIED]: 'queued',
  [Phase.QUEUED]: 'queued',
  [Phase.LOADING]: 'loading',
  [Phase.NEIGHBORS]: 'neighbors',
  [Phase.AFFINITIES]: 'affinities',
  [Phase.RUNNING]: 'running',
  [Phase.PAUSED]: 'paused',
  [Phase.FINISHED]: 'finished',
  [Phase.STOPPED]: 'stopped',
  [Phase.FAILED]: 'failed',
};

const SEVERITIES: Readonly<Record<Problem_Severity, Rest.Problem['severity']>> = {
  [Problem_Severity.SEVERITY_UNSPECIFIED]: 'notice',
  [Problem_Severity.NOTICE]: 'notice',
  [Problem_Severity.WARNING]: 'warning',
  [Problem_Severity.ERROR]: 'error',
};

/** The job after a state event. */
export function jobWithState(job: Rest.Job, state: JobState): Rest.Job {
  return {
    ...job,
    phase: PHASES[state.phase],
    progress: state.progress,
    step: state.step,
    sequence: Number(state.sequence),
    n_points: state.nPoints || job.n_points,
    failure: state.failure ? { code: state.failure.code, message: state.failure.message } : null,
    notices: state.notices.map(({ severity, subject, message }) => ({
      severity: SEVERITIES[severity],
      subject,
      message,
    })),
    controls: state.controls.map(appliedControl),
    started_by: state.startedBy ? personOf(state.startedBy) : job.started_by,
    queue_place: state.queuePlace || null,
    remaining_seconds: state.remainingSeconds ?? null,
    interruption: state.interruption || null,
    times: state.times.map(({ phase, seconds }) => ({ phase: PHASES[phase], seconds })),
    axes:
      state.result.case === 'custom'
        ? state.result.value.axes.map(({ nFrom, nTo, length }) => ({ n_from: nFrom, n_to: nTo, length }))
        : job.axes,
    explained_variance_ratio:
      state.result.case === 'pca'
        ? [...state.result.value.explainedVarianceRatio]
        : job.explained_variance_ratio,
  };
}

function appliedControl({ step, control }: AppliedControl): Rest.AppliedControl {
  const by = control?.by ? personOf(control.by) : null;
  const at = control?.at ? momentOf(control.at) : null;
  return { ...whatWasDone(step, control), by, at };
}

function whatWasDone(step: number, control: Control | undefined): Rest.AppliedControl {
  const { action } = control ?? {};
  switch (action?.case) {
    case 'setLearningRate':
      return { step, action: 'set_learning_rate', learning_rate: action.value.learningRate };
    case 'setExaggeration':
      return { step, action: 'set_exaggeration', exaggeration: action.value.exaggeration };
    case 'supervise': {
      const { weight = 0, column = '', ignoredLabel } = action.value.supervision ?? {};
      return {
        step,
        action: 'supervise',
        supervision: { weight, column, ...(ignoredLabel && { ignored_label: ignoredLabel }) },
      };
    }
    default:
      return { step, action: action?.case ?? 'pause' };
  }
}

function personOf({ id, name }: Person): Rest.Person {
  return { id, name };
}

function momentOf(timestamp: Timestamp): string {
  return timestampDate(timestamp).toISOString();
}

/** The layout that a job's frame shows. */
export function layoutOfFrame(job: Rest.Job, frame: DecodedFrame, rows: Uint32Array | null): LayoutState {
  return {
    jobId: job.id,
    bookmark: null,
    method: job.projection.method,
    projection: job.projection,
    preprocessing: job.preprocessing,
    seed: job.seed,
    sequence: frame.sequence,
    step: frame.step,
    loss: frame.loss,
    nPoints: frame.nPoints,
    nComponents: frame.nComponents,
    values: frame.values,
    rows,
    explainedVariance: job.explained_variance_ratio,
  };
}

/** A layout that has just come decides whether it is shown in two or three dimensions. */
export function shownDims(
  components: readonly number[],
  { method, nComponents }: Pick<LayoutState, 'method' | 'nComponents'>,
  mostDims: 2 | 3 = 3,
): 2 | 3 {
  const wanted = method === 'pca' ? components.length : mostDims;
  return wanted >= 3 && nComponents >= 3 ? 3 : 2;
}
