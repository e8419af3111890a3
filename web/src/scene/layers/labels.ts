/** Labels on the overlay: those asked for, or as many as fit; the hovered one last, larger, on a chip. */

import type { LabelRequest, LabelSide, LabelSpace, PlacedLabel } from '../../domain/label-placement';
import { cssOf, mixRgb, parseHex } from '../colors';
import type { Frame } from '../frame';
import type { ScenePalette } from '../scene-api';
import type { PointPlace, ShownCloud } from '../shown-cloud';
import { DIMMED, SELECTED } from '../size-law';
import { HOVER_FONT, LABEL_FONT, type LabelFont, LabelTexts, TextWidths } from './label-text';

const MOST_LABELS = 500;
/** So many points in a row without room end the search for more labels. */
const PATIENCE = 2_500;
const HALO_PX = 3;
const CHIP_PADDING_PX = 6;
const CHIP_RADIUS_PX = 4;
/** Labels fade with depth down to this opacity; beyond FADED_AWAY behind the target they are left out. */
const FAINTEST = 0.35;
/** Labels that were asked for by name never get fainter than this, and are never left out. */
const FAINTEST_WANTED = 0.75;
const FADE_BEFORE = 0.2;
const FADED_AWAY = 0.9;
/** Share of the text colour in a label that carries its point's colour: enough contrast in both themes. */
const TEXT_SHARE = 0.5;

interface Drawn {
  readonly place: PlacedLabel;
  readonly text: string;
  readonly opacity: number;
}

export class LabelsLayer {
  private wanted: Uint32Array = new Uint32Array();
  /** Of those wanted, the ones that were not wanted before: they go first, once. */
  private fresh: Uint32Array = new Uint32Array();
  private texts = new LabelTexts(() => '');
  private readonly widths = new TextWidths();
  private sides = new Map<number, LabelSide>();

  setLabels(points: Uint32Array, textOf: (point: number) => string): void {
    const before = new Set(this.wanted);
    this.fresh = points.filter((point) => !before.has(point));
    this.wanted = points;
    this.texts = new LabelTexts(textOf);
  }

  /** Positions belong to another layout: where labels were no longer matters. */
  forgetPlaces(): void {
    this.sides = new Map();
  }

  /** Paints them where `space` has room. */
  paint(
    context: CanvasRenderingContext2D,
    frame: Frame,
    shown: ShownCloud,
    space: LabelSpace,
    everywhere: boolean,
  ): void {
    const law = shown.law(frame.view);
    const placeOf = (point: number): PointPlace | null => shown.placeOf(frame.view, law, point);
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    context.lineJoin = 'round';
    const chip = frame.hovered === null ? null : this.placeChip(context, space, frame.hovered, placeOf);
    const drawn = this.placeAll(context, frame, space, placeOf, everywhere ? shown : null);
    this.sides = new Map(drawn.map(({ place }) => [place.point, place.side]));
    this.fresh = new Uint32Array();
    context.font = LABEL_FONT.css;
    for (const label of drawn) {
      if (label.place.point === frame.hovered) continue;
      const color = everywhere ? inkOf(shown, label.place.point, frame.palette) : frame.palette.text;
      paintLabel(context, label, color, frame.palette);
    }
    if (chip !== null) paintChip(context, chip, frame.palette);
  }

  private placeAll(
    context: CanvasRenderingContext2D,
    frame: Frame,
    space: LabelSpace,
    placeOf: (point: number) => PointPlace | null,
    everywhere: ShownCloud | null,
  ): Drawn[] {
    const drawn: Drawn[] = [];
    let failures = 0;
    for (const point of this.candidates(everywhere)) {
      const place = placeOf(point);
      const asked = everywhere === null || everywhere.cloud.emphasis[point] === SELECTED;
      const opacity = place === null ? 0 : opacityAt(frame, place.depth, asked);
      if (place === null || opacity === 0 || !isOnScreen(place, frame)) continue;
      const label = this.tryPlace(context, space, point, place, opacity);
      if (label !== null) drawn.push(label);
      failures = label === null ? failures + 1 : 0;
      if (drawn.length >= MOST_LABELS || failures > PATIENCE) break;
    }
    return drawn;
  }

