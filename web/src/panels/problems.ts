/** Why something cannot be shown, gathered for the places that list it. */

import type { Rest } from '../api/rest-types';
import { counted } from './format';

/** A tensor that was found but cannot be viewed, as a problem that names it. */
export function rejectionProblem(rejected: Rest.Run['rejected'][number]): Rest.Problem {
  const shape = rejected.shape.length === 0 ? 'scalar' : rejected.shape.map(counted).join(' × ');
  return {
    severity: 'notice',
    subject: rejected.tensor_name,
    message: `${rejected.reason} (${shape}, ${rejected.dtype})`,
  };
}

export interface RunProblems {
  readonly runName: string;
  readonly problems: readonly Rest.Problem[];
}

/** Problems of all runs but one, of the runs that have any. */
export function problemsOfOtherRuns(
  runs: readonly Rest.Run[],
  openRunId: string | null,
): readonly RunProblems[] {
  return runs
    .filter((run) => run.id !== openRunId)
    .map((run) => ({ runName: run.name, problems: [...run.problems, ...run.rejected.map(rejectionProblem)] }))
    .filter((entry) => entry.problems.length > 0);
}

/** Problems of the open embedding first, then of its run, each once. */
export function problemsOfOpen(
  embedding: Rest.Embedding | null,
  run: Rest.Run | null,
): readonly Rest.Problem[] {
  const all = [
    ...(embedding?.problems ?? []),
    ...(run?.problems ?? []),
    ...(run?.rejected.map(rejectionProblem) ?? []),
  ];
  const seen = new Set<string>();
  return all.filter((problem) => {
    const key = `${problem.subject}\n${problem.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
