import { html, svg, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Rest } from '../api/rest-types';
import { stepsOf, stepWord } from '../domain/methods';
import type { HistoryPoint, JobView, State } from '../state/model';
import { nearestKeptStep } from '../state/run-history';
import { controlInWords, whoDid } from './control-words';
import { cssValues } from './css-values';
import { counted } from './format';
import { heightOf, type LossScale, lossPath, lossScale } from './loss-path';
import { Panel } from './panel';

const CURVE = { width: 1000, height: 32 };
/** Where the curve lies in the slider, as the style sheet has it. */
const CURVE_TOP_PX = 5;
const PAGE_FRAMES = 10;

/**
 * The whole run as a slider: its loss curve, what was done to it, and the moment of it that is shown. Dragged or moved
 * with the keys it goes back in the run; at its end it is live again.
 */
@customElement('projector-run-slider')
export class RunSlider extends Panel {
  protected override slices(state: State): readonly unknown[] {
    return [state.jobView?.history, state.jobView?.scrub, state.jobView?.job, state.layout?.step];
  }

  protected override render(): TemplateResult {
    const { jobView } = this.state;
    if (jobView === null) return html``;
    const { job, history } = jobView;
    const losses = comparable(history, job);
    const nSteps = stepsOf(job.projection) ?? 0;
    const scale = lossScale(losses, nSteps);
    const lastStep = scale?.lastStep ?? Math.max(nSteps, history.at(-1)?.step ?? 0, 1);
    const shown = shownPoint(jobView);
    const share = shown === null ? 0 : shown.step / lastStep;
    return html`<div
      class="run-slider"
      role="slider"
      tabindex="0"
      data-testid="run-slider"
      aria-label="History of the run"
      aria-valuemin="0"
      aria-valuemax=${lastStep}
      aria-valuenow=${shown?.step ?? 0}
      aria-valuetext=${valueText(jobView, shown)}
      ${cssValues({ '--share': String(share), '--early': String(Math.min(1, earlySteps(job) / lastStep)) })}
      @pointerdown=${this.#grab}
      @pointermove=${this.#drag}
      @keydown=${this.#key}
    >
      <i class="run-early"></i>
      ${scale === null ? html`<i class="run-track"></i>` : curve(lossPath(losses, scale, CURVE))}
      ${job.controls.map((control) => mark(control, job, lastStep))}
      <i class="run-hand"></i>
      ${dot(shown, scale, share)}
    </div>`;
  }

  #grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.#seek(event);
  }

  #drag(event: PointerEvent): void {
    if ((event.currentTarget as HTMLElement).hasPointerCapture(event.pointerId)) this.#seek(event);
  }

  #seek(event: PointerEvent): void {
    const { jobView } = this.state;
    if (jobView === null) return;
    const slider = event.currentTarget as HTMLElement;
    const { left, width } = slider.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - left) / Math.max(1, width)));
    const step = share * Number(slider.ariaValueMax);
    const newest = jobView.history.at(-1);
    const point = nearestKeptStep(jobView.history, step);
    if (newest === undefined || point === null) return;
    if (point.sequence === newest.sequence) this.actions.goLive();
    else if (point.sequence !== jobView.scrub?.sequence) this.actions.scrubTo(point.sequence);
  }

  #key(event: KeyboardEvent): void {
    const act = {
      ArrowLeft: () => this.actions.scrubBy(-1),
      ArrowDown: () => this.actions.scrubBy(-1),
      ArrowRight: () => this.actions.scrubBy(1),
      ArrowUp: () => this.actions.scrubBy(1),
      PageDown: () => this.actions.scrubBy(-PAGE_FRAMES),
      PageUp: () => this.actions.scrubBy(PAGE_FRAMES),
      Home: () => this.actions.scrubTo(0),
      End: () => this.actions.goLive(),
    }[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}

/** The moment of the run that the slider stands at. */
export function shownPoint({ history, scrub }: JobView): HistoryPoint | null {
  if (scrub === null) return history.at(-1) ?? null;
  return history.find(({ sequence }) => sequence === scrub.sequence) ?? null;
}

/** "step 412 of 1,000, loss 1.82": where the slider stands, read out. */
export function valueText({ job }: JobView, point: HistoryPoint | null): string {
  const word = stepWord(job.projection.method);
  if (point === null) return `no ${word} yet`;
  const all = stepsOf(job.projection);
  const of = all === null ? '' : ` of ${counted(all)}`;
  const loss = Number.isFinite(point.loss) ? `, loss ${point.loss.toPrecision(3)}` : '';
  return `${word} ${counted(point.step)}${of}${loss}`;
}

function earlySteps({ projection }: Rest.Job): number {
  return projection.method === 'tsne' ? projection.early_exaggeration_steps : 0;
}

/** While near points are exaggerated the loss means something else and is far larger: the two are never in one scale. */
function comparable(history: JobView['history'], job: Rest.Job): JobView['history'] {
  const early = earlySteps(job);
  const newest = history.at(-1)?.step ?? 0;
  return newest > early + 1 ? history.filter(({ step }) => step > early) : history;
}

/** The past of the moment that is shown in the accent, what follows it muted: one path, clipped twice. */
function curve(path: string): TemplateResult {
  const drawn = (part: string) => html`<svg
    class="run-curve ${part}"
    viewBox="0 0 ${CURVE.width} ${CURVE.height}"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    ${svg`<path d=${path} vector-effect="non-scaling-stroke" />`}
  </svg>`;
  return html`${drawn('after')}${drawn('before')}`;
}

function dot(shown: HistoryPoint | null, scale: LossScale | null, share: number): TemplateResult | string {
  if (shown === null) return '';
  const isOnCurve = scale !== null && Number.isFinite(shown.loss);
  const top = CURVE_TOP_PX + (isOnCurve ? heightOf(shown.loss, scale, CURVE.height) : CURVE.height / 2);
  return html`<i class="run-dot" ${cssValues({ left: `${100 * share}%`, top: `${top}px` })}></i>`;
}

function mark(control: Rest.AppliedControl, job: Rest.Job, lastStep: number): TemplateResult {
  const title = `${whoDid(control)}${controlInWords(control)} at ${stepWord(job.projection.method)} ${counted(control.step)}`;
  return html`<i class="run-mark" title=${title} ${cssValues({ left: `${(100 * control.step) / lastStep}%` })}></i>`;
}
