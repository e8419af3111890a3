import type { ScenePalette } from '../scene/scene-api';
import type { Theme } from './model';

/** What the scene draws itself, per theme; the same colours as the tokens of the style sheet. */
export const SCENE_PALETTES: Readonly<Record<Theme, ScenePalette>> = {
  light: {
    canvas: '#ffffff',
    text: '#1b1f24',
    textHalo: '#ffffff',
    axis: '#8a94a0',
    accent: '#2f6fed',
    hover: '#1b1f24',
  },
  dark: {
    canvas: '#0e1116',
    text: '#e6e9ee',
    textHalo: '#0e1116',
    axis: '#5f6b79',
    accent: '#6aa0ff',
    hover: '#ffffff',
  },
};
