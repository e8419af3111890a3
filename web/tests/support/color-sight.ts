/** How colours look: apart from each other, to people with and without colour blindness, and against a canvas. */

import type { Rgb } from '../../src/domain/palettes';

type Row = readonly [number, number, number];
type Matrix = readonly [Row, Row, Row];

/**
 * What dichromats see, as a change of linear RGB. Source: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A
 * Physiologically-based Model for Simulation of Color Vision Deficiency", 2009, severity 1.0.
 */
export const SIGHTS: Readonly<Record<'normal' | 'protanopia' | 'deuteranopia', Matrix>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

/** Distance in OKLab (B. Ottosson, 2020): about 0.02 is the least that an eye tells apart side by side. */
export function distance(first: Rgb, second: Rgb, sight: Matrix = SIGHTS.normal): number {
  const [a, b] = [oklab(seen(first, sight)), oklab(seen(second, sight))];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** The smallest distance of all pairs. */
export function leastDistance(colors: readonly Rgb[], sight: Matrix): number {
  return Math.min(
    ...colors.flatMap((color, index) => colors.slice(0, index).map((other) => distance(color, other, sight))),
  );
}

/** Lightness in OKLab, 0 to 1. */
export function lightness(color: Rgb): number {
  return oklab(seen(color, SIGHTS.normal))[0];
}

/** Contrast ratio from 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(first: Rgb, second: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: Rgb): number {
  const [red, green, blue] = linear(color);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear([red, green, blue]: Rgb): Row {
  const part = (byte: number) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return [part(red), part(green), part(blue)];
}

function seen(color: Rgb, sight: Matrix): Row {
  const [red, green, blue] = times(sight, linear(color));
  const within = (value: number) => Math.min(1, Math.max(0, value));
  return [within(red), within(green), within(blue)];
}

function oklab(rgb: Row): Row {
  const [long, medium, short] = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    [Math.cbrt(long), Math.cbrt(medium), Math.cbrt(short)],
  );
}

function times(matrix: Matrix, [x, y, z]: Row): Row {
  const along = ([a, b, c]: Row) => a * x + b * y + c * z;
  return [along(matrix[0]), along(matrix[1]), along(matrix[2])];
}
