import { describe, expect, test, vi } from 'vitest';
import { backOffMs, Http, type HttpEnvironment, isAbort, sleep } from '../../src/api/http';

interface Attempts {
  readonly http: Http;
  readonly waits: number[];
  readonly count: () => number;
}

/** Http whose first answers have these statuses; the one after them succeeds. 0: no answer. */
function attempts(statuses: readonly number[], headers: HeadersInit = {}): Attempts {
  let count = 0;
  const waits: number[] = [];
  const environment: HttpEnvironment = {
    fetch: async () => {
      const status = statuses[count] ?? 200;
      count += 1;
      if (status === 0) throw new TypeError('Failed to fetch');
      return new Response('{}', { status, headers });
    },
    baseUrl: 'http://projector.test/',
    sleep: async (milliseconds) => void waits.push(milliseconds),
    onReachable: () => undefined,
  };
  return { http: new Http(environment), waits, count: () => count };
}

test.each([0, 502, 503, 504])('reading is repeated after status %d', async (status) => {
  const { http, count } = attempts([status, status]);
  await http.json('api/v1/runs');
  expect(count()).toBe(3);
});

test.each([400, 404, 409, 412, 429, 500])('nothing is repeated after status %d', async (status) => {
  const { http, count } = attempts([status]);
  await expect(http.json('api/v1/runs')).rejects.toMatchObject({ status });
  expect(count()).toBe(1);
});

test('writing is not repeated: it may have been done', async () => {
  const { http, count } = attempts([503]);
  await expect(http.send('api/v1/collections', { method: 'POST' })).rejects.toMatchObject({ status: 503 });
  expect(count()).toBe(1);
});

test('a question that was posted is repeated', async () => {
  const { http, count } = attempts([503]);
  await http.json('api/v1/embeddings/E1/search', { method: 'POST', repeatable: true });
  expect(count()).toBe(2);
});

test('after four attempts the last answer is told', async () => {
  const { http, count } = attempts([503, 503, 503, 502, 200]);
  await expect(http.json('api/v1/runs')).rejects.toMatchObject({ status: 502 });
  expect(count()).toBe(4);
});

test('each wait is about twice the one before', async () => {
  const { http, waits } = attempts([0, 0, 0]);
  await http.json('api/v1/runs');
  const [first = 0, second = 0, third = 0] = waits;
  expect(waits).toHaveLength(3);
  expect(second / first).toBeGreaterThan(1.5);
  expect(third / second).toBeGreaterThan(1.5);
});

test.each([
  ['seconds', '2', 2000],
  ['more than a person waits for', '3600', 8000],
])('the gateway says how long to wait: %s', async (_, header, milliseconds) => {
  const { http, waits } = attempts([503], { 'Retry-After': header });
  await http.json('api/v1/runs');
  expect(waits).toEqual([milliseconds]);
});

test('a date as Retry-After is passed over', async () => {
  const { http, waits } = attempts([503], { 'Retry-After': 'Fri, 31 Dec 2027 23:59:59 GMT' });
  await http.json('api/v1/runs');
  expect(waits[0]).toBeLessThan(1000);
});

describe('the back-off', () => {
  test('never exceeds its limit by more than its share of chance', () => {
    expect(backOffMs(50, () => 1)).toBeLessThanOrEqual(8000 * 1.125);
  });

  test('differs from page to page', () => {
    expect(backOffMs(1, () => 0)).toBe(350);
    expect(backOffMs(1, () => 1)).toBe(450);
  });
});

describe('a pause', () => {
  test('ends when its time has come', async () => {
    vi.useFakeTimers();
    const paused = sleep(1000);
    await vi.advanceTimersByTimeAsync(1000);
    await expect(paused).resolves.toBeUndefined();
    vi.useRealTimers();
  });

  test('ends early when nobody waits any more', async () => {
    const waiting = new AbortController();
    const paused = sleep(60_000, waiting.signal);
    waiting.abort();
    expect(isAbort(await paused.catch((error: unknown) => error))).toBe(true);
  });

  test('does not begin when nobody waits', async () => {
    expect(isAbort(await sleep(60_000, AbortSignal.abort()).catch((error: unknown) => error))).toBe(true);
  });
});
