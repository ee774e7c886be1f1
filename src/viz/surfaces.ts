// A number over a plane as a surface in space, seen from a corner, with a ball that rolls over it.

import { ArgumentError } from '../contract/errors.js';
import { commonOptions, type PictureOptions } from './charts.js';
import { documentOf, px, textMark, titleHeight } from './documents.js';
import { pictureOf, type Picture } from './picture.js';
import { shadesLegend, shadesText } from './terminal.js';
import { faint, schemes } from './theme.js';
import { checkOptions, extent, matrix, numbers, type HeightField, type Numbers } from './values.js';
import { colorsOf } from './vega.js';

/** For `surface`. */
export interface SurfaceOptions extends PictureOptions, HeightField {
  /** A way over the surface; at its end lies a ball. */
  path?: { x: Numbers; y: Numbers; z: Numbers };
  /** Degrees by which the plane is turned. Default: -50. */
  rotation?: number;
  /** Degrees above the plane from which one looks. Default: 32. */
  elevation?: number;
}

type Point = readonly [number, number, number];

/**
 * Heights over a plane, seen in space.
 * @throws ArgumentError where z is not as many rows and columns as y and x have places
 */
export async function surface(options: SurfaceOptions): Promise<Picture> {
  checkOptions('surface', options, [
    ...commonOptions,
    ...['x', 'y', 'z', 'xTitle', 'yTitle', 'zTitle', 'path', 'rotation', 'elevation'],
  ]);
  const { title, subtitle, width = 560, height = 440, rotation = -50, elevation = 32 } = options;
  const x = numbers(options.x, 'surface: x');
  const y = numbers(options.y, 'surface: y');
  const rows = matrix(options.z, 'surface: z');
  if (rows.length !== y.length || rows[0].length !== x.length) {
    throw new ArgumentError(
      `surface: expected z of ${y.length} rows (y) and ${x.length} columns (x), got ${rows.length} and ${rows[0].length}.`,
    );
  }
  const path = options.path && {
    x: numbers(options.path.x, 'surface: path.x'),
    y: numbers(options.path.y, 'surface: path.y'),
    z: numbers(options.path.z, 'surface: path.z'),
  };
  const ranges = [
    extent(x, 'surface: x'),
    extent(y, 'surface: y'),
    extent(rows.flat(), 'surface: z'),
  ] as const;
  const [low, high] = ranges[2];
  const colors = await colorsOf(schemes.sequential);

  // A box of 1 x 1 x 0.62 about the origin, turned about the vertical, then tipped towards the eye.
  const unit = (v: number, axis: 0 | 1 | 2): number =>
    (v - ranges[axis][0]) / (ranges[axis][1] - ranges[axis][0] || 1) - 0.5;
  const [turn, tip] = [(rotation * Math.PI) / 180, (elevation * Math.PI) / 180];
  /** Right, up and towards the eye. */
  const turned = (u: number, v: number, w: number): Point => {
    const right = u * Math.cos(turn) - v * Math.sin(turn);
    const away = u * Math.sin(turn) + v * Math.cos(turn);
    return [
      right,
      0.62 * w * Math.cos(tip) + away * Math.sin(tip),
      0.62 * w * Math.sin(tip) - away * Math.cos(tip),
    ];
  };
  const top = titleHeight(subtitle);
  const size = Math.min(
    (width - 120) / 1.42,
    (height - top - 40) / (0.62 * Math.cos(tip) + 1.42 * Math.sin(tip)),
  );
  const center = [width / 2, top + (height - top - 10) / 2];
  const screen = ([right, up]: Point): [number, number] => [center[0] + size * right, center[1] - size * up];
  const at = (px_: number, py: number, pz: number): Point => turned(unit(px_, 0), unit(py, 1), unit(pz, 2));
  const join = (points: readonly Point[]): string => points.map((p) => screen(p).map(px).join(',')).join(' ');

  // Far cells first: those in front are drawn over them.
  const cells: { depth: number; mark: string }[] = [];
  for (let r = 0; r + 1 < y.length; r++) {
    for (let c = 0; c + 1 < x.length; c++) {
      const corners = [
        [r, c],
        [r, c + 1],
        [r + 1, c + 1],
        [r + 1, c],
      ].map(([i, j]) => at(x[j], y[i], rows[i][j]));
      if (corners.some((p) => !Number.isFinite(p[1]))) continue;
      const mean = (rows[r][c] + rows[r][c + 1] + rows[r + 1][c] + rows[r + 1][c + 1]) / 4;
      const fill = colors((mean - low) / (high - low || 1))
        .map(Math.round)
        .join(',');
      cells.push({
        depth: corners.reduce((sum, p) => sum + p[2], 0),
        mark: `<polygon points="${join(corners)}" fill="rgb(${fill})"/>`,
      });
    }
  }
  cells.sort((a, b) => a.depth - b.depth);
  const parts = [
    ...frame(turned, screen, join, ranges, options),
    `<g stroke="#ffffff" stroke-opacity="0.35" stroke-width="0.5" stroke-linejoin="round">${cells.map((c) => c.mark).join('')}</g>`,
  ];
  if (path) {
    const way = path.x.map((v, i) => at(v, path.y[i], path.z[i])).filter((p) => Number.isFinite(p[0] + p[1]));
    const [ballX, ballY] = screen(way[way.length - 1]);
    parts.push(
      `<polyline points="${join(way)}" fill="none" stroke="#ffffff" stroke-width="4" stroke-linejoin="round"/>`,
      `<polyline points="${join(way)}" fill="none" stroke="#D55E00" stroke-width="2" stroke-linejoin="round"/>`,
      `<circle cx="${px(ballX)}" cy="${px(ballY - 5)}" r="7" fill="#D55E00" stroke="#ffffff" stroke-width="1.5"/>`,
    );
  }
  return pictureOf({
    width,
    height,
    svg: documentOf(width, height, title, subtitle, parts.join('')),
    title,
    text: (given) => `${shadesText([...rows].reverse(), ranges[2], given)}\n${shadesLegend(ranges[2])}`,
  });
}

