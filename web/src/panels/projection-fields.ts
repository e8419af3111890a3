/** Fields that several projections have. */

import { html, type TemplateResult } from 'lit';
import type { Metric } from '../state/model';
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
] as const;

export type Start = (typeof STARTS)[number]['value'];

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

/** Where points start. */
export function initialisationField(
  id: string,
  value: Start,
  onChoose: (start: Start) => void,
): TemplateResult {
  return selectField({
    id,
    label: 'Start',
    value,
    choices: STARTS,
    onChoose: (start) => onChoose(start as Start),
  });
}
