/** Holds the camera. What a person does interrupts flights and is reported; flights and setCamera are not. */

import { homeCamera, orbit, pan, type Viewport, zoomAt } from '../domain/camera';
import { Flights } from './flights';
import type { CameraState } from './scene-api';

/** Half a turn for about 570 px. */
const RADIANS_PER_PX = 0.0055;

export class CameraRig {
  private state: CameraState = homeCamera(3);
  private readonly flights = new Flights();
  private movedByPerson = false;

  constructor(
    private readonly viewport: () => Viewport,
    private readonly changed: () => void,
  ) {}

  get camera(): CameraState {
    return this.state;
  }

  get flying(): boolean {
    return this.flights.active;
  }

  set(camera: CameraState): void {
    this.flights.interrupt();
    this.state = copyOf(camera);
    this.changed();
  }

  flyTo(camera: CameraState, nowMs: number): Promise<void> {
    const landed = this.flights.start(this.state, copyOf(camera), nowMs);
    this.changed();
    return landed;
  }

  /** Moves a flight on. */
  advance(nowMs: number): void {
    const camera = this.flights.advance(nowMs);
    if (camera !== null) this.state = camera;
  }

  orbitBy(dxPx: number, dyPx: number): void {
    this.moveByPerson(orbit(this.state, -dxPx * RADIANS_PER_PX, -dyPx * RADIANS_PER_PX));
  }

  panBy(dxPx: number, dyPx: number): void {
    this.moveByPerson(pan(this.state, dxPx, dyPx, this.viewport()));
  }

  zoomBy(factor: number, xPx: number, yPx: number): void {
    this.moveByPerson(zoomAt(this.state, factor, xPx, yPx, this.viewport()));
  }

  /** True once after a person moved the camera. */
  takeMovedByPerson(): boolean {
    const moved = this.movedByPerson;
    this.movedByPerson = false;
    return moved;
  }

  dispose(): void {
    this.flights.interrupt();
  }

  private moveByPerson(camera: CameraState): void {
    this.flights.interrupt();
    this.state = camera;
    this.movedByPerson = true;
    this.changed();
  }
}

function copyOf(camera: CameraState): CameraState {
  return {
    mode: camera.mode,
    position: [...camera.position],
    target: [...camera.target],
    up: [...camera.up],
    zoom: camera.zoom,
  };
}
