import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { State } from '../state/model';
import { Panel } from './panel';
import { numberField } from './templates';

const AXES = ['X', 'Y', 'Z'] as const;

/** Which dimensions of the embedding are shown as they are. */
@customElement('projector-raw-settings')
export class RawSettingsPanel extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [state.raw, state.embedding];
  }

  protected override render(): TemplateResult {
    const { raw, embedding } = this.state;
    const nDims = embedding.kind === 'ready' ? embedding.value.n_dims : 1;
    return html`${raw.dims.map((dim, index) =>
      numberField({
        id: `raw-${AXES[index]?.toLowerCase()}`,
        label: `${AXES[index]}, dimension`,
        value: dim,
        minimum: 0,
        maximum: nDims - 1,
        step: 1,
        onChange: (value) => value !== null && this.#choose(index, Math.round(value)),
      }),
    )}
      <label class="check">
        <input
          type="checkbox"
          .checked=${raw.dims.length === 3}
          ?disabled=${nDims < 3}
          @change=${(event: Event) => this.#setDepth((event.target as HTMLInputElement).checked)}
        />
        3-D
      </label>
      <p class="help">Dimensions of the embedding by their numbers, 0 to ${nDims - 1}.</p>`;
  }

  /** Two axes never show the same dimension: the other axis takes the one given up. */
  #choose(axis: number, dim: number): void {
    const dims = [...this.state.raw.dims];
    const other = dims.indexOf(dim);
    const given = dims[axis];
    if (other >= 0 && other !== axis && given !== undefined) dims[other] = given;
    dims[axis] = dim;
    this.actions.setRaw(dims);
  }

  #setDepth(deep: boolean): void {
    const dims = this.state.raw.dims.slice(0, 2);
    if (deep) {
      let next = 0;
      while (dims.includes(next)) next += 1;
      dims.push(next);
    }
    this.actions.setRaw(dims);
  }
}
