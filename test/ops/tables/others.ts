// Ops that are not elementwise: calls, and what each gives, computed in plain numbers.

import type { DType } from '../../../src/contract/dtypes.js';
import * as ops from '../../../src/ops/index.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { tensor } from '../../../src/tensor/create.js';
import { at, broadcast, build, nd, reduceNd, spreadNd, zip, type Nd } from '../../support/nd.js';

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

const product = (shape: readonly number[]): number => shape.reduce((size, d) => size * d, 1);
const shaped = (x: Nd, shape: readonly number[]): Nd => nd(shape, x.data);

// Reductions.

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const average = (values: readonly number[]): number => total(values) / values.length;
const floats: readonly DType[] = ['float32', 'float64'];
const countable = (dtype: DType): DType => (dtype === 'bool' || dtype === 'uint8' ? 'int32' : dtype);
const atLeastFloat = (dtype: DType): DType => (floats.includes(dtype) ? dtype : 'float32');

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

const matrix = spreadNd([2, 3], -2, 2, 1);
const cube = spreadNd([2, 3, 4], -2, 2, 2);
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

// Shapes.

const transposed = (x: Nd, perm: readonly number[]): Nd =>
  build(
    perm.map((p) => x.shape[p]),
    (index) => {
      const source = new Array<number>(perm.length);
      perm.forEach((p, i) => (source[p] = index[i]));
      return at(x, source);
    },
  );

const shapeCase = (
  op: string,
  note: string,
  x: Nd,
  run: (t: Tensor) => Tensor | Tensor[],
  expected: (x: Nd) => Nd | Nd[],
): OpCase => ({ op, note, inputs: [x], run, expected });

const column = spreadNd([2, 1, 3], -2, 2, 3);
const empty = nd([0, 3], []);

const shapeCases: readonly OpCase[] = [
  shapeCase(
    'reshape',
    '[6]',
    matrix,
    (t) => ops.reshape(t, [6]),
    (x) => shaped(x, [6]),
  ),
  shapeCase(
    'reshape',
    '[-1, 2]',
    matrix,
    (t) => ops.reshape(t, [-1, 2]),
    (x) => shaped(x, [3, 2]),
  ),
  shapeCase(
    'reshape',
    'empty',
    empty,
    (t) => ops.reshape(t, [3, 0]),
    (x) => shaped(x, [3, 0]),
  ),
  shapeCase(
    'flatten',
    '',
    matrix,
    (t) => ops.flatten(t),
    (x) => shaped(x, [6]),
  ),
  shapeCase(
    'expandDims',
    '',
    matrix,
    (t) => ops.expandDims(t),
    (x) => shaped(x, [1, 2, 3]),
  ),
  shapeCase(
    'expandDims',
    '-1',
    matrix,
    (t) => ops.expandDims(t, -1),
    (x) => shaped(x, [2, 3, 1]),
  ),
  shapeCase(
    'squeeze',
    '',
    column,
    (t) => ops.squeeze(t),
    (x) => shaped(x, [2, 3]),
  ),
  shapeCase(
    'squeeze',
    'axis',
    nd([1, 1, 2], [1, 2]),
    (t) => ops.squeeze(t, [1]),
    (x) => shaped(x, [1, 2]),
  ),
  shapeCase(
    'ensureShape',
    '',
    matrix,
    (t) => ops.ensureShape(t, [null, 3]),
    (x) => x,
  ),
  shapeCase(
    'transpose',
    '',
    matrix,
    (t) => ops.transpose(t),
    (x) => transposed(x, [1, 0]),
  ),
  shapeCase(
    'transpose',
    'perm',
    cube,
    (t) => ops.transpose(t, [2, 0, 1]),
    (x) => transposed(x, [2, 0, 1]),
  ),
  shapeCase(
    'transpose',
    'same',
    cube,
    (t) => ops.transpose(t, [0, 1, 2]),
    (x) => x,
  ),
  shapeCase(
    'transpose',
    'empty',
    empty,
    (t) => ops.transpose(t),
    (x) => shaped(x, [3, 0]),
  ),
  shapeCase(
    'broadcastTo',
    '',
    column,
    (t) => ops.broadcastTo(t, [2, 2, 4, 3]),
    (x) => build([2, 2, 4, 3], (i) => at(x, i)),
  ),
  shapeCase(
    'broadcastTo',
    'scalar',
    nd([], [2]),
    (t) => ops.broadcastTo(t, [3]),
    (x) => build([3], () => x.data[0]),
  ),
  shapeCase(
    'broadcastTo',
    'same',
    matrix,
    (t) => ops.broadcastTo(t, [2, 3]),
    (x) => x,
  ),
  shapeCase(
    'tile',
    '',
    matrix,
    (t) => ops.tile(t, [2, 3]),
    (x) => build([4, 9], ([i, j]) => at(x, [i % 2, j % 3])),
  ),
  shapeCase(
    'tile',
    'rank 3',
    cube,
    (t) => ops.tile(t, [1, 2, 1]),
    (x) => build([2, 6, 4], ([i, j, k]) => at(x, [i, j % 3, k])),
  ),
  {
    op: 'meshgrid',
    note: 'xy',
    inputs: [spreadNd([3]), spreadNd([2])],
    run: (x, y) => ops.meshgrid(x, y),
    expected: (x, y) => [build([2, 3], ([, j]) => x.data[j]), build([2, 3], ([i]) => y.data[i])],
  },
  {
    op: 'meshgrid',
    note: 'ij',
    inputs: [spreadNd([3]), spreadNd([2])],
    run: (x, y) => ops.meshgrid(x, y, { indexing: 'ij' }),
    expected: (x, y) => [build([3, 2], ([i]) => x.data[i]), build([3, 2], ([, j]) => y.data[j])],
  },
];

