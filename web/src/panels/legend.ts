import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { CategoryLegend, LegendEntry, NumberLegend } from '../domain/color-scale';
import { textOfTime } from '../domain/format';
import type { State } from '../state/model';
import { cssValues } from './css-values';
import { columnNumber, counted } from './format';
import { legendGradient, legendIsOn } from './legend-model';
import { Panel } from './panel';

/** What the colours mean. A click shows one value alone, shift adds more, a second click shows all again. */
@customElement('projector-legend')
export class LegendPanel extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [state.legend, state.legendIsolated, state.colorColumn, state.columns, state.preservation];
  }

  protected override render(): TemplateResult {
    const { legend, colorColumn, columns, preservation } = this.state;
    const isOfLayout = preservation.kind !== 'idle';
    if (colorColumn === null && !isOfLayout) return html``;
    const column = isOfLayout ? preservation : columns.get(colorColumn ?? '');
    if (column?.kind === 'failed') return html`<p class="help" role="alert">${column.message}</p>`;
    if (legend === null) return html`<div class="skeleton" aria-hidden="true"><i></i><i></i></div>`;
    return legend.kind === 'categories' ? this.#categories(legend) : numbers(legend);
  }

  #categories(legend: CategoryLegend): TemplateResult {
    const { legendIsolated } = this.state;
    return html`<div class="legend" data-testid="legend" role="group" aria-label="Legend of ${legend.column}">
      <ul class="legend-list">
        ${legend.entries.map((entry) => this.#entry(entry, legendIsOn(entry.value, legendIsolated)))}
      </ul>
      ${
        legendIsolated.size === 0
          ? nothing
          : html`<p class="help legend-hint">
            Showing ${legendIsolated.size} of ${legend.entries.length}. Shift-click adds, click again shows all.
          </p>`
      }
    </div>`;
  }

  #entry(entry: LegendEntry, on: boolean): TemplateResult {
    const isolated = this.state.legendIsolated.has(entry.value);
    return html`<li>
      <button
        type="button"
        class="legend-entry ${on ? '' : 'off'}"
        aria-pressed=${isolated}
        title="${entry.text}: ${counted(entry.count)}. Click shows it alone, shift-click adds it"
        @click=${(event: MouseEvent) => this.actions.toggleLegendValue(entry.value, event.shiftKey)}
      >
        <i class="swatch" ${cssValues({ background: entry.color })}></i>
        <span class="ellipsis" dir="auto">${entry.text}</span>
        <span class="legend-count">${counted(entry.count)}</span>
      </button>
    </li>`;
  }
}

function shownEnd({ shows }: NumberLegend, value: number): string {
  return shows === 'time' ? textOfTime(value) : columnNumber(value, shows === 'integer');
}

function numbers(legend: NumberLegend): TemplateResult {
  return html`<div class="legend" data-testid="legend" role="group" aria-label="Legend of ${legend.column}">
    <div class="gradient" ${cssValues({ background: legendGradient(legend.stops) })}></div>
    <div class="gradient-ends">
      <span>${shownEnd(legend, legend.minimum)}</span>
      ${legend.logarithmic ? html`<span class="gradient-kind">logarithmic</span>` : nothing}
      <span>${shownEnd(legend, legend.maximum)}</span>
    </div>
    ${
      legend.nMissing === 0
        ? nothing
        : html`<p class="legend-missing">
          <i class="swatch" ${cssValues({ background: legend.missingColor })}></i>
          <span>no value</span><span class="legend-count">${counted(legend.nMissing)}</span>
        </p>`
    }
  </div>`;
}
