/** A scene that draws nothing and remembers what it was told. */

import { homeCamera } from '../../src/domain/camera';
import type { CameraState, Scene } from '../../src/scene/scene-api';

type Call = { [Name in keyof Scene]: readonly [Name, ...Parameters<Scene[Name]>] }[keyof Scene];

export class FakeScene implements Scene {
  readonly calls: Call[] = [];
  #camera: CameraState = homeCamera(3);

  /** What one method was told, oldest first. */
  told<Name extends keyof Scene>(name: Name): Parameters<Scene[Name]>[] {
    return this.calls
      .filter((call) => call[0] === name)
      .map(([, ...told]) => told as unknown as Parameters<Scene[Name]>);
  }

  /** Names of the methods called since the last time this was asked. */
  takeNames(): string[] {
    return this.calls.splice(0).map(([name]) => name);
  }

  setLayout = (...told: Parameters<Scene['setLayout']>) => void this.calls.push(['setLayout', ...told]);
  setColors = (...told: Parameters<Scene['setColors']>) => void this.calls.push(['setColors', ...told]);
  setEmphasis = (...told: Parameters<Scene['setEmphasis']>) => void this.calls.push(['setEmphasis', ...told]);
  setLabels = (...told: Parameters<Scene['setLabels']>) => void this.calls.push(['setLabels', ...told]);
  setSprite = (...told: Parameters<Scene['setSprite']>) => void this.calls.push(['setSprite', ...told]);
  reloadSprite = () => void this.calls.push(['reloadSprite']);
  setCells = (...told: Parameters<Scene['setCells']>) => void this.calls.push(['setCells', ...told]);
  setAppearance = (...told: Parameters<Scene['setAppearance']>) =>
    void this.calls.push(['setAppearance', ...told]);
  setTool = (...told: Parameters<Scene['setTool']>) => void this.calls.push(['setTool', ...told]);
  setHovered = (...told: Parameters<Scene['setHovered']>) => void this.calls.push(['setHovered', ...told]);
  setPeers = (...told: Parameters<Scene['setPeers']>) => void this.calls.push(['setPeers', ...told]);
  setPalette = (...told: Parameters<Scene['setPalette']>) => void this.calls.push(['setPalette', ...told]);
  setPointScale = (...told: Parameters<Scene['setPointScale']>) =>
    void this.calls.push(['setPointScale', ...told]);
  setAxisCaptions = (...told: Parameters<Scene['setAxisCaptions']>) =>
    void this.calls.push(['setAxisCaptions', ...told]);
  nudge = (...told: Parameters<Scene['nudge']>) => void this.calls.push(['nudge', ...told]);
  zoomBy = (...told: Parameters<Scene['zoomBy']>) => void this.calls.push(['zoomBy', ...told]);
  resetCamera = () => void this.calls.push(['resetCamera']);
  dispose = () => void this.calls.push(['dispose']);
  homeCamera = homeCamera;
  camera = () => this.#camera;
  screenPosition = () => null;
  toPng = () => Promise.resolve(new Blob());
  statistics = () => ({ drawnPoints: 0, drawnFrames: 0, geometries: 0, textures: 0 });

  setCamera = (camera: CameraState) => {
    this.calls.push(['setCamera', camera]);
    this.#camera = camera;
  };

  flyTo = (camera: CameraState) => {
    this.calls.push(['flyTo', camera]);
    this.#camera = camera;
    return Promise.resolve();
  };
}
