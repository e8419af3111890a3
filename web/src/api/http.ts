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

export class Http {
  constructor(private readonly environment: HttpEnvironment) {}

  url(path: string): URL {
    return new URL(path, this.environment.baseUrl);
  }

  async json<T>(path: string, request: HttpRequest = {}): Promise<T> {
    return (await (await this.send(path, request)).json()) as T;
  }

  async bytes(path: string, request: HttpRequest = {}): Promise<Uint8Array> {
    return new Uint8Array(await (await this.send(path, request)).arrayBuffer());
  }

  /**
   * Sends a request and returns its successful answer.
   *
   * @throws ApiError for any other answer, UnreachableError when there was none, AbortError when `signal` ended it.
   */
  async send(path: string, request: HttpRequest = {}): Promise<Response> {
    const mayRepeat = request.repeatable ?? (request.method ?? 'GET') === 'GET';
    const nAttempts = mayRepeat ? N_ATTEMPTS : 1;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(path, request);
      if (outcome instanceof Response) return outcome;
      if (attempt >= nAttempts || !outcome.passes) throw outcome.error;
      await this.environment.sleep(outcome.waitMs ?? backOffMs(attempt), request.signal);
    }
  }

  async #attempt(path: string, request: HttpRequest): Promise<Response | Failure> {
    let response: Response;
    try {
      response = await this.environment.fetch(this.url(path), requestInit(request));
    } catch (error) {
      if (request.signal?.aborted) throw error;
      this.environment.onReachable(false);
      return { error: unreachable(error), passes: true, waitMs: null };
    }
    this.environment.onReachable(!PASSING_STATUSES.has(response.status));
    if (response.ok) return response;
    return {
      error: await apiError(response),
      passes: PASSING_STATUSES.has(response.status),
      waitMs: retryAfterMs(response),
    };
  }
}

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
  const deadline = AbortSignal.timeout((request.timeoutSeconds ?? TIMEOUT_SECONDS) * 1000);
  return {
    method: request.method ?? 'GET',
    headers,
    body: request.json === undefined ? (request.body ?? null) : JSON.stringify(request.json),
    signal: request.signal ? AbortSignal.any([request.signal, deadline]) : deadline,
  };
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
  const problem = await problemOf(response);
  const detail = problem.detail || `The projector answered ${response.status} ${response.statusText}.`;
  return new ApiError(response.status, problem.code || 'internal', detail, problem.request_id || null);
}

async function problemOf(
  response: Response,
): Promise<{ code?: string; detail?: string; request_id?: string }> {
  const type = response.headers.get('Content-Type') ?? '';
  if (!type.includes('json')) return {};
  try {
    return await response.json();
  } catch {
    return {}; // a proxy's torn body says no more than its status
  }
}

function retryAfterMs(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(LONGEST_DELAY_MS, 1000 * seconds) : null;
}
