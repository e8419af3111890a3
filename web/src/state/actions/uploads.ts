import { ApiError, isAbort, messageOf } from '../../api/http';
import type { Rest } from '../../api/rest-types';
import {
  NO_UPLOAD,
  shapeOf,
  suggestedName,
  UPLOAD_ROLES,
  type UploadDraft,
  whyNotUploaded,
  withFiles,
} from '../../domain/upload';
import type { ActionContext } from '../context';
import type { Actions, UploadState } from '../model';

const DISCARD_TRIES = 5;
const DISCARD_DELAY_MS = 1000;

type UploadActions = Pick<
  Actions,
  'openUpload' | 'closeUpload' | 'changeUpload' | 'chooseFile' | 'upload' | 'cancelUpload' | 'deleteUpload'
>;

export interface UploadParts {
  readonly context: ActionContext;
  /** Lists the runs again. */
  readonly refresh: () => Promise<void>;
  readonly openEmbedding: (id: string) => Promise<void>;
  /** Shows something else, since the files of what is open are gone. */
  readonly leaveEmbedding: () => Promise<void>;
}

/** Learns whether and how much can be uploaded; without an answer nothing is offered. */
export async function loadUploadRules({ store, rest }: ActionContext): Promise<void> {
  try {
    store.update({ uploadRules: await rest.uploadRules() });
  } catch {
    store.update({ uploadRules: null }); // whatever it is, the runs tell it as well
  }
}

export function uploads(parts: UploadParts): UploadActions {
  const { context, refresh } = parts;
  const { store, rest } = context;
  let sending: AbortController | null = null;

  const update = (change: Partial<UploadState>) =>
    store.update(({ upload }) => ({ upload: { ...upload, ...change } }));
  const updateDraft = (change: Partial<UploadDraft>) =>
    update({ draft: { ...store.state.upload.draft, ...change }, error: null });

  /** Takes back what has arrived; of a file that was broken off the gateway may not know yet. */
  const discard = (id: string, nTries = DISCARD_TRIES): Promise<void> =>
    rest.deleteUpload(id).catch((error) => {
      const isArriving = error instanceof ApiError && error.code === 'conflict';
      if (isArriving && nTries > 1) context.delay(() => void discard(id, nTries - 1), DISCARD_DELAY_MS);
    });

  const send = async (draft: UploadDraft, id: string, signal: AbortSignal): Promise<Rest.Run> => {
    for (const role of UPLOAD_ROLES) {
      const file = draft.files[role];
      if (file === undefined) continue;
      const onSent = (nBytes: number) => update({ sent: { ...store.state.upload.sent, [role]: nBytes } });
      await context.sendFile(rest.uploadUrl(id, role, file.name), file, { signal, onSent });
      onSent(file.size);
    }
    update({ step: 'checking' });
    const run = await rest.finishUpload(id, requestOf(draft));
    if (signal.aborted) await rest.deleteUpload(run.id);
    signal.throwIfAborted();
    return run;
  };

  const show = async (run: Rest.Run) => {
    const isWatched = store.state.upload.open;
    update({ draft: NO_UPLOAD, step: 'choosing', sent: {}, open: false });
    await refresh();
    const first = run.embeddings[0];
    if (first === undefined) return;
    // Whoever went on to look at something else is not torn away from it.
    if (isWatched) await parts.openEmbedding(first.id);
    else context.notify('notice', run.name, 'The upload is there; choose it in the list of runs.');
  };

  const fail = (error: unknown, id: string) => {
    const { step, draft, sent } = store.state.upload;
    const hasArrived = UPLOAD_ROLES.some(
      (role) => draft.files[role] && sent[role] === draft.files[role].size,
    );
    // What was refused in the end has been deleted.
    if (step === 'sending' && hasArrived) void discard(id);
    update({ step: 'choosing', sent: {}, error: isAbort(error) ? null : messageOf(error) });
    if (!store.state.upload.open) context.report('Upload', error);
  };

  return {
    openUpload: (files = []) => {
      const { upload } = store.state;
      update({ open: true });
      if (upload.step !== 'choosing') return;
      if (files.length > 0) updateDraft({ files: withFiles(upload.draft.files, files) });
      void loadUploadRules(context);
    },
    closeUpload: () => {
      const isSending = store.state.upload.step !== 'choosing';
      update(isSending ? { open: false } : { open: false, draft: NO_UPLOAD, error: null });
    },
    changeUpload: updateDraft,
    chooseFile: (role, file) => {
      const { [role]: _, ...others } = store.state.upload.draft.files;
      updateDraft({ files: file === null ? others : { ...others, [role]: file } });
    },
    upload: async () => {
      const { draft, step } = store.state.upload;
      if (step !== 'choosing') return;
      const refusal = whyNotUploaded(draft, store.state.uploadRules);
      if (refusal !== null) return update({ error: refusal });
      const id = newUploadId();
      sending = new AbortController();
      update({ step: 'sending', sent: {}, error: null });
      try {
        await show(await send(draft, id, sending.signal));
      } catch (error) {
        fail(error, id);
      }
    },
    cancelUpload: () => sending?.abort(),
    deleteUpload: async (runId) => {
      const { embedding } = store.state;
      try {
        await rest.deleteUpload(runId);
      } catch (error) {
        context.report('Upload', error);
      }
      await refresh();
      if (embedding.kind === 'ready' && embedding.value.run_id === runId) await parts.leaveEmbedding();
    },
  };
}

/** An id that nobody else has; `randomUUID` is not there on pages that come over plain HTTP. */
function newUploadId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) =>
    part.toString(16).padStart(8, '0'),
  ).join('');
}

function requestOf(draft: UploadDraft): Rest.UploadRequest {
  const { files, name, thumbnailPx } = draft;
  return {
    name: name.trim() || suggestedName(files),
    tensor_shape: both(shapeOf(draft)),
    thumbnail_px: files.sprite === undefined ? null : both(thumbnailPx),
  };
}

function both([first, second]: readonly [number | null, number | null]): [number, number] | null {
  return first === null || second === null ? null : [first, second];
}
