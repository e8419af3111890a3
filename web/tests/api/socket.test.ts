import { fromBinary } from '@bufbuild/protobuf';
import { beforeEach, describe, expect, test } from 'vitest';
import type { DecodedFrame } from '../../src/api/frames';
import { ClientEventSchema, Phase } from '../../src/api/generated/projector_contracts/compute/v1/job_pb';
import { type JobListener, JobSocket } from '../../src/api/socket';
import { type FakeSocket, FakeSockets } from '../support/fake-socket';
import { frameEvent, stateEvent } from '../support/fixtures';

class Heard implements JobListener {
  readonly frames: DecodedFrame[] = [];
  readonly phases: Phase[] = [];
  readonly connections: string[] = [];
  readonly ends: { code: number; reason: string }[] = [];
  readonly onFrame = (frame: DecodedFrame) => void this.frames.push(frame);
  readonly onState: JobListener['onState'] = ({ phase }) => void this.phases.push(phase);
  readonly reasons: string[] = [];
  readonly onConnection = (connection: string, reason: string) => {
    this.connections.push(connection);
    this.reasons.push(reason);
  };
  readonly onEnd: JobListener['onEnd'] = (end) => void this.ends.push(end);
}

let sockets: FakeSockets;
let heard: Heard;
let job: JobSocket;

beforeEach(() => {
  sockets = new FakeSockets();
  heard = new Heard();
  job = new JobSocket((after) => `ws://projector.test/events?after=${after}`, heard, sockets);
});

function acknowledged(socket: FakeSocket): number[] {
  return socket.sent.flatMap((bytes) => {
    const { event } = fromBinary(ClientEventSchema, bytes);
    return event.case === 'ack' ? [Number(event.value.sequence)] : [];
  });
}

/** Whether the page said that it is hidden, each time it spoke of that. */
function saidHidden(socket: FakeSocket): boolean[] {
  return socket.sent.flatMap((bytes) => {
    const { event } = fromBinary(ClientEventSchema, bytes);
    return event.case === 'visibility' ? [event.value.isHidden] : [];
  });
}

/** A connection that has shown these frames. */
function live(...sequences: number[]): FakeSocket {
  sockets.last.accept();
  for (const sequence of sequences) sockets.last.receive(frameEvent({ sequence }));
  return sockets.last;
}

describe('a connection', () => {
  test('begins at the newest frame', () => {
    expect(sockets.last.url).toBe('ws://projector.test/events?after=null');
  });

  test('asks for bytes, not for blobs', () => {
    expect(sockets.last.binaryType).toBe('arraybuffer');
  });

  test('is live once the gateway has accepted it', () => {
    expect(heard.connections).toEqual(['connecting']);
    sockets.last.accept();
    expect(heard.connections).toEqual(['connecting', 'live']);
  });

  test('passes on frames and states in the order they come', () => {
    live(3, 5).receive(stateEvent(Phase.FINISHED));
    expect(heard.frames.map(({ sequence }) => sequence)).toEqual([3, 5]);
    expect(heard.phases).toEqual([Phase.FINISHED]);
  });

  test('shows no frame twice, nor one older than what is shown', () => {
    live(4, 4, 2, 5);
    expect(heard.frames.map(({ sequence }) => sequence)).toEqual([4, 5]);
  });

  test('ignores text', () => {
    live().onmessage?.({ data: 'hello' } as MessageEvent);
    expect(heard.ends).toEqual([]);
  });

  test('ends with the reason when what comes cannot be read', () => {
    const socket = live();
    socket.receive(frameEvent({ nPoints: 4, values: [1, 2, 3] }));
    expect(heard.ends).toHaveLength(1);
    expect(heard.ends[0]?.reason).toContain('12 bytes where 32');
    expect(socket.closedWith).toBe(1000);
  });
});

describe('a frame', () => {
  test('is acknowledged only after it was drawn', () => {
    const socket = live(7);
    expect(socket.sent).toEqual([]);
    sockets.draw();
    expect(acknowledged(socket)).toEqual([7]);
  });

  test('is not acknowledged while the page is hidden and draws nothing, and is once it is seen again', () => {
    const socket = live(7);
    socket.receive(frameEvent({ sequence: 8 }));
    expect(acknowledged(socket)).toEqual([]);
    sockets.draw();
    expect(acknowledged(socket)).toEqual([7, 8]);
  });

  test('that came twice is acknowledged twice, or the gateway would wait for ever', () => {
    const socket = live(7, 7);
    sockets.draw();
    expect(acknowledged(socket)).toEqual([7, 7]);
  });

  test('is not acknowledged on a connection that was lost before it was drawn', () => {
    const socket = live(7);
    socket.end(1006);
    sockets.elapse();
    sockets.last.accept();
    sockets.draw();
    expect(acknowledged(socket)).toEqual([]);
    expect(acknowledged(sockets.last)).toEqual([]);
  });
});

