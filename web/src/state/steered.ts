/** What others do to a job, and how it is taken back. */

import type { Rest } from '../api/rest-types';
import type { Steered } from './model';
import { isFinal } from './selectors';

/** The newest control of somebody else that a state has brought; null where there is none. */
export function steeredByOthers(before: Rest.Job, now: Rest.Job, me: Rest.Person | null): Steered | null {
  const fresh = now.controls.slice(before.controls.length);
  const control = fresh.findLast(({ by }) => by != null && by.id !== me?.id);
  return control === undefined ? null : { jobId: now.id, control };
}

/** What takes a control back; null where nothing does, or where a later control has already changed the same. */
export function undoOf(job: Rest.JobSummary, control: Rest.AppliedControl): Rest.Control | null {
  if (isFinal(job.phase)) return null;
  const at = job.controls.findIndex((known) => isSame(known, control));
  const earlier = at < 0 ? job.controls : job.controls.slice(0, at);
  const later = at < 0 ? [] : job.controls.slice(at + 1);
  switch (control.action) {
    case 'pause':
      return job.phase === 'paused' && !later.some(isPauseOrResume) ? { action: 'resume' } : null;
    case 'set_exaggeration':
      if (later.some(({ action }) => action === 'set_exaggeration')) return null;
      return exaggerationBefore(job, earlier, control.step);
    case 'set_learning_rate':
      if (later.some(({ action }) => action === 'set_learning_rate')) return null;
      return rateBefore(job, earlier);
    default:
      return null;
  }
}

/** That of the last control before, or else of the schedule at that step. */
function exaggerationBefore(
  { projection }: Rest.JobSummary,
  earlier: readonly Rest.AppliedControl[],
  step: number,
): Rest.Control | null {
  if (projection.method !== 'tsne') return null;
  const last = earlier.findLast(({ action }) => action === 'set_exaggeration')?.exaggeration;
  const isEarly = step < projection.early_exaggeration_steps;
  const scheduled = isEarly ? projection.early_exaggeration : projection.late_exaggeration;
  return { action: 'set_exaggeration', exaggeration: last ?? scheduled };
}

function rateBefore(
  { projection }: Rest.JobSummary,
  earlier: readonly Rest.AppliedControl[],
): Rest.Control | null {
  if (projection.method !== 'tsne') return null;
  const last = earlier.findLast(({ action }) => action === 'set_learning_rate')?.learning_rate;
  return { action: 'set_learning_rate', learning_rate: last ?? projection.learning_rate };
}

function isPauseOrResume({ action }: Rest.AppliedControl): boolean {
  return action === 'pause' || action === 'resume';
}

/** Controls come anew with every state: the same one is told by what it says. */
function isSame(known: Rest.AppliedControl, control: Rest.AppliedControl): boolean {
  return (
    known.action === control.action &&
    known.step === control.step &&
    known.at === control.at &&
    known.by?.id === control.by?.id &&
    known.exaggeration === control.exaggeration &&
    known.learning_rate === control.learning_rate
  );
}
