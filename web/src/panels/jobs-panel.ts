import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Rest } from '../api/rest-types';
import { paintPoints } from '../domain/color-scale';
import { countOf } from '../domain/format';
import type { JobThumbnail, State } from '../state/model';
import { colorScale } from '../state/painting';
import { shownTheme } from '../state/selectors';
import { cssValues } from './css-values';
import { deleteAfterAsking } from './job-deletion';
import { isUnderway, measureOf, stageOf, stageWithTime } from './job-progress';
import './job-thumbnail';
import { detailsOf, titleOf } from './job-words';
import { downloadItems } from './layout-files';
import './menu';
import type { MenuItem } from './menu';
import { Panel } from './panel';
import { chips, colorOfPerson, nameFor, namesOf } from './people-chips';
import './time-ago';

/** More than this are shown when asked for. */
const FIRST_SHOWN = 6;

/** Every job of the embedding, whoever started it. */
@customElement('projector-jobs-panel')
export class JobsPanel extends Panel {
  @state() private showsAll = false;

  #colors = new WeakMap<JobThumbnail, Uint8Array>();

  protected override slices(state: State): readonly unknown[] {
    return [state.jobs, state.jobView?.job, state.people, state.embedding, ...colorSlices(state)];
  }

  protected override render(): TemplateResult {
    const { jobs, embedding } = this.state;
    return html`<header class="panel-head">
        <h2 class="panel-title">
          Jobs${jobs.list === null || jobs.list.length === 0 ? nothing : html`<span class="title-note">${jobs.list.length}</span>`}
        </h2>
      </header>
      <div class="jobs-scroll">
      ${jobs.failure === null ? nothing : html`<p class="empty" role="status">${jobs.failure}</p>`}
      ${embedding.kind === 'ready' && jobs.list !== null ? this.#list(jobs.list) : html`<p class="empty">What anybody runs on this embedding.</p>`}
      </div>`;
  }

  #list(list: readonly Rest.JobSummary[]): TemplateResult {
    if (list.length === 0) {
      return html`<p class="empty" data-testid="no-jobs">Nothing has been run yet. Choose a projection above and run it; everybody sees it here.</p>`;
    }
    const shown = this.showsAll ? list : list.slice(0, FIRST_SHOWN);
    return html`<ul class="jobs" aria-label="Jobs" data-testid="jobs">
        ${repeat(
          shown,
          ({ id }) => id,
          (job) => this.#row(asWatched(job, this.state.jobView?.job ?? null)),
        )}
      </ul>
      ${
        list.length <= FIRST_SHOWN
          ? nothing
          : html`<button
            type="button"
            class="button plain jobs-all"
            aria-expanded=${this.showsAll}
            @click=${() => {
              this.showsAll = !this.showsAll;
            }}
          >
            ${this.showsAll ? 'Show fewer' : `All ${list.length}`}
          </button>`
      }`;
  }

  #row(job: Rest.JobSummary): TemplateResult {
    const thumbnail = this.state.jobs.thumbnails.get(job.id) ?? null;
    const isShown = job.id === this.state.jobView?.job.id;
    const details = detailsOf(job, this.state.embedding);
    return html`<li class="job-row ${isShown ? 'shown' : ''}" data-job=${job.id}>
      <button
        type="button"
        class="job-open"
        aria-current=${isShown ? 'true' : nothing}
        data-testid="job"
        @click=${() => void this.actions.openJob(job.id)}
      >
        <job-thumbnail .thumbnail=${thumbnail} .colors=${thumbnail && this.#colorsOf(thumbnail)}></job-thumbnail>
        <span class="job-text">
          <span class="job-title ellipsis" title=${titleOf(job)}>${titleOf(job)}</span>
          <span class="job-stage ellipsis ${job.phase}" title=${job.interruption ?? stageWithTime(job)}>${stageOf(job)}${details === '' ? nothing : html`<span class="secondary"> · ${details}</span>`}</span>
          <span class="job-origin ellipsis">${this.#origin(job)}</span>
        </span>
        ${isUnderway(job) ? html`<i class="job-part" ${cssValues({ '--part': String(measureOf(job) ?? 0) })}></i>` : nothing}
      </button>
      ${this.#watchers(job)}
      <projector-menu small label="More about ${titleOf(job)}" .items=${this.#items(job)} testId="job-menu"></projector-menu>
    </li>`;
  }

  #origin({ started_by: by, created_at: at, forked_from: origin }: Rest.JobSummary): TemplateResult {
    const who = by ? nameFor(by, this.state.people) : null;
    return html`${who === null ? nothing : html`<span dir="auto">${who}</span>, `}<time-ago .at=${at}></time-ago>${
      origin ? `, from step ${origin.step}` : nothing
    }`;
  }

  #watchers({ watchers }: Rest.JobSummary): TemplateResult | typeof nothing {
    if (watchers.length === 0) return nothing;
    const { people } = this.state;
    const color = (person: Rest.Person) => colorOfPerson(people, person.id, shownTheme(this.state));
    return html`<span class="job-watchers" data-testid="watchers" title=${`Watched by ${namesOf(watchers)}`}>
      <span class="visually-hidden">${countOf(watchers.length, 'watcher')}: ${namesOf(watchers)}</span>
      ${chips(watchers, color)}
    </span>`;
  }

  #items(job: Rest.JobSummary): readonly MenuItem[] {
    return [
      {
        label: 'Run again with another seed',
        icon: 'replay',
        testId: 'job-again',
        onChoose: () => void this.actions.runAgain(job),
      },
      ...(job.sequence > 0 ? downloadItems(job.id, 'latest', this.actions) : []),
      {
        label: 'Delete…',
        icon: 'trash',
        danger: true,
        testId: 'job-delete',
        onChoose: () => void deleteAfterAsking(job, this.store),
      },
    ];
  }

  /** Colours are painted once for a stamp, and again when the colours of the cloud change. */
  #colorsOf(thumbnail: JobThumbnail): Uint8Array {
    const known = this.#colors.get(thumbnail);
    if (known !== undefined) return known;
    const scale = colorScale(this.state);
    const colors = paintPoints(scale, thumbnail.rows.length, thumbnail.rows, shownTheme(this.state));
    this.#colors.set(thumbnail, colors);
    return colors;
  }

  protected override slicesChanged(state: State, previous: State): void {
    const [now, before] = [colorSlices(state), colorSlices(previous)];
    if (now.some((slice, index) => slice !== before[index])) this.#colors = new WeakMap();
  }
}

/** The job that is watched is known better than the list knows it. */
function asWatched(job: Rest.JobSummary, watched: Rest.Job | null): Rest.JobSummary {
  if (watched?.id !== job.id) return job;
  const { phase, progress, step, sequence, queue_place, remaining_seconds, interruption } = watched;
  return { ...job, phase, progress, step, sequence, queue_place, remaining_seconds, interruption };
}

function colorSlices(state: State): readonly unknown[] {
  return [state.columns, state.colorColumn, state.colorMode, shownTheme(state)];
}
