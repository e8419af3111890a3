import type { CameraTarget, State } from './model';

/** Sends the camera somewhere; the address says at once where it will rest, and leaves out home. */
export function aimAt(
  camera: CameraTarget['camera'],
  { flight }: Pick<CameraTarget, 'flight'>,
): Pick<State, 'camera' | 'cameraTarget'> {
  return { camera: camera === 'home' ? null : camera, cameraTarget: { camera, flight } };
}
