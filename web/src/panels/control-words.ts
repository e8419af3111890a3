/** What was done to a job, in words. */

import type { Rest } from '../api/rest-types';

/** "exaggeration 4": what a control did. */
export function controlInWords(control: Rest.AppliedControl): string {
  switch (control.action) {
    case 'set_learning_rate':
      return control.learning_rate
        ? `learning rate ${short(control.learning_rate)}`
        : 'learning rate automatic';
    case 'set_exaggeration':
      return `exaggeration ${short(control.exaggeration ?? 1)}`;
    case 'supervise':
      return control.supervision?.weight
        ? `supervised by ${control.supervision.column}`
        : 'no longer supervised';
    case 'perturb':
      return 'perturbed';
    case 'pause':
      return 'paused';
    case 'resume':
      return 'resumed';
    case 'stop':
      return 'stopped';
  }
}

/** "Ada: ", or nothing where it is not known who it was. */
export function whoDid({ by }: Rest.AppliedControl): string {
  return by?.name ? `${by.name}: ` : '';
}

/** A number as a person would have typed it. */
function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
