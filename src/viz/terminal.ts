// Pictures as text: points and lines on braille dots (2 x 4 in a character), fields and images as shades.

import type { TextSize } from './picture.js';
import { label } from './values.js';

/** ANSI colours that the colour-blind can tell apart, near those of the charts. */
const colors = [34, 33, 32, 35, 31, 36, 90];
const paint = (text: string, series: number, color: boolean): string =>
  color ? `\u001b[${colors[series % colors.length]}m${text}\u001b[0m` : text;

/** Points of a chart, joined or not. */
export interface TextSeries {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly joined: boolean;
}

/** Bit of a dot in a braille character: columns of 2, rows of 4. */
const dotBits = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
];

/** Marks of points, where colour does not tell series apart. */
const marks = ['o', 'x', '+', '#', '*', '%', '@'];

/**
 * Series over two axes.
 * @param range what the axes show: [low, high] of x and of y, as numbers on a linear scale
 * @param tick the label of a place on an axis
 */
export function plotText(
  series: readonly TextSeries[],
  range: { x: readonly [number, number]; y: readonly [number, number] },
  tick: { x: (v: number) => string; y: (v: number) => string },
  size: TextSize,
): string {
  const margin = Math.max(tick.y(range.y[0]).length, tick.y(range.y[1]).length) + 1;
  const columns = Math.max(10, size.width - margin - 2);
  const rows = Math.max(4, size.height);
  const dots = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  const owner = Array.from({ length: rows }, () => new Array<number>(columns).fill(-1));
  const letters = Array.from({ length: rows }, () => new Array<string>(columns).fill(''));
  const across = (v: number): number =>
    ((v - range.x[0]) / (range.x[1] - range.x[0] || 1)) * (2 * columns - 1);
  const down = (v: number): number => ((range.y[1] - v) / (range.y[1] - range.y[0] || 1)) * (4 * rows - 1);
  const inside = (c: number, r: number): boolean => c >= 0 && c < columns && r >= 0 && r < rows;
  const dot = (px: number, py: number, s: number): void => {
    const [i, j] = [Math.round(px), Math.round(py)];
    const [c, r] = [i >> 1, j >> 2];
    if (!inside(c, r)) return;
    dots[r][c] |= dotBits[i & 1][j & 3];
    owner[r][c] = s;
  };
  series.forEach(({ x, y, joined }, s) => {
    for (let i = 0; i < x.length; i++) {
      const [px, py] = [across(x[i]), down(y[i])];
      if (!Number.isFinite(px + py)) continue;
      if (!joined) {
        const [c, r] = [Math.round(px) >> 1, Math.round(py) >> 2];
        if (!inside(c, r)) continue;
        letters[r][c] = marks[s % marks.length];
        owner[r][c] = s;
        continue;
      }
      dot(px, py, s);
      const [qx, qy] = [across(x[i - 1]), down(y[i - 1])];
      if (i === 0 || !Number.isFinite(qx + qy)) continue;
      const steps = Math.min(4096, Math.ceil(Math.max(Math.abs(px - qx), Math.abs(py - qy))));
      for (let k = 1; k < steps; k++) dot(qx + ((px - qx) * k) / steps, qy + ((py - qy) * k) / steps, s);
    }
  });
  const lines = dots.map((row, r) => {
    const cells = row.map((bits, c) => {
      const text = letters[r][c] || (bits === 0 ? ' ' : String.fromCodePoint(0x2800 + bits));
      return owner[r][c] < 0 ? text : paint(text, owner[r][c], size.color);
    });
    const text = r === 0 ? tick.y(range.y[1]) : r === rows - 1 ? tick.y(range.y[0]) : '';
    return `${text.padStart(margin - 1)} │${cells.join('')}`.trimEnd();
  });
  const [left, right] = [tick.x(range.x[0]), tick.x(range.x[1])];
  lines.push(`${' '.repeat(margin)}└${'─'.repeat(columns)}`);
  lines.push(`${' '.repeat(margin + 1)}${left}${right.padStart(Math.max(1, columns - left.length))}`);
  if (series.length > 1) lines.push(legend(series, size.color));
  return lines.join('\n');
}

function legend(series: readonly TextSeries[], color: boolean): string {
  return series
    .map(({ name, joined }, s) => paint(`${joined ? '─' : marks[s % marks.length]} ${name}`, s, color))
    .join('   ');
}

const shades = ' .:-=+*#%@';

/** A field of numbers, first row on top, as shades; a character is about twice as high as wide. */
export function shadesText(
  rows: readonly (readonly number[])[],
  range: readonly [number, number],
  size: TextSize,
): string {
  const aspect = rows[0].length / rows.length;
  const height = Math.max(1, Math.min(rows.length, size.height, Math.floor(size.width / (2 * aspect))));
  const columns = Math.max(1, Math.min(size.width, Math.round(2 * height * aspect)));
  const lines = Array.from({ length: height }, (_, r) => {
    const row = rows[Math.floor(((r + 0.5) * rows.length) / height)];
    return Array.from({ length: columns }, (_unused, c) =>
      shadeOf(row[Math.floor(((c + 0.5) * row.length) / columns)], range),
    ).join('');
  });
  return lines.join('\n');
}

/** What the shades of a field stand for. */
export const shadesLegend = ([low, high]: readonly [number, number]): string =>
  `'${shades[0]}' ${label(low)}  ...  '${shades.at(-1)}' ${label(high)}`;

function shadeOf(value: number, [low, high]: readonly [number, number]): string {
  if (!Number.isFinite(value)) return '?';
  const share = (value - low) / (high - low || 1);
  return shades[Math.max(0, Math.min(shades.length - 1, Math.floor(share * shades.length)))];
}

/** A table with its first column to the left and the others to the right. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows
    .map((row) =>
      row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c] + 2))).join(''),
    )
    .join('\n');
}