// Parts.

const part = (x: Nd, begin: readonly number[], size: readonly number[], steps = size.map(() => 1)): Nd =>
  build(size, (index) =>
    at(
      x,
      index.map((i, d) => begin[d] + i * steps[d]),
    ),
  );

const padded = (x: Nd, paddings: readonly (readonly [number, number])[], value: number): Nd =>
  build(
    x.shape.map((d, i) => d + paddings[i][0] + paddings[i][1]),
    (index) => {
      const source = index.map((i, d) => i - paddings[d][0]);
      return source.every((i, d) => i >= 0 && i < x.shape[d]) ? at(x, source) : value;
    },
  );

const strided = (
  note: string,
  args: readonly [number[], number[], number[]?, number?, number?, number?, number?, number?],
  expected: (x: Nd) => Nd,
): OpCase => shapeCase('stridedSlice', note, cube, (t) => ops.stridedSlice(t, ...args), expected);

const mirrored = (x: Nd, before: number, after: number, border: number): Nd => {
  const size = x.shape[1];
  return build([x.shape[0], before + size + after], ([i, j]) => {
    let k = j - before;
    if (k < 0) k = -k - 1 + border;
    if (k >= size) k = 2 * size - k - 1 - border;
    return at(x, [i, k]);
  });
};

const other = spreadNd([2, 2], -2, 2, 5);
const joined = (a: Nd, b: Nd): Nd => build([2, 5], ([i, j]) => (j < 3 ? at(a, [i, j]) : at(b, [i, j - 3])));