  /** Points in the order in which they get room: those just asked for, those that had it, then the others. */
  private *candidates(everywhere: ShownCloud | null): Generator<number> {
    const wanted = new Set(this.wanted);
    const fresh = new Set(this.fresh);
    yield* this.fresh;
    for (const point of this.sides.keys()) {
      if ((everywhere !== null || wanted.has(point)) && !fresh.has(point)) yield point;
    }
    const isNew = (point: number): boolean => !fresh.has(point) && !this.sides.has(point);
    for (const point of this.wanted) if (isNew(point)) yield point;
    for (const point of everywhere?.cloud.scattered ?? []) {
      const dimmed = everywhere?.cloud.emphasis[point] === DIMMED;
      if (!dimmed && isNew(point) && !wanted.has(point)) yield point;
    }
  }

  private tryPlace(
    context: CanvasRenderingContext2D,
    space: LabelSpace,
    point: number,
    place: PointPlace,
    opacity: number,
  ): Drawn | null {
    const text = this.texts.of(point);
    if (text === '') return null;
    const request = this.request(context, LABEL_FONT, text, point, place);
    const placed = space.place(request, this.sides.get(point));
    return placed === null ? null : { place: placed, text, opacity };
  }

  private placeChip(
    context: CanvasRenderingContext2D,
    space: LabelSpace,
    point: number,
    placeOf: (point: number) => PointPlace | null,
  ): (Drawn & { readonly widthPx: number }) | null {
    const place = placeOf(point);
    const text = this.texts.of(point);
    if (place === null || text === '') return null;
    const bare = this.request(context, HOVER_FONT, text, point, { ...place, radiusPx: place.radiusPx + 4 });
    const widthPx = bare.widthPx + 2 * CHIP_PADDING_PX;
    const request = { ...bare, widthPx, heightPx: bare.heightPx + CHIP_PADDING_PX };
    return { place: space.placeAnyway(request), text, opacity: 1, widthPx };
  }

  private request(
    context: CanvasRenderingContext2D,
    font: LabelFont,
    text: string,
    point: number,
    place: PointPlace,
  ): LabelRequest {
    const widthPx = this.widths.measure(context, font, text);
    return { point, x: place.x, y: place.y, radiusPx: place.radiusPx, widthPx, heightPx: font.heightPx };
  }
}

function isOnScreen(place: PointPlace, frame: Frame): boolean {
  const { widthPx, heightPx } = frame.view.viewport;
  return place.x >= 0 && place.y >= 0 && place.x <= widthPx && place.y <= heightPx;
}

function opacityAt(frame: Frame, depth: number, asked: boolean): number {
  if (frame.nDims === 2 || frame.view.camera.mode === 'orthographic') return 1;
  const behind = depth - frame.view.targetDepth;
  if (behind > FADED_AWAY && !asked) return 0;
  const t = Math.min(1, Math.max(0, (behind + FADE_BEFORE) / (FADED_AWAY + FADE_BEFORE)));
  return 1 - (1 - (asked ? FAINTEST_WANTED : FAINTEST)) * t;
}

function inkOf(shown: ShownCloud, point: number, palette: ScenePalette): string {
  const { colors } = shown.cloud;
  const at = point * 4;
  const channel = (offset: number): number => (colors[at + offset] as number) / 255;
  return cssOf(mixRgb([channel(0), channel(1), channel(2)], parseHex(palette.text), TEXT_SHARE));
}

function paintLabel(
  context: CanvasRenderingContext2D,
  label: Drawn,
  ink: string,
  palette: ScenePalette,
): void {
  const { left, top } = label.place;
  const middle = top + LABEL_FONT.heightPx / 2;
  context.globalAlpha = label.opacity;
  context.lineWidth = HALO_PX;
  context.strokeStyle = cssOf(parseHex(palette.textHalo), 0.85);
  context.strokeText(label.text, left, middle);
  context.fillStyle = ink;
  context.fillText(label.text, left, middle);
  context.globalAlpha = 1;
}

function paintChip(
  context: CanvasRenderingContext2D,
  chip: Drawn & { readonly widthPx: number },
  palette: ScenePalette,
): void {
  const { left, top } = chip.place;
  const heightPx = HOVER_FONT.heightPx + CHIP_PADDING_PX;
  context.beginPath();
  context.roundRect(left, top, chip.widthPx, heightPx, CHIP_RADIUS_PX);
  context.fillStyle = cssOf(parseHex(palette.canvas), 0.94);
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = cssOf(parseHex(palette.text), 0.18);
  context.stroke();
  context.font = HOVER_FONT.css;
  context.fillStyle = palette.text;
  context.fillText(chip.text, left + CHIP_PADDING_PX, top + heightPx / 2 + 0.5);
}
