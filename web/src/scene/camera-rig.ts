/** Holds the camera and tells that it moved, whoever moved it. What a person does interrupts flights. */

import { homeCamera, orbit, pan, type Viewport, zoomAt } from '../domain/camera';
import { Flights } from './flights';
import type { CameraState } from './scene-api';

/** Half a turn for about 570 px. */
const RADIANS_PER_PX = 0.0055;

export class CameraRig {
  private state: CameraState = homeCamera(3);
  private readonly flights = new Flights();
  private moved = false;

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
    this.moveTo(copyOf(camera));
  }

  flyTo(camera: CameraState, nowMs: number): Promise<void> {
    const landed = this.flights.start(this.state, copyOf(camera), nowMs);
    this.changed();
    return landed;
  }

  /** Moves a flight on. */
  advance(nowMs: number): void {
    const camera = this.flights.advance(nowMs);
    if (camera === null) return;
    this.state = camera;
    this.moved = true;
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

  /** True once after the camera moved. */
  takeMoved(): boolean {
    const { moved } = this;
    this.moved = false;
    return moved;
  }

  dispose(): void {
    this.flights.interrupt();
  }

  private moveByPerson(camera: CameraState): void {
    this.flights.interrupt();
    this.moveTo(camera);
  }

  private moveTo(camera: CameraState): void {
    this.state = camera;
    this.moved = true;
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
