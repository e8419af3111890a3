/** GLSL shared by everything that is drawn as one sprite per point. */

/** Position, size, fog and emphasis of a point; the same law as size-law.ts. */
export const POINT_VERTEX_COMMON = /* glsl */ `
precision highp float;
in vec3 position;
in vec4 color;
in float emphasis;
uniform mat4 viewProjection;
uniform vec4 depthPlane;
uniform vec4 sizeLaw;        // base, reference depth (0: none), least, most; CSS px
uniform vec4 emphasisScales;
uniform vec3 fog;            // begin, end, strength
uniform float pixelRatio;
uniform vec3 canvasColor;

float diameterPx(float depth) {
  float scale = emphasisScales[int(emphasis)];
  if (sizeLaw.y == 0.0) return sizeLaw.x * scale * pixelRatio;
  return clamp(sizeLaw.x * sizeLaw.y / max(depth, 1e-3), sizeLaw.z, sizeLaw.w) * scale * pixelRatio;
}

float fogAt(float depth) {
  return fog.z * smoothstep(fog.x, fog.y, depth);
}
`;
