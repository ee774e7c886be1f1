// Comparisons that the tests of layers, losses, metrics and optimizers share.

import { expect } from 'vitest';
import type { FloatDType } from '../../src/contract/dtypes.js';
import { defaultDtype, setDefaultDtype } from '../../src/tensor/convert.js';
import { tensor } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import '../../src/ops/index.js';

/** The elements as plain numbers. */
export const numbers = (t: Tensor): number[] => Array.from(t.dataSync());

/** The element of a tensor of rank 0. */
export function number(t: Tensor): number {
  expect(t.shape).toEqual([]);
  return t.dataSync()[0];
}

/** A float64 tensor. */
export const f64 = (values: Parameters<typeof tensor>[0], shape?: readonly number[]): Tensor =>
  tensor(values, shape, 'float64');

/** Fails unless each number is within `tolerance` of the expected one, relative to its size or to 1. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const bound = tolerance * Math.max(1, Math.abs(expected[i]));
    if (!(Math.abs(actual[i] - expected[i]) <= bound)) {
      throw new Error(`element ${i}: ${actual[i]} is further than ${bound} from ${expected[i]}`);
    }
  }
}

/** Runs `body` with another default dtype. */
export function withDefaultDtype<R>(dtype: FloatDType, body: () => R): R {
  const before = defaultDtype();
  setDefaultDtype(dtype);
  try {
    return body();
  } finally {
    setDefaultDtype(before);
  }
}

/** Plain pseudo-random numbers from -1 to 1 for test data (a linear congruential generator). */
export function testData(count: number, seed = 1): number[] {
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  });
}
