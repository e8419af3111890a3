import { create, toBinary } from '@bufbuild/protobuf';
import { beforeEach, expect, test, vi } from 'vitest';
import { PageEventSchema } from '../../src/api/generated/projector_contracts/api/v1/page_pb';
import { listenToPageEvents } from '../../src/api/page-socket';
import { FakeSockets } from '../support/fake-socket';

const RUNS_CHANGED = toBinary(
  PageEventSchema,
  create(PageEventSchema, { event: { case: 'runsChanged', value: {} } }),
);

let sockets: FakeSockets;
let onRunsChanged: ReturnType<typeof vi.fn<() => void>>;

beforeEach(() => {
  sockets = new FakeSockets();
  onRunsChanged = vi.fn<() => void>();
  listenToPageEvents('ws://projector.test/events', { onRunsChanged }, sockets);
});

test('a first connection asks for nothing', () => {
  sockets.last.accept();
  expect(onRunsChanged).not.toHaveBeenCalled();
});

test('changed runs are passed on', () => {
  sockets.last.accept();
  sockets.last.receive(RUNS_CHANGED);
  expect(onRunsChanged).toHaveBeenCalledOnce();
});

test('a connection that was lost may have missed a change', () => {
  sockets.last.accept();
  sockets.last.end(1006);
  sockets.elapse();
  sockets.last.accept();
  expect(onRunsChanged).toHaveBeenCalledOnce();
});