const partCases: readonly OpCase[] = [
  shapeCase(
    'slice',
    '',
    cube,
    (t) => ops.slice(t, [1, 0, 2], [1, 2, 2]),
    (x) => part(x, [1, 0, 2], [1, 2, 2]),
  ),
  shapeCase(
    'slice',
    'rest',
    cube,
    (t) => ops.slice(t, [0, 1]),
    (x) => part(x, [0, 1, 0], [2, 2, 4]),
  ),
  shapeCase(
    'slice',
    'a number',
    cube,
    (t) => ops.slice(t, 1, 1),
    (x) => part(x, [1, 0, 0], [1, 3, 4]),
  ),
  shapeCase(
    'slice',
    '-1',
    matrix,
    (t) => ops.slice(t, [0, 1], [1, -1]),
    (x) => part(x, [0, 1], [1, 2]),
  ),
  shapeCase(
    'slice',
    'nothing',
    matrix,
    (t) => ops.slice(t, [2], [0]),
    () => nd([0, 3], []),
  ),
  strided(
    'steps',
    [
      [0, 0, 3],
      [2, 3, 0],
      [1, 2, -2],
    ],
    (x) => part(x, [0, 0, 3], [2, 2, 2], [1, 2, -2]),
  ),
  strided(
    'from the end, beyond it',
    [
      [-1, -2],
      [9, 9],
    ],
    (x) => part(x, [1, 1, 0], [1, 2, 4]),
  ),
  strided(
    'nothing',
    [
      [0, 2],
      [2, 1],
    ],
    () => nd([2, 0, 4], []),
  ),
  strided('begin and end masks', [[1, 1, 1], [1, 1, 1], [1, 1, -1], 0b101, 0b110], (x) =>
    nd([1, 2, 4], part(x, [0, 1, 3], [1, 2, 4], [1, 1, -1]).data),
  ),
  strided('ellipsis', [[0, 1], [0, 3], [1, 1], 0, 0, 0b1], (x) => part(x, [0, 0, 1], [2, 3, 2])),
  strided('new axis', [[0, 0], [0, 1], [1, 1], 0, 0, 0, 0b1], (x) =>
    shaped(part(x, [0, 0, 0], [1, 3, 4]), [1, 1, 3, 4]),
  ),
  strided('shrink', [[1, -1], [0, 0], [1, 1], 0, 0, 0, 0, 0b11], (x) =>
    shaped(part(x, [1, 2, 0], [1, 1, 4]), [4]),
  ),
  shapeCase(
    'reverse',
    '',
    matrix,
    (t) => ops.reverse(t),
    (x) => part(x, [1, 2], [2, 3], [-1, -1]),
  ),
  shapeCase(
    'reverse',
    'axis',
    cube,
    (t) => ops.reverse(t, [-1]),
    (x) => part(x, [0, 0, 3], [2, 3, 4], [1, 1, -1]),
  ),
  shapeCase(
    'reverse',
    'empty',
    empty,
    (t) => ops.reverse(t),
    (x) => x,
  ),
  shapeCase(
    'pad',
    '',
    matrix,
    (t) =>
      ops.pad(t, [
        [1, 0],
        [0, 2],
      ]),
    (x) =>
      padded(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        0,
      ),
  ),
  shapeCase(
    'pad',
    'value',
    matrix,
    (t) =>
      ops.pad(
        t,
        [
          [1, 1],
          [2, 0],
        ],
        1,
      ),
    (x) =>
      padded(
        x,
        [
          [1, 1],
          [2, 0],
        ],
        1,
      ),
  ),
  shapeCase(
    'pad',
    'empty',
    empty,
    (t) =>
      ops.pad(
        t,
        [
          [1, 1],
          [0, 0],
        ],
        1,
      ),
    () => nd([2, 3], [1, 1, 1, 1, 1, 1]),
  ),
  shapeCase(
    'mirrorPad',
    'reflect',
    matrix,
    (t) =>
      ops.mirrorPad(
        t,
        [
          [0, 0],
          [2, 1],
        ],
        'reflect',
      ),
    (x) => mirrored(x, 2, 1, 1),
  ),
  shapeCase(
    'mirrorPad',
    'symmetric',
    matrix,
    (t) =>
      ops.mirrorPad(
        t,
        [
          [0, 0],
          [3, 1],
        ],
        'symmetric',
      ),
    (x) => mirrored(x, 3, 1, 0),
  ),
  { op: 'concat', note: '', inputs: [matrix, other], run: (a, b) => ops.concat([a, b], 1), expected: joined },
  {
    op: 'concat',
    note: 'the method, with an empty one',
    inputs: [matrix, empty],
    run: (a, b) => a.concat([b, a], -2),
    expected: (a) => nd([4, 3], [...a.data, ...a.data]),
  },
  { op: 'concat', note: 'one', inputs: [matrix], run: (a) => ops.concat([a]), expected: (a) => a },
  {
    op: 'stack',
    note: 'axis 1',
    inputs: [matrix, spreadNd([2, 3], -2, 2, 6)],
    run: (a, b) => ops.stack([a, b], 1),
    expected: (a, b) => build([2, 2, 3], ([i, which, j]) => at(which ? b : a, [i, j])),
  },
  {
    op: 'stack',
    note: 'scalars, the method',
    inputs: [nd([], [1]), nd([], [0])],
    run: (a, b) => a.stack(b),
    expected: (a, b) => nd([2], [a.data[0], b.data[0]]),
  },
  shapeCase(
    'unstack',
    'axis 1',
    cube,
    (t) => ops.unstack(t, 1),
    (x) => [0, 1, 2].map((j) => shaped(part(x, [0, j, 0], [2, 1, 4]), [2, 4])),
  ),
  shapeCase(
    'split',
    'equal parts',
    cube,
    (t) => ops.split(t, 2, -1),
    (x) => [0, 2].map((k) => part(x, [0, 0, k], [2, 3, 2])),
  ),
  shapeCase(
    'split',
    'sizes',
    cube,
    (t) => ops.split(t, [1, -1, 0], 1),
    (x) => [part(x, [0, 0, 0], [2, 1, 4]), part(x, [0, 1, 0], [2, 2, 4]), nd([2, 0, 4], [])],
  ),
];

// Products.

const swap = (x: Nd): Nd => {
  const { length } = x.shape;
  return transposed(x, [...x.shape.keys()].slice(0, -2).concat([length - 1, length - 2]));
};

