import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { State } from '../state/model';
import { Panel } from './panel';
import { iconButton, segmented } from './templates';

const ZOOM_FACTOR = 1.4;

/** Floats at the foot of the cloud: how the pointer works, how points are drawn, and the camera. */
@customElement('projector-tool-bar')
export class ToolBar extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [
      state.tool,
      state.appearance,
      state.viewDims,
      state.embedding,
      state.layout === null,
      state.layout?.nComponents,
    ];
  }

  protected override render(): TemplateResult {
    const { tool, appearance, viewDims, embedding, layout } = this.state;
    if (embedding.kind !== 'ready' || layout === null) return html``;
    const hasSprite = embedding.value.sprite !== null;
    return html`<div class="tool-bar floating" role="toolbar" aria-label="Cloud">
      ${segmented({
        name: 'tool',
        label: 'Pointer',
        value: tool,
        choices: [
          { value: 'navigate', label: 'Navigate', icon: 'cursor' },
          { value: 'box', label: 'Select in a box', icon: 'box' },
          { value: 'lasso', label: 'Select with a lasso', icon: 'lasso' },
        ],
        onChoose: (value) => this.actions.setTool(value),
      })}
      <i class="divider"></i>
      ${segmented({
        name: 'appearance',
        label: 'Draw points as',
        value: appearance,
        choices: [
          { value: 'points', label: 'Points', icon: 'points' },
          {
            value: 'images',
            label: 'Images',
            icon: 'image',
            refusal: hasSprite ? undefined : 'No images: this embedding has no sprite',
          },
          { value: 'labels', label: 'Labels', icon: 'label' },
        ],
        onChoose: (value) => this.actions.setAppearance(value),
      })}
      <i class="divider"></i>
      ${segmented({
        name: 'view-dims',
        label: 'View',
        value: viewDims,
        choices: [
          { value: 2, label: '2D' },
          {
            value: 3,
            label: '3D',
            refusal: layout.nComponents < 3 ? 'This layout has two dimensions' : undefined,
          },
        ],
        onChoose: (value) => this.actions.setViewDims(value),
      })}
      <i class="divider"></i>
      <div class="tool-group">
        ${iconButton({ icon: 'minus', label: 'Zoom out (−)', onClick: () => this.actions.zoomBy(1 / ZOOM_FACTOR) })}
        ${iconButton({ icon: 'plus', label: 'Zoom in (+)', onClick: () => this.actions.zoomBy(ZOOM_FACTOR) })}
        ${iconButton({ icon: 'home', label: 'Show everything', onClick: () => this.actions.resetCamera() })}
        ${iconButton({ icon: 'camera', label: 'Save a picture', onClick: () => void this.actions.savePicture() })}
      </div>
    </div>`;
  }
}
