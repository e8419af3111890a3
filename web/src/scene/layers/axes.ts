/** Hairlines through the origin, drawn below the points; their captions go on the overlay. */

import { BufferAttribute, BufferGeometry, GLSL3, Mesh, RawShaderMaterial, Vector2, Vector4 } from 'three';
import type { Box, LabelSpace } from '../../domain/label-placement';
import { parseHex } from '../colors';
import type { Frame, FrameUniforms } from '../frame';
import type { ScenePalette } from '../scene-api';
import { project, type View } from '../view';
import { CAPTION_FONT } from './label-text';

/** Half length of an axis in world units: a little more than the cloud. */
const REACH = 1.08;
/** Half length of the cross that marks the origin where axes have no meaning of their own. */
const CROSS_REACH = 0.03;
const LINE_PX = 1;
const LINE_ALPHA = 0.5;
const CAPTION_GAP_PX = 8;
const CAPTION_ALPHA = 0.62;
/** An axis that points at the viewer is too short on the screen to carry a caption. */
const SHORTEST_CAPTIONED_PX = 36;
const EDGE_PX = 6;

const VERTEX = /* glsl */ `
precision highp float;
in vec3 position;   // unit vector of the axis
in vec2 corner;     // end (-1 or 1) and side (-1 or 1)
uniform mat4 viewProjection;
uniform vec4 depthPlane;
uniform vec3 fog;
uniform vec2 screenPx;
uniform float reach;
uniform float pixelRatio;
out float across;
out float along;
out float haze;

vec4 clipped(vec4 from, vec4 to) {
  const float nearest = 0.011;
  return from.w >= nearest ? from : mix(from, to, (nearest - from.w) / (to.w - from.w));
}

void main() {
  vec4 one = viewProjection * vec4(-position * reach, 1.0);
  vec4 two = viewProjection * vec4(position * reach, 1.0);
  vec4 low = clipped(one, two);
  vec4 high = clipped(two, one);
  vec2 way = (high.xy / high.w - low.xy / low.w) * screenPx;
  vec2 normal = length(way) > 0.0 ? normalize(vec2(-way.y, way.x)) : vec2(0.0);
  vec4 here = corner.x < 0.0 ? low : high;
  across = corner.y * (0.5 * ${LINE_PX.toFixed(1)} * pixelRatio + 1.0);
  along = corner.x;
  haze = fog.z * smoothstep(fog.x, fog.y, dot(depthPlane.xyz, position * corner.x * reach) + depthPlane.w);
  gl_Position = vec4(here.xy + normal * across * 2.0 / screenPx * here.w, here.z, here.w);
}
`;

const FRAGMENT = /* glsl */ `
precision highp float;
in float across;
in float along;
in float haze;
uniform vec4 ink;
uniform float pixelRatio;
out vec4 fragment;

void main() {
  float cover = clamp(0.5 * ${LINE_PX.toFixed(1)} * pixelRatio + 0.5 - abs(across), 0.0, 1.0);
  // The negative half is fainter: it tells the directions apart.
  float side = mix(0.55, 1.0, smoothstep(-0.02, 0.02, along));
  float alpha = cover * side * ink.a * (1.0 - haze);
  fragment = vec4(ink.rgb * alpha, alpha);
}
`;

const UNIT = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;
const CORNERS = [-1, -1, 1, -1, 1, 1, -1, -1, 1, 1, -1, 1];

export class AxesLayer {
  readonly object: Mesh;
  private readonly geometry = new BufferGeometry();
  private readonly material: RawShaderMaterial;
  private readonly own = {
    screenPx: { value: new Vector2() },
    reach: { value: 1 },
    ink: { value: new Vector4() },
  };
  private captions: readonly string[] = [];

