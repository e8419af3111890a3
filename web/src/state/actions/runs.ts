import { messageOf } from '../../api/http';
import type { ActionContext } from '../context';

/** Lists the runs; what is wrong with the data is told, and everything else goes on. */
export async function loadRuns({ store, rest, notify }: ActionContext): Promise<void> {
  if (store.state.runs.kind !== 'ready') store.update({ runs: { kind: 'loading' } });
  try {
    const [runs, diagnosis] = await Promise.all([rest.runs(), rest.diagnosis()]);
    store.update({ runs: { kind: 'ready', value: runs }, diagnosis });
    for (const { severity, subject, message } of [
      ...diagnosis.problems,
      ...runs.flatMap((run) => run.problems),
    ]) {
      // The page goes on without what could not be loaded: that warns, it does not stop anybody.
      notify(severity === 'error' ? 'warning' : severity, subject || 'Data', message);
    }
  } catch (error) {
    store.update({ runs: { kind: 'failed', message: messageOf(error) } });
  }
}
