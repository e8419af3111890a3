import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { State } from '../state/model';
import { startRefusal } from '../state/shown-start';
import { icon } from './icons';
import { Panel } from './panel';
import { initialisationField, metricField } from './projection-fields';
import './supervision-settings';
import { numberField, segmented } from './templates';

/** Parameters of the next UMAP; the ranges are those of the API. */
@customElement('projector-umap-settings')
export class UmapSettingsPanel extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [state.umap, startRefusal(state, state.umap.nDims)];
  }

  protected override render(): TemplateResult {
    const { umap } = this.state;
    return html`<div class="field">
        <span class="field-label">Dimensions</span>
        ${segmented({
          name: 'umap-dims',
          label: 'Dimensions of the layout',
          fill: true,
          value: umap.nDims,
          choices: [
            { value: 2, label: '2-D' },
            { value: 3, label: '3-D' },
          ],
          onChoose: (nDims) => this.actions.setUmap({ nDims }),
        })}
      </div>
      ${numberField({
        id: 'umap-neighbors',
        label: 'Neighbors',
        value: umap.nNeighbors,
        minimum: 2,
        maximum: 200,
        step: 1,
        slider: { minimum: 2, maximum: 100, step: 1 },
        onChange: (value) => value !== null && this.actions.setUmap({ nNeighbors: Math.round(value) }),
      })}
      ${numberField({
        id: 'min-dist',
        label: 'Least distance',
        value: umap.minDist,
        minimum: 0,
        maximum: 1,
        step: 'any',
        slider: { minimum: 0, maximum: 1, step: 0.05 },
        onChange: (value) => value !== null && this.actions.setUmap({ minDist: value }),
      })}
      <details class="disclosure">
        <summary>${icon('chevronRight')}More</summary>
        <div class="rows advanced">
          ${numberField({
            id: 'n-epochs',
            label: 'Epochs',
            value: umap.nEpochs,
            minimum: 1,
            maximum: 10_000,
            step: 1,
            placeholder: 'auto',
            help: 'Up to 10,000. Empty takes 500 up to 10,000 rows and 200 above.',
            onChange: (value) => this.actions.setUmap({ nEpochs: value === null ? null : Math.round(value) }),
          })}
          ${initialisationField('umap-initialisation', umap.initialisation, startRefusal(this.state, umap.nDims), (initialisation) => this.actions.setUmap({ initialisation }))}
          ${metricField('umap-metric', umap.metric, (metric) => this.actions.setUmap({ metric }))}
          <projector-supervision-settings .store=${this.store}></projector-supervision-settings>
        </div>
      </details>`;
  }
}
