import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { percent } from '../domain/format';
import type { State } from '../state/model';
import { cssValues } from './css-values';
import { Panel } from './panel';
import { selectField } from './templates';

const AXES = ['X', 'Y', 'Z'] as const;

/** Which components are drawn, and how much of the variance each of them describes. */
@customElement('projector-pca-settings')
export class PcaSettingsPanel extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [
      state.pca,
      state.viewDims,
      state.layout?.method,
      state.layout?.explainedVariance,
      state.jobView?.job,
    ];
  }

  protected override render(): TemplateResult {
    const { pca, viewDims } = this.state;
    const shares = this.#shares();
    const names = this.#componentNames(shares);
    const axes = AXES.slice(0, viewDims);
    return html`${axes.map((axis, index) =>
      selectField({
        id: `component-${axis.toLowerCase()}`,
        label: axis,
        narrow: true,
        value: String(pca.components[index] ?? index),
        choices: names.map((label, component) => ({ value: String(component), label })),
        onChoose: (value) => this.#choose(index, Number(value)),
      }),
    )}
    <label class="check">
      <input
        type="checkbox"
        .checked=${live(viewDims === 3)}
        ?disabled=${names.length < 3}
        @change=${(event: Event) => this.actions.setViewDims((event.target as HTMLInputElement).checked ? 3 : 2)}
      />
      3-D
    </label>
    ${shares === null ? '' : this.#variance(shares)}`;
  }

  #shares(): readonly number[] | null {
    const { layout, jobView } = this.state;
    if (layout?.method === 'pca') return layout.explainedVariance;
    return jobView?.job.projection.method === 'pca' ? (jobView.job.explained_variance_ratio ?? null) : null;
  }

  #componentNames(shares: readonly number[] | null): readonly string[] {
    const { layout } = this.state;
    const nComponents = shares?.length ?? (layout?.method === 'pca' ? layout.nComponents : 10);
    return Array.from({ length: nComponents }, (_, component) => {
      const share = shares?.[component];
      return share === undefined
        ? `Component ${component + 1}`
        : `Component ${component + 1} · ${percent(share)}`;
    });
  }

  /** Two axes never show the same component: the other axis takes the one given up. */
  #choose(axis: number, component: number): void {
    const components = [...this.state.pca.components];
    const other = components.indexOf(component);
    const given = components[axis];
    if (other >= 0 && other !== axis && given !== undefined) components[other] = given;
    components[axis] = component;
    this.actions.setPcaComponents(components);
  }

  #variance(shares: readonly number[]): TemplateResult {
    const { pca, viewDims } = this.state;
    const shown = pca.components.slice(0, viewDims);
    const described = shown.reduce((sum, component) => sum + (shares[component] ?? 0), 0);
    const largest = Math.max(...shares, Number.MIN_VALUE);
    return html`<div class="scree" aria-hidden="true">
        ${shares.map(
          (share, component) => html`<i
            class=${shown.includes(component) ? 'shown' : ''}
            title="Component ${component + 1}: ${percent(share)}"
            ${cssValues({ '--height': String(share / largest) })}
          ></i>`,
        )}
      </div>
      <p class="help">Total variance described: <span class="figure">${percent(described)}</span></p>`;
  }
}
