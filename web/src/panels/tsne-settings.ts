import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { MOST_FURTHER, readPerplexities } from '../domain/perplexities';
import type { State } from '../state/model';
import { startRefusal } from '../state/shown-start';
import { counted } from './format';
import { icon } from './icons';
import { Panel } from './panel';
import { initialisationField, metricField } from './projection-fields';
import './supervision-settings';
import { numberField, segmented, textField } from './templates';

/** Parameters of the next t-SNE; the ranges are those of the API. */
@customElement('projector-tsne-settings')
export class TsneSettingsPanel extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [state.tsne, state.embedding, state.isolatedRows, startRefusal(state, state.tsne.nDims)];
  }

  protected override render(): TemplateResult {
    const { tsne } = this.state;
    return html`<div class="field">
        <span class="field-label">Dimensions</span>
        ${segmented({
          name: 'tsne-dims',
          label: 'Dimensions of the layout',
          fill: true,
          value: tsne.nDims,
          choices: [
            { value: 2, label: '2-D' },
            { value: 3, label: '3-D' },
          ],
          onChoose: (nDims) => this.actions.setTsne({ nDims }),
        })}
      </div>
      ${numberField({
        id: 'perplexity',
        label: 'Perplexity',
        value: tsne.perplexity,
        minimum: 2,
        maximum: 1000,
        step: 'any',
        slider: { minimum: 2, maximum: 100, step: 1 },
        onChange: (value) => value !== null && this.actions.setTsne({ perplexity: value }),
      })}
      ${numberField({
        id: 'n-steps',
        label: 'Steps',
        value: tsne.nSteps,
        minimum: 1,
        maximum: 100_000,
        step: 1,
        onChange: (value) => value !== null && this.actions.setTsne({ nSteps: Math.round(value) }),
      })}
      <details class="disclosure">
        <summary>${icon('chevronRight')}More</summary>
        <div class="rows advanced">${this.#advanced()}</div>
      </details>`;
  }

  #advanced(): TemplateResult {
    const { tsne } = this.state;
    const perplexities = readPerplexities(tsne.furtherPerplexities);
    return html`${textField({
      id: 'further-perplexities',
      label: 'Further perplexities',
      value: tsne.furtherPerplexities,
      placeholder: 'none',
      fault: 'fault' in perplexities ? perplexities.fault : null,
      help: `Up to ${MOST_FURTHER}, such as 50, 200: near and far neighbors count together.`,
      onChange: (furtherPerplexities) => this.actions.setTsne({ furtherPerplexities }),
    })}
    ${numberField({
      id: 'learning-rate',
      label: 'Learning rate',
      value: tsne.learningRate,
      minimum: 0.001,
      maximum: 1_000_000,
      step: 'any',
      placeholder: this.#automaticRate(),
      help: 'Up to 1,000,000. How far a point moves in one step; empty takes rows ÷ exaggeration.',
      onChange: (value) => this.actions.setTsne({ learningRate: value }),
    })}
    ${numberField({
      id: 'late-exaggeration',
      label: 'Late exaggeration (×)',
      value: tsne.lateExaggeration,
      minimum: 1,
      maximum: 100,
      step: 'any',
      help: '1 to 100. The same for all later steps; above 1 clusters stay compact.',
      onChange: (value) => value !== null && this.actions.setTsne({ lateExaggeration: value }),
    })}
    ${numberField({
      id: 'exaggeration',
      label: 'Exaggeration (×)',
      value: tsne.earlyExaggeration,
      minimum: 1,
      maximum: 100,
      step: 'any',
      help: '1 to 100. How much harder near points attract in the first 250 steps, so that clusters find room.',
      onChange: (value) => value !== null && this.actions.setTsne({ earlyExaggeration: value }),
    })}
    ${numberField({
      id: 'patience',
      label: 'Patience (steps)',
      value: tsne.patienceSteps === 0 ? null : tsne.patienceSteps,
      minimum: 1,
      maximum: 100_000,
      step: 1,
      placeholder: 'off',
      help: 'Ends early once the loss has fallen by less than 0.1 % for so many steps.',
      onChange: (value) => this.actions.setTsne({ patienceSteps: Math.round(value ?? 0) }),
    })}
    ${initialisationField('tsne-initialisation', tsne.initialisation, startRefusal(this.state, tsne.nDims), (initialisation) => this.actions.setTsne({ initialisation }))}
    ${metricField('tsne-metric', tsne.metric, (metric) => this.actions.setTsne({ metric }))}
    <projector-supervision-settings .store=${this.store}></projector-supervision-settings>`;
  }

  #automaticRate(): string {
    const { embedding, isolatedRows, tsne } = this.state;
    const nPoints = isolatedRows?.length ?? (embedding.kind === 'ready' ? embedding.value.n_points : 0);
    return nPoints === 0 ? 'auto' : `auto ${counted(nPoints / tsne.earlyExaggeration)}`;
  }
}
