/** The canvas and its GPU context: size, sharpness, drawing, loss and restoring of the context. */

import {
  Camera,
  ColorManagement,
  type DataArrayTexture,
  LinearSRGBColorSpace,
  Scene,
  Texture,
  Vector3,
  WebGLRenderer,
} from 'three';
import type { Viewport } from '../domain/camera';
import { parseHex } from './colors';

const MAX_PIXEL_RATIO = 2;
/** A canvas of more device pixels than this is drawn less sharply: fill rate, not beauty, is then the limit. */
const MAX_DEVICE_PIXELS = 14_000_000;
const RESTORE_WITHIN_MS = 8_000;

const NO_WEBGL =
  'This browser offers no WebGL 2, which the point cloud needs. Turn on hardware acceleration, or use another browser.';
const CONTEXT_LOST =
  'The graphics driver ended the drawing context and did not give it back. Reload the page to see the points again.';

export class Renderer {
  readonly canvas: HTMLCanvasElement;
  readonly scene = new Scene();
  viewport: Viewport = { widthPx: 1, heightPx: 1 };
  pixelRatio = 1;
  private readonly gl: WebGLRenderer;
  private readonly noCamera = new Camera();
  private restoreTimer: ReturnType<typeof setTimeout> | null = null;

  /** Throws Error with public text where the browser has no WebGL 2. */
  constructor(
    private readonly onRestored: () => void,
    private readonly onFailure: (message: string) => void,
  ) {
    // Colours go to the screen as they are given: the palettes are designed in sRGB.
    ColorManagement.enabled = false;
    this.canvas = document.createElement('canvas');
    const context = this.canvas.getContext('webgl2', {
      alpha: false,
      antialias: false,
      depth: false,
      stencil: false,
      powerPreference: 'high-performance',
    });
    if (context === null) throw new Error(NO_WEBGL);
    this.gl = new WebGLRenderer({ canvas: this.canvas, context });
    this.gl.outputColorSpace = LinearSRGBColorSpace;
    this.noCamera.matrixAutoUpdate = false;
    this.scene.matrixWorldAutoUpdate = false;
    this.canvas.addEventListener('webglcontextlost', this.contextLost);
    this.canvas.addEventListener('webglcontextrestored', this.contextRestored);
  }

  get memory(): { geometries: number; textures: number } {
    const { geometries, textures } = this.gl.info.memory;
    return { geometries, textures };
  }

  get maxTextureSize(): number {
    return this.gl.capabilities.maxTextureSize;
  }

  /** Copies an image to the top left of a layer of a texture, which gets its room on the GPU with the first. */
  copyIntoLayer(image: ImageBitmap, texture: DataArrayTexture, layer: number): void {
    this.gl.copyTextureToTexture(new Texture(image), texture, null, new Vector3(0, 0, layer));
  }

  setBackground(hex: string): void {
    const [red, green, blue] = parseHex(hex);
    this.gl.setClearColor(((red * 255) << 16) | ((green * 255) << 8) | (blue * 255), 1);
  }

  /** Takes the size in CSS px. Returns false where nothing changed. */
  resize(widthPx: number, heightPx: number, devicePixelRatio: number): boolean {
    const width = Math.max(1, Math.round(widthPx));
    const height = Math.max(1, Math.round(heightPx));
    const affordable = Math.sqrt(MAX_DEVICE_PIXELS / (width * height));
    const ratio = Math.max(0.5, Math.min(devicePixelRatio, MAX_PIXEL_RATIO, affordable));
    const same =
      width === this.viewport.widthPx && height === this.viewport.heightPx && ratio === this.pixelRatio;
    if (same) return false;
    this.viewport = { widthPx: width, heightPx: height };
    this.pixelRatio = ratio;
    this.applySize(ratio);
    return true;
  }

  draw(): void {
    this.gl.render(this.scene, this.noCamera);
  }

  /** Draws at another sharpness, hands the canvas over, and goes back; all within the calling task. */
  drawAt(
    pixelRatio: number,
    prepare: (pixelRatio: number) => void,
    use: (canvas: HTMLCanvasElement, pixelRatio: number) => void,
  ): void {
    const limit = this.maxTextureSize / Math.max(this.viewport.widthPx, this.viewport.heightPx);
    const ratio = Math.min(pixelRatio, limit);
    this.applySize(ratio);
    prepare(ratio);
    this.draw();
    use(this.canvas, ratio);
    this.applySize(this.pixelRatio);
  }

  dispose(): void {
    if (this.restoreTimer !== null) clearTimeout(this.restoreTimer);
    this.canvas.removeEventListener('webglcontextlost', this.contextLost);
    this.canvas.removeEventListener('webglcontextrestored', this.contextRestored);
    this.gl.dispose();
    this.gl.forceContextLoss();
    this.canvas.remove();
  }

  private applySize(ratio: number): void {
    this.gl.setPixelRatio(ratio);
    this.gl.setSize(this.viewport.widthPx, this.viewport.heightPx, true);
  }

  private readonly contextLost = (event: Event): void => {
    event.preventDefault();
    this.restoreTimer = setTimeout(() => this.onFailure(CONTEXT_LOST), RESTORE_WITHIN_MS);
  };

  private readonly contextRestored = (): void => {
    if (this.restoreTimer !== null) clearTimeout(this.restoreTimer);
    this.restoreTimer = null;
    this.onRestored();
  };
}
