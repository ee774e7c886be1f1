// How precisely matrices of float32 are multiplied: with all bits of their elements, or with those of bfloat16, which
// is float32 with 8 bits of mantissa in place of 24. Sums, weights and everything else stay float32.

import { ArgumentError } from '../contract/errors.js';
import { describe } from './nested.js';

/**
 * Precision of products of float32 matrices. 'bf16': both operands are rounded to the nearest bfloat16 (halves to even)
 * and their products summed in float32, so that an element of the result is off by at most about 2^-7 times the sum of
 * the products' magnitudes. Products of float64 are not affected.
 */
export type MatMulPrecision = 'float32' | 'bf16';

let current: MatMulPrecision = 'float32';

/** The precision of products of float32 matrices where a model has none of its own; 'float32' until `setPrecision`. */
export function getPrecision(): MatMulPrecision {
  return current;
}

/** @throws ArgumentError unless it is a precision */
export function checkPrecision(what: string, precision: MatMulPrecision): void {
  if (precision !== 'float32' && precision !== 'bf16') {
    throw new ArgumentError(`${what}: expected 'float32' or 'bf16', got ${describe(precision)}.`);
  }
}

/**
 * Sets the precision of products of float32 matrices, for ops and for models that were compiled without one.
 * @throws ArgumentError unless it is 'float32' or 'bf16'
 */
export function setPrecision(precision: MatMulPrecision): void {
  checkPrecision('setPrecision', precision);
  current = precision;
}

/** Calls `f` at a precision; undefined: at the present one. */
export function atPrecision<R>(precision: MatMulPrecision | undefined, f: () => R): R {
  if (precision === undefined) return f();
  const before = current;
  current = precision;
  try {
    return f();
  } finally {
    current = before;
  }
}
