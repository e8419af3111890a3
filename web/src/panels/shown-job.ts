import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Rest } from '../api/rest-types';
import { isStreamed, nameOfMethod, stepWord } from '../domain/methods';
import type { LayoutState, State } from '../state/model';
import { forkOf } from '../state/projection-requests';
import './control-history';
import { counted } from './format';
import { deleteAfterAsking } from './job-deletion';
import { titleOf } from './job-words';
import { downloadItems } from './layout-files';
import './menu';
import { Panel } from './panel';
import { currentName } from './people-chips';
import { iconButton } from './templates';
import './time-ago';

/** Where the job that is shown comes from, what was done to it, and what can be made of it. */
@customElement('projector-shown-job')
export class ShownJob extends Panel {
  protected override slices(state: State): readonly unknown[] {
    const { layout, jobView, jobs, people, projectionTab, requesting } = state;
    const shown = layout && [layout.jobId, layout.step, layout.nComponents].join();
    return [
      jobView?.job,
      jobView?.scrub,
      shown,
      jobs.list,
      people,
      projectionTab,
      requesting,
      forkOf(state) !== null,
    ];
  }

  protected override render(): TemplateResult {
    const { jobView, projectionTab, requesting } = this.state;
    const job = jobView?.job;
    if (requesting || job === undefined || job.projection.method !== projectionTab) return html``;
    return html`<section class="shown-job" aria-label="The job that is shown">
      <div class="job-head">${this.#origin(job)} ${this.#tools(job)}</div>
      ${this.#actions(job)}
      <projector-control-history .store=${this.store}></projector-control-history>
    </section>`;
  }

  #origin(job: Rest.Job): TemplateResult {
    const { started_by: by } = job;
    const { people } = this.state;
    const who = by && (by.id === people.me?.id ? 'you' : currentName(by, people));
    return html`<p class="help" data-testid="started-by">
      ${who === null ? 'Started' : html`Started by <span dir="auto">${who}</span>`}, <time-ago .at=${job.created_at}></time-ago>
      ${job.forked_from ? this.#lineage(job.forked_from) : nothing}
    </p>`;
  }

  /** "from step 300 of t-SNE 2-D, perplexity 30", which opens that job while there is one. */
  #lineage({ job_id: id, step }: Rest.FrameRef): TemplateResult {
    const origin = this.state.jobs.list?.find((job) => job.id === id);
    const method = origin?.projection.method ?? 'tsne';
    const name =
      origin === undefined
        ? 'a job that was deleted'
        : html`<button type="button" class="link" @click=${() => void this.actions.openJob(id)}>${titleOf(origin)}</button>`;
    return html`<span data-testid="lineage">from ${stepWord(method)} ${counted(step)} of ${name}</span>`;
  }

  /** Of what moves in steps: everything else comes out the same again. */
  #actions(job: Rest.Job): TemplateResult | typeof nothing {
    const { layout } = this.state;
    if (!isStreamed(job.projection.method)) return nothing;
    const isHere = layout?.jobId === job.id;
    return html`<div class="job-actions">
      <button
        type="button"
        class="button"
        data-testid="run-again"
        title="The same parameters with another seed"
        @click=${() => void this.actions.runAgain(job)}
      >
        Run again
      </button>
      ${isHere && layout !== null ? this.#fork(layout) : nothing}
    </div>`;
  }

  #tools(job: Rest.Job): TemplateResult {
    const { layout, jobView } = this.state;
    return html`<span class="job-tools">
        ${
          layout?.jobId === job.id
            ? html`<projector-menu
              label="Download the coordinates"
              icon="download"
              testId="download"
              .items=${downloadItems(job.id, jobView?.scrub ? layout.sequence : 'latest', this.actions)}
            ></projector-menu>`
            : nothing
        }
        ${iconButton({
          icon: 'trash',
          label: 'Delete this job',
          testId: 'delete-job',
          onClick: () => void deleteAfterAsking(job, this.store),
        })}
      </span>`;
  }

  #fork(layout: LayoutState): TemplateResult | typeof nothing {
    if (!isStreamed(layout.method) || forkOf(this.state) === null) return nothing;
    const title = `A new ${nameOfMethod(this.state.projectionTab)} with the parameters above that starts from this layout`;
    return html`<button
      type="button"
      class="button"
      data-testid="fork"
      title=${title}
      @click=${() => void this.actions.forkProjection()}
    >
      Fork from ${stepWord(layout.method)} ${counted(layout.step)}
    </button>`;
  }
}
