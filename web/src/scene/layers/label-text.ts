/** Fonts of labels, and measured widths, which are kept: measuring is the slow part of placing. */

import { shortened } from '../../domain/label-placement';

const FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

export const LABEL_FONT = { css: `500 11.5px ${FAMILY}`, heightPx: 14 } as const;
export const HOVER_FONT = { css: `500 13px ${FAMILY}`, heightPx: 16 } as const;
export const CAPTION_FONT = { css: `400 11px ${FAMILY}`, heightPx: 13 } as const;

export type LabelFont = typeof LABEL_FONT | typeof HOVER_FONT | typeof CAPTION_FONT;

const MOST_KEPT = 20_000;

export class TextWidths {
  private readonly widths = new Map<string, number>();

  /** Width in CSS px. Sets the context's font. */
  measure(context: CanvasRenderingContext2D, font: LabelFont, text: string): number {
    const key = `${font.heightPx} ${text}`;
    const known = this.widths.get(key);
    if (known !== undefined) return known;
    if (context.font !== font.css) context.font = font.css;
    const width = context.measureText(text).width;
    if (this.widths.size >= MOST_KEPT) this.widths.clear();
    this.widths.set(key, width);
    return width;
  }
}

/** The shortened texts of points, kept until the labels change. */
export class LabelTexts {
  private readonly texts = new Map<number, string>();

  constructor(private readonly textOf: (point: number) => string) {}

  of(point: number): string {
    const known = this.texts.get(point);
    if (known !== undefined) return known;
    const text = shortened(this.textOf(point));
    this.texts.set(point, text);
    return text;
  }
}
