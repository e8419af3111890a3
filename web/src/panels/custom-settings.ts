import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { countOf } from '../domain/format';
import { EMPTY_AXIS } from '../state/initial';
import type { AxisSettings, SideSettings, State } from '../state/model';
import { Panel } from './panel';
import { iconButton, selectField } from './templates';

type AxisName = 'x' | 'y' | 'z';

const SIDES: Readonly<Record<AxisName, readonly [string, string]>> = {
  x: ['Left', 'Right'],
  y: ['Down', 'Up'],
  z: ['Back', 'Front'],
};

/** Axes that lead from the centroid of some rows to that of others: rows that match a text, or that are selected. */
@customElement('projector-custom-settings')
export class CustomSettingsPanel extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [state.custom, state.labelColumn, state.embedding, state.selection, state.jobView?.job.axes];
  }

  protected override render(): TemplateResult {
    const { custom, embedding, labelColumn } = this.state;
    const columns = embedding.kind === 'ready' ? embedding.value.columns : [];
    const axes: readonly AxisName[] = custom.z === null ? ['x', 'y'] : ['x', 'y', 'z'];
    return html`${
      columns.length === 0
        ? ''
        : selectField({
            id: 'custom-column',
            label: 'Search in',
            value: custom.column ?? labelColumn ?? columns[0]?.name ?? '',
            choices: columns.map(({ name }) => ({ value: name, label: name })),
            onChoose: (column) => this.actions.setCustom({ column }),
          })
    }
      ${axes.map((name) => this.#axis(name, custom[name] ?? EMPTY_AXIS))}
      <label class="check">
        <input
          type="checkbox"
          .checked=${live(custom.z !== null)}
          @change=${(event: Event) =>
            this.actions.setCustom({ z: (event.target as HTMLInputElement).checked ? EMPTY_AXIS : null })}
        />
        3-D
      </label>
      <label class="check">
        <input
          type="checkbox"
          .checked=${live(custom.normalise)}
          @change=${(event: Event) =>
            this.actions.setCustom({ normalise: (event.target as HTMLInputElement).checked })}
        />
        Axes of unit length
      </label>
      <label class="check">
        <input
          type="checkbox"
          .checked=${live(custom.orthogonalise)}
          @change=${(event: Event) =>
            this.actions.setCustom({ orthogonalise: (event.target as HTMLInputElement).checked })}
        />
        Axes at right angles
      </label>
      <p class="help">Text, or a pattern between slashes. A side left empty is the origin.</p>`;
  }

  #axis(name: AxisName, axis: AxisSettings): TemplateResult {
    const [from, to] = SIDES[name];
    return html`<fieldset class="axis-settings" aria-label=${`Axis ${name.toUpperCase()}`}>
      ${this.#side(name, axis, 'from', from)} ${this.#side(name, axis, 'to', to)}
    </fieldset>`;
  }

  #side(name: AxisName, axis: AxisSettings, which: 'from' | 'to', label: string): TemplateResult {
    const side = axis[which];
    const { selection } = this.state;
    const change = (settings: SideSettings) =>
      this.actions.setCustom({ [name]: { ...axis, [which]: settings } });
    return html`<div class="field">
      <label for="side-${name}-${which}">${label}</label>
      <span class="with-button">
        <input
          class="field-control"
          id="side-${name}-${which}"
          placeholder="origin"
          dir="auto"
          .value=${live(textOf(side))}
          @change=${(event: Event) => change(sideOf((event.target as HTMLInputElement).value))}
        />
        ${iconButton({
          icon: 'box',
          label: `${label}: use the selection`,
          small: true,
          disabled: selection.length === 0,
          onClick: () => change({ query: '', mode: 'text', rows: Array.from(selection) }),
        })}
      </span>
      ${this.#found(name, which)}
    </div>`;
  }

  /** How many rows the side has had in the projection that is shown. */
  #found(name: AxisName, which: 'from' | 'to'): TemplateResult | '' {
    const axis = this.state.jobView?.job.axes?.['xyz'.indexOf(name)];
    if (!axis) return '';
    const n = which === 'from' ? axis.n_from : axis.n_to;
    return html`<p class="help">${n === 0 ? 'the origin' : countOf(n, 'row')}</p>`;
  }
}

function textOf({ query, mode, rows }: SideSettings): string {
  if (rows !== null) return `${countOf(rows.length, 'selected row')}`;
  return mode === 'regex' ? `/${query}/` : query;
}

/** What was typed: a pattern where it stands between slashes. */
export function sideOf(typed: string): SideSettings {
  const text = typed.trim();
  const pattern = /^\/(.+)\/$/.exec(text)?.[1];
  return pattern === undefined
    ? { query: text, mode: 'text', rows: null }
    : { query: pattern, mode: 'regex', rows: null };
}
