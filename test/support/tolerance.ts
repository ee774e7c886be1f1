// How far results may be from what was expected, in units in the last place.

import type { DType, TypedArray } from '../../src/contract/dtypes.js';

export interface Tolerance {
  /** In units in the last place of the expected value. 0, with `absolute` 0: the same bits, but for NaN's. */
  readonly ulp: number;
  /** Added to that. */
  readonly absolute?: number;
}

const double = new DataView(new ArrayBuffer(8));

/** The distance from |x| to the next larger number of the dtype. */
export function ulpOf(x: number, dtype: DType): number {
  if (dtype === 'float32') {
    double.setFloat32(0, Math.abs(x));
    const bits = double.getInt32(0);
    if (bits >= 0x7f7fffff) return 2 ** 104;
    double.setInt32(0, bits + 1);
    return double.getFloat32(0) - Math.fround(Math.abs(x));
  }
  double.setFloat64(0, Math.abs(x));
  const bits = double.getBigInt64(0);
  if (bits >= 0x7fefffffffffffffn) return 2 ** 971;
  double.setBigInt64(0, bits + 1n);
  return double.getFloat64(0) - Math.abs(x);
}

/** Index of the first element that is too far from the expected one; -1 if there is none. */
export function firstDifference(
  actual: TypedArray,
  expected: TypedArray,
  dtype: DType,
  { ulp, absolute = 0 }: Tolerance,
): number {
  if (actual.length !== expected.length) return 0;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i];
    const e = expected[i];
    if (Object.is(a, e)) continue;
    if (ulp === 0 && absolute === 0) return i;
    if (Math.abs(a - e) <= ulp * ulpOf(e, dtype) + absolute) continue;
    return i;
  }
  return -1;
}

/** What `firstDifference` found, for the message of a failing test; empty if there is no difference. */
export function describeDifference(
  actual: TypedArray,
  expected: TypedArray,
  dtype: DType,
  tolerance: Tolerance,
): string {
  const i = firstDifference(actual, expected, dtype, tolerance);
  if (i < 0) return '';
  const distance = Math.abs(actual[i] - expected[i]) / ulpOf(expected[i], dtype);
  return `element ${i}: expected ${expected[i]}, got ${actual[i]} (${distance} ULP)`;
}
