/** A 2-D canvas above the points, for text and outlines. It takes no input and is hidden from assistive technology. */

import type { Viewport } from '../domain/camera';

export class Overlay {
  readonly canvas = document.createElement('canvas');
  readonly context: CanvasRenderingContext2D;

  constructor() {
    const context = this.canvas.getContext('2d');
    if (context === null)
      throw new Error('This browser offers no 2-D canvas, which labels need. Use another browser.');
    this.context = context;
    this.canvas.setAttribute('aria-hidden', 'true');
    Object.assign(this.canvas.style, { position: 'absolute', inset: '0', pointerEvents: 'none' });
  }

  resize(viewport: Viewport, pixelRatio: number): void {
    this.canvas.width = Math.round(viewport.widthPx * pixelRatio);
    this.canvas.height = Math.round(viewport.heightPx * pixelRatio);
    this.canvas.style.width = `${viewport.widthPx}px`;
    this.canvas.style.height = `${viewport.heightPx}px`;
  }

  /** Clears and lets `draw` work in CSS px. */
  paint(pixelRatio: number, draw: (context: CanvasRenderingContext2D) => void): void {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    draw(this.context);
  }

  dispose(): void {
    this.canvas.remove();
  }
}
