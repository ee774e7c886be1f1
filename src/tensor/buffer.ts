// TensorBuffer: a mutable array with a shape, for code that fills a tensor element by element.

import { arrayHolds, newArray, type DType, type TypedArray } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { rowMajor, sizeOf } from '../contract/calls.js';
import { defaultDtype } from './convert.js';
import { checkDType } from './create.js';
import { checkShape, showShape, type Shape } from './shapes.js';
import { Tensor } from './tensor.js';

/** A mutable n-dimensional array; `toTensor()` gives what it holds then as a tensor. */
export class TensorBuffer {
  readonly size: number;
  /** Elements from one index of a dimension to the next. */
  readonly strides: readonly number[];

  /** @internal Use `buffer`. */
  constructor(
    readonly shape: Shape,
    readonly dtype: DType,
    readonly values: TypedArray,
  ) {
    this.size = sizeOf(shape);
    this.strides = rowMajor(shape);
  }

  get rank(): number {
    return this.shape.length;
  }

  /** Sets the element at `location`; bool becomes 0 or 1, other values are converted as typed arrays do it. */
  set(value: number | boolean, ...location: number[]): void {
    const number = Number(value);
    this.values[this.locToIndex(location)] = this.dtype === 'bool' ? Number(number !== 0) : number;
  }

  /** The element at `location`; without one, the first. */
  get(...location: number[]): number {
    return this.values[this.locToIndex(location)];
  }

  /**
   * Place in `values` of the element at `location`.
   * @throws ArgumentError unless it names an element; no location names the first
   */
  locToIndex(location: readonly number[]): number {
    const place = location.length === 0 ? this.shape.map(() => 0) : location;
    const inside = (index: number, d: number): boolean =>
      Number.isInteger(index) && index >= 0 && index < this.shape[d];
    if (place.length !== this.rank || !place.every(inside)) {
      throw new ArgumentError(
        `TensorBuffer: location ${showShape(location)} does not lie in shape ${showShape(this.shape)}.`,
      );
    }
    return place.reduce((sum, index, d) => sum + index * this.strides[d], 0);
  }

  /** Location of the element at place `index` of `values`. */
  indexToLoc(index: number): number[] {
    return this.strides.map((stride, d) => Math.floor(index / stride) % this.shape[d]);
  }

  /** The elements of now, copied. */
  toTensor(): Tensor {
    return new Tensor(this.values.slice(), this.shape, this.dtype);
  }
}

/**
 * A TensorBuffer of zeros, or of `values`, which it uses without copying.
 * @example const b = buffer([2, 2]); b.set(3, 1, 0); b.toTensor();
 */
export function buffer(shape: Shape, dtype: DType = defaultDtype(), values?: TypedArray): TensorBuffer {
  checkShape(shape, 'buffer');
  checkDType(dtype, 'buffer');
  const array = values ?? newArray(dtype, sizeOf(shape));
  if (!arrayHolds(dtype, array) || array.length !== sizeOf(shape)) {
    throw new ArgumentError(
      `buffer: expected ${sizeOf(shape)} elements of ${dtype} for shape ${showShape(shape)}, ` +
        `got a ${array.constructor.name} of ${array.length}.`,
    );
  }
  return new TensorBuffer([...shape], dtype, array);
}
