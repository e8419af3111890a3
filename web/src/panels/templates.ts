import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Rest } from '../api/rest-types';
import { cssValues } from './css-values';
import { type IconName, icon } from './icons';
import { unlessEdited } from './unless-edited';

export interface Choice<T> {
  readonly value: T;
  readonly label: string;
  readonly icon?: IconName;
  /** Says why the choice cannot be taken; undefined: it can. */
  readonly refusal?: string | undefined;
}

/** Radio buttons drawn as one control; with icons the labels are read out and shown as hints only. */
export function segmented<T extends string | number>(options: {
  readonly name: string;
  readonly label: string;
  readonly choices: readonly Choice<T>[];
  readonly value: T;
  readonly fill?: boolean;
  readonly onChoose: (value: T) => void;
}): TemplateResult {
  return html`<fieldset class="segmented ${options.fill ? 'fill' : ''}" aria-label=${options.label}>
    ${options.choices.map(
      (choice) => html`<label title=${choice.refusal ?? (choice.icon ? choice.label : '')}>
        <input
          type="radio"
          name=${options.name}
          value=${choice.value}
          aria-label=${choice.label}
          ?disabled=${choice.refusal !== undefined}
          .checked=${live(choice.value === options.value)}
          @change=${() => options.onChoose(choice.value)}
        />
        ${choice.icon ? icon(choice.icon) : html`<span>${choice.label}</span>`}
      </label>`,
    )}
  </fieldset>`;
}

/** A labelled native select. */
export function selectField(options: {
  readonly narrow?: boolean; // a label of one letter
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly testId?: string;
  readonly describedBy?: string; // id of its help
  readonly choices: readonly {
    readonly value: string;
    readonly label: string;
    readonly disabled?: boolean;
  }[];
  readonly onChoose: (value: string) => void;
}): TemplateResult {
  return html`<div class="field ${options.narrow ? 'narrow' : ''}">
    <label for=${options.id}>${options.label}</label>
    <span class="select">
      <select
        class="field-control"
        id=${options.id}
        data-testid=${options.testId ?? nothing}
        aria-describedby=${options.describedBy ?? nothing}
        @change=${(event: Event) => options.onChoose((event.target as HTMLSelectElement).value)}
      >
        ${options.choices.map(
          (choice) => html`<option
            value=${choice.value}
            ?disabled=${choice.disabled === true}
            .selected=${live(choice.value === options.value)}
          >
            ${choice.label}
          </option>`,
        )}
      </select>
      ${icon('chevronDown')}
    </span>
  </div>`;
}

/** A number with its unit and range, and a slider below it where a range of common values exists. */
export function numberField(options: {
  readonly inline?: boolean; // label, slider and number in one line
  readonly id: string;
  readonly label: string;
  readonly value: number | null;
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number | 'any';
  readonly placeholder?: string;
  readonly help?: string;
  readonly slider?: { readonly minimum: number; readonly maximum: number; readonly step: number };
  /** Called with a value inside the range, or null when the field was emptied and a placeholder stands for it. */
  readonly onChange: (value: number | null) => void;
}): TemplateResult {
  const change = (event: Event) => {
    const input = event.target as HTMLInputElement;
    const value = input.valueAsNumber;
    if (Number.isNaN(value)) {
      if (options.placeholder !== undefined) options.onChange(null);
      else input.value = String(options.value);
      return;
    }
    const held = Math.min(options.maximum, Math.max(options.minimum, value));
    input.value = String(held);
    options.onChange(held);
  };
  const helpId = options.help === undefined ? nothing : `${options.id}-help`;
  return html`<div class="field number ${options.inline ? 'inline' : ''}">
    <label for=${options.id}>${options.label}</label>
    <input
      class="field-control"
      type="number"
      inputmode="decimal"
      id=${options.id}
      min=${options.minimum}
      max=${options.maximum}
      step=${options.step}
      placeholder=${options.placeholder ?? nothing}
      aria-describedby=${helpId}
      .value=${unlessEdited(options.value === null ? '' : String(options.value))}
      @change=${change}
    />
    ${
      options.slider === undefined
        ? nothing
        : html`<input
          class="range"
          type="range"
          aria-label=${`${options.label}, slider`}
          min=${options.slider.minimum}
          max=${options.slider.maximum}
          step=${options.slider.step}
          ${cssValues({ '--fill': `${partOf(options.value ?? 0, options.slider)}%` })}
          .value=${live(String(options.value ?? options.slider.minimum))}
          @change=${change}
          @input=${followSlider}
        />`
    }
    ${options.help === undefined ? nothing : html`<p class="help" id=${`${options.id}-help`}>${options.help}</p>`}
  </div>`;
}

/** A short text that is read as something; the fault says why it cannot be, and what can. */
export function textField(options: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly help: string;
  readonly fault: string | null;
  readonly onChange: (value: string) => void;
}): TemplateResult {
  const { id, fault } = options;
  return html`<div class="field text">
    <label for=${id}>${options.label}</label>
    <input
      class="field-control"
      id=${id}
      placeholder=${options.placeholder}
      autocomplete="off"
      spellcheck="false"
      aria-describedby="${id}-fault ${id}-help"
      aria-invalid=${fault !== null}
      .value=${live(options.value)}
      @change=${(event: Event) => options.onChange((event.target as HTMLInputElement).value.trim())}
    />
    <div class="field-fault" id="${id}-fault" role="alert">${fault === null ? nothing : html`<p class="inline-error">${icon('error')}<span dir="auto">${fault}</span></p>`}</div>
    <p class="help" id="${id}-help">${options.help}</p>
  </div>`;
}

function partOf(value: number, range: { readonly minimum: number; readonly maximum: number }): number {
  const part = (value - range.minimum) / (range.maximum - range.minimum);
  return Math.round(100 * Math.min(1, Math.max(0, part)));
}

/** While the thumb is dragged the number and the filled part follow; the value is taken when it is let go. */
function followSlider(event: Event): void {
  const slider = event.target as HTMLInputElement;
  const range = { minimum: Number(slider.min), maximum: Number(slider.max) };
  slider.style.setProperty('--fill', `${partOf(slider.valueAsNumber, range)}%`);
  const number = slider.parentElement?.querySelector<HTMLInputElement>('input[type="number"]');
  if (number) number.value = slider.value;
}

/**
 * A button that shows an icon alone; the label is read out and shown as a hint. A disabled one keeps the focus, which
 * the browser's own `disabled` would throw away.
 */
export function iconButton(options: {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: (event: MouseEvent) => void;
  readonly testId?: string;
  readonly small?: boolean;
  readonly disabled?: boolean;
}): TemplateResult {
  return html`<button
    type="button"
    class="icon-button ${options.small ? 'small-hit' : ''}"
    aria-label=${options.label}
    title=${options.label}
    data-testid=${options.testId ?? nothing}
    aria-disabled=${options.disabled ? 'true' : nothing}
    @click=${(event: MouseEvent) => options.disabled || options.onClick(event)}
  >
    ${icon(options.icon)}
  </button>`;
}

/** Reasons and remarks: an icon says how grave, the subject names the file or the tensor. */
export function problemList(problems: readonly Rest.Problem[]): TemplateResult {
  return html`<ul class="problems">
    ${problems.map(
      (problem) => html`<li class=${problem.severity}>
        ${icon(problem.severity)}
        <div>
          <span class="visually-hidden">${problem.severity}: </span>
          <strong dir="auto">${problem.subject}</strong>
          <p dir="auto">${problem.message}</p>
        </div>
      </li>`,
    )}
  </ul>`;
}
