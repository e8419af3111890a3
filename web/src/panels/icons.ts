import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit';

/** Drawn on a 16 px grid with a 1.5 px stroke in the colour of the text around them. */
const SHAPES = {
  arrowDown: svg`<path d="M8 3v9.5M4.25 9 8 12.75 11.75 9"/>`,
  arrowUp: svg`<path d="M8 13V3.5M4.25 7 8 3.25 11.75 7"/>`,
  bell: svg`<path d="M4 7a4 4 0 0 1 8 0c0 3 1.5 4 1.5 4h-11S4 10 4 7Z"/><path d="M6.5 13.5a1.6 1.6 0 0 0 3 0"/>`,
  bookmark: svg`<path d="M4.25 2.25h7.5v11.5L8 10.75l-3.75 3Z"/>`,
  box: svg`<path d="M2.75 5.25v-2.5h2.5M10.75 2.75h2.5v2.5M13.25 10.75v2.5h-2.5M5.25 13.25h-2.5v-2.5M7 2.75h2M7 13.25h2M2.75 7v2M13.25 7v2"/>`,
  camera: svg`<path d="M2.25 5.25h2.5l1-1.75h4.5l1 1.75h2.5v7.5H2.25Z"/><circle cx="8" cy="8.75" r="2.25"/>`,
  check: svg`<path d="m3.25 8.5 3 3 6.5-7"/>`,
  chevronDown: svg`<path d="m4.5 6.25 3.5 3.5 3.5-3.5"/>`,
  chevronLeft: svg`<path d="M9.75 4.5 6.25 8l3.5 3.5"/>`,
  chevronRight: svg`<path d="M6.25 4.5 9.75 8l-3.5 3.5"/>`,
  close: svg`<path d="m4.25 4.25 7.5 7.5M11.75 4.25l-7.5 7.5"/>`,
  cursor: svg`<path d="m3.25 2.75 9.5 3.9-4.2 1.6-1.7 4.2Z"/>`,
  collapseLeft: svg`<path d="M2.25 2.75h11.5v10.5H2.25ZM6.25 2.75v10.5M11.25 6 9.25 8l2 2"/>`,
  collapseRight: svg`<path d="M2.25 2.75h11.5v10.5H2.25ZM9.75 2.75v10.5M4.75 6l2 2-2 2"/>`,
  dark: svg`<path d="M13.25 9.5A5.6 5.6 0 0 1 6.5 2.75a5.6 5.6 0 1 0 6.75 6.75Z"/>`,
  download: svg`<path d="M8 2.5v7.25M4.75 6.75 8 10l3.25-3.25M2.75 13.25h10.5"/>`,
  error: svg`<circle cx="8" cy="8" r="5.75"/><path d="M8 5v3.5M8 10.9v.1"/>`,
  fork: svg`<circle cx="4.5" cy="3.75" r="1.5"/><circle cx="4.5" cy="12.25" r="1.5"/><circle cx="11.5" cy="6.25" r="1.5"/><path d="M4.5 5.25v5.5M11.5 7.75c0 2-2 2.25-4.25 2.5-1.5.15-2.5.4-2.75.75"/>`,
  help: svg`<circle cx="8" cy="8" r="5.75"/><path d="M6.4 6.4a1.65 1.65 0 1 1 2.3 1.6c-.5.25-.7.55-.7 1.1M8 11.2v.1"/>`,
  home: svg`<path d="M2.5 7.5 8 2.75l5.5 4.75M4 6.5v6.75h8V6.5"/>`,
  jobs: svg`<path d="M2.25 3h4.5v4.25h-4.5ZM2.25 9h4.5v4.25h-4.5ZM9 4h4.75M9 6.25h3M9 10h4.75M9 12.25h3"/>`,
  image: svg`<path d="M2.25 3.25h11.5v9.5H2.25Z"/><circle cx="5.5" cy="6.25" r="1"/><path d="m2.75 12 3.5-3.25L8.5 11l2-2 3 2.75"/>`,
  inspector: svg`<circle cx="8" cy="8" r="2"/><path d="M8 2.25v2M8 11.75v2M2.25 8h2M11.75 8h2"/>`,
  isolate: svg`<circle cx="8" cy="8" r="2.75"/><path d="M2.75 5.25v-2.5h2.5M10.75 2.75h2.5v2.5M13.25 10.75v2.5h-2.5M5.25 13.25h-2.5v-2.5"/>`,
  label: svg`<path d="M3.25 12.75 7 3.25h2l3.75 9.5M4.75 9.25h6.5"/>`,
  lasso: svg`<path d="M8 2.75c3.2 0 5.75 1.7 5.75 3.75S11.2 10.25 8 10.25 2.25 8.55 2.25 6.5 4.8 2.75 8 2.75Z"/><path d="M4.5 9.4c-1 .8-.9 2.2.4 2.3 1.5.1 1.9 1.9.1 2.1"/>`,
  light: svg`<circle cx="8" cy="8" r="2.75"/><path d="M8 1.75v1.5M8 12.75v1.5M1.75 8h1.5M12.75 8h1.5M3.6 3.6l1 1M11.4 11.4l1 1M12.4 3.6l-1 1M4.6 11.4l-1 1"/>`,
  link: svg`<path d="M6.75 9.25a2.6 2.6 0 0 0 3.75 0l2.2-2.2a2.65 2.65 0 0 0-3.75-3.75L8 4.25"/><path d="M9.25 6.75a2.6 2.6 0 0 0-3.75 0L3.3 8.95a2.65 2.65 0 0 0 3.75 3.75L8 11.75"/>`,
  minus: svg`<path d="M3.5 8h9"/>`,
  more: svg`<path d="M3.75 8h.01M8 8h.01M12.25 8h.01" stroke-width="2"/>`,
  notice: svg`<circle cx="8" cy="8" r="5.75"/><path d="M8 7.5V11M8 5.1V5"/>`,
  pause: svg`<path d="M5.5 3.5v9M10.5 3.5v9" stroke-width="2"/>`,
  people: svg`<circle cx="6" cy="5.5" r="2.25"/><path d="M1.75 13c.3-2.6 2-4 4.25-4s3.95 1.4 4.25 4"/><path d="M10.25 3.4a2.25 2.25 0 0 1 0 4.2M11.75 9.4c1.4.6 2.3 1.8 2.5 3.6"/>`,
  pencil: svg`<path d="m10.5 3.25 2.25 2.25-7.25 7.25-2.75.5.5-2.75Z"/>`,
  play: svg`<path d="M4.75 3.25v9.5L12.5 8Z"/>`,
  plus: svg`<path d="M8 3.5v9M3.5 8h9"/>`,
  points: svg`<circle cx="4.75" cy="5" r="1.5"/><circle cx="11" cy="4.5" r="1.5"/><circle cx="8" cy="11" r="1.5"/>`,
  projection: svg`<path d="M3 13V3M3 13h10M3 13l4-4"/><circle cx="10.25" cy="5.75" r="1.25"/><circle cx="7" cy="5" r=".9"/><circle cx="11" cy="9.5" r=".9"/>`,
  regex: svg`<path d="M10.25 2.75v6.5M7.4 4.4l5.7 3.2M13.1 4.4 7.4 7.6"/><path d="M3.75 12.25h.01" stroke-width="2.25"/>`,
  replay: svg`<path d="M2.75 8a5.25 5.25 0 1 0 1.7-3.87M2.75 2.5v2.75H5.5"/><path d="M6.9 5.9v4.2L10.2 8Z"/>`,
  search: svg`<circle cx="7" cy="7" r="4.25"/><path d="m10.25 10.25 3.25 3.25"/>`,
  stop: svg`<path d="M4.25 4.25h7.5v7.5h-7.5Z"/>`,
  system: svg`<path d="M2.25 3.25h11.5v7.5H2.25ZM5.5 13.25h5M8 10.75v2.5"/>`,
  table: svg`<path d="M2.25 3.25h11.5v9.5H2.25ZM2.25 6.5h11.5M6.25 3.25v9.5"/>`,
  trash: svg`<path d="M3 4.5h10M6.25 4.5V2.75h3.5V4.5M4.25 4.5l.6 8.75h6.3l.6-8.75"/>`,
  upload: svg`<path d="M8 10V2.75M4.75 6 8 2.75 11.25 6M2.75 13.25h10.5"/>`,
  warning: svg`<path d="M8 2.75 14 13.25H2ZM8 6.75v3M8 11.6v.01"/>`,
} satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof SHAPES;

/** A decoration: what it means is said by the label of the control around it. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${SHAPES[name]}</svg>`;
}
