/** Thumbnails at the places of the points, one GPU sprite each. */

import { GLSL3, Points, RawShaderMaterial } from 'three';
import type { Cloud } from '../cloud';
import type { FrameUniforms } from '../frame';
import type { PageUniforms } from '../page-texture';
import { SLOTS_WIDTH } from '../sprite-detail';
import type { SpriteSheet } from '../sprite-sheet';
import { POINT_VERTEX_COMMON } from './point-shader';

/** Opacity of the canvas colour behind a drawing: it keeps near thumbnails apart from far ones. */
const PAPER_ALPHA = 0.55;

/** Name of the pages of what is drawn larger than any level that is held as a whole; levels are named by their number. */
const DETAIL = 'Detail';

/** Declares what finds a thumbnail in the pages of a name. */
function declared(name: string): string {
  return `uniform vec2 grid${name}; uniform vec4 cell${name}; uniform vec2 texel${name};`;
}

function vertexShader(levels: readonly number[], hasDetail: boolean): string {
  const whole = levels[0] ?? 0;
  const smallest = levels.at(-1) ?? whole;
  const lieInDetail = `
uniform highp usampler2D slots;
${declared(DETAIL)}
void lieInDetail() {
  int slot = int(texelFetch(slots, ivec2(int(cell) % ${SLOTS_WIDTH}, int(cell) / ${SLOTS_WIDTH}), 0).r);
  if (slot > 0) lieAt(slot - 1, -1.0, grid${DETAIL}, cell${DETAIL}, texel${DETAIL});
}`;
  return /* glsl */ `
${POINT_VERTEX_COMMON}
in float cell;
uniform vec4 shape;      // of a thumbnail (longer side is 1), its longer side at full size, number of cells
uniform float finest;    // level that is there
uniform int hovered;
${levels.map((number) => declared(String(number))).join('\n')}
flat out vec4 ink;
flat out vec4 frame_;    // half size of the thumbnail x and y, half the sprite's side, emphasis
flat out vec4 origin;    // corner of the thumbnail in its layer, layer, level; -1: of the detail
flat out vec4 extent;    // size of the thumbnail in its layer, what is kept clear at its edges
flat out float haze;
flat out float opaque;   // 1: nothing shines through the paper

void lieAt(int place, float level, vec2 grid, vec4 cells, vec2 texel) {
  int columns = int(grid.x);
  int perLayer = int(grid.y);
  int within = place % perLayer;
  origin = vec4(vec2(within % columns, within / columns) * cells.xy, place / perLayer, level);
  extent = vec4(cells.zw, 0.5 * texel);
}
${hasDetail ? lieInDetail : 'void lieInDetail() {}'}

void main() {
  gl_Position = viewProjection * vec4(position, 1.0);
  float depth = dot(depthPlane.xyz, position) + depthPlane.w;
  float side = diameterPx(depth);
  float margin = (emphasis > 2.5 ? 4.0 : 1.3) * pixelRatio;
  vec2 half_ = 0.5 * side * shape.xy;
  bool raised = gl_VertexID == hovered;
  opaque = emphasis > 2.5 || raised ? 1.0 : 0.0;
  frame_ = vec4(half_, 0.5 * side + margin, emphasis);
  gl_PointSize = 2.0 * frame_.z;
  float level = floor(clamp(log2(shape.z / side) + 0.5, 0.0, ${smallest}.0));
  float there = max(level, finest);
${levels
  .map((n) => `  if (there == ${n}.0) lieAt(int(cell), there, grid${n}, cell${n}, texel${n});`)
  .join('\n')}
  if (level < ${whole}.0) lieInDetail();
  haze = raised ? 0.0 : emphasis < 0.5 ? 0.7 : fogAt(depth) * (emphasis > 1.5 ? 0.4 : 1.0);
  ink = vec4(color.rgb, emphasis < 0.5 && !raised ? 0.5 : 1.0);
  if (cell >= shape.w) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
`;
}

/** GLSL cannot index samplers by a number that differs from point to point: each is asked in turn. */
function pictureLookup(names: readonly string[]): string {
  const declarations = names.map((name) => `uniform highp sampler2DArray pages${name};`);
  const cases = names.map((name) => {
    const level = name === DETAIL ? '-1.0' : `${name}.0`;
    return `  if (level == ${level}) return textureLod(pages${name}, uv, 0.0);`;
  });
  return `${declarations.join('\n')}
vec4 pictureAt(vec3 uv, float level) {
${cases.join('\n')}
  return vec4(0.0);
}`;
}

