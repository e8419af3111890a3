import { describe, expect, test } from 'vitest';
import {
  ApiError,
  Http,
  type HttpEnvironment,
  isAbort,
  messageOf,
  UnreachableError,
} from '../../src/api/http';

interface Exchange {
  readonly http: Http;
  readonly requests: Request[];
  readonly reachable: boolean[];
}

type Reply = (request: Request) => Response | Promise<Response>;

/** Http over a `fetch` that answers with `replies`, the last of them for ever. */
function exchange(...replies: Reply[]): Exchange {
  const requests: Request[] = [];
  const reachable: boolean[] = [];
  const environment: HttpEnvironment = {
    fetch: async (input, init) => {
      const request = new Request(input, init);
      requests.push(request);
      const reply = replies[Math.min(requests.length, replies.length) - 1];
      if (reply === undefined) throw new TypeError('Failed to fetch');
      return reply(request);
    },
    baseUrl: 'http://projector.test/prefix/?embedding=E1',
    sleep: () => Promise.resolve(),
    onReachable: (value) => reachable.push(value),
  };
  return { http: new Http(environment), requests, reachable };
}

const hanging: Reply = (request) =>
  new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)));

function problem(status: number, body: unknown, type = 'application/problem+json'): Reply {
  return () => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } });
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('The request succeeded.');
    },
    (error: unknown) => error,
  );
}

describe('a request', () => {
  test('goes below the page’s own address, without its query', async () => {
    const { http, requests } = exchange(() => Response.json([]));
    await http.json('api/v1/runs');
    expect(requests[0]?.url).toBe('http://projector.test/prefix/api/v1/runs');
  });

  test('with a body of JSON says so', async () => {
    const { http, requests } = exchange(() => Response.json({}));
    await http.json('api/v1/jobs', { method: 'POST', json: { seed: 0 } });
    expect(requests[0]?.headers.get('Content-Type')).toBe('application/json');
    expect(await requests[0]?.json()).toEqual({ seed: 0 });
  });

  test('names the version it changes, quoted as an entity tag', async () => {
    const { http, requests } = exchange(() => Response.json({}));
    await http.send('api/v1/bookmarks/B1', { method: 'PATCH', json: {}, ifMatch: 3 });
    expect(requests[0]?.headers.get('If-Match')).toBe('"3"');
  });

  test('sends a file as it is', async () => {
    const { http, requests } = exchange(() => Response.json({}));
    await http.json('api/v1/collections/import', { method: 'POST', body: new Blob(['[]']) });
    expect(await requests[0]?.text()).toBe('[]');
  });
});

describe('a problem', () => {
  const body = { code: 'not_found', detail: 'No run is called x.', request_id: 'q7' };

  test('becomes an error with its code, its words and its request id', async () => {
    const error = await failure(exchange(problem(404, body)).http.json('api/v1/runs'));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 404, code: 'not_found', detail: body.detail, requestId: 'q7' });
  });

  test('of the person’s own making is told in its words alone', async () => {
    const error = await failure(exchange(problem(404, body)).http.json('api/v1/runs'));
    expect(messageOf(error)).toBe('No run is called x.');
  });

  test('of the gateway’s making is told with the request id to ask for', async () => {
    const inside = { code: 'internal', detail: 'Something failed.', request_id: 'q7' };
    const error = await failure(exchange(problem(500, inside)).http.json('api/v1/runs'));
    expect(messageOf(error)).toBe('Something failed. (request q7)');
  });

  test.each([
    ['a page of a proxy', () => new Response('<html>', { status: 413 })],
    ['JSON that is no object', problem(413, null)],
    ['details that are no text', problem(413, { detail: [{ loc: ['body'] }], code: 7 })],
    [
      'a torn body',
      () => new Response('{', { status: 413, headers: { 'Content-Type': 'application/json' } }),
    ],
  ])('that came as %s still tells its status', async (_, reply) => {
    const error = await failure(exchange(reply).http.json('api/v1/runs'));
    expect(error).toMatchObject({ status: 413, code: 'internal', requestId: null });
    expect(messageOf(error)).toContain('413');
  });
});

