// Reductions, computed in plain numbers.

import type { DType } from '../../../src/contract/dtypes.js';
import * as ops from '../../../src/ops/index.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { nd, reduceNd, spreadNd, zip, type Nd } from '../../support/nd.js';
import {
  type OpCase,
  product,
  shaped,
  total,
  average,
  floats,
  countable,
  atLeastFloat,
  matrix,
  cube,
} from './op-case.js';

interface Reduction {
  readonly op: 'sum' | 'prod' | 'mean' | 'max' | 'min' | 'any' | 'all' | 'logSumExp';
  readonly f: (values: number[]) => number;
  readonly result: (dtype: DType) => DType;
  readonly differentiable?: boolean;
}

const euclidean = (values: readonly number[]): number => Math.sqrt(total(values.map((v) => v * v)));
const reductions: readonly Reduction[] = [
  { op: 'sum', f: total, result: countable },
  { op: 'prod', f: (values) => values.reduce((a, b) => a * b, 1), result: countable },
  { op: 'mean', f: average, result: atLeastFloat },
  { op: 'max', f: (values) => Math.max(...values), result: (dtype) => dtype },
  { op: 'min', f: (values) => Math.min(...values), result: (dtype) => dtype },
  { op: 'any', f: (v) => Number(v.some(Boolean)), result: () => 'bool', differentiable: false },
  { op: 'all', f: (v) => Number(v.every(Boolean)), result: () => 'bool', differentiable: false },
  { op: 'logSumExp', f: (v) => Math.log(total(v.map(Math.exp))), result: atLeastFloat },
];

const axesOfShapes: readonly (readonly [number[], number | number[] | undefined])[] = [
  [[], undefined],
  [[5], undefined],
  [[2, 3], undefined],
  [[2, 3], 0],
  [[2, 3], -1],
  [[2, 3, 2], 1],
  [
    [2, 3, 2],
    [0, 2],
  ],
  [
    [2, 1, 3, 2],
    [0, 2],
  ],
  [
    [2, 3, 2],
    [-1, 0, 1],
  ],
  [
    [2, 3, 2, 2],
    [1, 3],
  ],
  [[40, 3], 0],
  [[2, 37], 1],
  [[2, 3], []],
];

const positive = (shape: readonly number[], axis: number | number[] | undefined): number[] =>
  (axis === undefined ? shape.map((_, i) => i) : [axis].flat()).map((a) => (a < 0 ? a + shape.length : a));

const reductionCases = reductions.flatMap(({ op, f, result, differentiable }): OpCase[] =>
  axesOfShapes.flatMap(([shape, axis]) => {
    const axes = positive(shape, axis);
    const dropped = shape.filter((_, i) => !axes.includes(i));
    // Products of many numbers near 1 stay of their size.
    const x = op === 'prod' ? spreadNd(shape, 0.7, 1.4) : spreadNd(shape, -2, 2);
    return [false, true].map((keepDims) => ({
      op,
      note: `shape [${shape.join()}] axis ${JSON.stringify(axis)} keepDims ${keepDims}`,
      inputs: [x],
      run: (t: Tensor) => ops[op](t, axis, keepDims),
      expected: (v: Nd) => {
        const kept = reduceNd(v, axes, f);
        return keepDims ? kept : shaped(kept, dropped);
      },
      result,
      differentiable: differentiable !== false && product(shape) < 20 && !keepDims,
    }));
  }),
);

const emptyReductions: readonly OpCase[] = [
  ['sum', 0],
  ['prod', 1],
  ['max', -Infinity],
  ['min', Infinity],
  ['any', 0],
  ['all', 1],
].map(([op, value]) => ({
  op: op as string,
  note: 'of nothing',
  inputs: [nd([2, 0], [])],
  run: (t) => (ops as unknown as Record<string, (t: Tensor, axis: number) => Tensor>)[op as string](t, 1),
  expected: () => nd([2], [value as number, value as number]),
  dtypes: floats,
  result: (dtype) => (op === 'any' || op === 'all' ? 'bool' : dtype),
  differentiable: op !== 'any' && op !== 'all',
}));

