/**
 * HTTP to the gateway: deadlines, problem bodies, retries with back-off while the gateway cannot be reached.
 * Paths are relative to the page, so that it works behind a prefix.
 */

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly json?: unknown;
  readonly body?: Blob;
  readonly ifMatch?: number;
  readonly signal?: AbortSignal;
  readonly timeoutSeconds?: number;
  /** Whether asking twice does no harm. GET always may be repeated. */
  readonly repeatable?: boolean;
}

export interface HttpEnvironment {
  readonly fetch: typeof fetch;
  readonly baseUrl: string;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Told after each exchange whether the gateway answered. */
  readonly onReachable: (reachable: boolean) => void;
}

/** An answer other than success; `detail` is public text that names what is wrong and what to do. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly requestId: string | null,
  ) {
    super(detail);
    this.name = 'ApiError';
  }
}

/** The gateway did not answer at all, or not in time. */
export class UnreachableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreachableError';
  }
}

const TIMEOUT_SECONDS = 30;
const N_ATTEMPTS = 4;
const FIRST_DELAY_MS = 400;
const LONGEST_DELAY_MS = 8000;
/** Statuses of something between the page and the gateway, or of the gateway itself, that pass by themselves. */
const PASSING_STATUSES = new Set([502, 503, 504]);
const LIVE = 'health/live';
const PING_SECONDS = 3;

export class Http {
  constructor(private readonly environment: HttpEnvironment) {}

  url(path: string): URL {
    return new URL(path, this.environment.baseUrl);
  }

  json<T>(path: string, request: HttpRequest = {}): Promise<T> {
    return this.#exchange(path, request, (response) => jsonOf<T>(response));
  }

  bytes(path: string, request: HttpRequest = {}): Promise<Uint8Array> {
    return this.#exchange(path, request, async (response) => new Uint8Array(await response.arrayBuffer()));
  }

  blob(path: string, request: HttpRequest = {}): Promise<Blob> {
    return this.#exchange(path, request, (response) => response.blob());
  }

  /** For what is asked to be done and answers no more than that it was. */
  send(path: string, request: HttpRequest = {}): Promise<void> {
    return this.#exchange(path, request, () => Promise.resolve());
  }

  /** Resolves when the gateway lives. A proxy in front of it that answers in its place does not count. */
  async ping(): Promise<void> {
    const response = await this.environment.fetch(this.url(LIVE), { signal: deadlineIn(PING_SECONDS) });
    if (!response.ok) throw unreachable(response);
  }

  /**
   * Sends a request and reads its successful answer to the end.
   *
   * @throws ApiError for any other answer, UnreachableError when there was none or not all of it, AbortError when
   * `signal` ended it.
   */
  async #exchange<T>(path: string, request: HttpRequest, read: Read<T>): Promise<T> {
    const mayRepeat = request.repeatable ?? (request.method ?? 'GET') === 'GET';
    const nAttempts = mayRepeat ? N_ATTEMPTS : 1;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(path, request, read);
      if ('value' in outcome) return outcome.value;
      if (attempt >= nAttempts || !outcome.passes) throw outcome.error;
      await this.environment.sleep(outcome.waitMs ?? backOffMs(attempt), request.signal);
    }
  }

  async #attempt<T>(path: string, request: HttpRequest, read: Read<T>): Promise<{ value: T } | Failure> {
    try {
      const response = await this.environment.fetch(this.url(path), requestInit(request));
      const passes = PASSING_STATUSES.has(response.status);
      this.environment.onReachable(!passes);
      if (response.ok) return { value: await read(response) };
      return { error: await apiError(response), passes, waitMs: retryAfterMs(response) };
    } catch (error) {
      if (request.signal?.aborted || error instanceof ApiError) throw error;
      this.environment.onReachable(false);
      return { error: unreachable(error), passes: true, waitMs: null };
    }
  }
}

type Read<T> = (response: Response) => Promise<T>;

interface Failure {
  readonly error: Error;
  readonly passes: boolean;
  readonly waitMs: number | null;
}

/** Waits between attempts: doubling, with a quarter of chance so that many pages do not come back at once. */
export function backOffMs(attempt: number, random: () => number = Math.random): number {
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return delay * (0.875 + 0.25 * random());
}

/** A pause that an AbortSignal ends early. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Whether an error only says that somebody no longer wanted the answer. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** What to tell a person about an error. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError) {
    const reference = error.status >= 500 && error.requestId ? ` (request ${error.requestId})` : '';
    return `${error.detail}${reference}`;
  }
  return error instanceof Error ? error.message : String(error);
}

function requestInit(request: HttpRequest): RequestInit {
  const headers = new Headers({ Accept: 'application/json, application/x-protobuf, image/*, */*;q=0.5' });
  if (request.json !== undefined) headers.set('Content-Type', 'application/json');
  if (request.ifMatch !== undefined) headers.set('If-Match', `"${request.ifMatch}"`);
  const deadline = deadlineIn(request.timeoutSeconds ?? TIMEOUT_SECONDS);
  return {
    method: request.method ?? 'GET',
    headers,
    body: request.json === undefined ? (request.body ?? null) : JSON.stringify(request.json),
    signal: request.signal ? AbortSignal.any([request.signal, deadline]) : deadline,
  };
}

function deadlineIn(seconds: number): AbortSignal {
  return AbortSignal.timeout(seconds * 1000);
}

function unreachable(error: unknown): UnreachableError {
  const late = error instanceof DOMException && error.name === 'TimeoutError';
  return new UnreachableError(
    late
      ? 'The projector took too long to answer; it is asked again when it is reachable.'
      : 'The projector cannot be reached; check that it is running.',
  );
}

async function apiError(response: Response): Promise<ApiError> {
  const { detail, code, request_id: requestId } = await problemOf(response);
  return new ApiError(
    response.status,
    textOf(code) ?? 'internal',
    textOf(detail) ?? `The projector answered ${response.status} ${response.statusText}.`,
    textOf(requestId),
  );
}

/** The fields of a problem body; none where something else than the gateway answered. */
async function problemOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const type = response.headers.get('Content-Type') ?? '';
  if (!type.includes('json')) return {};
  try {
    return (await response.json()) ?? {};
  } catch {
    return {}; // a proxy's torn body says no more than its status
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

async function jsonOf<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const detail = `What answered ${response.status} is not the projector; check what lies between it and this page.`;
    throw new ApiError(response.status, 'internal', detail, null);
  }
}

function retryAfterMs(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(LONGEST_DELAY_MS, 1000 * seconds) : null;
}
