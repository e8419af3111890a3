import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Interaction } from '../../src/scene/interaction';
import { FakeCanvas } from '../support/fake-canvas';

let canvas: FakeCanvas;
let interaction: Interaction;
let isDeep: boolean;

const intentions = {
  canOrbit: () => isDeep,
  orbit: vi.fn(),
  pan: vi.fn(),
  zoom: vi.fn(),
  hover: vi.fn(),
  leave: vi.fn(),
  pick: vi.fn(),
  outline: vi.fn(),
  selectArea: vi.fn(),
  cancelOutline: vi.fn(),
};

beforeEach(() => {
  vi.clearAllMocks();
  vi.useFakeTimers();
  isDeep = true;
  canvas = new FakeCanvas();
  interaction = new Interaction(canvas as unknown as HTMLCanvasElement, intentions);
});

afterEach(() => {
  interaction.dispose();
  vi.useRealTimers();
});

type Fields = Parameters<FakeCanvas['send']>[3];

function drag(from: readonly [number, number], to: readonly [number, number], fields: Fields = {}): void {
  canvas.send('pointerdown', ...from, fields);
  canvas.send('pointermove', ...to, fields);
  canvas.send('pointerup', ...to, fields);
}

describe('a click', () => {
  test('picks where it was pressed', () => {
    canvas.send('pointerdown', 30, 40);
    canvas.send('pointerup', 30, 40);
    expect(intentions.pick).toHaveBeenCalledExactlyOnceWith(30, 40, 'replace');
  });

  test.each([
    ['shift', { shiftKey: true }, 'add'],
    ['alt', { altKey: true }, 'remove'],
  ])('with %s means "%j": %s', (_, fields, mode) => {
    canvas.send('pointerdown', 30, 40, fields);
    canvas.send('pointerup', 30, 40, fields);
    expect(intentions.pick).toHaveBeenCalledExactlyOnceWith(30, 40, mode);
  });

  test('of a hand that trembles is still a click', () => {
    drag([30, 40], [32, 42]);
    expect(intentions.pick).toHaveBeenCalledOnce();
    expect(intentions.orbit).not.toHaveBeenCalled();
  });

  test('with another button picks nothing', () => {
    canvas.send('pointerdown', 30, 40, { button: 2 });
    canvas.send('pointerup', 30, 40, { button: 2 });
    expect(intentions.pick).not.toHaveBeenCalled();
  });

  test('gives the canvas the keyboard', () => {
    canvas.send('pointerdown', 30, 40);
    expect(canvas.focus).toHaveBeenCalledWith({ preventScroll: true });
  });
});

describe('a drag', () => {
  test.each([
    ['in 3-D', true, {}, 'orbit'],
    ['in 2-D', false, {}, 'pan'],
    ['with the right button in 3-D', true, { button: 2 }, 'pan'],
    ['with the middle button in 3-D', true, { button: 1 }, 'pan'],
    ['with ctrl in 3-D', true, { ctrlKey: true }, 'pan'],
    ['with the right button in 2-D', false, { button: 2 }, 'pan'],
  ] as const)('%s moves the camera', (_, deep, fields, gesture) => {
    isDeep = deep;
    drag([10, 10], [30, 25], fields);
    expect(intentions[gesture]).toHaveBeenCalledExactlyOnceWith(20, 15);
    expect(intentions.pick).not.toHaveBeenCalled();
  });

  test('goes by the way since the last move', () => {
    canvas.send('pointerdown', 0, 0);
    canvas.send('pointermove', 10, 0);
    canvas.send('pointermove', 13, 4);
    expect(intentions.orbit.mock.calls).toEqual([
      [10, 0],
      [3, 4],
    ]);
  });

  test('that left the canvas goes on: the pointer is captured', () => {
    canvas.send('pointerdown', 0, 0, { pointerId: 7 });
    expect(canvas.setPointerCapture).toHaveBeenCalledWith(7);
    canvas.send('pointerleave', -5, 0);
    expect(intentions.leave).toHaveBeenCalledOnce(); // at the press, not at the edge
  });

  test('shows its hand only while it lasts', () => {
    canvas.send('pointerdown', 0, 0);
    expect(canvas.style.cursor).toBe('grabbing');
    canvas.send('pointerup', 0, 0);
    expect(canvas.style.cursor).toBe('default');
  });

  test('that the system takes away does nothing more and picks nothing', () => {
    canvas.send('pointerdown', 0, 0);
    canvas.send('pointercancel', 0, 0);
    canvas.send('pointerup', 0, 0);
    expect(intentions.pick).not.toHaveBeenCalled();
  });
});

