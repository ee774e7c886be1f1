// A number over a plane: contours with what moves on them, and the border that a classifier draws between its classes.

import { ArgumentError } from '../contract/errors.js';
import { commonOptions, type PictureOptions } from './charts.js';
import { pictureOf, type Picture, type TextSize } from './picture.js';
import { shadesLegend, shadesText } from './terminal.js';
import { schemes, seriesColors } from './theme.js';
import {
  checkOptions,
  extent,
  matrix,
  numbers,
  type HeightField,
  type Matrix,
  type Numbers,
} from './values.js';
import { drawVega } from './vega.js';

/** A way over the plane, from its first point to its last, where a ball lies. */
export interface Path {
  name: string;
  x: Numbers;
  y: Numbers;
}

/** For `contour`. */
export interface ContourOptions extends PictureOptions, HeightField {
  /** Number of bands. Default: 12. */
  levels?: number;
  /** Whether the bands get wider upwards, by squares, so that the floor of a valley is seen. Default: false. */
  squared?: boolean;
  paths?: readonly Path[];
}

/** For `decisionBoundary`. */
export interface DecisionBoundaryOptions extends PictureOptions {
  /**
   * What is asked at each place: a function of a list of points [x, y], which gives a number a point (from 0 to 1, the
   * border being 0.5), in an array or a tensor.
   */
  predict: (points: [number, number][]) => Numbers | Matrix;
  /** The examples: x and y of each, and its class, 0 or 1. */
  points?: { x: Numbers; y: Numbers; label: Numbers };
  /** Default: around the points. */
  xRange?: readonly [number, number];
  yRange?: readonly [number, number];
  xTitle?: string;
  yTitle?: string;
  /** What the number is. Default: `'output'`. */
  zTitle?: string;
  /** Names of the classes 0 and 1. Default: `['class 0', 'class 1']`. */
  classNames?: readonly [string, string];
  /** Places asked along each axis. Default: 80. */
  resolution?: number;
}

interface Field {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly rows: readonly (readonly number[])[];
  readonly thresholds: readonly number[];
  readonly range: readonly [number, number];
  /** A scheme of Vega's, or colours from the lowest to the highest. */
  readonly colors: string | readonly string[];
}

interface Over {
  readonly data?: object[];
  readonly scales?: object[];
  readonly marks?: object[];
  readonly legends?: object[];
}

/** Cells of the grid to pixels; the centres of the first and last lie on the edges of the plot. */
const ontoPlot = {
  x: { signal: '-stretchX / 2' },
  y: { signal: '-stretchY / 2' },
  scaleX: { signal: 'stretchX' },
  scaleY: { signal: 'stretchY' },
};

/** Filled bands with axes and a legend of the height, and marks over them. */
function fieldSpec(
  options: PictureOptions & { xTitle?: string; yTitle?: string; zTitle?: string },
  field: Field,
  over: Over,
) {
  const { title, subtitle, width = 560, height = 420 } = options;
  const [columns, rows] = [field.x.length, field.y.length];
  const axis = { domain: false, grid: false, tickCount: 7 };
  return {
    width,
    height,
    autosize: { type: 'fit', contains: 'padding' },
    title: { text: title, ...(subtitle ? { subtitle } : {}) },
    data: [
      {
        name: 'grid',
        values: [
          // Vega counts rows from the top.
          { width: columns, height: rows, values: [...field.rows].reverse().flat() },
        ],
      },
      {
        name: 'bands',
        source: 'grid',
        transform: [{ type: 'isocontour', thresholds: [...field.thresholds], smooth: true }],
      },
      ...(over.data ?? []),
    ],
    // Stretches the grid over the whole plot, both ways; its first and last places, half a cell inside, lie on the edges.
    signals: [
      { name: 'stretchX', update: `width / ${columns - 1}` },
      { name: 'stretchY', update: `height / ${rows - 1}` },
    ],
    projections: [{ name: 'cells', type: 'identity', scale: 1, translate: [0, 0] }],
    scales: [
      {
        name: 'x',
        type: 'linear',
        range: 'width',
        domain: [field.x[0], field.x[columns - 1]],
        nice: false,
        zero: false,
      },
      {
        name: 'y',
        type: 'linear',
        range: 'height',
        domain: [field.y[0], field.y[rows - 1]],
        nice: false,
        zero: false,
      },
      {
        name: 'band',
        type: 'linear',
        domain: [...field.range],
        range: typeof field.colors === 'string' ? { scheme: field.colors } : [...field.colors],
        zero: false,
      },
      ...(over.scales ?? []),
    ],
    axes: [
      { ...axis, orient: 'bottom', scale: 'x', ...(options.xTitle ? { title: options.xTitle } : {}) },
      { ...axis, orient: 'left', scale: 'y', ...(options.yTitle ? { title: options.yTitle } : {}) },
    ],
    marks: [
      {
        type: 'group',
        clip: true,
        encode: {
          update: {
            width: { signal: 'width' },
            height: { signal: 'height' },
            fill: { scale: 'band', value: field.range[0] },
          },
        },
        marks: [
          {
            type: 'path',
            from: { data: 'bands' },
            encode: {
              update: {
                ...ontoPlot,
                fill: { scale: 'band', field: 'contour.value' },
                stroke: { value: '#ffffff' },
                strokeOpacity: { value: 0.35 },
                strokeWidth: { value: 0.05 },
              },
            },
            transform: [{ type: 'geopath', projection: 'cells', field: 'datum.contour' }],
          },
          ...(over.marks ?? []),
        ],
      },
    ],
    legends: [
      {
        fill: 'band',
        type: 'gradient',
        title: options.zTitle ?? '',
        gradientLength: 160,
        format: '~r',
        tickCount: 5,
      },
      ...(over.legends ?? []),
    ],
  };
}

