/** What the browser offers, as the edges of the page's state need it. */

import type { SocketEnvironment } from './api/socket';

export function delay(callback: () => void, milliseconds: number): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}

export const socketEnvironment: SocketEnvironment = {
  open: (url) => new WebSocket(url),
  // The second frame begins after the first was painted. A hidden page paints nothing and acknowledges nothing.
  afterDraw: (callback) => requestAnimationFrame(() => requestAnimationFrame(callback)),
  delay,
  isHidden: () => document.hidden,
  onVisibility,
};

/** Calls back whenever the page is hidden or shown; returns the function that ends it. */
export function onVisibility(callback: () => void): () => void {
  document.addEventListener('visibilitychange', callback);
  return () => document.removeEventListener('visibilitychange', callback);
}

/** Colours as the file has them, whatever the screen, multiplied by their opacity: so they may be averaged. */
export function decodeImage(image: Blob): Promise<ImageBitmap> {
  return createImageBitmap(image, { premultiplyAlpha: 'premultiply', colorSpaceConversion: 'none' });
}

export function download(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function systemTheme(): MediaQueryList {
  return matchMedia('(prefers-color-scheme: dark)');
}