describe('a box', () => {
  beforeEach(() => interaction.setTool('box'));

  test('is outlined from where it began to the pointer', () => {
    canvas.send('pointerdown', 10, 20);
    canvas.send('pointermove', 60, 70);
    expect(intentions.outline).toHaveBeenLastCalledWith('box', [10, 20, 60, 70]);
  });

  test('selects when it is let go, and its outline ends', () => {
    drag([10, 20], [60, 70]);
    expect(intentions.selectArea).toHaveBeenCalledExactlyOnceWith('box', [10, 20, 60, 70], 'replace');
    expect(intentions.cancelOutline).toHaveBeenCalled();
  });

  test('adds with shift and removes with alt', () => {
    drag([0, 0], [60, 70], { shiftKey: true });
    drag([0, 0], [60, 70], { altKey: true });
    expect(intentions.selectArea.mock.calls.map(([, , mode]) => mode)).toEqual(['add', 'remove']);
  });

  test('needs no tool while shift is held', () => {
    interaction.setTool('navigate');
    drag([0, 0], [60, 70], { shiftKey: true });
    expect(intentions.selectArea).toHaveBeenCalledExactlyOnceWith('box', [0, 0, 60, 70], 'add');
  });

  test('leaves the right button to the camera', () => {
    drag([0, 0], [60, 70], { button: 2 });
    expect(intentions.pan).toHaveBeenCalledOnce();
    expect(intentions.selectArea).not.toHaveBeenCalled();
  });

  test('of no size is a click', () => {
    drag([10, 10], [10, 10]);
    expect(intentions.pick).toHaveBeenCalledOnce();
    expect(intentions.selectArea).not.toHaveBeenCalled();
  });

  test('that the system takes away selects nothing', () => {
    canvas.send('pointerdown', 0, 0);
    canvas.send('pointermove', 60, 70);
    canvas.send('pointercancel', 60, 70);
    canvas.send('pointerup', 60, 70);
    expect(intentions.selectArea).not.toHaveBeenCalled();
    expect(intentions.cancelOutline).toHaveBeenCalled();
  });

  test('shows a cross for a pointer', () => {
    expect(canvas.style.cursor).toBe('crosshair');
  });
});

test('a lasso takes a corner every few pixels, not at every move', () => {
  interaction.setTool('lasso');
  canvas.send('pointerdown', 0, 0);
  for (const [x, y] of [
    [10, 0],
    [11, 0],
    [12, 1],
    [20, 10],
  ] as const) {
    canvas.send('pointermove', x, y);
  }
  canvas.send('pointerup', 20, 10);
  expect(intentions.selectArea).toHaveBeenCalledExactlyOnceWith('lasso', [0, 0, 10, 0, 20, 10], 'replace');
});

describe('hovering', () => {
  test('follows a mouse', () => {
    canvas.send('pointermove', 5, 6);
    expect(intentions.hover).toHaveBeenCalledExactlyOnceWith(5, 6);
  });

  test('does not follow a finger', () => {
    canvas.send('pointermove', 5, 6, { pointerType: 'touch' });
    expect(intentions.hover).not.toHaveBeenCalled();
  });

  test('rests while something is dragged, and is back afterwards', () => {
    canvas.send('pointerdown', 0, 0);
    canvas.send('pointermove', 50, 60);
    expect(intentions.hover).not.toHaveBeenCalled();
    canvas.send('pointerup', 50, 60);
    expect(intentions.hover).toHaveBeenCalledExactlyOnceWith(50, 60);
  });

  test('ends at the edge of the canvas', () => {
    canvas.send('pointerleave', 0, 0);
    expect(intentions.leave).toHaveBeenCalledOnce();
  });
});

describe('a finger', () => {
  const touch = { pointerType: 'touch' };

  test('that stays selects one point more', () => {
    canvas.send('pointerdown', 30, 40, touch);
    vi.advanceTimersByTime(500);
    canvas.send('pointerup', 30, 40, touch);
    expect(intentions.pick).toHaveBeenCalledExactlyOnceWith(30, 40, 'add');
  });

  test('that moves first turns the cloud and selects nothing', () => {
    canvas.send('pointerdown', 30, 40, touch);
    canvas.send('pointermove', 60, 40, touch);
    vi.advanceTimersByTime(1000);
    canvas.send('pointerup', 60, 40, touch);
    expect(intentions.orbit).toHaveBeenCalledOnce();
    expect(intentions.pick).not.toHaveBeenCalled();
  });

  test('that stayed does not turn the cloud when it moves after all', () => {
    canvas.send('pointerdown', 30, 40, touch);
    vi.advanceTimersByTime(500);
    canvas.send('pointermove', 90, 40, touch);
    expect(intentions.orbit).not.toHaveBeenCalled();
  });
});