/** @throws ArgumentError where places are not evenly spaced and rising */
function axisValues(data: Numbers, what: string): number[] {
  const values = numbers(data, what);
  const step = (values[values.length - 1] - values[0]) / (values.length - 1);
  const even = values.every((v, i) => Math.abs(v - values[0] - i * step) <= 1e-3 * step);
  if (values.length < 2 || !(step > 0) || !even) {
    throw new ArgumentError(`${what}: expected at least two places, evenly spaced and rising.`);
  }
  return values;
}

/** From one class to the other, light enough for points to stand out. */
const classColors = ['#8fbcdc', '#ffffff', '#f3bd94'];

/** Names to a legend: a dot of each colour. */
const dotLegend = (scale: string, shape?: string) => ({
  fill: scale,
  ...(shape ? { shape } : {}),
  title: '',
  symbolSize: 80,
  symbolStrokeWidth: 1,
  symbolStrokeColor: '#888888',
});

/**
 * Heights over a plane as filled bands, with ways that lead over them, each ending in a ball.
 * @throws ArgumentError where z is not as many rows and columns as y and x have places
 */
export async function contour(options: ContourOptions): Promise<Picture> {
  checkOptions('contour', options, [
    ...commonOptions,
    ...['x', 'y', 'z', 'xTitle', 'yTitle', 'zTitle', 'levels', 'squared', 'paths'],
  ]);
  const { title, levels = 12, squared = false, paths = [], width = 560, height = 420 } = options;
  const x = axisValues(options.x, 'contour: x');
  const y = axisValues(options.y, 'contour: y');
  const rows = matrix(options.z, 'contour: z');
  if (rows.length !== y.length || rows[0].length !== x.length) {
    throw new ArgumentError(
      `contour: expected z of ${y.length} rows (y) and ${x.length} columns (x), got ${rows.length} and ${rows[0].length}.`,
    );
  }
  const range = extent(rows.flat(), 'contour: z');
  const [low, high] = range;
  const thresholds = Array.from({ length: levels - 1 }, (_, i) => {
    const share = (i + 1) / levels;
    return low + (high - low) * (squared ? share * share : share);
  });
  const ways = paths.map((path, i) => {
    checkOptions(`contour: path ${i}`, path, ['name', 'x', 'y']);
    return {
      name: path.name,
      x: numbers(path.x, `contour: x of '${path.name}'`),
      y: numbers(path.y, `contour: y of '${path.name}'`),
    };
  });
  const names = ways.map(({ name }) => name);
  const points = ways.flatMap((way) =>
    way.x.map((px, i) => ({ name: way.name, x: px, y: way.y[i], last: i === way.x.length - 1 })),
  );
  const at = { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' } };
  const lines = {
    type: 'group',
    from: { facet: { name: 'way', data: 'points', groupby: 'name' } },
    marks: [
      ...[
        { color: { value: '#1a1a1a' }, width: 3.5 },
        { color: { scale: 'ways', field: 'name' }, width: 2 },
      ].map(({ color, width: strokeWidth }) => ({
        type: 'line',
        from: { data: 'way' },
        encode: {
          update: {
            ...at,
            stroke: color,
            strokeWidth: { value: strokeWidth },
            strokeJoin: { value: 'round' },
          },
        },
      })),
      {
        type: 'symbol',
        from: { data: 'way' },
        encode: {
          update: {
            ...at,
            size: { signal: 'datum.last ? 130 : 14' },
            fill: { scale: 'ways', field: 'name' },
            stroke: { value: '#1a1a1a' },
            strokeWidth: { signal: 'datum.last ? 1.5 : 0.5' },
          },
        },
      },
    ],
  };
  const field = { x, y, rows, thresholds, range, colors: schemes.sequential };
  const svg = await drawVega(
    fieldSpec(options, field, {
      data: [{ name: 'points', values: points }],
      scales: [{ name: 'ways', type: 'ordinal', domain: names, range: pathColors }],
      marks: points.length > 0 ? [lines] : [],
      legends: names.length > 0 ? [dotLegend('ways')] : [],
    }),
  );
  return pictureOf({ width, height, svg, title, text: fieldText([...rows].reverse(), range) });
}

/** Colours that stand out from viridis. */
const pathColors = ['#E69F00', '#ffffff', '#CC79A7', '#56B4E9', '#D55E00', '#F0E442'];

const fieldText =
  (rows: readonly (readonly number[])[], range: readonly [number, number]) => (size: TextSize) =>
    `${shadesText(rows, range, size)}\n${shadesLegend(range)}`;

/**
 * What a classifier of two inputs says all over the plane, from 0 to 1, with its border at 0.5 and the examples.
 * @throws ArgumentError where `predict` gives something else than a number for each point
 * @example
 * await decisionBoundary({ title: 'XOR', predict: (points) => model.predict(tensor(points)), points: { x, y, label } });
 */
export async function decisionBoundary(options: DecisionBoundaryOptions): Promise<Picture> {
  checkOptions('decisionBoundary', options, [
    ...commonOptions,
    ...['predict', 'points', 'xRange', 'yRange', 'xTitle', 'yTitle', 'zTitle', 'classNames', 'resolution'],
  ]);
  const {
    title,
    predict,
    points,
    resolution = 80,
    classNames = ['class 0', 'class 1'],
    width = 560,
    height = 420,
  } = options;
  if (typeof predict !== 'function') {
    throw new ArgumentError(
      `decisionBoundary: expected predict to be a function of points, got ${String(predict)}.`,
    );
  }
  const given = points && {
    x: numbers(points.x, 'decisionBoundary: points.x'),
    y: numbers(points.y, 'decisionBoundary: points.y'),
    label: numbers(points.label, 'decisionBoundary: points.label'),
  };
  if (given && (given.x.length !== given.y.length || given.x.length !== given.label.length)) {
    throw new ArgumentError(
      `decisionBoundary: expected as many x, y and labels, got ${given.x.length}, ${given.y.length} and ${given.label.length}.`,
    );
  }
  const around = (values: number[] | undefined, what: string): [number, number] => {
    if (!values) throw new ArgumentError(`decisionBoundary: expected ${what}, as there are no points.`);
    const [low, high] = extent(values, 'decisionBoundary: points');
    const margin = 0.15 * (high - low || 1);
    return [low - margin, high + margin];
  };
  const [x0, x1] = options.xRange ?? around(given?.x, 'xRange');
  const [y0, y1] = options.yRange ?? around(given?.y, 'yRange');
  const places = (low: number, high: number): number[] =>
    Array.from({ length: resolution }, (_, i) => low + ((high - low) * i) / (resolution - 1));
  const [x, y] = [places(x0, x1), places(y0, y1)];
  const asked = y.flatMap((py) => x.map((px): [number, number] => [px, py]));
  const answer = predict(asked);
  const flat =
    'shape' in answer || typeof answer[0] !== 'object'
      ? numbers(answer as Numbers, 'decisionBoundary: predict')
      : matrix(answer as Matrix, 'decisionBoundary: predict').flat();
  if (flat.length !== asked.length) {
    throw new ArgumentError(
      `decisionBoundary: expected predict to give ${asked.length} numbers, one a point, got ${flat.length}.`,
    );
  }
  const rows = y.map((_, r) => flat.slice(r * resolution, (r + 1) * resolution));
  const range = [0, 1] as const;
  const svg = await drawVega(
    fieldSpec(
      { ...options, ...{ zTitle: options.zTitle ?? 'output' } },
      {
        x,
        y,
        rows,
        thresholds: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
        range,
        colors: classColors,
      },
      {
        data: [
          { name: 'border', source: 'grid', transform: [{ type: 'isocontour', thresholds: [0.5] }] },
          {
            name: 'points',
            values: given
              ? given.x.map((px, i) => ({
                  x: px,
                  y: given.y[i],
                  name: classNames[given.label[i] > 0.5 ? 1 : 0],
                }))
              : [],
          },
        ],
        scales: [
          {
            name: 'classes',
            type: 'ordinal',
            domain: [...classNames],
            range: [seriesColors[0], seriesColors[4]],
          },
          { name: 'shapes', type: 'ordinal', domain: [...classNames], range: ['circle', 'triangle-up'] },
        ],
        marks: [
          {
            type: 'path',
            from: { data: 'border' },
            encode: {
              update: {
                ...ontoPlot,
                stroke: { value: '#222222' },
                strokeWidth: { value: 0.35 },
              },
            },
            transform: [{ type: 'geopath', projection: 'cells', field: 'datum.contour' }],
          },
          {
            type: 'symbol',
            from: { data: 'points' },
            encode: {
              update: {
                x: { scale: 'x', field: 'x' },
                y: { scale: 'y', field: 'y' },
                shape: { scale: 'shapes', field: 'name' },
                size: { value: 60 },
                fill: { scale: 'classes', field: 'name' },
                stroke: { value: '#ffffff' },
                strokeWidth: { value: 1 },
              },
            },
          },
        ],
        legends: given ? [dotLegend('classes', 'shapes')] : [],
      },
    ),
  );
  return pictureOf({ width, height, svg, title, text: fieldText([...rows].reverse(), range) });
}