  constructor(uniforms: FrameUniforms) {
    this.geometry.setAttribute(
      'position',
      new BufferAttribute(new Float32Array(UNIT.flatMap((axis) => Array(6).fill(axis).flat())), 3),
    );
    this.geometry.setAttribute(
      'corner',
      new BufferAttribute(new Float32Array([...CORNERS, ...CORNERS, ...CORNERS]), 2),
    );
    this.material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      uniforms: { ...uniforms.uniforms, ...this.own },
      transparent: true,
      premultipliedAlpha: true,
      depthTest: false,
      depthWrite: false,
    });
    this.object = new Mesh(this.geometry, this.material);
    this.object.frustumCulled = false;
    this.object.matrixAutoUpdate = false;
  }

  setCaptions(captions: readonly string[]): void {
    this.captions = captions;
  }

  /** Readies the hairlines for a frame. */
  update(frame: Frame): void {
    const { widthPx, heightPx } = frame.view.viewport;
    this.own.screenPx.value.set(widthPx * frame.pixelRatio, heightPx * frame.pixelRatio);
    this.own.reach.value = this.reach(frame);
    this.own.ink.value.set(...parseHex(frame.palette.axis), LINE_ALPHA);
    this.geometry.setDrawRange(0, 6 * frame.nDims);
  }

  /** Paints the captions and takes their room from the labels. */
  paintCaptions(context: CanvasRenderingContext2D, frame: Frame, space: LabelSpace): void {
    const { view, palette } = frame;
    context.font = CAPTION_FONT.css;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    for (const [axis, caption] of this.captions.slice(0, frame.nDims).entries()) {
      const end = captionEnd(view, UNIT[axis] as readonly [number, number, number], this.reach(frame));
      if (end === null || caption === '') continue;
      const box = captionBox(end, context.measureText(caption).width, view);
      space.take(box);
      paintCaption(context, caption, box, palette);
    }
  }

  dispose(): void {
    this.geometry.dispose();
    this.material.dispose();
  }

  private reach(frame: Frame): number {
    return frame.nDims === 3 || this.captions.length > 0 ? REACH : CROSS_REACH;
  }
}

interface AxisEnd {
  readonly x: number;
  readonly y: number;
  /** Unit vector on the screen, away from the origin. */
  readonly dx: number;
  readonly dy: number;
}

/** The box of a caption beyond the end of its axis, moved inside the canvas. */
function captionBox(end: AxisEnd, widthPx: number, view: View): Box {
  const { heightPx } = CAPTION_FONT;
  const left = end.x + end.dx * CAPTION_GAP_PX - (widthPx * (1 - end.dx)) / 2;
  const top = end.y + end.dy * (CAPTION_GAP_PX + heightPx / 2) - heightPx / 2;
  const x = Math.max(EDGE_PX, Math.min(left, view.viewport.widthPx - EDGE_PX - widthPx));
  const y = Math.max(EDGE_PX, Math.min(top, view.viewport.heightPx - EDGE_PX - heightPx));
  return { left: x, top: y, right: x + widthPx, bottom: y + heightPx };
}

function paintCaption(
  context: CanvasRenderingContext2D,
  caption: string,
  box: Box,
  palette: ScenePalette,
): void {
  const middle = (box.top + box.bottom) / 2;
  context.globalAlpha = CAPTION_ALPHA;
  context.lineWidth = 3;
  context.strokeStyle = palette.textHalo;
  context.strokeText(caption, box.left, middle);
  context.fillStyle = palette.text;
  context.fillText(caption, box.left, middle);
  context.globalAlpha = 1;
}

/** The positive end of an axis on the screen, with the unit vector pointing away from the origin; null: not to see. */
function captionEnd(view: View, axis: readonly [number, number, number], reach: number): AxisEnd | null {
  const origin = project(view, 0, 0, 0);
  const end = project(view, axis[0] * reach, axis[1] * reach, axis[2] * reach);
  if (origin === null || end === null) return null;
  const { widthPx, heightPx } = view.viewport;
  if (end.x < 0 || end.y < 0 || end.x > widthPx || end.y > heightPx) return null;
  const length = Math.hypot(end.x - origin.x, end.y - origin.y);
  if (length < SHORTEST_CAPTIONED_PX) return null;
  return { ...end, dx: (end.x - origin.x) / length, dy: (end.y - origin.y) / length };
}
