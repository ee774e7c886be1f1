// The element types of tensors, in the order in which they promote: bool < uint8 < int32 < float32 < float64.

import { HebbError } from './errors.js';

/** Name of an element type. A dtype's code (as it stands in programs) is its place in this list. */
export const dtypes = ['bool', 'uint8', 'int32', 'float32', 'float64'] as const;

/** Element type of a tensor. `bool` is stored as one byte that is 0 or 1. */
export type DType = (typeof dtypes)[number];

/** The arrays that hold elements: Uint8Array for bool and uint8, then Int32Array, Float32Array, Float64Array. */
export type TypedArray = Uint8Array | Int32Array | Float32Array | Float64Array;

/** dtype name -> code in programs. */
export const dtypeCode: Readonly<Record<DType, number>> = {
  bool: 0,
  uint8: 1,
  int32: 2,
  float32: 3,
  float64: 4,
};

/** Bytes of one element. */
export const dtypeBytes: Readonly<Record<DType, number>> = {
  bool: 1,
  uint8: 1,
  int32: 4,
  float32: 4,
  float64: 8,
};

/** dtype -> constructor of its typed array. */
export const arrayConstructors = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/**
 * A new zeroed array for `length` elements of `dtype`.
 * @throws HebbError if there is no memory for it
 */
export function newArray(dtype: DType, length: number): TypedArray {
  try {
    return new arrayConstructors[dtype](length);
  } catch (error) {
    throw noMemoryFor(dtype, length, error);
  }
}

/** What to throw where an array could not be made: an error that says how much was wanted, if that was the reason. */
export function noMemoryFor(dtype: DType, length: number, cause: unknown): unknown {
  if (!(cause instanceof RangeError)) return cause;
  const mebibytes = ((length * dtypeBytes[dtype]) / 2 ** 20).toFixed(1);
  return new HebbError(
    `there is not enough memory for an array of ${length} elements of ${dtype} (${mebibytes} MiB)`,
    { cause },
  );
}

/** Whether `array` is the kind of typed array that holds `dtype`. */
export function arrayHolds(dtype: DType, array: TypedArray): boolean {
  return array instanceof arrayConstructors[dtype];
}

/** The dtype that an operation on `a` and `b` computes in: the later one in the promotion order. */
export function promote(a: DType, b: DType): DType {
  return dtypeCode[a] >= dtypeCode[b] ? a : b;
}

/** float32 and float64. */
export type FloatDType = 'float32' | 'float64';

/** The dtypes in which `map` and `reduce` compute; bool and uint8 are loaded into int32. */
export type ComputeDType = 'int32' | FloatDType;

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'float32' || dtype === 'float64';
}

/** The dtype in which a kernel computes on elements of `dtype`. */
export function computeDType(dtype: DType): ComputeDType {
  return dtype === 'float32' || dtype === 'float64' ? dtype : 'int32';
}
