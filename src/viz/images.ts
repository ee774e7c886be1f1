// Pictures made of pixels: grids of images (digits, weights), heat maps, confusion matrices.

import { PNG } from 'pngjs';
import { ArgumentError } from '../contract/errors.js';
import { commonOptions, type PictureOptions } from './charts.js';
import { documentOf, margin, px, textMark, titleHeight } from './documents.js';
import { pictureOf, type Picture } from './picture.js';
import { shadesLegend, shadesText, tableText } from './terminal.js';
import { ink, schemes, type Scheme } from './theme.js';
import { checkOptions, extent, gaps, images, label, matrix, type Images, type Matrix } from './values.js';
import { colorsOf } from './vega.js';

/** For `imageGrid`. */
export interface ImageGridOptions extends PictureOptions {
  /** Numbers of shape [count, height, width], or flat rows with a `size`. */
  images: Images;
  /** [height, width] of images that are flat rows. */
  size?: readonly [number, number];
  /** A line below each image: what it shows, what the network says. */
  captions?: readonly string[];
  /** Images in a row. Default: 10. */
  columns?: number;
  /** Pixels of the picture for one of an image. Default: so that the picture is about 640 wide. */
  zoom?: number;
  /** What is black (or blue) and what white (or orange). Default: the lowest and highest number of all. */
  range?: readonly [number, number];
  /** `'ink'`: high numbers are dark; `'diverging'`: below 0 blue, above orange. Default: `'ink'`. */
  colors?: 'ink' | 'diverging';
}

/** For `weightImages`. */
export interface WeightImagesOptions extends Omit<ImageGridOptions, 'images' | 'colors'> {
  /** A layer's kernel, of shape [inputs, units]. */
  weights: Matrix;
  /** [height, width] of the images that the layer looks at. */
  size: readonly [number, number];
  /** How many units are shown. Default: 100, or as many as there are. */
  count?: number;
}

/** For `heatMap`. */
export interface HeatMapOptions extends PictureOptions {
  /** First row on top. */
  values: Matrix;
  rowLabels?: readonly string[];
  columnLabels?: readonly string[];
  xTitle?: string;
  yTitle?: string;
  /** What the numbers are, with their unit. */
  zTitle?: string;
  /** Default: `'diverging'` about 0 where there are numbers below 0, else `'sequential'`. */
  colors?: Scheme;
  /** Whether each cell shows its number. Default: where there are at most 12 columns. */
  showValues?: boolean;
}

/** For `confusionMatrix`. */
export interface ConfusionMatrixOptions extends PictureOptions {
  /** counts[is][said]. */
  matrix: Matrix;
  classNames?: readonly string[];
}

type Color = readonly [number, number, number];

/** A PNG in a data address, one pixel a number; `grey` ones take a third of the space. */
function pixels(rows: readonly (readonly number[])[], colorOf: (v: number) => Color, grey = false): string {
  const colorType = grey ? 0 : 2;
  const png = new PNG({ width: rows[0].length, height: rows.length });
  rows.forEach((row, r) =>
    row.forEach((v, c) => png.data.set([...colorOf(v), 255], 4 * (r * row.length + c))),
  );
  const options = { colorType, inputColorType: 6, inputHasAlpha: true } as const;
  return `data:image/png;base64,${PNG.sync.write(png, options).toString('base64')}`;
}

const imageMark = (x: number, y: number, width: number, height: number, address: string): string =>
  `<image x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" preserveAspectRatio="none" ` +
  `image-rendering="optimizeSpeed" xlink:href="${address}"/>`;

const gapColor: Color = [230, 230, 230];

/** From numbers to greys: the highest is the darkest. */
const inkColors =
  ([low, high]: readonly [number, number]) =>
  (v: number): Color => {
    if (!Number.isFinite(v)) return gapColor;
    const grey = Math.round(255 * (1 - Math.min(1, Math.max(0, (v - low) / (high - low || 1)))));
    return [grey, grey, grey];
  };

async function schemeColors(
  scheme: Scheme,
  [low, high]: readonly [number, number],
): Promise<(v: number) => Color> {
  const colors = await colorsOf(schemes[scheme]);
  return (v) => (Number.isFinite(v) ? colors((v - low) / (high - low || 1)) : gapColor);
}

/** As far below 0 as above. */
const aboutZero = ([low, high]: readonly [number, number]): [number, number] => {
  const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
  return [-most, most];
};

