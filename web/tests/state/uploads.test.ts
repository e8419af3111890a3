import { beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../src/api/http';
import { problem } from '../support/fake-gateway';
import { embedding, run } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

const RULES = { is_on: true, max_file_bytes: 1000, free_bytes: 5000 };
const UPLOADED = embedding({ id: 'E2', run_id: 'R2', run_name: 'Uploads/words', display_name: 'words.npy' });
const RUN = { ...run(UPLOADED), id: 'R2', name: 'Uploads/words', is_upload: true };

let page: Harness;

beforeEach(async () => {
  page = await opened((gateway) => {
    gateway
      .on('GET', '/uploads', RULES)
      .on('GET', '/embeddings/E2', UPLOADED)
      .on('GET', '/embeddings/E2/columns/word', problem(404, 'not_found', ''))
      .on('GET', '/collections?embedding_id=E2', []);
  });
});

function file(name: string, nBytes = 8): File {
  return new File([new Uint8Array(nBytes)], name);
}

/** Chooses files and answers everything that is not to be tested; the paths that files are put to. */
function choose(...files: File[]): string[] {
  const put: string[] = [];
  const id = '[0-9a-f]{32}';
  page.sendFile = (url, sent, { onSent }) => {
    put.push(url.href.replace(new RegExp(id), 'ID').replace('http://projector.test/prefix/api/v1', ''));
    onSent(sent.size);
    return Promise.resolve();
  };
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => array); // the id: 32 zeros
  page.gateway.on('POST', `/uploads/${'0'.repeat(32)}`, () => {
    page.gateway.on('GET', '/runs', [run(embedding()), RUN]);
    return Response.json(RUN, { status: 201 });
  });
  page.store.actions.openUpload(files);
  return put;
}

const upload = () => page.state().upload;
const DRAFT = `/uploads/${'0'.repeat(32)}`;

test('the page knows whether and how much can be uploaded', () => {
  expect(page.state().uploadRules).toEqual(RULES);
});

test('without an answer nothing is offered', async () => {
  page.gateway.on('GET', '/uploads', () => problem(404, 'not_found', ''));
  await page.loadRuns();
  expect(page.state().uploadRules).toBeNull();
});

test('files are sent one after the other, the tensor last, and the new embedding opens', async () => {
  const put = choose(file('words.npy'), file('labels.tsv'));
  page.store.actions.changeUpload({ name: ' My words ' });

  await page.store.actions.upload();

  expect(put).toEqual([
    '/uploads/ID/metadata?file_name=labels.tsv',
    '/uploads/ID/tensor?file_name=words.npy',
  ]);
  expect(page.gateway.asksOf('POST', DRAFT)[0]?.body).toEqual({
    name: 'My words',
    tensor_shape: null,
    thumbnail_px: null,
  });
  expect(page.state().embedding).toMatchObject({ kind: 'ready', value: { id: 'E2' } });
  expect(upload()).toMatchObject({ open: false, step: 'choosing', draft: { files: {} }, error: null });
});

test('what describes the files goes with them', async () => {
  choose(file('words.bytes', 48), file('faces.png'));
  page.store.actions.changeUpload({ shape: [4, 3], thumbnailPx: [16, 8] });
  await page.store.actions.upload();
  expect(page.gateway.asksOf('POST', DRAFT)[0]?.body).toEqual({
    name: 'words',
    tensor_shape: [4, 3],
    thumbnail_px: [16, 8],
  });
});

test('what is known to be wrong is said and not sent', async () => {
  const put = choose(file('words.npy', 1001));
  await page.store.actions.upload();
  expect(put).toEqual([]);
  expect(upload().error).toContain('words.npy has 1,001 bytes');
  page.store.actions.chooseFile('tensor', file('small.npy'));
  expect(upload().error).toBeNull();
});

test('a refused file leaves the dialog as it was, with the reason, and takes the others back', async () => {
  choose(file('words.npy'), file('labels.tsv'));
  const send = page.sendFile;
  page.sendFile = (url, sent, sending) =>
    sent.name === 'words.npy'
      ? Promise.reject(new ApiError(400, 'invalid_argument', 'words.npy is a pickle.', null))
      : send(url, sent, sending);
  page.gateway.on('DELETE', DRAFT, () => new Response(null, { status: 204 }));

  await page.store.actions.upload();

  expect(upload()).toMatchObject({ open: true, step: 'choosing', error: 'words.npy is a pickle.' });
  expect(upload().draft.files.metadata?.name).toBe('labels.tsv');
  expect(page.gateway.asksOf('DELETE', DRAFT)).toHaveLength(1);
});

test('files that cannot be shown are said, and nothing is left to take back', async () => {
  choose(file('words.npy'));
  page.gateway.on('POST', DRAFT, () => problem(400, 'invalid_argument', 'It holds no numbers.'));
  await page.store.actions.upload();
  expect(upload().error).toBe('It holds no numbers.');
  expect(page.gateway.asksOf('DELETE', DRAFT)).toEqual([]);
});

