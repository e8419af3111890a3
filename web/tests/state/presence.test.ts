import { create } from '@bufbuild/protobuf';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { PresentSchema } from '../../src/api/generated/projector_contracts/api/v1/page_pb';
import type { WhereIAm } from '../../src/api/page-socket';
import { problem } from '../support/fake-gateway';
import { ADA } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

const GRACE = { id: 'p-grace', name: 'Grace' };

let page: Harness;

beforeEach(async () => {
  page = await opened();
});

function comes(pageId: string, person = ADA, rows: readonly number[] = [], hoveredRow?: number): void {
  const selectedRows = new Uint8Array(Uint32Array.from(rows).buffer);
  const shared = hoveredRow === undefined ? {} : { hoveredRow };
  page.presence.present(create(PresentSchema, { pageId, person, selectedRows, isSharing: true, ...shared }));
}

describe('others', () => {
  test('are known with where they point until they go', () => {
    comes('P1', ADA, [], 3);
    expect(page.state().people.pages.get('P1')).toMatchObject({
      person: ADA,
      hoveredRow: 3,
      selection: null,
    });
    page.presence.gone('P1');
    expect(page.state().people.pages.size).toBe(0);
  });

  test('have a colour each, the same on all pages of one person', () => {
    comes('P1', ADA);
    comes('P2', GRACE);
    comes('P3', ADA);
    const place = (id: string) => page.state().people.pages.get(id)?.place;
    expect(place('P1')).toBe(place('P3'));
    expect(place('P1')).not.toBe(place('P2'));
    comes('P1', ADA, [1]);
    expect(place('P1')).toBe(place('P3'));
  });

  test('are never followed without bound', () => {
    for (let number = 0; number < 400; number += 1) comes(`P${number}`);
    expect(page.state().people.pages.size).toBe(300);
  });

  test('share a selection that can be taken over, as far as its rows are here', () => {
    comes('P1', ADA, [2, 0, 99]);
    page.store.actions.adoptSelection('P1');
    expect(page.state().selection).toEqual(Uint32Array.of(0, 2));
  });

  test('are forgotten when the connection is lost', () => {
    comes('P1');
    page.presence.clear();
    expect(page.state().people.pages.size).toBe(0);
  });
});

describe('what others are told of this page', () => {
  let told: WhereIAm[];

  beforeEach(() => {
    told = [];
    page.presence.follow((where) => told.push(where));
  });

  /** The state is told in a microtask. */
  const settled = () => new Promise((resolve) => setTimeout(resolve));

  test('is where it is, but neither pointer nor selection unless they are shared', async () => {
    page.store.actions.hover(3);
    page.store.actions.select(Uint32Array.of(1), 'replace');
    await settled();
    page.sockets.elapse();
    expect(told).toMatchObject([{ embeddingId: 'E1', jobId: 'J1', hoveredRow: null }]);
    page.store.actions.setSharing(true);
    await settled();
    page.sockets.elapse();
    expect(told.at(-1)).toMatchObject({ isSharing: true, hoveredRow: 3, selectedRows: Uint32Array.of(1) });
  });

  test('comes at most ten times a second, and ends with what is true', async () => {
    page.store.actions.setSharing(true);
    for (const row of [0, 1, 2, 3]) {
      page.store.actions.hover(row);
      await settled();
    }
    expect(told).toHaveLength(1);
    expect(page.sockets.delays.at(-1)).toBe(100);
    page.sockets.elapse();
    expect(told.at(-1)?.hoveredRow).toBe(3);
    expect(told).toHaveLength(2);
  });

  test('leaves out a selection that is too long', async () => {
    page.store.actions.setSharing(true);
    page.states.update({ selection: Uint32Array.from({ length: 1001 }, (_, row) => row) });
    await settled();
    page.sockets.elapse();
    expect(told.at(-1)?.selectedRows).toHaveLength(0);
  });
});

describe('my name', () => {
  test('is asked for, and changed', async () => {
    await page.presence.meet();
    expect(page.state().people.me?.name).toBe('Me');
    page.gateway.on('PATCH', '/session', { id: 'p-me', name: 'Lin', is_named: true });
    await page.store.actions.rename('Lin');
    expect(page.state().people.me?.name).toBe('Lin');
    expect(page.gateway.asksOf('PATCH', '/session').at(-1)?.body).toEqual({ name: 'Lin' });
  });

  test('that is refused says why', async () => {
    page.gateway.on('PATCH', '/session', () =>
      problem(400, 'invalid_argument', 'A name has 1 to 40 letters.'),
    );
    await page.store.actions.rename('x'.repeat(41));
    expect(page.state().notices.at(-1)?.message).toContain('1 to 40');
  });

  test('that nobody gives leaves everything else as it is', async () => {
    page.gateway.on('GET', '/session', () => problem(404, 'not_found', 'There are no sessions.'));
    await page.presence.meet();
    expect(page.state()).toMatchObject({ people: { me: null }, notices: [] });
  });
});

test('a hover of somebody is not mine', () => {
  const before = vi.fn();
  page.store.subscribe(before);
  comes('P1', ADA, [], 3);
  expect(page.state().hoveredRow).toBeNull();
});
