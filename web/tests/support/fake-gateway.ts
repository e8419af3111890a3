/** `fetch` whose other end is the test: routes by method and path, and remembers what was asked. */

export interface Asked {
  readonly method: string;
  readonly path: string; // below api/v1, with its query
  readonly body: unknown;
  readonly ifMatch: string | null;
  readonly signal: AbortSignal | null;
}

type Reply = (asked: Asked) => Response | Promise<Response>;

export class FakeGateway {
  readonly asked: Asked[] = [];
  #routes = new Map<string, Reply>();
  unreachable = false;

  /** Answers a route: a body as JSON, bytes as they are, or what a function returns. */
  on(method: string, path: string, reply: object | Reply): this {
    this.#routes.set(
      `${method} ${path}`,
      typeof reply === 'function' ? (reply as Reply) : () => answer(reply),
    );
    return this;
  }

  asksOf(method: string, path: string): Asked[] {
    return this.asked.filter((asked) => asked.method === method && asked.path === path);
  }

  readonly fetch: typeof fetch = async (input, init) => {
    if (this.unreachable) throw new TypeError('Failed to fetch');
    const url = new URL(String(input));
    const path = decodeURIComponent(url.pathname.replace(/^.*\/api\/v1/, '')) + url.search;
    const asked: Asked = {
      method: init?.method ?? 'GET',
      path,
      body: typeof init?.body === 'string' ? JSON.parse(init.body) : (init?.body ?? null),
      ifMatch: new Headers(init?.headers).get('If-Match'),
      signal: init?.signal ?? null,
    };
    this.asked.push(asked);
    const reply = this.#routes.get(`${asked.method} ${path}`);
    if (!reply) return problem(404, 'not_found', `${asked.method} ${path} is not here.`);
    return untilAborted(reply(asked), asked.signal);
  };
}

export function problem(status: number, code: string, detail: string, headers: HeadersInit = {}): Response {
  const body = { type: 'about:blank', title: code, status, code, detail, request_id: 'q1' };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  });
}

/** A reply that the test gives later. */
export function later(): { reply: Reply; give: (body: object) => void } {
  let give: (body: object) => void = () => undefined;
  const promise = new Promise<Response>((resolve) => {
    give = (body) => resolve(answer(body));
  });
  return { reply: () => promise, give: (body) => give(body) };
}

function answer(body: object): Response {
  return body instanceof Uint8Array ? new Response(body as Uint8Array<ArrayBuffer>) : Response.json(body);
}

function untilAborted(reply: Response | Promise<Response>, signal: AbortSignal | null): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    Promise.resolve(reply).then(resolve, reject);
  });
}
