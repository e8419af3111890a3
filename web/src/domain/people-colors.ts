/** Colours of people: rings and names in the cloud, initials in the bar. */

import { type Rgb, rgbOf, type ThemeName } from './palettes';

/**
 * Six colours that stay apart with normal sight, protanopia and deuteranopia, and are read as text on their canvas (4.5
 * to 1). Found like those of categories, see palettes.ts.
 */
const HUES: Record<ThemeName, readonly string[]> = {
  light: ['#3366ff', '#d34100', '#74126b', '#2c7da1', '#980000', '#0920c3'],
  dark: ['#6dbcfe', '#ed9900', '#bf5f77', '#b3fff7', '#ffff1a', '#0078ff'],
};

export const N_PEOPLE_COLORS = HUES.light.length;

export function personColor(theme: ThemeName, place: number): Rgb {
  return rgbOf(HUES[theme][place % N_PEOPLE_COLORS] ?? '#808080');
}

/** The place of somebody's colour: that of the id, or the next one that nobody has; shared once all are taken. */
export function freePlace(id: string, taken: ReadonlySet<number>): number {
  let sum = 0;
  for (const character of id) sum = (31 * sum + (character.codePointAt(0) ?? 0)) % 65_521;
  for (let offset = 0; offset < N_PEOPLE_COLORS; offset += 1) {
    const place = (sum + offset) % N_PEOPLE_COLORS;
    if (!taken.has(place)) return place;
  }
  return sum % N_PEOPLE_COLORS;
}

/** "Ada Lovelace" -> "AL", "Guest 12" -> "G12", "李雷" -> "李": at most two letters, or one and two digits. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = (word: string | undefined) => [...(word ?? '')][0]?.toLocaleUpperCase() ?? '';
  if (words.length <= 1) return first(words[0]) || '?';
  const number = words.at(-1)?.match(/^\d{1,2}/)?.[0];
  return first(words[0]) + (number ?? first(words.at(-1)));
}