describe('two fingers', () => {
  const one = { pointerType: 'touch', pointerId: 1 };
  const two = { pointerType: 'touch', pointerId: 2 };

  beforeEach(() => {
    canvas.send('pointerdown', 100, 100, one);
    canvas.send('pointerdown', 200, 100, two);
  });

  test('apart zoom by the ratio of their distances, about their middle', () => {
    canvas.send('pointermove', 300, 100, two);
    expect(intentions.zoom).toHaveBeenCalledExactlyOnceWith(2, 200, 100);
  });

  test('together pan by the way of their middle and leave the zoom as it was', () => {
    canvas.send('pointermove', 110, 120, one);
    canvas.send('pointermove', 210, 120, two);
    const panned = intentions.pan.mock.calls.reduce(([x, y], [dx, dy]) => [x + dx, y + dy], [0, 0]);
    const zoomed = intentions.zoom.mock.calls.reduce((product, [factor]) => product * factor, 1);
    expect(panned).toEqual([10, 20]);
    expect(zoomed).toBeCloseTo(1, 9);
  });

  test('never pick, orbit or long press', () => {
    vi.advanceTimersByTime(1000);
    canvas.send('pointermove', 250, 100, two);
    canvas.send('pointerup', 250, 100, two);
    canvas.send('pointermove', 50, 100, one);
    canvas.send('pointerup', 50, 100, one);
    expect(intentions.pick).not.toHaveBeenCalled();
    expect(intentions.orbit).not.toHaveBeenCalled();
  });

  test('leave the next single finger to orbit again', () => {
    canvas.send('pointerup', 200, 100, two);
    canvas.send('pointerup', 100, 100, one);
    drag([0, 0], [20, 0], one);
    expect(intentions.orbit).toHaveBeenCalledExactlyOnceWith(20, 0);
  });

  test('end a box that the first had begun', () => {
    canvas.send('pointerup', 200, 100, two);
    canvas.send('pointerup', 100, 100, one);
    interaction.setTool('box');
    canvas.send('pointerdown', 0, 0, one);
    canvas.send('pointermove', 50, 50, one);
    canvas.send('pointerdown', 90, 90, two);
    canvas.send('pointerup', 90, 90, two);
    canvas.send('pointerup', 50, 50, one);
    expect(intentions.selectArea).not.toHaveBeenCalled();
  });
});

describe('a wheel', () => {
  const factor = () => intentions.zoom.mock.calls[0]?.[0] as number;

  test('turned up comes nearer, about the pointer, and does not scroll the page', () => {
    expect(canvas.send('wheel', 7, 8, { deltaY: -100, deltaMode: 0 })).toBe(true);
    expect(intentions.zoom).toHaveBeenCalledExactlyOnceWith(expect.any(Number), 7, 8);
    expect(factor()).toBeCloseTo(1.2, 1);
  });

  test('turned back undoes what it did', () => {
    canvas.send('wheel', 0, 0, { deltaY: -100, deltaMode: 0 });
    canvas.send('wheel', 0, 0, { deltaY: 100, deltaMode: 0 });
    const product = intentions.zoom.mock.calls.reduce((sum, [by]) => sum * by, 1);
    expect(product).toBeCloseTo(1, 12);
  });

  test.each([
    ['lines', 1, -100 / 16],
    ['pages', 2, -100 / 400],
  ])('that counts %s goes as far as one that counts pixels', (_, deltaMode, deltaY) => {
    canvas.send('wheel', 0, 0, { deltaY, deltaMode });
    expect(factor()).toBeCloseTo(Math.exp(0.18), 9);
  });

  test('that is a pinch on a trackpad goes further for its small steps', () => {
    canvas.send('wheel', 0, 0, { deltaY: -5, deltaMode: 0, ctrlKey: true });
    expect(factor()).toBeCloseTo(Math.exp(5 * 6 * 0.0018), 9);
  });
});

test('the menu of the right button stays away', () => {
  expect(canvas.send('contextmenu', 0, 0)).toBe(true);
});

test('disposed it listens to nothing, and a long press under way does not come', () => {
  canvas.send('pointerdown', 0, 0, { pointerType: 'touch' });
  interaction.dispose();
  vi.advanceTimersByTime(1000);
  expect([...canvas.listeners.values()].every((listeners) => listeners.size === 0)).toBe(true);
  expect(intentions.pick).not.toHaveBeenCalled();
});
