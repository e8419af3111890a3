import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Connection } from '../../src/state/connection';
import { initialState } from '../../src/state/initial';
import { DEFAULT_PREFERENCES } from '../../src/state/preferences';
import { StateStore } from '../../src/state/store';
import { FakeSockets } from '../support/fake-socket';

let store: StateStore;
let clock: FakeSockets;
let lives: boolean;
let connection: Connection;

const ping = vi.fn(() => (lives ? Promise.resolve() : Promise.reject(new Error('Nobody answers.'))));
const onReturn = vi.fn();

beforeEach(() => {
  vi.clearAllMocks();
  store = new StateStore(initialState(DEFAULT_PREFERENCES, 'light'));
  clock = new FakeSockets();
  lives = false;
  connection = new Connection({ store, ping, delay: clock.delay, onReturn });
});

/** Lets pings be answered. */
async function answered(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
}

describe('a gateway that does not answer', () => {
  test('is shown at once', () => {
    connection.observed(false);
    expect(store.state.online).toBe(false);
  });

  test('is asked again and again, ever more slowly, until it does', async () => {
    connection.observed(false);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await answered();
      clock.elapse();
    }
    await answered();
    const [first = 0, second = 0] = clock.delays;
    expect(ping).toHaveBeenCalledTimes(4);
    expect(second / first).toBeGreaterThan(1.5);
  });

  test('is asked by one loop, however many requests failed', async () => {
    for (let failure = 0; failure < 5; failure += 1) connection.observed(false);
    await answered();
    expect(ping).toHaveBeenCalledOnce();
  });
});

describe('a gateway that answers again', () => {
  beforeEach(async () => {
    connection.observed(false);
    await answered();
    lives = true;
  });

  test('is shown, and what had failed is told once', async () => {
    clock.elapse();
    await answered();
    expect(store.state.online).toBe(true);
    expect(onReturn).toHaveBeenCalledOnce();
  });

  test('to a request first is told once as well', async () => {
    connection.observed(true);
    clock.elapse();
    await answered();
    expect(onReturn).toHaveBeenCalledOnce();
  });

  test('is not asked any more', async () => {
    clock.elapse();
    await answered();
    clock.elapse();
    await answered();
    expect(ping).toHaveBeenCalledTimes(2);
  });
});

test('a lost socket with a gateway that lives says nothing', async () => {
  lives = true;
  connection.doubt();
  await answered();
  expect(store.state.online).toBe(true);
  expect(onReturn).not.toHaveBeenCalled();
});

test('a lost socket with a gateway that does not live is shown', async () => {
  connection.doubt();
  await answered();
  expect(store.state.online).toBe(false);
});