/** Begins an upload whose tensor does not end by itself. */
function beginSlowly(...files: File[]): Promise<void> {
  choose(...files);
  const send = page.sendFile;
  page.sendFile = (url, sent, sending) =>
    sent.name === 'words.npy'
      ? new Promise((_, reject) => {
          sending.onSent(4);
          sending.signal.addEventListener('abort', () => reject(sending.signal.reason));
        })
      : send(url, sent, sending);
  return page.store.actions.upload();
}

test('cancelling goes back to what was chosen; what had arrived is taken back once the rest is known to be lost', async () => {
  const done = beginSlowly(file('words.npy'), file('labels.tsv'));
  await vi.waitFor(() => expect(upload().sent).toEqual({ metadata: 8, tensor: 4 }));
  page.gateway.on('DELETE', DRAFT, () => problem(409, 'conflict', 'Something is still arriving.'));

  page.store.actions.cancelUpload();
  await done;

  expect(upload()).toMatchObject({ open: true, step: 'choosing', error: null, sent: {} });
  expect(upload().draft.files.tensor?.name).toBe('words.npy');
  await vi.waitFor(() => expect(page.gateway.asksOf('DELETE', DRAFT)).toHaveLength(1));
  page.gateway.on('DELETE', DRAFT, () => new Response(null, { status: 204 }));
  await vi.waitFor(() => {
    page.sockets.elapse();
    expect(page.gateway.asksOf('DELETE', DRAFT)).toHaveLength(2);
  });
  expect(page.state().notices).toEqual([]);
});

test('an upload that is cancelled while it is checked is deleted as soon as it is a run', async () => {
  choose(file('words.npy'));
  page.gateway.on('DELETE', '/uploads/R2', () => new Response(null, { status: 204 }));
  page.gateway.on('POST', DRAFT, () => {
    page.store.actions.cancelUpload();
    return Response.json(RUN, { status: 201 });
  });
  await page.store.actions.upload();
  expect(page.gateway.asksOf('DELETE', '/uploads/R2')).toHaveLength(1);
  expect(page.state().embedding).toMatchObject({ value: { id: 'E1' } });
  expect(upload()).toMatchObject({ step: 'choosing', error: null });
});

test('a closed dialog lets the upload go on; nobody is torn away when it ends', async () => {
  const put = choose(file('words.npy'));
  const send = page.sendFile;
  page.sendFile = (url, sent, sending) => {
    page.store.actions.closeUpload();
    return send(url, sent, sending);
  };
  await page.store.actions.upload();
  expect(put).toHaveLength(1);
  expect(page.state().embedding).toMatchObject({ value: { id: 'E1' } });
  expect(page.state().notices).toMatchObject([{ severity: 'notice', subject: 'Uploads/words' }]);
});

test('what fails behind a closed dialog is told, and said in it too', async () => {
  choose(file('words.npy'));
  page.sendFile = () => {
    page.store.actions.closeUpload();
    return Promise.reject(new ApiError(413, 'too_large', 'There is no room.', null));
  };
  await page.store.actions.upload();
  expect(page.state().notices).toMatchObject([{ severity: 'error', message: 'There is no room.' }]);
  expect(upload().error).toBe('There is no room.');
  expect(upload().draft.files.tensor?.name).toBe('words.npy');
});

test('closing forgets what was chosen, unless it is being sent', async () => {
  choose(file('words.npy'));
  page.store.actions.closeUpload();
  expect(upload()).toMatchObject({ open: false, draft: { files: {} } });
  const done = beginSlowly(file('words.npy'));
  page.store.actions.closeUpload();
  page.store.actions.openUpload([file('other.npy')]);
  expect(upload()).toMatchObject({ open: true, step: 'sending' });
  expect(upload().draft.files.tensor?.name).toBe('words.npy');
  page.store.actions.cancelUpload();
  await done;
});

test('deleting what is open shows something else', async () => {
  choose(file('words.npy'));
  await page.store.actions.upload();
  page.gateway.on('DELETE', '/uploads/R2', () => {
    page.gateway.on('GET', '/runs', [run(embedding())]);
    return new Response(null, { status: 204 });
  });

  await page.store.actions.deleteUpload('R2');

  expect(page.state().runs).toMatchObject({ value: [{ id: 'R1' }] });
  expect(page.state().embedding).toMatchObject({ kind: 'ready', value: { id: 'E1' } });
});

test('deleting the last run leaves nothing on the page', async () => {
  page.gateway.on('DELETE', '/uploads/R1', () => {
    page.gateway.on('GET', '/runs', []);
    return new Response(null, { status: 204 });
  });
  await page.store.actions.deleteUpload('R1');
  expect(page.state()).toMatchObject({ embedding: { kind: 'idle' }, layout: null, jobView: null });
});

test('an upload that somebody else has deleted is told and not listed any more', async () => {
  page.gateway.on('GET', '/runs', []);
  page.gateway.on('DELETE', '/uploads/R2', () => problem(404, 'not_found', 'There is no upload.'));
  await page.store.actions.deleteUpload('R2');
  expect(page.state().notices).toMatchObject([{ message: 'There is no upload.' }]);
  expect(page.state().runs).toMatchObject({ value: [] });
});
