import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  PageClientEventSchema,
  PageEventSchema,
} from '../../src/api/generated/projector_contracts/api/v1/page_pb';
import { PageSocket, type WhereIAm } from '../../src/api/page-socket';
import { type FakeSocket, FakeSockets } from '../support/fake-socket';
import { ADA } from '../support/fixtures';

const HERE: WhereIAm = {
  embeddingId: 'E1',
  jobId: '',
  hoveredRow: 3,
  selectedRows: Uint32Array.of(1, 700),
  isSharing: true,
};

let sockets: FakeSockets;
let socket: PageSocket;
const listener = {
  onRunsChanged: vi.fn(),
  onJobsChanged: vi.fn(),
  onPresent: vi.fn(),
  onGone: vi.fn(),
  onLost: vi.fn(),
};

beforeEach(() => {
  vi.resetAllMocks();
  sockets = new FakeSockets();
  socket = new PageSocket('ws://projector.test/events', listener, sockets);
});

function receive(event: NonNullable<MessageInitShape<typeof PageEventSchema>['event']>): void {
  sockets.last.receive(
    toBinary(PageEventSchema, create(PageEventSchema, { event })) as Uint8Array<ArrayBuffer>,
  );
}

function heresOf({ sent }: FakeSocket) {
  return sent.map((bytes) => fromBinary(PageClientEventSchema, bytes).event.value);
}

test('a first connection asks for nothing', () => {
  sockets.last.accept();
  expect(listener.onRunsChanged).not.toHaveBeenCalled();
  expect(listener.onJobsChanged).not.toHaveBeenCalled();
});

test('what has changed is passed on', () => {
  sockets.last.accept();
  receive({ case: 'runsChanged', value: {} });
  receive({ case: 'jobsChanged', value: { embeddingId: 'E1' } });
  expect(listener.onRunsChanged).toHaveBeenCalledOnce();
  expect(listener.onJobsChanged).toHaveBeenCalledWith('E1');
});

test('who comes and goes is passed on', () => {
  sockets.last.accept();
  receive({ case: 'present', value: { pageId: 'P1', person: ADA } });
  receive({ case: 'gone', value: { pageId: 'P1' } });
  expect(listener.onPresent).toHaveBeenCalledWith(expect.objectContaining({ pageId: 'P1' }));
  expect(listener.onGone).toHaveBeenCalledWith('P1');
});

describe('a connection that was lost', () => {
  test('may have missed changes', () => {
    sockets.last.accept();
    sockets.last.end(1006);
    sockets.elapse();
    sockets.last.accept();
    expect(listener.onRunsChanged).toHaveBeenCalledOnce();
    expect(listener.onJobsChanged).toHaveBeenCalledWith(null);
  });

  test('forgets who was here, and tells again where the page is when it is back', () => {
    sockets.last.accept();
    socket.tell(HERE);
    sockets.last.end(1006);
    expect(listener.onLost).toHaveBeenCalledOnce();
    sockets.elapse();
    sockets.last.accept();
    expect(heresOf(sockets.last)).toMatchObject([{ embeddingId: 'E1', hoveredRow: 3, isSharing: true }]);
  });
});

test('where the page is told before the connection is there goes out with it', () => {
  socket.tell({ ...HERE, hoveredRow: null });
  expect(sockets.last.sent).toEqual([]);
  sockets.last.accept();
  const [here] = heresOf(sockets.last);
  expect(here?.hoveredRow).toBeUndefined();
  expect(here?.selectedRows).toEqual(Uint8Array.of(1, 0, 0, 0, 188, 2, 0, 0));
});
