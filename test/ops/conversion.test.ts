// cast between all dtypes, and gradients through it.

import { describe, expect, test } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import type { DType } from '../../src/contract/dtypes.js';
import * as ops from '../../src/ops/index.js';
import { fill, scalar, tensor } from '../../src/tensor/create.js';
import { derivativeErrors, gradients } from '../support/gradients.js';
import { difference, nd, spreadNd, toTensor } from '../support/nd.js';

// HEBB_BACKEND=native runs the same tests there.
setBackend(process.env.HEBB_BACKEND ?? 'js');

describe('cast', () => {
  const values: Record<DType, number[]> = {
    bool: [0, 1],
    uint8: [0, 200],
    int32: [-1, 2 ** 31 - 1, 256],
    float32: [-1.5, 0.25, 1e10],
    float64: [-2.9, 1e-300, 0.1, NaN, -Infinity],
  };
  const expected: Record<DType, Record<DType, number[]>> = {
    bool: { bool: [0, 1], uint8: [0, 1], int32: [0, 1], float32: [0, 1], float64: [0, 1] },
    uint8: { bool: [0, 1], uint8: [0, 200], int32: [0, 200], float32: [0, 200], float64: [0, 200] },
    int32: {
      bool: [1, 1, 1],
      uint8: [255, 255, 0],
      int32: [-1, 2 ** 31 - 1, 256],
      float32: [-1, 2 ** 31, 256],
      float64: [-1, 2 ** 31 - 1, 256],
    },
    float32: {
      bool: [1, 1, 1],
      uint8: [0, 0, 255],
      int32: [-1, 0, 2 ** 31 - 1],
      float32: [-1.5, 0.25, 1e10],
      float64: [-1.5, 0.25, 1e10],
    },
    float64: {
      bool: [1, 1, 1, 1, 1],
      uint8: [0, 0, 0, 0, 0],
      int32: [-2, 0, 0, 0, -(2 ** 31)],
      float32: [Math.fround(-2.9), 0, Math.fround(0.1), NaN, -Infinity],
      float64: [-2.9, 1e-300, 0.1, NaN, -Infinity],
    },
  };
  const names = Object.keys(values) as DType[];
  test.each(names.flatMap((from) => names.map((to) => [from, to] as const)))('%s to %s', (from, to) => {
    const x = tensor(values[from], [values[from].length], from);
    const y = ops.cast(x, to);
    expect(y.dtype).toBe(to);
    expect(Array.from(y.dataSync(), (v) => v + 0)).toEqual(expected[from][to]);
    expect(y).not.toBe(x);
  });
  test('methods', () => {
    const x = tensor([1.5, 0]);
    expect(difference(x.toInt(), nd([2], [1, 0]), 'int32')).toBe('');
    expect(difference(x.toBool(), nd([2], [1, 0]), 'bool')).toBe('');
    expect(difference(x.toInt().toFloat(), nd([2], [1, 0]), 'float32')).toBe('');
    expect(difference(x.asType('float64'), nd([2], [1.5, 0]), 'float64')).toBe('');
  });
  test('gradients come back in the dtype of the input', () => {
    const x = tensor([1.5, 2]);
    const [dx] = gradients((t) => ops.sum(ops.mul(ops.cast(t, 'float64'), 3)), [x]);
    expect(difference(dx, nd([2], [3, 3]), 'float32')).toBe('');
    const [none] = gradients((t) => ops.sum(ops.cast(ops.cast(t, 'int32'), 'float32')), [x]);
    expect(difference(none, nd([2], [0, 0]), 'float32')).toBe('');
    expect(derivativeErrors((t) => ops.cast(t, 'float64').square(), [spreadNd([3])]).first).toBeLessThan(
      1e-7,
    );
  });
  test('gradients of mixed dtypes, and of integers there are none', () => {
    const [dx, dy] = gradients((a, b) => ops.sum(ops.mul(a, b)), [tensor([1, 2]), toTensor(nd([], [3]))]);
    expect(difference(dx, nd([2], [3, 3]), 'float32')).toBe('');
    expect(difference(dy, nd([], [3]), 'float64')).toBe('');
    const [di] = gradients((a) => ops.sum(ops.mul(a, 0.5)), [tensor([1, 2], [2], 'int32')]);
    expect(di.dtype).toBe('int32');
    expect(Array.from(di.dataSync())).toEqual([0, 0]);
  });
});

