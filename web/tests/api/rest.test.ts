import { create, toBinary } from '@bufbuild/protobuf';
import { beforeEach, describe, expect, test } from 'vitest';
import { JobEventSchema, Phase } from '../../src/api/generated/projector_contracts/compute/v1/job_pb';
import { Http } from '../../src/api/http';
import { RestApi } from '../../src/api/rest';
import { FakeGateway, problem } from '../support/fake-gateway';
import { bookmark, collection, frameEvent, job, stateEvent, TSNE } from '../support/fixtures';

let gateway: FakeGateway;
let rest: RestApi;

function restAt(baseUrl: string, fetch = gateway.fetch): RestApi {
  const sleep = () => Promise.resolve();
  return new RestApi(new Http({ fetch, baseUrl, sleep, onReachable: () => undefined }));
}

beforeEach(() => {
  gateway = new FakeGateway();
  rest = restAt('http://projector.test/prefix/');
});

test('a column of any name is one segment of the address', async () => {
  const addresses: string[] = [];
  const api = restAt('http://projector.test/', (input) => {
    addresses.push(String(input));
    return Promise.resolve(problem(404, 'not_found', 'No column.'));
  });
  await api.column('E1', 'a/b?c#d%').catch(() => undefined);
  expect(addresses).toEqual(['http://projector.test/api/v1/embeddings/E1/columns/a%2Fb%3Fc%23d%25']);
});

describe('the address of a job’s events', () => {
  test.each([
    ['http://projector.test/prefix/', 'ws://projector.test/prefix/api/v1/jobs/J1/events'],
    ['https://projector.test/', 'wss://projector.test/api/v1/jobs/J1/events'],
  ])('below %s has the matching scheme and prefix', (baseUrl, address) => {
    expect(restAt(baseUrl).jobEventsUrl('J1', null)).toBe(address);
  });

  test('names the last sequence seen, zero too', () => {
    expect(rest.jobEventsUrl('J1', 0)).toBe('ws://projector.test/prefix/api/v1/jobs/J1/events?after=0');
  });
});

describe('a request for a job', () => {
  const request = {
    embedding_id: 'E1',
    rows: null,
    seed: 0,
    preprocessing: 'none' as const,
    projection: TSNE,
  };
  const failing = () => problem(503, 'unavailable', 'The queue is full.');

  test('is repeated: the same one finds the same job', async () => {
    gateway.on('POST', '/jobs', failing);
    await expect(rest.createJob({ ...request, fresh: false })).rejects.toThrow('The queue is full.');
    expect(gateway.asksOf('POST', '/jobs')).toHaveLength(4);
  });

  test('for a fresh one is not: each would start another', async () => {
    gateway.on('POST', '/jobs', failing);
    await expect(rest.createJob({ ...request, fresh: true })).rejects.toThrow('The queue is full.');
    expect(gateway.asksOf('POST', '/jobs')).toHaveLength(1);
  });
});

test.each([
  ['search', () => rest.search('E1', { query: 'a', column: 'word', mode: 'text', offset: 0, limit: 10 })],
  ['neighbors', () => rest.neighbors('E1', { row: 0, k: 5, metric: 'cosine' })],
] as const)('asking for %s is repeated: it changes nothing', async (name, ask) => {
  gateway.on('POST', `/embeddings/E1/${name}`, () => problem(503, 'unavailable', 'Not now.'));
  await expect(ask()).rejects.toThrow('Not now.');
  expect(gateway.asksOf('POST', `/embeddings/E1/${name}`)).toHaveLength(4);
});

describe('coordinates', () => {
  test.each([
    ['of a bookmark', '/bookmarks/B1/layout', () => rest.bookmarkLayout('B1')],
    ['of a frame', '/jobs/J1/frames/latest', () => rest.jobFrame('J1', 'latest')],
  ])('%s come as a frame', async (_, path, ask) => {
    gateway.on('GET', path, frameEvent({ sequence: 7, nPoints: 1, values: [1, 2] }));
    expect(await ask()).toMatchObject({ sequence: 7, values: Float32Array.of(1, 2) });
  });

  test.each([
    ['another event', stateEvent(Phase.RUNNING)],
    ['an event of a later version', toBinary(JobEventSchema, create(JobEventSchema))],
  ])('that come as %s are refused', async (_, bytes) => {
    gateway.on('GET', '/bookmarks/B1/layout', bytes);
    await expect(rest.bookmarkLayout('B1')).rejects.toThrow('No layout came');
  });
});

describe('a change', () => {
  test('of a bookmark names the version it was made from', async () => {
    gateway.on('PATCH', '/bookmarks/B1', bookmark());
    await rest.changeBookmark('B1', { name: 'New' }, 3);
    expect(gateway.asksOf('PATCH', '/bookmarks/B1')[0]).toMatchObject({
      ifMatch: '"3"',
      body: { name: 'New' },
    });
  });

  test('of a collection names the version it was made from', async () => {
    gateway.on('PATCH', '/collections/C1', collection());
    await rest.changeCollection('C1', { name: null, order: ['B1'] }, 2);
    expect(gateway.asksOf('PATCH', '/collections/C1')[0]).toMatchObject({ ifMatch: '"2"' });
  });
});

test('a file of bookmarks goes to the embedding under the name of the file', async () => {
  const path = '/collections/import?embedding_id=E1&name=my+views';
  gateway.on('POST', path, { collection: collection(), problems: [] });
  const file = new Blob(['[]']);
  await rest.importCollection('E1', 'my views', file);
  expect(gateway.asksOf('POST', path)[0]?.body).toBe(file);
});

test('jobs are listed by embedding', async () => {
  gateway.on('GET', '/jobs?embedding_id=E1', [job()]);
  expect(await rest.jobs('E1')).toHaveLength(1);
});

test('the download of a collection stays below the page’s prefix', () => {
  expect(rest.exportUrl('C1')).toBe('http://projector.test/prefix/api/v1/collections/C1/export');
});