function fragmentShader(names: readonly string[]): string {
  return /* glsl */ `
precision highp float;
flat in vec4 ink;
flat in vec4 frame_;
flat in vec4 origin;
flat in vec4 extent;
flat in float haze;
flat in float opaque;
uniform float style;       // 0: photograph, 1: ink on dark, 2: ink on light
uniform vec3 canvasColor;
uniform vec3 accentColor;
uniform float pixelRatio;
out vec4 fragment;

${pictureLookup(names)}

// Signed distance to a rectangle with round corners, device px.
float outside(vec2 at, vec2 half_, float corner) {
  vec2 d = abs(at) - half_ + corner;
  return length(max(d, 0.0)) + min(max(d.x, d.y), 0.0) - corner;
}

float coverOf(float distance_) {
  return clamp(0.5 - distance_, 0.0, 1.0);
}

vec4 over(vec4 top, vec4 below) {
  return top + below * (1.0 - top.a);
}

void main() {
  vec2 at = (gl_PointCoord * 2.0 - 1.0) * frame_.z;
  float corner = min(2.5 * pixelRatio, 0.15 * frame_.y);
  float edge = outside(at, frame_.xy, corner);
  bool selected = frame_.w > 2.5;
  if (edge > (selected ? 4.0 * pixelRatio : 1.3 * pixelRatio)) discard;
  vec2 within = at / (2.0 * frame_.xy) + 0.5;
  // Half a texel off the edge, so that the filter never reaches into the next cell.
  vec3 uv = vec3(origin.xy + clamp(within * extent.xy, extent.zw, extent.xy - extent.zw), origin.z);
  vec4 picture = pictureAt(uv, origin.w);
  float inside = coverOf(edge);
  vec4 result;
  if (style > 0.5) {
    float shade = dot(picture.rgb, vec3(0.2126, 0.7152, 0.0722));
    float strength = style > 1.5 ? 1.0 - shade : shade;
    strength = smoothstep(0.08, 0.75, strength);
    float paper = inside * mix(${PAPER_ALPHA} * ink.a, 1.0, opaque);
    vec4 stroke = vec4(mix(ink.rgb, canvasColor, haze), 1.0) * (strength * inside * ink.a);
    result = over(stroke, vec4(canvasColor, 1.0) * paper);
  } else {
    result = mix(picture, vec4(canvasColor, 1.0) * picture.a, haze) * (inside * ink.a);
    float line = coverOf(abs(edge) - 0.75 * pixelRatio);
    result = over(vec4(mix(ink.rgb, canvasColor, haze), 1.0) * (line * ink.a), result);
  }
  if (selected) {
    float ring = coverOf(abs(edge - 2.0 * pixelRatio) - 0.9 * pixelRatio);
    result = over(vec4(accentColor, 1.0) * ring, result);
  }
  if (result.a <= 0.003) discard;
  fragment = result;
}
`;
}

/** Draws `cloud.geometry`, whose attribute `cell` says which thumbnail a point has. The sheet is somebody else's. */
export class SpritesLayer {
  readonly object: Points;
  private readonly material: RawShaderMaterial;

  constructor(cloud: Cloud, frame: FrameUniforms, { levels, detail, uniforms }: SpriteSheet) {
    const pages = new Map([...levels].map(([number, each]) => [String(number), each]));
    if (detail !== null) pages.set(DETAIL, detail.uniforms);
    this.material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: vertexShader([...levels.keys()], detail !== null),
      fragmentShader: fragmentShader([...pages.keys()]),
      uniforms: {
        ...frame.uniforms,
        ...uniforms,
        ...uniformsOf(pages),
        ...(detail && { slots: { value: detail.slots } }),
      },
      transparent: true,
      premultipliedAlpha: true,
      depthTest: false,
      depthWrite: false,
    });
    this.object = new Points(cloud.geometry, this.material);
    this.object.frustumCulled = false;
    this.object.matrixAutoUpdate = false;
    this.object.renderOrder = 1;
  }

  dispose(): void {
    this.material.dispose();
  }
}

/** The same objects under the names that the shaders know, so that a later change reaches them. */
function uniformsOf(pages: ReadonlyMap<string, PageUniforms>): Record<string, { value: unknown }> {
  return Object.fromEntries(
    [...pages].flatMap(([name, each]) =>
      Object.entries(each).map(([uniform, value]) => [`${uniform}${name}`, value]),
    ),
  );
}
