import { beforeEach, describe, expect, test, vi } from 'vitest';
import { homeCamera, orbitDistance } from '../../src/domain/camera';
import { CameraRig } from '../../src/scene/camera-rig';
import type { CameraState } from '../../src/scene/scene-api';

const AWAY: CameraState = { ...homeCamera(3), position: [3, 0, 0], target: [0, 0.5, 0], zoom: 2 };

let rig: CameraRig;
const changed = vi.fn();

beforeEach(() => {
  vi.clearAllMocks();
  rig = new CameraRig(() => ({ widthPx: 800, heightPx: 600 }), changed);
});

/** Whether a promise has been fulfilled by now. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), Promise.resolve().then(() => false)]);
}

describe('a flight', () => {
  test('starts where the camera is', () => {
    const before = rig.camera;
    void rig.flyTo(AWAY, 1000);
    rig.advance(1000);
    rig.camera.position.forEach((value, axis) => {
      expect(value).toBeCloseTo(before.position[axis] as number, 9);
    });
  });

  test('ends to the bit where it was to go, so that a bookmark looks the same each time', () => {
    void rig.flyTo(AWAY, 1000);
    rig.advance(1950);
    expect(rig.camera).toEqual(AWAY);
    expect(rig.flying).toBe(false);
  });

  test.each([
    ['a short way', { ...homeCamera(3), zoom: 1.01 }, 600, 700],
    ['a long way', AWAY, 700, 900],
  ])('over %s takes its time', (_, to, atLeastMs, atMostMs) => {
    void rig.flyTo(to, 0);
    rig.advance(atLeastMs - 1);
    expect(rig.flying).toBe(true);
    rig.advance(atMostMs);
    expect(rig.flying).toBe(false);
  });

  test('tells when it has arrived', async () => {
    const landed = rig.flyTo(AWAY, 0);
    expect(await isSettled(landed)).toBe(false);
    rig.advance(1000);
    expect(await isSettled(landed)).toBe(true);
  });

  test('from 3-D to 2-D is flat all the way and ends flat', () => {
    const flat: CameraState = { ...homeCamera(2), zoom: 3 };
    void rig.flyTo(flat, 0);
    rig.advance(300);
    expect(rig.camera.mode).toBe('orthographic');
    rig.advance(1000);
    expect(rig.camera).toEqual(flat);
  });

  test.each([
    ['a person', () => rig.orbitBy(10, 0)],
    ['another flight', () => void rig.flyTo(homeCamera(3), 400)],
    ['a camera that is set', () => rig.set(homeCamera(2))],
    ['the end of the scene', () => rig.dispose()],
  ])('that %s interrupts is over for those who wait', async (_, interrupt) => {
    const landed = rig.flyTo(AWAY, 0);
    rig.advance(300);
    interrupt();
    expect(await isSettled(landed)).toBe(true);
  });

  test('that a person interrupts goes no further', () => {
    void rig.flyTo(AWAY, 0);
    rig.advance(300);
    rig.zoomBy(1, 400, 300);
    const { camera } = rig;
    rig.advance(600);
    expect(rig.camera).toBe(camera);
  });

  test('whose clock stands before its start waits at the start', () => {
    void rig.flyTo(AWAY, 1000);
    rig.advance(900);
    expect(orbitDistance(rig.camera)).toBeCloseTo(orbitDistance(homeCamera(3)), 9);
  });
});

describe('what a person does', () => {
  test('by half a turn of the hand turns the cloud by half', () => {
    const before = rig.camera;
    rig.orbitBy(Math.PI / 0.0055, 0);
    expect(rig.camera.position[0]).toBeCloseTo(-before.position[0], 9);
    expect(rig.camera.position[2]).toBeCloseTo(-before.position[2], 9);
  });

  test('to the right brings the left side to the front', () => {
    rig.set({ ...homeCamera(3), position: [0, 0, 2] });
    rig.orbitBy(10, 0);
    expect(rig.camera.position[0]).toBeLessThan(0);
  });
});

test('each change asks for a frame', () => {
  rig.set(AWAY);
  rig.panBy(1, 1);
  void rig.flyTo(AWAY, 0);
  expect(changed).toHaveBeenCalledTimes(3);
});

test('that the camera moved is told once', () => {
  rig.set(AWAY);
  expect(rig.takeMoved()).toBe(true);
  expect(rig.takeMoved()).toBe(false);
});

test('a camera that was given is copied', () => {
  const position: [number, number, number] = [1, 2, 3];
  rig.set({ ...AWAY, position });
  position[0] = 99;
  expect(rig.camera.position).toEqual([1, 2, 3]);
});
