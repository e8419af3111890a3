/** Colours of categories and numbers, one designed set per theme. RGB triples of sRGB bytes. */

export type Rgb = readonly [number, number, number];
export type ThemeName = 'light' | 'dark';

/** Reads `#rrggbb`. */
export function rgbOf(hex: string): Rgb {
  const bits = Number.parseInt(hex.slice(1), 16);
  return [(bits >> 16) & 0xff, (bits >> 8) & 0xff, bits & 0xff];
}

export function hexOf([red, green, blue]: Rgb): string {
  return `#${((1 << 24) | (red << 16) | (green << 8) | blue).toString(16).slice(1)}`;
}

/** Linear mix of two colours in sRGB bytes; `share` of the second. */
export function mixed(first: Rgb, second: Rgb, share: number): Rgb {
  const mix = (index: 0 | 1 | 2) => Math.round(first[index] + (second[index] - first[index]) * share);
  return [mix(0), mix(1), mix(2)];
}

/**
 * Ten hues that stay apart with normal sight, protanopia and deuteranopia, and from the canvas. Found by annealing the
 * smallest OKLab distance of all pairs under the dichromacy matrices of Machado, Oliveira and Fernandes (2009), each
 * hue within 17 degrees of the same place in both themes. The order puts unlike hues side by side.
 */
const HUES: Record<ThemeName, readonly string[]> = {
  light: [
    '#6b79fe',
    '#fcac13',
    '#10735f',
    '#9a3504',
    '#52d6ff',
    '#a155a6',
    '#6fe088',
    '#e88baf',
    '#542eb7',
    '#918a0c',
  ],
  dark: [
    '#7f9bfc',
    '#e4b660',
    '#58ffcb',
    '#ee641e',
    '#1d7c9a',
    '#e2a6d9',
    '#60b192',
    '#b93762',
    '#854cce',
    '#d1ef2f',
  ],
};

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** How far the second and third ten are moved towards white and black. */
const LIGHTER = 0.45;
const DARKER = 0.4;

/** How many categories get a colour of their own; the rest are "other". */
export const N_CATEGORY_COLORS = 30;

/** Colour of the category at a place of the legend, for places below N_CATEGORY_COLORS. */
export function categoryColor(theme: ThemeName, place: number): Rgb {
  const hues = HUES[theme];
  const hue = rgbOf(hues[place % hues.length] ?? hues[0] ?? '#808080');
  const round = Math.floor(place / hues.length);
  if (round === 0) return hue;
  const towardsLight = (round === 1) === (theme === 'light');
  return towardsLight ? mixed(hue, WHITE, LIGHTER) : mixed(hue, BLACK, DARKER);
}

/** Values that share "other", missing values, and points while nothing is chosen. */
export const OTHER_COLOR: Record<ThemeName, Rgb> = { light: [138, 147, 158], dark: [108, 118, 132] };
export const MISSING_COLOR: Record<ThemeName, Rgb> = { light: [190, 196, 204], dark: [74, 82, 94] };
export const PLAIN_COLOR: Record<ThemeName, Rgb> = { light: [84, 124, 188], dark: [122, 160, 216] };
/** Opacity of points while nothing is chosen, and of all others. */
export const PLAIN_ALPHA = 179; // 70 %
export const SOLID_ALPHA = 255;

/**
 * Viridis at nine places (S. van der Walt and N. Smith, 2015, public domain), between which colours are mixed: the
 * largest error against the full table is below what an eye tells apart.
 */
const VIRIDIS: readonly Rgb[] = [
  '#440154',
  '#472d7b',
  '#3b528b',
  '#2c728e',
  '#21918c',
  '#28ae80',
  '#5ec962',
  '#addc30',
  '#fde725',
].map(rgbOf);

/** The dark end of viridis vanishes on a dark canvas and the yellow end on white: each theme leaves its own part out. */
const VIRIDIS_PART: Record<ThemeName, readonly [number, number]> = { light: [0, 0.93], dark: [0.16, 1] };

/** Colour of a share in [0, 1] of a numeric column's range. */
export function numberColor(theme: ThemeName, share: number): Rgb {
  const [start, end] = VIRIDIS_PART[theme];
  return interpolated(VIRIDIS, start + (end - start) * share);
}

/** Near neighbors are strong, far ones pale: one hue, from the accent towards the canvas. */
const NEIGHBOR_RAMP: Record<ThemeName, readonly Rgb[]> = {
  light: ['#1f5bd6', '#8fb2f2'].map(rgbOf),
  dark: ['#8ab4ff', '#3f64a3'].map(rgbOf),
};

/** Colour of a neighbor by its place between the nearest (0) and the farthest (1). */
export function neighborColor(theme: ThemeName, share: number): Rgb {
  return interpolated(NEIGHBOR_RAMP[theme], share);
}

function interpolated(stops: readonly Rgb[], share: number): Rgb {
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(place));
  return mixed(stops[index] ?? BLACK, stops[index + 1] ?? BLACK, place - index);
}
