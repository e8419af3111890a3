/** The page without a document: real store, actions and API; doubles only for fetch, WebSocket, canvas and time. */

import { vi } from 'vitest';
import type { SendFile } from '../../src/api/file-sender';
import { Http } from '../../src/api/http';
import { RestApi } from '../../src/api/rest';
import { JobSocket } from '../../src/api/socket';
import type { CameraState } from '../../src/scene/scene-api';
import { flows } from '../../src/state/actions';
import { notifier } from '../../src/state/actions/notices';
import { EmbeddingScope } from '../../src/state/context';
import { initialState } from '../../src/state/initial';
import type { JobsList } from '../../src/state/jobs-list';
import type { State, Store } from '../../src/state/model';
import { DEFAULT_PREFERENCES } from '../../src/state/preferences';
import type { Presence } from '../../src/state/presence';
import { StateStore, storeWith } from '../../src/state/store';
import type { Address } from '../../src/state/url';
import { FakeGateway } from './fake-gateway';
import { FakeSockets } from './fake-socket';
import { CAMERA, categoryBytes, diagnosis, embedding, job, run, textBytes } from './fixtures';

export interface Harness {
  readonly gateway: FakeGateway;
  readonly sockets: FakeSockets;
  readonly states: StateStore;
  readonly store: Store;
  readonly visit: (address: Address) => Promise<void>;
  readonly loadRuns: () => Promise<void>;
  readonly runsChanged: () => Promise<void>;
  readonly jobs: JobsList;
  readonly presence: Presence;
  readonly state: () => State;
  camera: CameraState;
  sendFile: SendFile;
}

export function harness(): Harness {
  const gateway = demoGateway();
  const sockets = new FakeSockets();
  const states = new StateStore(initialState(DEFAULT_PREFERENCES, 'light'));
  const notices = notifier(states);
  const http = new Http({
    fetch: gateway.fetch,
    baseUrl: 'http://projector.test/prefix/',
    sleep: () => Promise.resolve(),
    onReachable: (online) => states.update({ online }),
  });
  const rest = new RestApi(http);
  const self: Pick<Harness, 'camera' | 'sendFile'> = { camera: CAMERA, sendFile: () => Promise.resolve() };
  const { actions, visit, loadRuns, runsChanged, jobs, presence } = flows(
    {
      store: states,
      rest,
      scope: new EmbeddingScope(),
      picture: {
        camera: () => self.camera,
        toPng: () => Promise.resolve(new Blob()),
        zoomBy: () => undefined,
      },
      watchJob: (id, listener) => new JobSocket((after) => rest.jobEventsUrl(id, after), listener, sockets),
      sendFile: (url, file, sending) => self.sendFile(url, file, sending),
      decodeImage: () => Promise.resolve({ width: 1, height: 1, close: () => undefined } as ImageBitmap),
      download: () => undefined,
      delay: sockets.delay,
      pageUrl: () => new URL('http://projector.test/prefix/?embedding=E1'),
      notify: notices.notify,
      report: notices.report,
    },
    () => undefined,
    sockets.isHidden,
  );
  const store = storeWith(states, { ...actions, ...notices.actions });
  return Object.assign(self, {
    gateway,
    sockets,
    states,
    store,
    visit,
    loadRuns,
    runsChanged,
    jobs,
    presence,
    state: () => states.state,
  });
}

/** Opens the first embedding and waits until its PCA is watched; the gateway may be prepared before. */
export async function opened(prepare: (gateway: FakeGateway) => void = () => undefined): Promise<Harness> {
  const page = harness();
  prepare(page.gateway);
  await page.loadRuns();
  await page.visit({});
  await vi.waitFor(() => {
    if (page.state().columns.get('kind')?.kind !== 'ready') throw new Error('The columns are on their way.');
  });
  return page;
}

function demoGateway(): FakeGateway {
  return new FakeGateway()
    .on('GET', '/runs', [run(embedding())])
    .on('GET', '/diagnosis', diagnosis())
    .on('GET', '/embeddings/E1', embedding())
    .on('GET', '/embeddings/E1/columns/word', textBytes('word', ['one', 'two', 'drei', '四']))
    .on('GET', '/embeddings/E1/columns/kind', categoryBytes('kind', ['a', 'b'], [0, 1, 0, 1]))
    .on('GET', '/collections?embedding_id=E1', [])
    .on('GET', '/jobs?embedding_id=E1', [])
    .on('GET', '/session', { id: 'p-me', name: 'Me', is_named: true })
    .on('POST', '/jobs', job());
}