/** A strip of the colours between two numbers, standing. */
function colorStrip(
  x: number,
  y: number,
  range: readonly [number, number],
  title: string,
  colorOf: (v: number) => Color,
): string {
  const [low, high] = range;
  const [width, height, steps] = [14, 140, 70];
  const column = Array.from({ length: steps }, (_, i) => [high - ((high - low) * i) / (steps - 1)]);
  const ticks = [high, (low + high) / 2, low].map((v, i) =>
    textMark(x + width + 6, y + 4 + (height * i) / 2, cellLabel(v, range), { anchor: 'start' }),
  );
  return [
    title && textMark(x, y - 12, title, { anchor: 'start' }),
    imageMark(x, y, width, height, pixels(column, colorOf)),
    ...ticks,
  ].join('');
}

async function grid(options: ImageGridOptions, owner: string, columnsOfText = 3): Promise<Picture> {
  const { title, captions, columns = 10, colors = 'ink' } = options;
  const { list, height, width } = images(options.images, options.size, `${owner}: images`);
  if (captions && captions.length !== list.length) {
    throw new ArgumentError(
      `${owner}: expected ${list.length} captions, one an image, got ${captions.length}.`,
    );
  }
  if (!Number.isInteger(columns) || columns < 1) {
    throw new ArgumentError(`${owner}: expected columns of 1 or more, got ${columns}.`);
  }
  const all = extent(list.flat(), `${owner}: images`);
  const range = options.range ?? (colors === 'diverging' ? aboutZero(all) : all);
  const colorOf = colors === 'diverging' ? await schemeColors('diverging', range) : inkColors(range);
  const across = Math.min(columns, list.length);
  const down = Math.ceil(list.length / across);
  const legend = colors === 'diverging' ? 70 : 0;
  const zoom =
    options.zoom ??
    Math.max(1, Math.min(8, ((options.width ?? 640) - 2 * margin - legend) / across / width - 0.2));
  const gap = captions ? 8 : Math.max(2, zoom);
  const [cellWidth, cellHeight] = [zoom * width + gap, zoom * height + gap + (captions ? 14 : 0)];
  const top = titleHeight(options.subtitle);
  const content = list.map((image, n) => {
    const [r, c] = [Math.floor(n / across), n % across];
    const [x, y] = [margin + c * cellWidth, top + r * cellHeight];
    const rows = Array.from({ length: height }, (_, row) => image.slice(row * width, (row + 1) * width));
    const picture = imageMark(x, y, zoom * width, zoom * height, pixels(rows, colorOf, colors === 'ink'));
    const frame = `<rect x="${px(x)}" y="${px(y)}" width="${px(zoom * width)}" height="${px(zoom * height)}" fill="none" stroke="#dddddd"/>`;
    const caption = captions
      ? textMark(x + (zoom * width) / 2, y + zoom * height + 13, captions[n], { size: 10 })
      : '';
    return picture + frame + caption;
  });
  const [gridWidth, gridHeight] = [across * cellWidth - gap, down * cellHeight - gap];
  const drawnWidth = Math.max(
    2 * margin + gridWidth + legend,
    300,
    9.5 * title.length + 2 * margin,
    6.6 * (options.subtitle ?? '').length + 2 * margin,
  );
  const drawnHeight = Math.max(top + gridHeight + margin, legend ? top + 190 : 0);
  const strip = legend ? colorStrip(margin + gridWidth + 18, top + 8, range, '', colorOf) : '';
  const svg = documentOf(drawnWidth, drawnHeight, title, options.subtitle, content.join('') + strip);
  return pictureOf({
    width: drawnWidth,
    height: drawnHeight,
    svg,
    title,
    text(size) {
      const shown = list
        .slice(0, columnsOfText)
        .map((image) => Array.from({ length: height }, (_, r) => image.slice(r * width, (r + 1) * width)));
      const each = { ...size, width: Math.floor(size.width / shown.length) - 2 };
      const texts = shown.map((image) => shadesText(image, range, each).split('\n'));
      const lines = texts[0].map((_, r) => texts.map((text) => text[r]).join('  '));
      const more = list.length > shown.length ? [`... and ${list.length - shown.length} more`] : [];
      const below = captions ? [captions.slice(0, shown.length).join(' | ')] : [];
      return [...lines, ...below, ...more].join('\n');
    },
  });
}

/**
 * Images beside each other, with a line below each if wanted.
 * @throws ArgumentError where images differ in size, or captions are not as many
 * @example
 * await imageGrid({ title: 'The first 100 digits', images: train.images.slice([0], [100]) });
 */
