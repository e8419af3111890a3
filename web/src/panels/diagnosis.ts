/** What was searched for runs, for those who miss one. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Rest } from '../api/rest-types';
import { countOf } from '../domain/format';
import { icon } from './icons';
import { problemList } from './templates';

/** Folders that lack something first: they are what is looked for. Nothing where the search has nothing to say. */
export function searchedFolders({ n_folders, findings, passed_over }: Rest.Diagnosis): TemplateResult {
  const lacking = findings.filter((finding) => !finding.is_run);
  return html`<details class="disclosure searched" data-testid="searched" ?open=${findings.length === lacking.length}>
    <summary>${icon('chevronRight')}${countOf(n_folders, 'folder')} searched</summary>
    ${problemList([...lacking, ...findings.filter((finding) => finding.is_run)].map(asProblem))}
    ${
      passed_over.length === 0
        ? nothing
        : html`<p class="help">Not searched: ${passed_over.slice(0, MOST_NAMED).join(', ')}${
            passed_over.length > MOST_NAMED
              ? ` and ${countOf(passed_over.length - MOST_NAMED, 'more', 'more')}`
              : ''
          }.</p>`
    }
  </details>`;
}

const MOST_NAMED = 5;

function asProblem({ folder, is_run, message }: Rest.Diagnosis['findings'][number]): Rest.Problem {
  return {
    severity: is_run ? 'notice' : 'warning',
    subject: folder === '.' ? 'The folder itself' : folder,
    message,
  };
}
