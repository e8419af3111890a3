/** CSS hex colours as numbers for shaders and canvases. */

/** Red, green, blue from 0 to 1. */
export type Rgb = readonly [number, number, number];

/** Parses #rgb or #rrggbb. Throws RangeError for anything else. */
export function parseHex(hex: string): Rgb {
  const long = /^#[0-9a-f]{3}$/i.test(hex) ? hex.replace(/[0-9a-f]/gi, '$&$&') : hex;
  if (!/^#[0-9a-f]{6}$/i.test(long)) {
    throw new RangeError(`Colour ${hex} is not of the form #rrggbb.`);
  }
  const value = Number.parseInt(long.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

export function mixRgb(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

export function cssOf(color: Rgb, alpha = 1): string {
  const [red, green, blue] = color.map((part) => Math.round(part * 255));
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}