/** A product of batches of matrices, from its definition. */
const multiplied = (a: Nd, b: Nd): Nd => {
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [m, k] = a.shape.slice(-2);
  return build([...batch, m, b.shape[b.shape.length - 1]], (index) => {
    const [i, j] = index.slice(-2);
    const head = index.slice(0, -2);
    return total(Array.from({ length: k }, (_, l) => at(a, [...head, i, l]) * at(b, [...head, l, j])));
  });
};

const matMulShapes: readonly (readonly [number[], number[]])[] = [
  [
    [2, 3],
    [3, 4],
  ],
  [
    [1, 1],
    [1, 1],
  ],
  [
    [0, 3],
    [3, 2],
  ],
  [
    [2, 0],
    [0, 2],
  ],
  [
    [2, 2, 3],
    [3, 2],
  ],
  [
    [2, 2, 3],
    [2, 3, 2],
  ],
  [
    [2, 3],
    [2, 3, 2],
  ],
  [
    [1, 2, 3],
    [2, 3, 2],
  ],
  [
    [2, 1, 2, 3],
    [3, 3, 2],
  ],
  [
    [2, 2, 3],
    [1, 1, 3, 2],
  ],
];

const matMulCases = matMulShapes.flatMap(([left, right]) =>
  [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB): OpCase => {
      const [a, b] = [spreadNd(left, -2, 2, 1), spreadNd(right, -2, 2, 2)];
      return {
        op: 'matMul',
        note: `[${left.join()}] [${right.join()}] transposed ${transposeA}, ${transposeB}`,
        inputs: [transposeA ? swap(a) : a, transposeB ? swap(b) : b],
        run: (x, y) => ops.matMul(x, y, transposeA, transposeB),
        expected: (x, y) => multiplied(transposeA ? swap(x) : x, transposeB ? swap(y) : y),
        result: countable,
        differentiable: product(left) > 0,
      };
    }),
  ),
);

const dotCase = (left: readonly number[], right: readonly number[], shape: readonly number[]): OpCase => ({
  op: 'dot',
  note: `[${left.join()}] [${right.join()}]`,
  inputs: [spreadNd(left, -2, 2, 1), spreadNd(right, -2, 2, 2)],
  run: (a, b) => ops.dot(a, b),
  expected: (a, b) => {
    const rows = a.shape.length === 1 ? shaped(a, [1, a.shape[0]]) : a;
    const columns = b.shape.length === 1 ? shaped(b, [b.shape[0], 1]) : b;
    return shaped(multiplied(rows, columns), shape);
  },
  result: countable,
});

const productCases: readonly OpCase[] = [
  ...matMulCases,
  dotCase([3], [3], []),
  dotCase([2, 3], [3], [2]),
  dotCase([3], [3, 2], [2]),
  dotCase([2, 3], [3, 2], [2, 2]),
  {
    op: 'outerProduct',
    note: '',
    inputs: [spreadNd([2]), spreadNd([3], -2, 2, 1)],
    run: (a, b) => ops.outerProduct(a, b),
    expected: (a, b) => build([2, 3], ([i, j]) => a.data[i] * b.data[j]),
    result: countable,
  },
];

// Softmax.

const softmaxOf = (x: Nd, axis: number): Nd => {
  const powers = zip(Math.exp, x);
  return zip((p, s) => p / s, powers, reduceNd(powers, [axis], total));
};
const logits = spreadNd([3, 4], -3, 3, 7);
const distributions = softmaxOf(spreadNd([3, 4], -1, 1, 8), 1);
const crossEntropy = (z: Nd, labels: Nd): Nd =>
  shaped(
    reduceNd(
      zip((p, t) => -t * Math.log(p), softmaxOf(z, 1), labels),
      [1],
      total,
    ),
    [3],
  );

const softmaxCases: readonly OpCase[] = [
  ...[0, 1, 2].flatMap((axis): OpCase[] => [
    {
      op: 'softmax',
      note: `axis ${axis}`,
      inputs: [cube],
      run: (t) => (axis === 2 ? ops.softmax(t) : ops.softmax(t, axis)),
      expected: (x) => softmaxOf(x, axis),
      result: atLeastFloat,
    },
    {
      op: 'logSoftmax',
      note: `axis ${axis}`,
      inputs: [cube],
      run: (t) => (axis === 2 ? ops.logSoftmax(t) : ops.logSoftmax(t, axis)),
      expected: (x) => zip(Math.log, softmaxOf(x, axis)),
      result: atLeastFloat,
    },
  ]),
  {
    op: 'softmaxCrossEntropy',
    note: 'distributions',
    inputs: [logits, distributions],
    dtypes: floats,
    run: (z, t) => ops.softmaxCrossEntropy(z, t),
    expected: crossEntropy,
  },
  {
    op: 'softmaxCrossEntropy',
    note: 'class numbers',
    inputs: [logits],
    dtypes: floats,
    run: (z) => ops.softmaxCrossEntropy(z, tensor([2, 0, 3], [3], 'uint8')),
    expected: (z) =>
      crossEntropy(
        z,
        build([3, 4], ([i, c]) => Number([2, 0, 3][i] === c)),
      ),
  },
];

