/** The points as round discs: a rim keeps single points apart in dense places, selected ones carry a ring. */

import { GLSL3, Points, RawShaderMaterial } from 'three';
import type { Cloud } from '../cloud';
import type { FrameUniforms } from '../frame';
import { POINT_VERTEX_COMMON } from './point-shader';

const VERTEX = /* glsl */ `
${POINT_VERTEX_COMMON}
flat out vec4 fill;
flat out vec4 disc;   // radius of the disc, half the sprite's side, rim width, ring's outer radius; device px

void main() {
  gl_Position = viewProjection * vec4(position, 1.0);
  float depth = dot(depthPlane.xyz, position) + depthPlane.w;
  float radius = 0.5 * diameterPx(depth);
  bool selected = emphasis > 2.5;
  float outer = selected ? radius + 3.0 * pixelRatio : radius;
  float half_ = outer + 1.0;
  float rim = clamp(radius * 0.3, 0.0, 1.1 * pixelRatio);
  disc = vec4(radius, half_, rim, selected ? outer : 0.0);
  gl_PointSize = 2.0 * half_;
  float haze = fogAt(depth);
  float opacity = color.a;
  if (emphasis < 0.5) {
    // 15 % for one point; where many lie over each other they stay below a third.
    haze = 0.66 + 0.2 * haze;
    opacity = 0.5;
  } else if (emphasis > 1.5) {
    haze *= 0.4;
    opacity = 1.0;
  }
  fill = vec4(mix(color.rgb, canvasColor, haze), opacity);
}
`;

const FRAGMENT = /* glsl */ `
precision highp float;
flat in vec4 fill;
flat in vec4 disc;
uniform vec3 canvasColor;
uniform vec3 accentColor;
uniform float pixelRatio;
out vec4 fragment;

void main() {
  float distance_ = length(gl_PointCoord * 2.0 - 1.0) * disc.y;
  float cover = clamp(disc.x - distance_ + 0.5, 0.0, 1.0);
  float rim = smoothstep(disc.x - disc.z - 0.5, disc.x - disc.z + 0.5, distance_) * step(0.4, disc.z);
  vec3 ink = mix(fill.rgb, canvasColor, 0.35 * rim);
  float alpha = cover * fill.a;
  vec3 premultiplied = ink * alpha;
  if (disc.w > 0.0) {
    float ring = clamp(disc.w - distance_ + 0.5, 0.0, 1.0);
    float band = clamp(disc.w - 1.6 * pixelRatio - distance_ + 0.5, 0.0, 1.0);
    vec3 around = mix(accentColor, canvasColor, band) * ring;
    premultiplied = fill.rgb * cover + around * (1.0 - cover);
    alpha = max(cover, ring);
  }
  if (alpha <= 0.003) discard;
  fragment = vec4(premultiplied, alpha);
}
`;

export class PointsLayer {
  readonly object: Points;
  private readonly material: RawShaderMaterial;

  constructor(cloud: Cloud, frame: FrameUniforms) {
    this.material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      uniforms: frame.uniforms,
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
