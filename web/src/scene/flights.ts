/** Camera flights: from where the camera is to a given state, ending there to the bit. */

import { mixCameras, orbitDistance, withMode } from '../domain/camera';
import { norm, subtract } from '../domain/vector3';
import type { CameraState } from './scene-api';

const SHORTEST_MS = 600;
const LONGEST_MS = 900;

interface Flight {
  readonly from: CameraState;
  readonly to: CameraState;
  readonly startedMs: number;
  readonly durationMs: number;
  readonly landed: () => void;
}

export class Flights {
  private flight: Flight | null = null;

  get active(): boolean {
    return this.flight !== null;
  }

  /** Starts a flight; one under way ends where it is. Resolves when this one arrived or was interrupted. */
  start(from: CameraState, to: CameraState, nowMs: number): Promise<void> {
    this.interrupt();
    return new Promise((landed) => {
      const begin = withMode(from, to.mode);
      this.flight = { from: begin, to, startedMs: nowMs, durationMs: durationOf(begin, to), landed };
    });
  }

  /** The camera at this moment, or null when nothing flies. */
  advance(nowMs: number): CameraState | null {
    const { flight } = this;
    if (flight === null) return null;
    const t = Math.max(0, nowMs - flight.startedMs) / flight.durationMs;
    if (t < 1) return mixCameras(flight.from, flight.to, ease(t));
    this.interrupt();
    return flight.to;
  }

  interrupt(): void {
    const landed = this.flight?.landed;
    this.flight = null;
    landed?.();
  }
}

/** Longer for longer ways: the way is measured in the camera's own distance to its target. */
function durationOf(from: CameraState, to: CameraState): number {
  const way = norm(subtract(from.position, to.position)) + Math.abs(Math.log(to.zoom / from.zoom));
  const reach = Math.max(orbitDistance(from), orbitDistance(to), 1e-6);
  return SHORTEST_MS + (LONGEST_MS - SHORTEST_MS) * Math.min(1, way / reach);
}

/** Cubic, slow at both ends. */
function ease(t: number): number {
  return t < 0.5 ? 4 * t * t * t : 1 - (2 - 2 * t) ** 3 / 2;
}