describe('gradients where a function has a kink or two are equal, as in tfjs', () => {
  const at = (
    f: (...x: ReturnType<typeof tensor>[]) => ReturnType<typeof tensor>,
    ...x: number[]
  ): number[] =>
    gradients(
      f,
      x.map((v) => scalar(v)),
    ).map((g) => g.dataSync()[0] + 0);
  test.each([
    ['relu at 0', () => at((x) => ops.relu(x), 0), [0]],
    ['relu6 at 6', () => at((x) => ops.relu6(x), 6), [1]],
    ['relu6 at 0', () => at((x) => ops.relu6(x), 0), [0]],
    ['elu at 0', () => at((x) => ops.elu(x), 0), [1]],
    ['leakyRelu at 0', () => at((x) => ops.leakyRelu(x, 0.5), 0), [0.5]],
    ['abs at 0, where tfjs has -1', () => at((x) => ops.abs(x), 0), [0]],
    ['clip at its bound', () => at((x) => ops.clipByValue(x, 0, 1), 1), [1]],
    ['maximum of equals', () => at((a, b) => ops.maximum(a, b), 2, 2), [1, 0]],
    ['minimum of equals', () => at((a, b) => ops.minimum(a, b), 2, 2), [1, 0]],
    ['sqrt of 1', () => at((x) => ops.sqrt(x), 1), [0.5]],
    ['pow of 0', () => at((a, b) => ops.pow(a, b), 0, 2), [0, 0]],
    ['divNoNan by 0', () => at((a, b) => ops.divNoNan(a, b), 1, 0), [0, 0]],
    ['prod with a zero', () => at((a, b) => ops.prod(ops.stack([a, b])), 0, 3), [3, 0]],
  ] as const)('%s', (_, f, expected) => {
    expect(f()).toEqual(expected);
  });
  test('max of equals: each gets all of it', () => {
    const [dx] = gradients((x) => ops.max(x), [tensor([1, 2, 2])]);
    expect(Array.from(dx.dataSync())).toEqual([0, 1, 1]);
  });
  test('logSumExp of infinities', () => {
    expect(ops.logSumExp([-Infinity, -Infinity]).dataSync()[0]).toBe(-Infinity);
    expect(ops.logSumExp([1000, 1000]).dataSync()[0]).toBeCloseTo(1000 + Math.log(2), 3);
  });
});

describe("the textbooks' figures", () => {
  test('slicing [10:100] of 60,000 images', () => {
    expect(fill([60000, 28, 28], 1, 'uint8').slice([10], [90]).shape).toEqual([90, 28, 28]);
  });
  test('products', () => {
    const x = [
      [5, 6, 1],
      [7, 8, 1],
    ];
    expect(ops.relu(ops.matMul(x, [[2], [3], [1]])).arraySync()).toEqual([[29], [39]]);
    const y = ops.matMul(
      [
        [5, 6],
        [7, 8],
      ],
      [[1], [3]],
    );
    expect(y.add(1).arraySync()).toEqual([[24], [32]]);
    expect(ops.dot([1, 2], [1, 2]).arraySync()).toBe(5);
    expect(ops.dot(x, [1, 2, 3]).arraySync()).toEqual([20, 26]);
  });
  test('transposing', () => {
    expect(fill([300, 20], 0).transpose().shape).toEqual([20, 300]);
  });
});

describe('logits are remembered', () => {
  const x = tensor([[1, 2]]);
  test('softmax along the last axis, and sigmoid', () => {
    expect(ops.softmax(x).logits_).toEqual({ activation: 'softmax', input: x });
    expect(ops.softmax(x, 0).logits_).toBeNull();
    expect(ops.sigmoid(x).logits_).toEqual({ activation: 'sigmoid', input: x });
    expect(ops.softmax(x).add(0).logits_).toBeNull();
  });
});
