// SVG documents that Hebb writes itself: what no chart is (grids of images, surfaces, networks), with the titles of the
// charts, and pictures put together.

import { fontFamily } from './libraries.js';
import { faint, ink } from './theme.js';

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);

/** A coordinate, to a hundredth of a pixel. */
export const px = (v: number): string => String(Math.round(v * 100) / 100);

/** A line of text. */
export function textMark(
  x: number,
  y: number,
  text: string,
  { size = 11, color = ink, anchor = 'middle', bold = false, rotate = 0 } = {},
): string {
  const turned = rotate === 0 ? '' : ` transform="rotate(${px(rotate)} ${px(x)} ${px(y)})"`;
  return (
    `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" font-size="${size}" fill="${color}"` +
    `${bold ? ' font-weight="bold"' : ''}${turned}>${escapeXml(text)}</text>`
  );
}

/** Space that a title takes, with the margin above it. */
export const titleHeight = (subtitle?: string): number => (subtitle ? 62 : 44);
/** Left and right of everything. */
export const margin = 16;

/** A document of this size, with a title over what is in it. */
export function documentOf(
  width: number,
  height: number,
  title: string,
  subtitle: string | undefined,
  content: string,
): string {
  const head = [
    title && textMark(margin, 28, title, { size: 15, anchor: 'start', bold: true }),
    subtitle && textMark(margin, 46, subtitle, { color: faint, anchor: 'start' }),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${px(width)}" height="${px(height)}" ` +
    `viewBox="0 0 ${px(width)} ${px(height)}" font-family="${fontFamily}">` +
    `<rect width="${px(width)}" height="${px(height)}" fill="#ffffff"/>${head.filter(Boolean).join('')}${content}</svg>`
  );
}

/** One document inside another: its names of clips and gradients get a prefix, so that they stay its own. */
export function nested(svg: string, x: number, y: number, prefix: string): string {
  return svg
    .replace(/^<\?xml[^>]*>/, '')
    .replace(/ xmlns(:xlink)?="[^"]*"/g, '')
    .replace(/ id="([^"]+)"/g, ` id="${prefix}$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${prefix}$1)`)
    .replace(/href="#([^"]+)"/g, `href="#${prefix}$1"`)
    .replace(/^<svg /, `<svg x="${px(x)}" y="${px(y)}" `);
}
