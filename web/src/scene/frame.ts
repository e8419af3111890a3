/** What every layer is handed for one frame. */

import { Matrix4, Vector3, Vector4 } from 'three';
import { parseHex, type Rgb } from './colors';
import type { Peer, ScenePalette } from './scene-api';
import { EMPHASIS_SCALES, type SizeLaw } from './size-law';
import type { View } from './view';

export interface Frame {
  readonly view: View;
  readonly nDims: 2 | 3;
  readonly pixelRatio: number;
  readonly palette: ScenePalette;
  readonly hovered: number | null;
  readonly peers: readonly Peer[];
}

/** Share of the canvas colour in the farthest points, 3-D. */
const FOG_STRENGTH = 0.72;
/** Fog begins this far before the target and is full this far behind it, world units. */
const FOG_BEFORE = 0.75;
const FOG_BEHIND = 1.35;

/** Uniforms shared by all point shaders: one object, so that one update reaches every material. */
export class FrameUniforms {
  readonly uniforms = {
    viewProjection: { value: new Matrix4() },
    depthPlane: { value: new Vector4() },
    sizeLaw: { value: new Vector4() },
    emphasisScales: { value: new Vector4(...EMPHASIS_SCALES) },
    fog: { value: new Vector3() },
    pixelRatio: { value: 1 },
    hovered: { value: -1 },
    canvasColor: { value: new Vector3() },
    accentColor: { value: new Vector3() },
  };

  update(frame: Frame, law: SizeLaw): void {
    const { view } = frame;
    const u = this.uniforms;
    u.viewProjection.value.fromArray(Array.from(view.matrix));
    u.depthPlane.value.set(...view.depth);
    u.sizeLaw.value.set(law.base, law.referenceDepth, law.least, law.most);
    const deep = frame.nDims === 3 && view.camera.mode === 'perspective';
    const { targetDepth } = view;
    u.fog.value.set(targetDepth - FOG_BEFORE, targetDepth + FOG_BEHIND, deep ? FOG_STRENGTH : 0);
    u.pixelRatio.value = frame.pixelRatio;
    u.hovered.value = frame.hovered ?? -1;
    setRgb(u.canvasColor.value, parseHex(frame.palette.canvas));
    setRgb(u.accentColor.value, parseHex(frame.palette.accent));
  }
}

function setRgb(vector: Vector3, color: Rgb): void {
  vector.set(color[0], color[1], color[2]);
}
