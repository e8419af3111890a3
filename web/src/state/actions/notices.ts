import { isAbort, messageOf, UnreachableError } from '../../api/http';
import type { Actions, Notice } from '../model';
import type { StateWriter } from '../store';

/** The list under the bell is for reading: more than this nobody reads. */
const MOST_NOTICES = 200;

export interface Notifier {
  readonly notify: (severity: Notice['severity'], subject: string, message: string) => void;
  readonly report: (subject: string, error: unknown) => void;
  readonly actions: Pick<Actions, 'dismissNotice'>;
}

export function notifier(store: StateWriter): Notifier {
  let lastId = 0;
  const notify: Notifier['notify'] = (severity, subject, message) => {
    const known = store.state.notices.some(
      (notice) => notice.subject === subject && notice.message === message,
    );
    if (known) return;
    lastId += 1;
    const notice = { id: lastId, severity, subject, message };
    store.update(({ notices }) => ({ notices: [...notices, notice].slice(-MOST_NOTICES) }));
  };
  return {
    notify,
    report: (subject, error) => {
      if (isAbort(error)) return;
      // Being offline is shown by itself and ends by itself: it warns, it does not stay as a fault.
      notify(error instanceof UnreachableError ? 'warning' : 'error', subject, messageOf(error));
    },
    actions: {
      dismissNotice: (id) =>
        store.update(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) })),
    },
  };
}
