/** The two canvases in their container, kept at its size. */

import { Overlay } from './overlay';
import { Renderer } from './renderer';

const ARIA_LABEL = 'Point cloud. Arrow keys turn or move it, plus and minus zoom.';

export interface StageEvents {
  readonly resized: () => void;
  readonly restored: () => void;
  readonly failed: (message: string) => void;
}

export class Stage {
  readonly renderer: Renderer;
  readonly overlay: Overlay;
  private readonly observer: ResizeObserver;

  constructor(
    private readonly container: HTMLElement,
    private readonly events: StageEvents,
  ) {
    this.renderer = new Renderer(events.restored, events.failed);
    this.overlay = new Overlay();
    const { canvas } = this.renderer;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', ARIA_LABEL);
    canvas.tabIndex = 0;
    Object.assign(canvas.style, { position: 'absolute', inset: '0', outlineOffset: '-2px' });
    if (getComputedStyle(container).position === 'static') container.style.position = 'relative';
    container.append(canvas, this.overlay.canvas);
    this.fit();
    this.observer = new ResizeObserver(this.follow);
    this.observer.observe(container);
    window.addEventListener('resize', this.follow);
  }

  dispose(): void {
    this.observer.disconnect();
    window.removeEventListener('resize', this.follow);
    this.overlay.dispose();
    this.renderer.dispose();
  }

  private readonly follow = (): void => {
    if (this.fit()) this.events.resized();
  };

  private fit(): boolean {
    const { clientWidth, clientHeight } = this.container;
    const changed = this.renderer.resize(clientWidth, clientHeight, window.devicePixelRatio);
    if (changed) this.overlay.resize(this.renderer.viewport, this.renderer.pixelRatio);
    return changed;
  }
}
