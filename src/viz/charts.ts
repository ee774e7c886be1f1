// Charts over two axes: lines (courses of training, functions) and points.

import { ArgumentError } from '../contract/errors.js';
import { pictureOf, type Picture } from './picture.js';
import { plotText, type TextSeries } from './terminal.js';
import { checkOptions, extent, gaps, label, numbers, type Numbers } from './values.js';
import { drawLite } from './vega.js';

/** What every picture takes. */
export interface PictureOptions {
  /** What is to be seen. */
  title: string;
  /** In small print below the title. */
  subtitle?: string;
  /** In pixels. */
  width?: number;
  /** In pixels. */
  height?: number;
}

/** An axis. */
export interface Axis {
  /** What is along it, with its unit. */
  title?: string;
  /** Default: `'linear'`. On `'log'`, what is not above 0 is left out. */
  scale?: 'linear' | 'log';
  /** Lowest and highest value shown. Default: those of the data, rounded. */
  domain?: readonly [number, number];
}

/** One line, or the points of one kind. */
export interface Series {
  /** As the legend has it. */
  name: string;
  /** Default: 0, 1, 2, ... */
  x?: Numbers;
  /** NaN makes a gap. */
  y: Numbers;
  /** Of lines: drawn dashed. Default: false. */
  dashed?: boolean;
  /** Of lines: with a dot at each value. Default: false. */
  points?: boolean;
}

/** A title, or more on an axis. */
type AxisOption = string | Axis;

/** For `lineChart`. */
export interface LineChartOptions extends PictureOptions {
  x?: AxisOption;
  y?: AxisOption;
  series: readonly Series[];
}

/** For `scatter`. */
export interface ScatterOptions extends LineChartOptions {
  /** Lines over the points: a fitted line, a border. */
  lines?: readonly Series[];
}

export const commonOptions = ['title', 'subtitle', 'width', 'height'];

interface Drawn extends Series {
  readonly joined: boolean;
  readonly points: boolean;
  readonly at: readonly number[];
  readonly values: readonly number[];
}

function readSeries(list: readonly Series[] | undefined, joined: boolean, owner: string): Drawn[] {
  if (!Array.isArray(list)) throw new ArgumentError(`${owner}: expected an array of series.`);
  return (list as readonly Series[]).map((one, i) => {
    checkOptions(`${owner}: series ${i}`, one, ['name', 'x', 'y', 'dashed', 'points']);
    const { name, x, y, dashed = false, points = false } = one;
    const values = numbers(y, `${owner}: y of '${name}'`);
    const at = x === undefined ? values.map((_, n) => n) : numbers(x, `${owner}: x of '${name}'`);
    if (at.length !== values.length) {
      throw new ArgumentError(
        `${owner}: '${name}' has ${at.length} values of x and ${values.length} of y; expected as many of both.`,
      );
    }
    return { name, y, dashed, points, joined, at, values };
  });
}

const axisOf = (given: AxisOption | undefined): Axis =>
  typeof given === 'string' ? { title: given } : (given ?? {});

/** An axis of `values`, the same for Vega-Lite and for text. */
function readAxis(given: AxisOption | undefined, values: readonly number[], what: string) {
  const axis = axisOf(given);
  checkOptions(what, axis, ['title', 'scale', 'domain']);
  const log = axis.scale === 'log';
  const shown = log ? values.map((v) => (v > 0 ? v : NaN)) : values;
  const domain = axis.domain ?? extent(shown, what);
  const encoding = {
    type: 'quantitative',
    title: axis.title ?? null,
    scale: {
      type: log ? 'log' : 'linear',
      ...(log ? {} : { zero: false }),
      nice: axis.domain === undefined && !log,
      ...(axis.domain ? { domain: [...axis.domain] } : {}),
    },
    ...(log ? { axis: { tickCount: 6 } } : {}),
  };
  const place = (v: number): number => (log ? Math.log10(v) : v);
  return {
    encoding,
    place,
    range: [place(domain[0]), place(domain[1])] as const,
    tick: (v: number): string => label(log ? 10 ** v : v),
    keep: (v: number): number | null => (Number.isFinite(v) && (!log || v > 0) ? v : null),
  };
}

