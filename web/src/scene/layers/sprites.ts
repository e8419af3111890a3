/** Thumbnails at the places of the points, one GPU sprite each. */

import { GLSL3, Points, RawShaderMaterial, type Texture, Vector3, Vector4 } from 'three';
import type { Cloud } from '../cloud';
import type { FrameUniforms } from '../frame';
import type { SpriteAtlas } from '../scene-api';
import { POINT_VERTEX_COMMON } from './point-shader';
import { makeSpriteTexture, thumbnailStyle } from './sprite-texture';

/** A mip level keeps at least so many texels of a cell, so that neighbors in the atlas do not run into it. */
const SMALLEST_CELL_PX = 6;

/** Opacity of the canvas colour behind a drawing: it keeps near thumbnails apart from far ones. */
const PAPER_ALPHA = 0.55;

const VERTEX = /* glsl */ `
${POINT_VERTEX_COMMON}
in float cell;
uniform vec3 grid;         // columns, cells in all, most blurred mip level
uniform vec4 cellShape;    // size of a cell in the atlas (0..1), its shape (longer side is 1)
uniform float cellTexels;  // longer side of a cell
uniform int hovered;
flat out vec4 ink;
flat out vec4 frame_;      // half size of the thumbnail x and y, half the sprite's side, emphasis
flat out vec3 origin;      // corner of the cell in the atlas, mip level
flat out float haze;
flat out float opaque;     // 1: nothing shines through the paper

void main() {
  gl_Position = viewProjection * vec4(position, 1.0);
  float depth = dot(depthPlane.xyz, position) + depthPlane.w;
  float side = diameterPx(depth);
  float margin = (emphasis > 2.5 ? 4.0 : 1.3) * pixelRatio;
  vec2 half_ = 0.5 * side * cellShape.zw;
  bool raised = gl_VertexID == hovered;
  opaque = emphasis > 2.5 || raised ? 1.0 : 0.0;
  frame_ = vec4(half_, 0.5 * side + margin, emphasis);
  gl_PointSize = 2.0 * frame_.z;
  float column = mod(cell, grid.x);
  float row = floor(cell / grid.x);
  float level = floor(clamp(log2(cellTexels / side) + 0.5, 0.0, grid.z));
  origin = vec3(vec2(column, row) * cellShape.xy, level);
  haze = raised ? 0.0 : emphasis < 0.5 ? 0.7 : fogAt(depth) * (emphasis > 1.5 ? 0.4 : 1.0);
  ink = vec4(color.rgb, emphasis < 0.5 && !raised ? 0.5 : 1.0);
  if (cell >= grid.y) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
`;

const FRAGMENT = /* glsl */ `
precision highp float;
flat in vec4 ink;
flat in vec4 frame_;
flat in vec3 origin;
flat in float haze;
flat in float opaque;
uniform sampler2D atlas;
uniform vec4 cellShape;
uniform vec2 texel;        // size of a texel of the atlas
uniform float style;       // 0: photograph, 1: ink on dark, 2: ink on light
uniform vec3 canvasColor;
uniform vec3 accentColor;
uniform float pixelRatio;
out vec4 fragment;

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
  vec2 inset = texel * 0.5 * exp2(origin.z);
  vec2 uv = origin.xy + clamp(within * cellShape.xy, inset, cellShape.xy - inset);
  vec4 picture = textureLod(atlas, uv, origin.z);
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
    vec3 shown = mix(picture.rgb, canvasColor, haze);
    result = vec4(shown, 1.0) * (picture.a * inside * ink.a);
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

const STYLE_CODES = { photograph: 0, 'ink on dark': 1, 'ink on light': 2 } as const;

/** Draws `cloud.geometry`, whose attribute `cell` says which thumbnail a point has. */
export class SpritesLayer {
  readonly object: Points;
  private readonly material: RawShaderMaterial;
  private readonly texture: Texture;

  constructor(cloud: Cloud, frame: FrameUniforms, atlas: SpriteAtlas, maxTextureSizePx: number) {
    this.texture = makeSpriteTexture(atlas, maxTextureSizePx);
    this.material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      uniforms: { ...frame.uniforms, ...atlasUniforms(atlas, this.texture, maxTextureSizePx) },
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
    this.texture.dispose();
  }
}

function atlasUniforms(
  atlas: SpriteAtlas,
  texture: Texture,
  maxTextureSizePx: number,
): Record<string, { value: unknown }> {
  const { thumbnailWidthPx: width, thumbnailHeightPx: height, nColumns, image } = atlas;
  const shrink = Math.min(1, maxTextureSizePx / Math.max(image.width, image.height));
  const longer = Math.max(width, height);
  const nRows = Math.floor(image.height / height);
  const blurriest = Math.max(0, Math.log2((Math.min(width, height) * shrink) / SMALLEST_CELL_PX));
  return {
    atlas: { value: texture },
    grid: { value: new Vector3(nColumns, nColumns * nRows, blurriest) },
    cellShape: {
      value: new Vector4(width / image.width, height / image.height, width / longer, height / longer),
    },
    cellTexels: { value: longer * shrink },
    texel: { value: [1 / (image.width * shrink), 1 / (image.height * shrink)] },
    style: { value: STYLE_CODES[thumbnailStyle(atlas)] },
  };
}