describe('a lost connection', () => {
  test.each([
    [1006, 'the network'],
    [1011, 'a fault of the gateway'],
    [1012, 'a restart of the gateway'],
    [4429, 'too many requests'],
  ])('with code %d (%s) is taken up after the last frame seen', (code) => {
    live(7).end(code);
    sockets.elapse();
    expect(sockets.sockets).toHaveLength(2);
    expect(sockets.last.url).toBe('ws://projector.test/events?after=7');
    expect(heard.ends).toEqual([]);
  });

  test('is told at once, not when it is back', () => {
    live().end(1012);
    expect(heard.connections.at(-1)).toBe('reconnecting');
  });

  test('before the first frame begins at the newest again', () => {
    live().end(1006);
    sockets.elapse();
    expect(sockets.last.url).toBe('ws://projector.test/events?after=null');
  });

  test('shows what the gateway sends again only once', () => {
    live(7).end(1006);
    sockets.elapse();
    live(7, 8);
    expect(heard.frames.map(({ sequence }) => sequence)).toEqual([7, 8]);
  });

  test('is asked for ever more slowly while nothing comes, even if it is accepted', () => {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      sockets.last.accept();
      sockets.last.end(1006);
      sockets.elapse();
    }
    const [first = 0, second = 0, third = 0] = sockets.delays;
    expect(second / first).toBeGreaterThan(1.5);
    expect(third / second).toBeGreaterThan(1.5);
  });

  test('is asked for quickly again after something came', () => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      sockets.last.end(1006);
      sockets.elapse();
    }
    live(1).end(1006);
    expect(sockets.delays.at(-1)).toBeLessThan(500);
  });
});

describe('an end for good', () => {
  test.each([
    [1000, 'the job ended'],
    [1008, 'the request makes no sense'],
    [1009, 'it is too large'],
    [4401, 'nobody is signed in'],
    [4403, 'it is not allowed'],
    [4404, 'there is no such job'],
    [4409, 'the job cannot be watched'],
  ])('with code %d (%s) is told with its reason and not asked for again', (code, reason) => {
    live(1).end(code, reason);
    sockets.elapse();
    expect(heard.ends).toEqual([{ code, reason }]);
    expect(sockets.sockets).toHaveLength(1);
  });
});

describe('a closed watch', () => {
  test('closes its connection', () => {
    const socket = live();
    job.close();
    expect(socket.closedWith).toBe(1000);
  });

  test('says nothing of what still comes', () => {
    const socket = live();
    const before = heard.connections.length;
    job.close();
    socket.receive(frameEvent());
    socket.end(1006);
    expect(heard.frames).toEqual([]);
    expect(heard.connections).toHaveLength(before);
  });

  test('does not come back', () => {
    live().end(1006);
    job.close();
    sockets.elapse();
    expect(sockets.sockets).toHaveLength(1);
  });

  test('acknowledges nothing any more', () => {
    const socket = live(1);
    job.close();
    sockets.draw();
    expect(socket.sent).toEqual([]);
  });
});

describe('a page that is hidden', () => {
  test('says so, and says when it is shown again', () => {
    const socket = live(1);
    sockets.hide(true);
    sockets.hide(false);
    expect(saidHidden(socket)).toEqual([true, false]);
  });

  test('says so on a connection that comes back', () => {
    live(1);
    sockets.hide(true);
    sockets.last.end(1012);
    sockets.elapse();
    sockets.last.accept();
    expect(saidHidden(sockets.last)).toEqual([true]);
  });

  test('says nothing once it watches no more', () => {
    const socket = live(1);
    job.close();
    sockets.hide(true);
    expect(saidHidden(socket)).toEqual([]);
  });
});

test('why a connection was lost is passed on', () => {
  live(1).end(1012, 'The gateway restarts.');
  expect(heard.reasons.at(-1)).toBe('The gateway restarts.');
});
