/** Sends a file and tells how much of it has left; `fetch` cannot tell. */

import { ApiError, UnreachableError } from './http';

export interface SendingFile {
  readonly signal: AbortSignal;
  readonly onSent: (nBytes: number) => void;
}

/** Resolves once the file has been stored. Throws what requests throw. */
export type SendFile = (url: URL, file: File, sending: SendingFile) => Promise<void>;

/** @param open makes a request; tests give a double. */
export function fileSender(open: () => XMLHttpRequest): SendFile {
  return (url, file, { signal, onSent }) =>
    new Promise((resolve, reject) => {
      const request = open();
      const stop = () => request.abort();
      request.upload.addEventListener('progress', (event) => onSent(event.loaded));
      request.addEventListener('abort', () => reject(signal.reason));
      request.addEventListener('error', () =>
        reject(new UnreachableError('The connection to the projector was lost; try again.')),
      );
      request.addEventListener('load', () => {
        if (request.status >= 200 && request.status < 300) resolve();
        else reject(errorOf(request));
      });
      request.addEventListener('loadend', () => signal.removeEventListener('abort', stop));
      signal.throwIfAborted();
      signal.addEventListener('abort', stop);
      request.open('PUT', url);
      request.setRequestHeader('Content-Type', 'application/octet-stream');
      request.send(file);
    });
}

function errorOf(request: XMLHttpRequest): ApiError {
  const problem = problemOf(request.responseText);
  return new ApiError(
    request.status,
    problem.code ?? 'internal',
    problem.detail ?? `The projector answered ${request.status} ${request.statusText}.`,
    problem.request_id ?? null,
  );
}

function problemOf(text: string): { code?: string; detail?: string; request_id?: string } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {}; // a proxy's page says no more than its status
  }
}
