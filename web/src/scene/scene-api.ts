/**
 * What the rest of the page may ask of the scene, and what the scene tells it. The scene knows nothing of jobs,
 * columns or panels: it draws positions, colours, images and labels by point index of the current layout.
 */

import type { SpriteGeometry } from '../domain/sprite-geometry';

/** Coordinates of all shown points; point i is row i. NaN hides a point. */
export interface LayoutPositions {
  /** Row-major, nPoints * nDims values, in the layout's own units. The scene scales them uniformly and copies them. */
  readonly positions: Float32Array;
  readonly nPoints: number;
  readonly nDims: 2 | 3;
}

/** The thumbnails of a sprite atlas: the scene asks for what it draws, and closes what it was given. */
export interface SpriteAtlas {
  readonly geometry: SpriteGeometry;
  /** One page of a level. */
  readonly page: (level: number, page: number, signal: AbortSignal) => Promise<ImageBitmap>;
  /** Thumbnails of some cells side by side, as `placeInList` says. */
  readonly cells: (level: number, cells: Uint32Array, signal: AbortSignal) => Promise<ImageBitmap>;
}

/** How far the thumbnails are that are fetched as a whole; they are drawn before all of them are there. */
export type SpriteProgress =
  | { readonly kind: 'loading'; readonly share: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Camera in world units, where the layout's largest side spans [-1, 1] around the origin. */
export interface CameraState {
  readonly mode: 'perspective' | 'orthographic';
  readonly position: readonly [number, number, number];
  readonly target: readonly [number, number, number];
  readonly up: readonly [number, number, number];
  readonly zoom: number;
}

/** Colours of everything the scene draws itself; one per theme. CSS hex. */
export interface ScenePalette {
  readonly canvas: string;
  readonly text: string;
  readonly textHalo: string;
  readonly axis: string;
  readonly accent: string;
  /** Ring of the hovered point. */
  readonly hover: string;
}

/** Where somebody else points. */
export interface Peer {
  readonly point: number;
  readonly name: string;
  /** CSS hex; readable on the canvas. */
  readonly color: string;
}

export type Appearance = 'points' | 'images' | 'labels';
export type Tool = 'navigate' | 'box' | 'lasso';

export interface SceneCallbacks {
  /** The point under the pointer changed; null: none. */
  readonly onHover: (point: number | null) => void;
  /** Points picked by a click (one or none) or by a box or lasso; `mode` follows shift (add) and alt (remove). */
  readonly onPick: (points: Uint32Array, mode: 'replace' | 'add' | 'remove') => void;
  /** The person moved the camera, it was set, or a flight ended. Called at most once a frame. */
  readonly onCameraMoved: (camera: CameraState) => void;
  /** How the thumbnails come along; points are drawn until there are some. */
  readonly onSprite: (progress: SpriteProgress) => void;
  /** The GPU context was lost and could not be restored. */
  readonly onFailure: (message: string) => void;
}

export interface Scene {
  /** Shows a layout. `animate` moves points from where they are (same nPoints) over about one frame interval. */
  setLayout(layout: LayoutPositions | null, options?: { animate?: boolean; refit?: boolean }): void;
  /** RGBA bytes, 4 * nPoints, of the current layout. */
  setColors(colors: Uint8Array): void;
  /** Emphasis per point: 0 dimmed, 1 normal, 2 neighbor, 3 selected. Length nPoints. */
  setEmphasis(emphasis: Uint8Array): void;
  /** Points whose labels are drawn, most important first, with their texts. */
  setLabels(points: Uint32Array, textOf: (point: number) => string): void;
  /** The thumbnails from now on; a new object is another atlas, and what the one before took is freed. */
  setSprite(atlas: SpriteAtlas | null): void;
  /** Fetches the thumbnails again, which could not be fetched before. */
  reloadSprite(): void;
  /** Atlas cell of each point (null: point index). Needed while rows are isolated. */
  setCells(cells: Uint32Array | null): void;
  setAppearance(appearance: Appearance): void;
  setTool(tool: Tool): void;
  setHovered(point: number | null): void;
  /** The points that others point at. */
  setPeers(peers: readonly Peer[]): void;
  setPalette(palette: ScenePalette): void;
  /** Multiplies the automatic point size. */
  setPointScale(scale: number): void;
  /** Captions of the axes (empty: none), for example "component 1 (12 %)". */
  setAxisCaptions(captions: readonly string[]): void;
  camera(): CameraState;
  setCamera(camera: CameraState): void;
  /** Flies there in 600 to 900 ms; at once under prefers-reduced-motion. Resolves when it arrived or was interrupted. */
  flyTo(camera: CameraState): Promise<void>;
  /** The camera that shows everything, for 2-D or 3-D. */
  homeCamera(nDims: 2 | 3): CameraState;
  resetCamera(): void;
  /** Orbits (3-D) or pans (2-D) by pixels, zooms by a factor: the keyboard's way. */
  nudge(dxPx: number, dyPx: number): void;
  zoomBy(factor: number): void;
  /** Screen position of a point in CSS px relative to the container; null when hidden or behind the camera. */
  screenPosition(point: number): { x: number; y: number } | null;
  /** PNG of what is shown, at a multiple of the screen's size. */
  toPng(scale: number): Promise<Blob>;
  /** Counters for tests: points drawn last frame, frames drawn, live GPU objects. */
  statistics(): { drawnPoints: number; drawnFrames: number; geometries: number; textures: number };
  dispose(): void;
}

export type CreateScene = (container: HTMLElement, palette: ScenePalette, callbacks: SceneCallbacks) => Scene;
