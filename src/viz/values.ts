// The data of pictures: numbers from arrays, typed arrays or tensors, checked before anything is drawn.

import { ArgumentError } from '../contract/errors.js';
import { unknownName } from '../platform/suggest.js';

/** What of a tensor is drawn. */
export interface TensorLike {
  readonly shape: readonly number[];
  dataSync(): ArrayLike<number>;
}

/** Numbers in a row. */
export type Numbers = ArrayLike<number> | TensorLike;
/** Rows of numbers. */
export type Matrix = ArrayLike<ArrayLike<number>> | TensorLike;
/** Heights over a plane, with the titles of its axes. */
export interface HeightField {
  /** Places of the columns of `z`, rising; `contour` wants them evenly spaced. */
  x: Numbers;
  /** Places of the rows of `z`, likewise. */
  y: Numbers;
  /** Heights: z[row][column] at (x[column], y[row]). */
  z: Matrix;
  xTitle?: string;
  yTitle?: string;
  /** What the height is, with its unit. */
  zTitle?: string;
}

/** Pictures of equal size: of shape [count, height, width], or [height, width] each. */
export type Images = TensorLike | readonly (Matrix | Numbers)[];

const isTensor = (data: unknown): data is TensorLike =>
  typeof data === 'object' && data !== null && 'dataSync' in data && 'shape' in data;

/** @throws ArgumentError on an option that a function does not have */
export function checkOptions(owner: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentError(`${owner}: expected an object of options, got ${String(options)}.`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new ArgumentError(`${owner}: ${unknownName('option', name, known)}.`);
  }
}

/** @throws ArgumentError where something else than numbers came */
export function numbers(data: Numbers, what: string): number[] {
  const list = isTensor(data) ? data.dataSync() : data;
  if (typeof list !== 'object' || list === null || typeof list.length !== 'number') {
    throw new ArgumentError(`${what}: expected an array of numbers or a tensor, got ${String(data)}.`);
  }
  const result = Array.from(list, Number);
  const wrong = Array.from(list).findIndex((v) => typeof v !== 'number' && typeof v !== 'boolean');
  if (wrong >= 0) {
    throw new ArgumentError(`${what}: expected numbers, got ${String(list[wrong])} at ${wrong}.`);
  }
  return result;
}

/** Rows of equal length. @throws ArgumentError where they are not, or where there is none */
export function matrix(data: Matrix, what: string): number[][] {
  const rows = isTensor(data)
    ? rowsOf(data, what)
    : Array.from(data, (row, i) => numbers(row, `${what}[${i}]`));
  if (rows.length === 0 || rows[0].length === 0) {
    throw new ArgumentError(`${what}: expected at least one number, got none.`);
  }
  const uneven = rows.findIndex((row) => row.length !== rows[0].length);
  if (uneven >= 0) {
    throw new ArgumentError(
      `${what}: expected rows of equal length, got ${rows[0].length} numbers in row 0 and ${rows[uneven].length} in row ${uneven}.`,
    );
  }
  return rows;
}

function rowsOf(tensor: TensorLike, what: string): number[][] {
  const { shape } = tensor;
  if (shape.length !== 2) {
    throw new ArgumentError(`${what}: expected a tensor of two dimensions, got shape [${shape.join(', ')}].`);
  }
  const data = tensor.dataSync();
  return Array.from({ length: shape[0] }, (_, i) =>
    Array.from({ length: shape[1] }, (_unused, j) => Number(data[i * shape[1] + j])),
  );
}

/**
 * Images as rows of their numbers, and their common size.
 * @param size [height, width] of images that come as flat rows
 */
export function images(
  data: Images,
  size: readonly [number, number] | undefined,
  what: string,
): { list: number[][]; height: number; width: number } {
  let list: number[][];
  let [height, width] = size ?? [0, 0];
  if (isTensor(data)) {
    const { shape } = data;
    if (shape.length === 3) [height, width] = [shape[1], shape[2]];
    else if (shape.length !== 2 || !size) {
      throw new ArgumentError(
        `${what}: expected a tensor of shape [count, height, width], or [count, height * width] with a size, ` +
          `got [${shape.join(', ')}].`,
      );
    }
    const values = data.dataSync();
    const length = shape.slice(1).reduce((product, n) => product * n, 1);
    list = Array.from({ length: shape[0] }, (_, i) =>
      Array.from({ length }, (_unused, j) => Number(values[i * length + j])),
    );
  } else {
    list = data.map((image, i) => {
      const nested = !isTensor(image) && typeof image[0] === 'object';
      if (!nested && !(isTensor(image) && image.shape.length === 2))
        return numbers(image as Numbers, `${what}[${i}]`);
      const rows = matrix(image as Matrix, `${what}[${i}]`);
      if (!size && i === 0) [height, width] = [rows.length, rows[0].length];
      return rows.flat();
    });
  }
  if (list.length === 0) throw new ArgumentError(`${what}: expected at least one image, got none.`);
  if (height * width === 0 || list.some((image) => image.length !== height * width)) {
    const wrong = list.find((image) => image.length !== height * width) ?? list[0];
    throw new ArgumentError(
      `${what}: expected images of ${height} x ${width} = ${height * width} numbers, got one of ${wrong.length}.`,
    );
  }
  return { list, height, width };
}

/** Lowest and highest finite number. @throws ArgumentError where there is none */
export function extent(values: readonly number[], what: string): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  if (low > high) throw new ArgumentError(`${what}: expected at least one finite number, got none.`);
  return [low, high];
}

/** A sentence on numbers that cannot be drawn; '' where all can. */
export function gaps(values: readonly number[]): string {
  const missing = values.filter((v) => !Number.isFinite(v)).length;
  return missing === 0 ? '' : `${missing} of ${values.length} values are NaN or infinite and left out`;
}

/** A number as a label has it: four significant digits, no trailing zeros. */
export const label = (v: number): string => String(Number(v.toPrecision(4)));
