import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { State } from '../state/model';
import { Panel } from './panel';
import { numberField, selectField } from './templates';

/** Which labels draw points together, and how strongly; of t-SNE and UMAP. */
@customElement('projector-supervision-settings')
export class SupervisionSettingsPanel extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [state.supervision, state.embedding];
  }

  protected override render(): TemplateResult {
    const { supervision, embedding } = this.state;
    const columns = embedding.kind === 'ready' ? embedding.value.columns : [];
    return html`${selectField({
      id: 'supervise-by',
      label: 'Supervise',
      value: supervision.column ?? '',
      choices: [
        { value: '', label: 'nothing' },
        ...columns.map(({ name }) => ({ value: name, label: name })),
      ],
      onChoose: (column) => this.actions.setSupervision({ column: column || null }),
    })}
      ${
        supervision.column === null
          ? html`<p class="help">A column whose equal values draw their points together.</p>`
          : html`${numberField({
              id: 'supervision-weight',
              label: 'Importance',
              value: supervision.weight,
              minimum: 0,
              maximum: 1,
              step: 0.01,
              slider: { minimum: 0, maximum: 1, step: 0.05 },
              onChange: (weight) => weight !== null && this.actions.setSupervision({ weight }),
            })}
            <div class="field">
              <label for="ignored-label">Ignore label</label>
              <input
                class="field-control"
                id="ignored-label"
                placeholder="none"
                .value=${live(supervision.ignoredLabel)}
                @change=${(event: Event) =>
                  this.actions.setSupervision({
                    ignoredLabel: (event.target as HTMLInputElement).value.trim(),
                  })}
              />
            </div>`
      }`;
  }
}