export async function imageGrid(options: ImageGridOptions): Promise<Picture> {
  checkOptions('imageGrid', options, [
    ...commonOptions,
    'images',
    'size',
    'captions',
    'columns',
    'zoom',
    'range',
    'colors',
  ]);
  return grid(options, 'imageGrid');
}

/**
 * What each unit of a first layer looks for: its weights as an image, below 0 blue, above orange.
 * @throws ArgumentError where a unit has not height x width weights
 */
export async function weightImages(options: WeightImagesOptions): Promise<Picture> {
  checkOptions('weightImages', options, [
    ...commonOptions,
    'weights',
    'size',
    'count',
    'captions',
    'columns',
    'zoom',
    'range',
  ]);
  const rows = matrix(options.weights, 'weightImages: weights');
  const count = Math.min(options.count ?? 100, rows[0].length);
  const units = Array.from({ length: count }, (_, unit) => rows.map((row) => row[unit]));
  return grid({ ...options, images: units, colors: 'diverging' }, 'weightImages');
}

/** Black or white, whichever can be read on a colour. */
const readable = ([r, g, b]: Color): string => (0.299 * r + 0.587 * g + 0.114 * b > 140 ? ink : '#ffffff');

interface Cells {
  readonly options: PictureOptions & { xTitle?: string; yTitle?: string; zTitle?: string };
  readonly rows: readonly (readonly number[])[];
  readonly range: readonly [number, number];
  readonly colorOf: (v: number) => Color;
  readonly rowLabels?: readonly string[];
  readonly columnLabels?: readonly string[];
  /** What stands in a cell: lines, the first the larger. */
  readonly inside?: (v: number, r: number, c: number) => readonly string[];
  readonly strip: boolean;
}

/** A table of coloured cells. */
function cellsSvg({ options, rows, range, colorOf, rowLabels, columnLabels, inside, strip }: Cells) {
  const { title, subtitle, xTitle, yTitle, zTitle = '' } = options;
  const [down, across] = [rows.length, rows[0].length];
  const labelWidth = rowLabels ? Math.max(...rowLabels.map((l) => 7 * l.length)) + 8 : 0;
  const left = margin + labelWidth + (yTitle ? 20 : 0);
  const top = titleHeight(subtitle) + 4;
  const right = strip ? 90 : margin;
  const bottom = margin + (columnLabels ? 18 : 0) + (xTitle ? 20 : 0);
  const width = options.width ?? 560;
  const cellWidth = (width - left - right) / across;
  const cellHeight = options.height
    ? (options.height - top - bottom) / down
    : inside
      ? Math.min(cellWidth, 46)
      : cellWidth;
  const height = top + bottom + cellHeight * down;
  // Few cells as rectangles with seams, many as the pixels of one image.
  const parts =
    across * down <= 400
      ? rows.flatMap((row, r) =>
          row.map((v, c) => {
            const [x, y] = [left + c * cellWidth, top + r * cellHeight];
            return `<rect x="${px(x)}" y="${px(y)}" width="${px(cellWidth - 1)}" height="${px(cellHeight - 1)}" fill="rgb(${colorOf(v).map(Math.round).join(',')})"/>`;
          }),
        )
      : [imageMark(left, top, cellWidth * across, cellHeight * down, pixels(rows, colorOf))];
  if (inside) {
    const size = Math.max(7, Math.min(12, cellWidth / 3.4));
    rows.forEach((row, r) =>
      row.forEach((v, c) => {
        const lines = inside(v, r, c).filter(Boolean);
        const color = readable(colorOf(v));
        const middle = top + (r + 0.5) * cellHeight + 0.36 * size - (lines.length - 1) * 0.5 * size;
        lines.forEach((text, i) =>
          parts.push(
            textMark(left + (c + 0.5) * cellWidth, middle + i * 1.05 * size, text, {
              size: i === 0 ? size : 0.75 * size,
              color,
            }),
          ),
        );
      }),
    );
  }
  rowLabels?.forEach((text, r) =>
    parts.push(textMark(left - 7, top + (r + 0.5) * cellHeight + 4, text, { anchor: 'end' })),
  );
  columnLabels?.forEach((text, c) =>
    parts.push(textMark(left + (c + 0.5) * cellWidth, top + down * cellHeight + 15, text)),
  );
  if (xTitle) parts.push(textMark(left + (cellWidth * across) / 2, height - 12, xTitle, { size: 12 }));
  if (yTitle)
    parts.push(textMark(margin + 4, top + (cellHeight * down) / 2, yTitle, { size: 12, rotate: -90 }));
  if (strip) parts.push(colorStrip(width - right + 18, top + (zTitle ? 20 : 4), range, zTitle, colorOf));
  return {
    width,
    height: Math.max(height, strip ? top + 180 : 0),
    svg: documentOf(width, Math.max(height, strip ? top + 180 : 0), title, subtitle, parts.join('')),
  };
}