/** The floor, its numbers and titles, and the upright axis at the left. */
function frame(
  turned: (u: number, v: number, w: number) => Point,
  screen: (p: Point) => [number, number],
  join: (points: readonly Point[]) => string,
  ranges: readonly (readonly [number, number])[],
  { xTitle, yTitle, zTitle }: SurfaceOptions,
): string[] {
  const parts: string[] = [];
  const lineOf = (a: Point, b: Point, color: string): string =>
    `<polyline points="${join([a, b])}" fill="none" stroke="${color}" stroke-width="1"/>`;
  const corners = [
    [-0.5, -0.5],
    [0.5, -0.5],
    [0.5, 0.5],
    [-0.5, 0.5],
  ] as const;
  parts.push(
    `<polygon points="${join(corners.map(([u, v]) => turned(u, v, -0.5)))}" fill="#f5f5f5" stroke="#bbbbbb"/>`,
  );
  for (const share of [-0.25, 0, 0.25]) {
    parts.push(lineOf(turned(share, -0.5, -0.5), turned(share, 0.5, -0.5), '#dddddd'));
    parts.push(lineOf(turned(-0.5, share, -0.5), turned(0.5, share, -0.5), '#dddddd'));
  }
  // Of the four edges of the floor the two in front bear the numbers.
  const front = (u: number, v: number): number => turned(u, v, -0.5)[2];
  const nearV = front(0, -0.5) > front(0, 0.5) ? -0.5 : 0.5;
  const nearU = front(-0.5, 0) > front(0.5, 0) ? -0.5 : 0.5;
  const outward = (u: number, v: number, by: number): [number, number] =>
    screen(turned(u * (1 + by), v * (1 + by), -0.5));
  const value = (axis: number, share: number): string => {
    const [low, high] = ranges[axis];
    // Three digits of the range: what is next to nothing beside it is 0.
    const digits = Math.max(0, 2 - Math.floor(Math.log10(high - low || 1)));
    return String(Number((low + (high - low) * share).toFixed(Math.min(20, digits))) + 0);
  };
  for (const share of [0.1, 0.5, 0.9]) {
    const [xu, xv] = [share - 0.5, nearV];
    const [tx, ty] = screen(turned(xu, xv * 1.14, -0.5));
    parts.push(textMark(tx, ty + 4, value(0, share), { size: 10, color: faint }));
    const [sx, sy] = screen(turned(nearU * 1.14, share - 0.5, -0.5));
    parts.push(textMark(sx, sy + 4, value(1, share), { size: 10, color: faint }));
  }
  // Titles begin (or end) where the middle number is, below it, and lead away from it: they never meet.
  const [xx, xy] = outward(0, nearV, 0.14);
  const [yx, yy] = outward(nearU, 0, 0.14);
  const away = (left: boolean) => ({ size: 12, anchor: left ? 'end' : 'start' });
  if (xTitle) parts.push(textMark(xx + (xx < yx ? -12 : 12), xy + 22, xTitle, away(xx < yx)));
  if (yTitle) parts.push(textMark(yx + (yx <= xx ? -12 : 12), yy + 22, yTitle, away(yx <= xx)));
  // The upright stands at the corner that is furthest to the left.
  const [leftU, leftV] = [...corners].sort((a, b) => turned(a[0], a[1], 0)[0] - turned(b[0], b[1], 0)[0])[0];
  parts.push(lineOf(turned(leftU, leftV, -0.5), turned(leftU, leftV, 0.5), '#bbbbbb'));
  for (const share of [0, 0.5, 1]) {
    const [zx, zy] = screen(turned(leftU, leftV, share - 0.5));
    parts.push(textMark(zx - 8, zy + 4, value(2, share), { size: 10, color: faint, anchor: 'end' }));
  }
  if (zTitle) {
    const [zx, zy] = screen(turned(leftU, leftV, 0.5));
    parts.push(textMark(zx - 8, zy - 12, zTitle, { size: 12 }));
  }
  return parts;
}
