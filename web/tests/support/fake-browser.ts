/** As much of a browser as the scene needs: canvases, frames, sizes, preferences. Nothing is drawn. */

import { vi } from 'vitest';
import { FakeCanvas } from './fake-canvas';
import { FakeGpu } from './fake-gpu';

type Listener = (event: Event) => void;

export class FakeBrowser {
  readonly gpu = new FakeGpu();
  readonly canvases: SceneCanvas[] = [];
  readonly container = new FakeContainer();
  readonly windowListeners = new Set<Listener>();
  reducedMotion = false;
  observers = 0;
  nowMs = 1000;
  #frames = new Map<number, FrameRequestCallback>();
  #lastFrame = 0;

  /** Puts itself in place of the browser's names until the test ends. */
  constructor() {
    const createElement = () => {
      const canvas = new SceneCanvas(this.gpu);
      this.canvases.push(canvas);
      return canvas;
    };
    vi.stubGlobal('document', { createElement });
    vi.stubGlobal('window', {
      devicePixelRatio: 2,
      addEventListener: (_: string, listener: Listener) => this.windowListeners.add(listener),
      removeEventListener: (_: string, listener: Listener) => this.windowListeners.delete(listener),
      matchMedia: () => ({ matches: this.reducedMotion }),
    });
    vi.stubGlobal('getComputedStyle', () => ({ position: 'relative' }));
    vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => this.#request(callback));
    vi.stubGlobal('cancelAnimationFrame', (frame: number) => void this.#frames.delete(frame));
    vi.stubGlobal('OffscreenCanvas', BlankCanvas);
    const observed = (change: 1 | -1) => {
      this.observers += change;
    };
    vi.stubGlobal(
      'ResizeObserver',
      class {
        readonly observe = () => observed(1);
        readonly disconnect = () => observed(-1);
      },
    );
    vi.spyOn(performance, 'now').mockImplementation(() => this.nowMs);
  }

  /** The canvas that takes the pointer. */
  get canvas(): SceneCanvas {
    const [first] = this.canvases;
    if (!first) throw new Error('The scene has made no canvas.');
    return first;
  }

  get waitingFrames(): number {
    return this.#frames.size;
  }

  /** The screen is painted, this many milliseconds later; how many frames were waiting for it. */
  paint(laterMs = 16): number {
    this.nowMs += laterMs;
    const waiting = [...this.#frames.values()];
    this.#frames.clear();
    for (const callback of waiting) callback(this.nowMs);
    return waiting.length;
  }

  /** Paints until no frame is asked for any more. */
  settle(): void {
    for (let frame = 0; frame < 200; frame += 1) if (this.paint() === 0) return;
    throw new Error('The scene never comes to rest.');
  }

  resize(widthPx: number, heightPx: number): void {
    this.container.clientWidth = widthPx;
    this.container.clientHeight = heightPx;
    for (const listener of this.windowListeners) listener({} as Event);
  }

  #request(callback: FrameRequestCallback): number {
    this.#lastFrame += 1;
    this.#frames.set(this.#lastFrame, callback);
    return this.#lastFrame;
  }
}

class FakeContainer {
  readonly style: Record<string, string> = {};
  clientWidth = 400;
  clientHeight = 300;
  readonly append = vi.fn();
}

class SceneCanvas extends FakeCanvas {
  width = 0;
  height = 0;
  readonly setAttribute = vi.fn();
  readonly remove = vi.fn();
  /** Texts that were painted, oldest first. */
  readonly texts: string[] = [];

  constructor(private readonly gpu: FakeGpu) {
    super();
  }

  getContext(kind: string): unknown {
    if (kind === 'webgl2') return this.gpu.context;
    return paper({ fillText: (text: string) => void this.texts.push(text) });
  }

  toBlob(done: (blob: Blob) => void): void {
    done(new Blob(['png']));
  }
}

/** What the look of thumbnails is judged by: black pictures. */
class BlankCanvas {
  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {}

  getContext(): unknown {
    const data = new Uint8ClampedArray(this.width * this.height * 4);
    for (let at = 3; at < data.length; at += 4) data[at] = 255;
    return paper({ getImageData: () => ({ data }) });
  }
}

/** A 2-D context: letters are six pixels wide. */
function paper(functions: Readonly<Record<string, unknown>>): unknown {
  const own: Record<string, unknown> = {
    measureText: (text: string) => ({ width: 6 * text.length }),
    ...functions,
  };
  return new Proxy(own, { get: (target, name) => target[String(name)] ?? (() => undefined) });
}