// Indices.

const chosen = [2, 0, 2, 1];
const ids = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensor([...values], shape, 'int32');
/** Sums of rows of `x` at the places that `rows` names. */
const scattered = (x: Nd, rows: readonly number[], size: number): Nd =>
  build([size, ...x.shape.slice(1)], ([s, ...rest]) =>
    total(rows.map((row, i) => (row === s ? at(x, [i, ...rest]) : 0))),
  );

const indexCases: readonly OpCase[] = [
  shapeCase(
    'gather',
    '',
    spreadNd([3, 2]),
    (t) => ops.gather(t, chosen),
    (x) => build([4, 2], ([i, j]) => at(x, [chosen[i], j])),
  ),
  shapeCase(
    'gather',
    'axis 1, indices of rank 2',
    cube,
    (t) => ops.gather(t, ids(chosen, [2, 2]), 1),
    (x) => build([2, 2, 2, 4], ([i, a, b, k]) => at(x, [i, chosen[a * 2 + b], k])),
  ),
  shapeCase(
    'gather',
    'one',
    cube,
    (t) => ops.gather(t, 3, -1),
    (x) => build([2, 3], ([i, j]) => at(x, [i, j, 3])),
  ),
  shapeCase(
    'gather',
    'none',
    matrix,
    (t) => ops.gather(t, ids([])),
    () => nd([0, 3], []),
  ),
  shapeCase(
    'gatherND',
    'elements',
    matrix,
    (t) => ops.gatherND(t, ids([1, 2, 0, 0], [2, 2])),
    (x) => nd([2], [at(x, [1, 2]), at(x, [0, 0])]),
  ),
  shapeCase(
    'gatherND',
    'slices',
    cube,
    (t) => ops.gatherND(t, ids([1, 0], [1, 2])),
    (x) => shaped(part(x, [1, 0, 0], [1, 1, 4]), [1, 4]),
  ),
  {
    ...shapeCase(
      'scatterND',
      '',
      spreadNd([4, 2]),
      (t) => ops.scatterND(ids(chosen, [4, 1]), t, [4, 2]),
      (x) => scattered(x, chosen, 4),
    ),
    result: countable,
  },
  {
    ...shapeCase(
      'scatterND',
      'elements',
      spreadNd([2]),
      (t) => ops.scatterND(ids([0, 1, 1, 2], [2, 2]), t, [2, 3]),
      (x) => nd([2, 3], [0, x.data[0], 0, 0, 0, x.data[1]]),
    ),
    result: countable,
  },
  {
    ...shapeCase(
      'unsortedSegmentSum',
      '',
      spreadNd([4, 2]),
      (t) => ops.unsortedSegmentSum(t, chosen, 3),
      (x) => scattered(x, chosen, 3),
    ),
    result: countable,
  },
  {
    op: 'oneHot',
    note: '',
    inputs: [],
    run: () => ops.oneHot(ids([1, 3, -1]), 3),
    expected: () => nd([3, 3], [0, 1, 0, 0, 0, 0, 0, 0, 0]),
    dtypes: ['int32'],
    differentiable: false,
  },
  {
    op: 'oneHot',
    note: 'values and dtype',
    inputs: [],
    run: () => ops.oneHot(ids([1, 0], [1, 2]), 2, 0.5, -1, 'float32'),
    expected: () => nd([1, 2, 2], [-1, 0.5, 0.5, -1]),
    dtypes: ['float32'],
    differentiable: false,
  },
  shapeCase(
    'diag',
    '',
    spreadNd([3]),
    (t) => ops.diag(t),
    (x) => build([3, 3], ([i, j]) => (i === j ? x.data[i] : 0)),
  ),
  shapeCase(
    'diag',
    'matrix',
    matrix,
    (t) => ops.diag(t),
    (x) => build([2, 3, 2, 3], ([i, j, k, l]) => (i === k && j === l ? at(x, [i, j]) : 0)),
  ),
];

export const otherCases: readonly OpCase[] = [
  ...reductionCases,
  ...emptyReductions,
  ...otherReductions,
  ...shapeCases,
  ...partCases,
  ...productCases,
  ...softmaxCases,
  ...indexCases,
];
