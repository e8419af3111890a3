import type { Rest } from '../api/rest-types';
import type { Store } from '../state/model';
import { confirmed } from './dialogs';
import { titleOf } from './job-words';
import { namesOf } from './people-chips';

/** Deletes a job once that was confirmed. */
export async function deleteAfterAsking(job: Rest.JobSummary, { actions, state }: Store): Promise<void> {
  const others = job.watchers.filter(({ id }) => id !== state.people.me?.id);
  const watched =
    others.length === 0 ? '' : ` ${namesOf(others)} ${others.length === 1 ? 'watches' : 'watch'} it now.`;
  const agreed = await confirmed({
    title: `Delete “${titleOf(job)}”?`,
    text: `Its layout and its history will be lost for everybody.${watched} Saved views of it stay.`,
    action: 'Delete the job',
  });
  if (agreed) await actions.deleteJob(job.id);
}
