/** What this browser remembers of a person's taste. Storage may be forbidden, full or edited by hand: never trusted. */

import type { PanelPlace, State } from './model';

export interface Preferences {
  readonly theme: State['theme'];
  readonly panelPlaces: State['panelPlaces'];
}

/** public/theme.js reads the same key before the first paint. */
const KEY = 'projector.preferences';
const NARROWEST_PX = 200;
const WIDEST_PX = 640;

export const DEFAULT_PREFERENCES: Preferences = {
  theme: 'system',
  panelPlaces: { left: { widthPx: 280, collapsed: false }, right: { widthPx: 320, collapsed: false } },
};

/** Reads the preferences; whatever is missing or odd takes its default. */
export function readPreferences(storage: () => Storage): Preferences {
  const stored = storedObject(storage);
  const places = objectOf(stored.panelPlaces);
  const { left, right } = DEFAULT_PREFERENCES.panelPlaces;
  const theme = stored.theme;
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    panelPlaces: { left: placeOf(places.left, left), right: placeOf(places.right, right) },
  };
}

/** Writes the preferences; in a browser that forbids it they last as long as the page. */
export function writePreferences(storage: () => Storage, { theme, panelPlaces }: Preferences): void {
  try {
    storage().setItem(KEY, JSON.stringify({ theme, panelPlaces }));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

/** Keeps a panel's width within what a person can still use. */
export function boundedPlace(place: PanelPlace): PanelPlace {
  return { ...place, widthPx: Math.round(Math.min(WIDEST_PX, Math.max(NARROWEST_PX, place.widthPx))) };
}

function placeOf(stored: unknown, fallback: PanelPlace): PanelPlace {
  const { widthPx, collapsed } = objectOf(stored);
  return boundedPlace({
    widthPx: typeof widthPx === 'number' && Number.isFinite(widthPx) ? widthPx : fallback.widthPx,
    collapsed: typeof collapsed === 'boolean' ? collapsed : fallback.collapsed,
  });
}

function storedObject(storage: () => Storage): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(storage().getItem(KEY) ?? '{}'));
  } catch (error) {
    if (error instanceof DOMException || error instanceof SyntaxError) return {};
    throw error;
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
