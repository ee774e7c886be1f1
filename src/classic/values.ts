// What the classic models share: values given by the user as tensors of the model's dtype, and columns read back.

import type { FloatDType } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { castTo } from '../ops/cast.js';
import { convert, type TensorLike } from '../tensor/convert.js';
import { showShape } from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';

/** `values` as a tensor of `dtype`. */
export function floats(values: TensorLike, dtype: FloatDType, what: string): Tensor {
  return castTo(convert(values, what, dtype), dtype);
}

/**
 * A table of examples, [examples, columns].
 * @param columns default: any number
 * @throws ArgumentError on another rank or number of columns, or without examples
 */
export function table(values: TensorLike, columns: number | null, dtype: FloatDType, what: string): Tensor {
  const x = floats(values, dtype, what);
  if (x.rank !== 2 || x.shape[0] === 0 || (columns !== null && x.shape[1] !== columns)) {
    const expected = columns === null ? '[examples, inputs]' : `[examples, ${columns}]`;
    throw new ArgumentError(`${what}: expected a table of shape ${expected}, got ${showShape(x.shape)}.`);
  }
  return x;
}

/**
 * One target an example, [examples].
 * @throws ArgumentError on another rank or number
 */
export function column(values: TensorLike, examples: number, dtype: FloatDType, what: string): Tensor {
  const y = floats(values, dtype, what);
  if (y.rank !== 1 || y.shape[0] !== examples) {
    throw new ArgumentError(
      `${what}: expected one target for each of the ${examples} examples, [${examples}], got ${showShape(y.shape)}.`,
    );
  }
  return y;
}

/**
 * A whole number of at least 1.
 * @throws ArgumentError on anything else
 */
export function checkPositiveCount(value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ArgumentError(`${what}: expected a whole number of at least 1, got ${value}.`);
  }
}

/**
 * A learning rate: finite and above 0.
 * @throws ArgumentError on anything else
 */
export function checkRate(value: number, what: string): void {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new ArgumentError(`${what}: expected a learningRate above 0, got ${value}.`);
  }
}
