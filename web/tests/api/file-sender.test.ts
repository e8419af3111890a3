import { expect, test, vi } from 'vitest';
import { fileSender } from '../../src/api/file-sender';
import { ApiError, isAbort, UnreachableError } from '../../src/api/http';

/** An XMLHttpRequest whose other end is the test. */
class FakeRequest extends EventTarget {
  readonly upload = new EventTarget();
  readonly open = vi.fn();
  readonly setRequestHeader = vi.fn();
  readonly send = vi.fn();
  status = 0;
  statusText = '';
  responseText = '';

  abort(): void {
    this.#end('abort');
  }

  answer(status: number, responseText = ''): void {
    this.status = status;
    this.responseText = responseText;
    this.#end('load');
  }

  fail(): void {
    this.#end('error');
  }

  #end(event: string): void {
    this.dispatchEvent(new Event(event));
    this.dispatchEvent(new Event('loadend'));
  }
}

const URL_OF_FILE = new URL('http://projector.test/api/v1/uploads/u/tensor?file_name=a.npy');
const FILE = new File(['content'], 'a.npy');

function sending() {
  const request = new FakeRequest();
  const controller = new AbortController();
  const onSent = vi.fn();
  const send = fileSender(() => request as unknown as XMLHttpRequest);
  const done = send(URL_OF_FILE, FILE, { signal: controller.signal, onSent });
  return { request, controller, onSent, done };
}

test('puts the file itself and tells how much has left', async () => {
  const { request, onSent, done } = sending();
  expect(request.open).toHaveBeenCalledWith('PUT', URL_OF_FILE);
  expect(request.send).toHaveBeenCalledWith(FILE);
  request.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded: 3 }));
  expect(onSent).toHaveBeenCalledWith(3);
  request.answer(200, '{"n_bytes":7}');
  await expect(done).resolves.toBeUndefined();
});

test('a refusal carries the words of the projector', async () => {
  const { request, done } = sending();
  request.answer(413, JSON.stringify({ code: 'too_large', detail: 'Too large.', request_id: 'q1' }));
  const error = await done.catch((caught) => caught);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 413, code: 'too_large', detail: 'Too large.', requestId: 'q1' });
});

test.each(['<html>', 'null', ''])('a refusal of something between, %j, says its status', async (body) => {
  const { request, done } = sending();
  request.answer(502, body);
  await expect(done).rejects.toMatchObject({ status: 502, code: 'internal' });
});

test('a lost connection is told as one', async () => {
  const { request, done } = sending();
  request.fail();
  await expect(done).rejects.toBeInstanceOf(UnreachableError);
});

test('cancelling ends the request and is no error to report', async () => {
  const { request, controller, done } = sending();
  const abort = vi.spyOn(request, 'abort');
  controller.abort();
  expect(abort).toHaveBeenCalled();
  expect(isAbort(await done.catch((caught) => caught))).toBe(true);
});

test('what is cancelled before it begins sends nothing', async () => {
  const request = new FakeRequest();
  const send = fileSender(() => request as unknown as XMLHttpRequest);
  const done = send(URL_OF_FILE, FILE, { signal: AbortSignal.abort(), onSent: () => undefined });
  expect(isAbort(await done.catch((caught) => caught))).toBe(true);
  expect(request.send).not.toHaveBeenCalled();
});
