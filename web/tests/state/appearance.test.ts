import { beforeEach, describe, expect, test, vi } from 'vitest';
import { appearanceActions } from '../../src/state/actions/appearance';
import { initialState } from '../../src/state/initial';
import type { State } from '../../src/state/model';
import { DEFAULT_PREFERENCES } from '../../src/state/preferences';
import { StateStore } from '../../src/state/store';
import { embedding } from '../support/fixtures';

const picture = { camera: () => null, toPng: vi.fn(), zoomBy: vi.fn() };
const download = vi.fn();
const report = vi.fn();

let store: StateStore;
let actions: ReturnType<typeof appearanceActions>;

beforeEach(() => {
  vi.resetAllMocks();
  picture.toPng.mockResolvedValue(new Blob(['png']));
  store = new StateStore(initialState(DEFAULT_PREFERENCES, 'light'));
  actions = appearanceActions({ store, picture, download, report });
});

function named(name: string): Partial<State> {
  return { embedding: { kind: 'ready', value: embedding({ display_name: name }) } };
}

describe('the picture', () => {
  test.each([
    ['digits', 'digits.png'],
    ['layer/one: weights', 'layer-one-weights.png'],
    ['../../etc/passwd', 'etc-passwd.png'],
    ['嵌入 ünï', '嵌入-ünï.png'],
    ['???', 'picture.png'],
  ])('of "%s" is called "%s"', async (name, file) => {
    store.update(named(name));
    await actions.savePicture();
    expect(download).toHaveBeenCalledExactlyOnceWith(expect.any(Blob), file);
  });

  test('that cannot be taken is told', async () => {
    picture.toPng.mockRejectedValue(new Error('It is too large.'));
    await actions.savePicture();
    expect(report).toHaveBeenCalledExactlyOnceWith('Picture', new Error('It is too large.'));
    expect(download).not.toHaveBeenCalled();
  });
});

test('one panel is changed without the other, within bounds', () => {
  actions.setPanel('left', { widthPx: 5000 });
  actions.setPanel('right', { collapsed: true });
  expect(store.state.panelPlaces).toEqual({
    left: { widthPx: 640, collapsed: false },
    right: { widthPx: 320, collapsed: true },
  });
});

test('going home is a new wish each time', () => {
  actions.resetCamera();
  const first = store.state.cameraTarget;
  actions.resetCamera();
  expect(store.state.cameraTarget).not.toBe(first);
  expect(store.state.cameraTarget).toMatchObject({ camera: 'home', flight: true });
});
