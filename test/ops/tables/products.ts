// Matrix products and softmax, computed in plain numbers.

import * as ops from '../../../src/ops/index.js';
import { tensor } from '../../../src/tensor/create.js';
import { at, broadcast, build, reduceNd, spreadNd, zip, type Nd } from '../../support/nd.js';
import {
  type OpCase,
  product,
  shaped,
  total,
  floats,
  countable,
  atLeastFloat,
  cube,
  transposed,
} from './op-case.js';

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

export const productCases: readonly OpCase[] = [
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

export const softmaxCases: readonly OpCase[] = [
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