async function chart(options: ScatterOptions, all: readonly Drawn[], owner: string): Promise<Picture> {
  if (all.length === 0) throw new ArgumentError(`${owner}: expected at least one series, got none.`);
  const { title, width = 640, height = 400 } = options;
  const x = readAxis(
    options.x,
    all.flatMap((s) => s.at),
    `${owner}: x`,
  );
  const y = readAxis(
    options.y,
    all.flatMap((s) => s.values),
    `${owner}: y`,
  );
  const missing = gaps(all.flatMap((s) => s.values));
  const subtitle = [options.subtitle, missing].filter(Boolean).join('; ');
  const names = [...new Set(all.map((s) => s.name))];
  const rows = (joined: boolean) =>
    all
      .filter((s) => s.joined === joined)
      .flatMap((s) =>
        s.values.map((v, i) => ({
          x: x.keep(s.at[i]),
          y: y.keep(v),
          i,
          series: s.name,
          style: s.dashed ? 'dashed' : 'solid',
          points: s.points,
        })),
      );
  const encoding = {
    x: { field: 'x', ...x.encoding },
    y: { field: 'y', ...y.encoding },
    color: {
      field: 'series',
      type: 'nominal',
      sort: names,
      scale: { domain: names },
      title: null,
      legend: names.length > 1 ? {} : null,
    },
  };
  const layer: object[] = [];
  const dots = rows(false);
  if (dots.length > 0) {
    const kinds = new Set(dots.map((row) => row.series)).size;
    const shape = kinds > 1 ? { shape: { field: 'series', type: 'nominal', sort: names, legend: null } } : {};
    layer.push({
      data: { values: dots },
      mark: { type: 'point', filled: true, size: 42, opacity: 0.85, clip: false },
      encoding: { ...encoding, ...shape },
    });
  }
  const joined = rows(true);
  if (joined.length > 0) {
    layer.push({
      data: { values: joined },
      mark: { type: 'line', strokeWidth: 2, clip: true, invalid: 'break-paths-filter-domains' },
      encoding: {
        ...encoding,
        order: { field: 'i' },
        detail: { field: 'style' },
        strokeDash: {
          field: 'style',
          type: 'nominal',
          legend: null,
          scale: { domain: ['solid', 'dashed'], range: [[], [5, 4]] },
        },
      },
    });
    const marked = joined.filter((row) => row.points);
    if (marked.length > 0) {
      layer.push({
        data: { values: marked },
        mark: { type: 'point', filled: true, size: 30, clip: true },
        encoding,
      });
    }
  }
  const svg = await drawLite({
    title: { text: title, ...(subtitle ? { subtitle } : {}) },
    width,
    height,
    autosize: { type: 'fit', contains: 'padding' },
    layer,
  });
  const series: TextSeries[] = all.map((s) => ({
    name: s.name,
    joined: s.joined,
    x: s.at.map(x.place),
    y: s.values.map(y.place),
  }));
  return pictureOf({
    width,
    height,
    svg,
    title: subtitle ? `${title} (${subtitle})` : title,
    text: (size) => plotText(series, { x: x.range, y: y.range }, { x: x.tick, y: y.tick }, size),
  });
}

/**
 * Lines over two axes: a course of training, a function.
 * @throws ArgumentError on an unknown option, on x and y of different lengths, and where nothing is finite
 * @example
 * const { history } = await model.fit(x, y, { epochs: 20 });
 * const picture = await lineChart({
 *   title: 'Training',
 *   x: 'epoch',
 *   y: { title: 'loss', scale: 'log' },
 *   series: [{ name: 'training', y: history.loss }, { name: 'validation', y: history.val_loss, dashed: true }],
 * });
 * await picture.save('loss.svg');
 */
export async function lineChart(options: LineChartOptions): Promise<Picture> {
  checkOptions('lineChart', options, [...commonOptions, 'x', 'y', 'series']);
  return chart(options, readSeries(options.series, true, 'lineChart'), 'lineChart');
}

/**
 * Points over two axes, a kind a series, with lines over them if there are any.
 * @throws ArgumentError as `lineChart` does
 */
export async function scatter(options: ScatterOptions): Promise<Picture> {
  checkOptions('scatter', options, [...commonOptions, 'x', 'y', 'series', 'lines']);
  const points = readSeries(options.series, false, 'scatter');
  const lines = readSeries(options.lines ?? [], true, 'scatter');
  return chart(options, [...points, ...lines], 'scatter');
}