function checkLabels(labels: readonly string[] | undefined, count: number, what: string): void {
  if (labels && labels.length !== count) {
    throw new ArgumentError(`${what}: expected ${count} of them, got ${labels.length}.`);
  }
}

/** A number in a cell; what is next to nothing beside the others is 0. */
function cellLabel(v: number, [low, high]: readonly [number, number]): string {
  if (!Number.isFinite(v)) return '-';
  return Math.abs(v) < 5e-4 * Math.max(Math.abs(low), Math.abs(high)) ? '0' : label(Number(v.toPrecision(3)));
}

/**
 * Numbers as colours, first row on top.
 * @throws ArgumentError where labels are not as many as rows or columns
 */
export async function heatMap(options: HeatMapOptions): Promise<Picture> {
  checkOptions('heatMap', options, [
    ...commonOptions,
    ...['values', 'rowLabels', 'columnLabels', 'xTitle', 'yTitle', 'zTitle', 'colors', 'showValues'],
  ]);
  const rows = matrix(options.values, 'heatMap: values');
  const { rowLabels, columnLabels, showValues = rows[0].length <= 12 } = options;
  checkLabels(rowLabels, rows.length, 'heatMap: rowLabels');
  checkLabels(columnLabels, rows[0].length, 'heatMap: columnLabels');
  const all = extent(rows.flat(), 'heatMap: values');
  const colors = options.colors ?? (all[0] < 0 ? 'diverging' : 'sequential');
  const range = colors === 'diverging' ? aboutZero(all) : all;
  const colorOf = await schemeColors(colors, range);
  const subtitle = [options.subtitle, gaps(rows.flat())].filter(Boolean).join('; ') || undefined;
  const drawn = cellsSvg({
    ...{ options: { ...options, subtitle }, rows, range, colorOf, rowLabels, columnLabels, strip: true },
    ...(showValues ? { inside: (v: number) => [cellLabel(v, range)] } : {}),
  });
  return pictureOf({
    ...drawn,
    title: options.title,
    text: (size) => `${shadesText(rows, range, size)}\n${shadesLegend(range)}`,
  });
}

/**
 * What a classifier takes for what: a row is what an example is, a column what was said. Colours are shares of a row, and
 * so are the small numbers; the large ones are counts.
 * @throws ArgumentError where the matrix is not square, or names are not as many
 */
export async function confusionMatrix(options: ConfusionMatrixOptions): Promise<Picture> {
  checkOptions('confusionMatrix', options, [...commonOptions, 'matrix', 'classNames']);
  const rows = matrix(options.matrix, 'confusionMatrix: matrix');
  if (rows.length !== rows[0].length) {
    throw new ArgumentError(
      `confusionMatrix: expected a square matrix, got ${rows.length} x ${rows[0].length}.`,
    );
  }
  const names = options.classNames ?? rows.map((_, i) => String(i));
  checkLabels(names, rows.length, 'confusionMatrix: classNames');
  const sums = rows.map((row) => row.reduce((sum, v) => sum + v, 0));
  const shares = rows.map((row, r) => row.map((v) => (100 * v) / (sums[r] || 1)));
  const right = rows.reduce((sum, row, i) => sum + row[i], 0) / (sums.reduce((a, b) => a + b, 0) || 1);
  const range = [0, 100] as const;
  const colors = await colorsOf('blues');
  // Rare mistakes are what one looks for: the root makes them visible.
  const colorOf = (share: number): Color => colors(Math.sqrt(share / 100) * 0.95);
  const subtitle = options.subtitle ?? `${(100 * right).toFixed(2)} % are right; small: per cent of the row`;
  const drawn = cellsSvg({
    ...{
      options: { ...options, subtitle, xTitle: 'what the network says', yTitle: 'what it is' },
      rows: shares,
      range,
      colorOf,
    },
    ...{ rowLabels: names, columnLabels: names, strip: false },
    inside: (share, r, c) => (rows[r][c] === 0 ? ['·'] : [String(rows[r][c]), `${share.toFixed(1)} %`]),
  });
  return pictureOf({
    ...drawn,
    title: `${options.title} (row: what it is, column: what the network says; ${subtitle})`,
    text: () =>
      tableText([
        ['', ...names],
        ...rows.map((row, r) => [names[r], ...row.map((v) => (v === 0 ? '·' : String(v)))]),
      ]),
  });
}