const first = (x: Nd, better: (a: number, b: number) => boolean, axis: number): Nd => {
  const kept = reduceNd(x, [axis], (values) =>
    values.reduce((best, v, i) => (better(v, values[best]) ? i : best), 0),
  );
  return shaped(
    kept,
    x.shape.filter((_, i) => i !== axis),
  );
};
const places = (op: 'argMax' | 'argMin', better: (a: number, b: number) => boolean): OpCase[] =>
  [0, 1, 2].map((axis) => ({
    op,
    note: `axis ${axis}`,
    inputs: [cube],
    run: (t) => (axis === 0 ? ops[op](t) : ops[op](t, axis === 2 ? -1 : axis)),
    expected: (x) => first(x, better, axis),
    result: () => 'int32',
    differentiable: false,
  }));

const normCase = (note: string, run: (t: Tensor) => Tensor, expected: (x: Nd) => Nd): OpCase => ({
  op: 'norm',
  note,
  inputs: [matrix],
  dtypes: floats,
  run,
  expected,
});
const absolute = (x: Nd): Nd => zip(Math.abs, x);
const whole =
  (f: (values: number[]) => number) =>
  (x: Nd): Nd =>
    nd([], [f([...x.data])]);
const largest = (values: readonly number[]): number => Math.max(...values);
const least = (values: readonly number[]): number => Math.min(...values);

const otherReductions: readonly OpCase[] = [
  ...places('argMax', (a, b) => a > b),
  ...places('argMin', (a, b) => a < b),
  normCase('euclidean', (t) => ops.norm(t), whole(euclidean)),
  normCase('2', (t) => ops.norm(t, 2), whole(euclidean)),
  normCase(
    '1',
    (t) => ops.norm(t, 1),
    whole((v) => total(v.map(Math.abs))),
  ),
  normCase(
    'Infinity',
    (t) => ops.norm(t, Infinity),
    whole((v) => largest(v.map(Math.abs))),
  ),
  normCase(
    '-Infinity',
    (t) => ops.norm(t, -Infinity),
    whole((v) => least(v.map(Math.abs))),
  ),
  normCase(
    'vectors',
    (t) => ops.norm(t, 'euclidean', 1),
    (x) => shaped(reduceNd(x, [1], euclidean), [2]),
  ),
  normCase(
    'vectors kept',
    (t) => ops.norm(t, 1, 0, true),
    (x) => reduceNd(absolute(x), [0], total),
  ),
  normCase('fro', (t) => ops.norm(t, 'fro', [0, 1]), whole(euclidean)),
  normCase(
    'matrix 1',
    (t) => ops.norm(t, 1, [0, 1]),
    (x) => whole(largest)(reduceNd(absolute(x), [0], total)),
  ),
  normCase(
    'matrix Infinity',
    (t) => ops.norm(t, Infinity, [0, 1]),
    (x) => whole(largest)(reduceNd(absolute(x), [1], total)),
  ),
  normCase(
    'matrix -Infinity',
    (t) => ops.norm(t, -Infinity, [0, 1]),
    (x) => whole(least)(reduceNd(absolute(x), [1], total)),
  ),
  {
    op: 'euclideanNorm',
    note: 'axis 0',
    inputs: [matrix],
    dtypes: floats,
    run: (t) => ops.euclideanNorm(t, 0),
    expected: (x) => shaped(reduceNd(x, [0], euclidean), [3]),
  },
  ...[false, true].map((keepDims): OpCase => ({
    op: 'moments',
    note: `keepDims ${keepDims}`,
    inputs: [cube],
    run: (t) => {
      const { mean, variance } = ops.moments(t, [0, 2], keepDims);
      return [mean, variance];
    },
    expected: (x) =>
      [average, (v: number[]) => average(v.map((a) => (a - average(v)) ** 2))].map((f) => {
        const kept = reduceNd(x, [0, 2], f);
        return keepDims ? kept : shaped(kept, [3]);
      }),
    result: atLeastFloat,
  })),
];

export const allReductions: readonly OpCase[] = [...reductionCases, ...emptyReductions, ...otherReductions];
