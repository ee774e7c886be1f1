// What a case of an op that is not elementwise is, and what several tables need.

import type { DType } from '../../../src/contract/dtypes.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { at, build, nd, spreadNd, type Nd } from '../../support/nd.js';

export interface OpCase {
  readonly op: string;
  readonly note: string;
  readonly inputs: readonly Nd[];
  readonly run: (...x: Tensor[]) => Tensor | Tensor[];
  readonly expected: (...x: Nd[]) => Nd | Nd[];
  /** Of the inputs; default: all that are listed at the test. */
  readonly dtypes?: readonly DType[];
  /** Of the result for inputs of a dtype; default: the same. */
  readonly result?: (dtype: DType) => DType;
  /** Whether gradients are checked; default true. */
  readonly differentiable?: boolean;
}

export const product = (shape: readonly number[]): number => shape.reduce((size, d) => size * d, 1);
export const shaped = (x: Nd, shape: readonly number[]): Nd => nd(shape, x.data);

export const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const average = (values: readonly number[]): number => total(values) / values.length;
export const floats: readonly DType[] = ['float32', 'float64'];
export const countable = (dtype: DType): DType => (dtype === 'bool' || dtype === 'uint8' ? 'int32' : dtype);
export const atLeastFloat = (dtype: DType): DType => (floats.includes(dtype) ? dtype : 'float32');

export const matrix = spreadNd([2, 3], -2, 2, 1);
export const cube = spreadNd([2, 3, 4], -2, 2, 2);
export const transposed = (x: Nd, perm: readonly number[]): Nd =>
  build(
    perm.map((p) => x.shape[p]),
    (index) => {
      const source = new Array<number>(perm.length);
      perm.forEach((p, i) => (source[p] = index[i]));
      return at(x, source);
    },
  );

export const shapeCase = (
  op: string,
  note: string,
  x: Nd,
  run: (t: Tensor) => Tensor | Tensor[],
  expected: (x: Nd) => Nd | Nd[],
): OpCase => ({ op, note, inputs: [x], run, expected });

export const column = spreadNd([2, 1, 3], -2, 2, 3);
export const empty = nd([0, 3], []);

export const part = (
  x: Nd,
  begin: readonly number[],
  size: readonly number[],
  steps = size.map(() => 1),
): Nd =>
  build(size, (index) =>
    at(
      x,
      index.map((i, d) => begin[d] + i * steps[d]),
    ),
  );
