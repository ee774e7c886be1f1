// What the cases of all kernels are made of: sizes, values, arrays, and a program of one call.

import type { KernelCall } from '../../../src/contract/calls.js';
import {
  newArray,
  type ComputeDType,
  type DType,
  type FloatDType,
  type TypedArray,
} from '../../../src/contract/dtypes.js';
import { programOf, seeded, type TestArray } from '../building.js';
import type { Tolerance } from '../tolerance.js';

export interface Case {
  readonly name: string;
  /** `map`, `map add float32`, `reduce sum int32`, ... */
  readonly covers: readonly string[];
  readonly words: Int32Array;
  /** To be copied for each run: cases are run several times. */
  readonly arrays: readonly TestArray[];
  /** Numbers of the arrays that hold results. */
  readonly outputs: readonly number[];
  readonly tolerance: Tolerance;
}

/** Below, at and above vector widths, unrolled loops, blocks, lanes and chunks; 67 and 127 are primes. */
export const sizes = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 67, 127, 1024, 1025, 2049];

export const computes: readonly ComputeDType[] = ['int32', 'float32', 'float64'];
export const floats: readonly FloatDType[] = ['float32', 'float64'];
export const allDTypes: readonly DType[] = ['bool', 'uint8', 'int32', 'float32', 'float64'];

/** What a float32 sum of terms up to 1 may be off by, a term. */
export const epsilon: Record<FloatDType, number> = { float32: 2 ** -24, float64: 2 ** -53 };

export const integers = [0, 1, -1, 2, -2, 3, 5, -7, 10, 31, 255, 256, -300, 65536, 2147483647, -2147483648];
export const smallest = { float32: 2 ** -149, float64: 2 ** -1074 };
export const smallestNormal = { float32: 2 ** -126, float64: 2 ** -1022 };
export const largest = { float32: (2 - 2 ** -23) * 2 ** 127, float64: Number.MAX_VALUE };

/** NaN, infinities, zeros, denormals, the largest, and values where functions change their formula. */
export function specials(dtype: ComputeDType): number[] {
  if (dtype === 'int32') return integers;
  const positive = [
    0,
    smallest[dtype],
    smallestNormal[dtype] * 0.75,
    smallestNormal[dtype],
    1e-8,
    0.25,
    0.5,
    1,
  ];
  positive.push(1.5, 2, 2.5, 3, 10, 88.5, 100, 710, 1e5, 2 ** 31, largest[dtype], Infinity);
  return [...positive, ...positive.map((x) => -x), NaN];
}

/** Reproducible values that suit the dtype. */
export function values(dtype: DType, length: number, seed: number, scale = 4): TypedArray {
  const array = newArray(dtype, length);
  const random = seeded(seed);
  for (let i = 0; i < length; i++) {
    const x = random();
    if (dtype === 'bool') array[i] = x < 0.5 ? 0 : 1;
    else if (dtype === 'uint8') array[i] = Math.floor(x * 256);
    else if (dtype === 'int32') array[i] = Math.floor((x - 0.5) * 200);
    else array[i] = (x - 0.5) * 2 * scale;
  }
  return array;
}

export const input = (dtype: DType, array: TypedArray): TestArray => ({ dtype, array, access: 'read' });
export const output = (dtype: DType, length: number): TestArray => ({
  dtype,
  // Not zero: what a kernel leaves out must show.
  array: newArray(dtype, length).fill(1),
  access: 'write',
});

export function single(
  name: string,
  covers: readonly string[],
  arrays: readonly TestArray[],
  call: KernelCall,
  tolerance: Tolerance = { ulp: 0 },
): Case {
  const outputs = arrays.flatMap((a, i) => (a.access === 'read' ? [] : [i]));
  return {
    name,
    covers: [call.kernel, ...covers],
    words: programOf(arrays, [call]),
    arrays,
    outputs,
    tolerance,
  };
}
