/** The scene: owns the canvas, the cloud and the layers, and draws a frame only when something changed. */

import { homeCamera } from '../domain/camera';
import { Annotations } from './annotations';
import { CameraRig } from './camera-rig';
import { parseHex } from './colors';
import { type Frame, FrameUniforms } from './frame';
import { type Intentions, Interaction } from './interaction';
import { AxesLayer } from './layers/axes';
import type {
  Appearance,
  CameraState,
  CreateScene,
  LayoutPositions,
  Peer,
  Scene,
  SceneCallbacks,
  ScenePalette,
  SpriteAtlas,
  Tool,
} from './scene-api';
import { type Look, ShownCloud } from './shown-cloud';
import { type SheetEvents, SpriteSheet } from './sprite-sheet';
import { Stage } from './stage';
import { makeView, type View } from './view';

/** The picture rests when nothing was drawn for so long. */
const REST_MS = 150;
/** Opacity of points before colours are set. */
const DEFAULT_ALPHA = 178;

export const createScene: CreateScene = (container, palette, callbacks) =>
  new PointScene(container, palette, callbacks);

class PointScene implements Scene {
  private readonly stage: Stage;
  private readonly rig: CameraRig;
  private readonly interaction: Interaction;
  private readonly uniforms = new FrameUniforms();
  private readonly annotations = new Annotations();
  private readonly axes = new AxesLayer(this.uniforms);
  private shown: ShownCloud | null = null;
  private nDims: 2 | 3 = 3;
  private look: Look = { appearance: 'points', pointScale: 1, sheet: null, cells: null };
  private hovered: number | null = null;
  private peers: readonly Peer[] = [];
  private pointer: { readonly x: number; readonly y: number } | null = null;
  private pointerMoved = false;
  private lastView: View | null = null;
  private drawnFrames = 0;
  private stale = true;
  private request = 0;
  private restTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    container: HTMLElement,
    private palette: ScenePalette,
    private readonly callbacks: SceneCallbacks,
  ) {
    this.stage = new Stage(container, {
      resized: () => this.drawFrame(performance.now()),
      restored: () => this.reloadSprite(),
      failed: (message) => callbacks.onFailure(message),
    });
    this.stage.renderer.setBackground(palette.canvas);
    this.axes.object.visible = false;
    this.stage.renderer.scene.add(this.axes.object);
    this.rig = new CameraRig(
      () => this.stage.renderer.viewport,
      () => this.invalidate(),
    );
    this.interaction = new Interaction(this.stage.renderer.canvas, this.intentions());
    this.invalidate();
  }

  setLayout(layout: LayoutPositions | null, options: { animate?: boolean; refit?: boolean } = {}): void {
    this.invalidate();
    if (layout === null) {
      this.dropCloud();
      return;
    }
    requireLength('positions', layout.positions.length, layout.nPoints * layout.nDims);
    const animate = options.animate === true && !prefersReducedMotion();
    if (this.shown?.cloud.nPoints === layout.nPoints) {
      this.shown.cloud.motion.moveTo(layout, performance.now(), animate, options.refit !== false);
      this.shown.cloud.positionsMoved();
      this.shown.picker.invalidate();
    } else {
      this.dropCloud();
      const { renderer } = this.stage;
      this.shown = new ShownCloud(layout, this.defaultColor(), this.uniforms, renderer, this.look);
      this.axes.object.visible = true;
    }
    this.followDimensions(layout.nDims, animate);
  }

  setColors(colors: Uint8Array): void {
    requireLength('colors', colors.length, (this.shown?.cloud.nPoints ?? 0) * 4);
    this.shown?.cloud.setColors(colors);
    this.invalidate();
  }

  setEmphasis(emphasis: Uint8Array): void {
    requireLength('emphasis', emphasis.length, this.shown?.cloud.nPoints ?? 0);
    this.shown?.cloud.setEmphasis(emphasis);
    this.invalidate();
  }

  setLabels(points: Uint32Array, textOf: (point: number) => string): void {
    this.annotations.labels.setLabels(points.slice(), textOf);
    this.invalidate();
  }

  setSprite(atlas: SpriteAtlas | null): void {
    const { sheet: before } = this.look;
    if ((before?.atlas ?? null) === atlas) return;
    const sheet = atlas && new SpriteSheet(atlas, this.stage.renderer, this.sheetEvents());
    this.changeLook({ sheet });
    before?.dispose();
  }

  reloadSprite(): void {
    this.look.sheet?.reload();
    this.invalidate();
  }

  setCells(cells: Uint32Array | null): void {
    this.changeLook({ cells: cells?.slice() ?? null });
  }

  setAppearance(appearance: Appearance): void {
    this.changeLook({ appearance });
  }

  setTool(tool: Tool): void {
    this.interaction.setTool(tool);
  }

  setHovered(point: number | null): void {
    if (this.hovered === point) return;
    this.hovered = point;
    this.shown?.cloud.setHovered(point);
    this.invalidate();
  }

  setPeers(peers: readonly Peer[]): void {
    if (peers.length === 0 && this.peers.length === 0) return;
    this.peers = peers;
    this.invalidate();
  }

  setPalette(palette: ScenePalette): void {
    this.palette = palette;
    this.stage.renderer.setBackground(palette.canvas);
    this.invalidate();
  }

  setPointScale(scale: number): void {
    this.changeLook({ pointScale: scale });
  }

  setAxisCaptions(captions: readonly string[]): void {
    this.axes.setCaptions([...captions]);
    this.invalidate();
  }

  camera(): CameraState {
    return this.rig.camera;
  }

  setCamera(camera: CameraState): void {
    this.rig.set(camera);
  }

  flyTo(camera: CameraState): Promise<void> {
    if (!prefersReducedMotion()) return this.rig.flyTo(camera, performance.now());
    this.rig.set(camera);
    return Promise.resolve();
  }

  homeCamera(nDims: 2 | 3): CameraState {
    return homeCamera(nDims);
  }

  resetCamera(): void {
    void this.flyTo(homeCamera(this.nDims));
  }

  nudge(dxPx: number, dyPx: number): void {
    if (this.canOrbit()) this.rig.orbitBy(dxPx, dyPx);
    else this.rig.panBy(dxPx, dyPx);
  }

  zoomBy(factor: number): void {
    const { widthPx, heightPx } = this.stage.renderer.viewport;
    this.rig.zoomBy(factor, widthPx / 2, heightPx / 2);
  }

  screenPosition(point: number): { x: number; y: number } | null {
    const view = this.view();
    const place = this.shown?.placeOf(view, this.shown.law(view), point) ?? null;
    return place === null ? null : { x: place.x, y: place.y };
  }

  async toPng(scale: number): Promise<Blob> {
    const { renderer } = this.stage;
    const picture = document.createElement('canvas');
    const context = picture.getContext('2d');
    if (context === null)
      throw new Error('The picture could not be made: the browser gave no canvas for it.');
    const now = performance.now();
    renderer.drawAt(
      scale,
      (ratio) => void this.prepare(this.frame(ratio), now, true),
      (canvas, ratio) => {
        picture.width = canvas.width;
        picture.height = canvas.height;
        context.drawImage(canvas, 0, 0);
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        this.paintAnnotations(context, this.frame(ratio));
      },
    );
    this.invalidate();
    const blob = await new Promise<Blob | null>((resolve) => picture.toBlob(resolve, 'image/png'));
    if (blob === null) throw new Error(`A picture of ${picture.width} x ${picture.height} px is too large.`);
    return blob;
  }

  statistics(): { drawnPoints: number; drawnFrames: number; geometries: number; textures: number } {
    const drawnPoints = this.shown?.cloud.drawnPoints ?? 0;
    return { drawnPoints, drawnFrames: this.drawnFrames, ...this.stage.renderer.memory };
  }

  dispose(): void {
    cancelAnimationFrame(this.request);
    clearTimeout(this.restTimer);
    this.request = -1;
    this.interaction.dispose();
    this.rig.dispose();
    this.dropCloud();
    this.look.sheet?.dispose();
    this.axes.dispose();
    this.stage.dispose();
  }

  private canOrbit(): boolean {
    return this.nDims === 3 || this.rig.camera.mode === 'perspective';
  }

  /** A change between 2-D and 3-D brings the camera home, unless it already is of the right kind. */
  private followDimensions(nDims: 2 | 3, animate: boolean): void {
    const home = homeCamera(nDims);
    const foreign = nDims !== this.nDims && this.rig.camera.mode !== home.mode;
    this.nDims = nDims;
    if (!foreign) return;
    if (animate) void this.flyTo(home);
    else this.rig.set(home);
  }

  private changeLook(change: Partial<Look>): void {
    this.look = { ...this.look, ...change };
    this.shown?.setLook(this.look);
    this.invalidate();
  }

  private dropCloud(): void {
    this.shown?.dispose();
    this.shown = null;
    this.axes.object.visible = false;
    this.annotations.labels.forgetPlaces();
    this.changeHover(null);
  }

  private defaultColor(): readonly [number, number, number, number] {
    const [red, green, blue] = parseHex(this.palette.accent);
    return [red * 255, green * 255, blue * 255, DEFAULT_ALPHA];
  }

  private invalidate(): void {
    this.stale = true;
    this.schedule();
  }

  private schedule(): void {
    if (this.request === 0) this.request = requestAnimationFrame(this.tick);
  }

  private readonly tick = (nowMs: number): void => {
    this.request = 0;
    if (this.stale) this.drawFrame(nowMs);
    if (this.pointerMoved) this.askHover();
  };

  private drawFrame(nowMs: number): void {
    this.stale = false;
    this.rig.advance(nowMs);
    if (this.shown?.advance(nowMs) === true) this.shown.picker.invalidate();
    const moving = this.rig.flying || this.shown?.cloud.motion.active === true;
    const frame = this.frame(this.stage.renderer.pixelRatio);
    const sorted = this.prepare(frame, nowMs, false);
    this.stage.renderer.draw();
    this.stage.overlay.paint(frame.pixelRatio, (context) => this.paintAnnotations(context, frame));
    this.drawnFrames += 1;
    if (moving || !sorted) this.invalidate();
    this.sharpenAtRest();
    if (!this.rig.flying && this.rig.takeMoved()) this.callbacks.onCameraMoved(this.rig.camera);
  }

  /** Once nothing has been drawn for a moment, thumbnails are fetched as sharp as they are drawn. */
  private sharpenAtRest(): void {
    clearTimeout(this.restTimer);
    const sharpen = () => this.shown?.sharpen(this.frame(this.stage.renderer.pixelRatio));
    if (this.look.sheet?.detail) this.restTimer = setTimeout(sharpen, REST_MS);
  }

  private prepare(frame: Frame, nowMs: number, exact: boolean): boolean {
    this.axes.update(frame);
    return this.shown?.prepare(frame, nowMs, exact) ?? true;
  }

  private paintAnnotations(context: CanvasRenderingContext2D, frame: Frame): void {
    this.annotations.paint(context, frame, this.axes, this.shown);
  }

  private frame(pixelRatio: number): Frame {
    const { nDims, palette, hovered, peers } = this;
    return { view: this.view(), nDims, pixelRatio, palette, hovered, peers };
  }

  private view(): View {
    const { viewport } = this.stage.renderer;
    const { camera } = this.rig;
    if (this.lastView?.camera !== camera || this.lastView.viewport !== viewport) {
      this.lastView = makeView(camera, viewport);
      this.shown?.picker.invalidate();
    }
    return this.lastView;
  }

  private askHover(): void {
    this.pointerMoved = false;
    this.changeHover(this.pointer === null ? null : this.pointAt(this.pointer.x, this.pointer.y));
  }

  private changeHover(point: number | null): void {
    if (point === this.hovered) return;
    this.setHovered(point);
    this.callbacks.onHover(point);
  }

  private pointAt(x: number, y: number): number | null {
    if (this.shown === null) return null;
    const view = this.view();
    return this.shown.picker.at(view, this.shown.law(view), x, y);
  }

  private pointerAt(pointer: { readonly x: number; readonly y: number } | null): void {
    this.pointer = pointer;
    this.pointerMoved = true;
    this.schedule();
  }

  private sheetEvents(): SheetEvents {
    return {
      changed: () => this.invalidate(),
      progress: (progress) => this.callbacks.onSprite(progress),
      failed: (error) => this.callbacks.onFailure(error instanceof Error ? error.message : String(error)),
    };
  }

  private intentions(): Intentions {
    return {
      canOrbit: () => this.canOrbit(),
      orbit: (dx, dy) => this.rig.orbitBy(dx, dy),
      pan: (dx, dy) => this.rig.panBy(dx, dy),
      zoom: (factor, x, y) => this.rig.zoomBy(factor, x, y),
      hover: (x, y) => this.pointerAt({ x, y }),
      leave: () => this.pointerAt(null),
      pick: (x, y, mode) => {
        const point = this.pointAt(x, y);
        this.callbacks.onPick(point === null ? new Uint32Array() : Uint32Array.of(point), mode);
      },
      outline: (shape, corners) => {
        this.annotations.setOutline({ shape, corners });
        this.invalidate();
      },
      selectArea: (shape, corners, mode) => {
        const found = this.shown?.picker.inArea(this.view(), shape, corners) ?? new Uint32Array();
        this.callbacks.onPick(found, mode);
      },
      cancelOutline: () => {
        if (this.annotations.setOutline(null)) this.invalidate();
      },
    };
  }
}

function prefersReducedMotion(): boolean {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches;
}

function requireLength(name: string, length: number, wanted: number): void {
  if (length === wanted) return;
  throw new RangeError(`${name} has ${length} values; the layout shown needs ${wanted}.`);
}