describe('an answer that does not come', () => {
  test('within its time is told as lateness', async () => {
    const { http, reachable } = exchange(hanging);
    const request = { method: 'POST', timeoutSeconds: 0.005 } as const;
    const error = await failure(http.send('api/v1/jobs', request));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(messageOf(error)).toContain('too long');
    expect(reachable).toEqual([false]);
  });

  test('because nobody listens is told as being unreachable', async () => {
    const error = await failure(exchange().http.send('api/v1/jobs', { method: 'POST' }));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(messageOf(error)).toContain('cannot be reached');
  });

  test('because the page asked no more is an abort and says nothing about the gateway', async () => {
    const { http, reachable } = exchange(hanging);
    const asking = new AbortController();
    const answer = failure(http.json('api/v1/runs', { signal: asking.signal }));
    asking.abort();
    expect(isAbort(await answer)).toBe(true);
    expect(reachable).toEqual([]);
  });
});

describe('an answer whose body breaks off', () => {
  function torn(): Response {
    return new Response(
      new ReadableStream({
        start: (controller) => controller.error(new TypeError('network error')),
      }),
    );
  }

  test.each(['json', 'bytes', 'blob'] as const)('is asked for again (%s)', async (read) => {
    const { http, requests } = exchange(torn, () => Response.json({}));
    await http[read]('api/v1/runs');
    expect(requests).toHaveLength(2);
  });

  test('is not asked for again when that could do something twice', async () => {
    const { http, requests } = exchange(torn);
    const error = await failure(http.json('api/v1/collections', { method: 'POST', json: {} }));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(requests).toHaveLength(1);
  });

  test('late is told as lateness', async () => {
    const stalled: Reply = (request) =>
      new Response(
        new ReadableStream({
          start: (controller) =>
            request.signal.addEventListener('abort', () => controller.error(request.signal.reason)),
        }),
      );
    const request = { method: 'POST', timeoutSeconds: 0.005 } as const;
    const error = await failure(exchange(stalled).http.bytes('api/v1/jobs', request));
    expect(messageOf(error)).toContain('too long');
  });

  test('because the page asked no more is an abort', async () => {
    const asking = new AbortController();
    const stalled: Reply = () => {
      queueMicrotask(() => asking.abort());
      return new Response(
        new ReadableStream({
          start: (controller) =>
            asking.signal.addEventListener('abort', () => controller.error(asking.signal.reason)),
        }),
      );
    };
    const answer = exchange(stalled).http.bytes('api/v1/runs', { signal: asking.signal });
    expect(isAbort(await failure(answer))).toBe(true);
  });
});

test('a success that is no JSON names the status instead of a fault of the parser', async () => {
  const portal: Reply = () => new Response('<html>Please sign in</html>');
  const error = await failure(exchange(portal).http.json('api/v1/runs'));
  expect(error).toBeInstanceOf(ApiError);
  expect(messageOf(error)).toContain('200');
});

describe('what each exchange shows of the gateway', () => {
  test.each([
    ['a success', () => Response.json([]), true],
    ['a refusal', problem(404, {}), true],
    ['a proxy without a gateway', () => new Response('', { status: 502 }), false],
  ])('%s', async (_, reply, shown) => {
    const { http, reachable } = exchange(reply);
    await http.json('api/v1/runs', { repeatable: false }).catch(() => undefined);
    expect(reachable).toEqual([shown]);
  });
});

describe('asking whether the gateway lives', () => {
  test('succeeds when it says so', async () => {
    const { http, requests } = exchange(() => new Response('ok'));
    await http.ping();
    expect(requests[0]?.url).toBe('http://projector.test/prefix/health/live');
  });

  test('fails when only a proxy answers', async () => {
    const { http } = exchange(() => new Response('', { status: 502 }));
    expect(await failure(http.ping())).toBeInstanceOf(UnreachableError);
  });
});
