/** Fields that several projections have. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Metric, Start } from '../state/model';
import { selectField } from './templates';

const METRICS: readonly { readonly value: Metric; readonly label: string }[] = [
  { value: 'euclidean', label: 'Euclidean' },
  { value: 'cosine', label: 'Cosine' },
  { value: 'dot_product', label: 'Dot product' },
];

const STARTS = [
  { value: 'pca_scaled', label: 'PCA' },
  { value: 'spectral', label: 'Neighbor graph' },
  { value: 'random', label: 'Random' },
  { value: 'given', label: 'Shown layout' },
] as const satisfies readonly { readonly value: Start; readonly label: string }[];

const GIVEN_HELP =
  'Its shape when Run is pressed. A layout of the same method keeps its size, others take that of a usual start.';

/** Distance between rows. */
export function metricField(id: string, value: Metric, onChoose: (metric: Metric) => void): TemplateResult {
  return html`${selectField({
    id,
    label: 'Distance',
    value,
    choices: METRICS,
    onChoose: (metric) => onChoose(metric as Metric),
  })}
    <p class="help">
      Between rows. Cosine leaves their length out and suits word and image embeddings; the dot product takes rows of
      length 1 only.
    </p>`;
}

/**
 * Where points start.
 *
 * @param refusal why the shown layout cannot be the start; null: it can.
 */
export function initialisationField(
  id: string,
  value: Start,
  refusal: string | null,
  onChoose: (start: Start) => void,
): TemplateResult {
  const isGiven = value === 'given';
  const help = refusal ?? (isGiven ? GIVEN_HELP : null);
  return html`${selectField({
    id,
    label: 'Start',
    value,
    choices: STARTS.map((start) => ({
      ...start,
      // The choice that is taken stays open: Run says what is wrong with it.
      disabled: start.value === 'given' && !isGiven && refusal !== null,
    })),
    ...(help !== null && { describedBy: `${id}-help` }),
    onChoose: (start) => onChoose(start as Start),
  })}
    ${help === null ? nothing : html`<p class="help" id="${id}-help">${help}</p>`}`;
}
