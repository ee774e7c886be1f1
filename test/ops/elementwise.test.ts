// Elementwise functions against plain numbers: every dtype, broadcasting, empty tensors and scalars.

import { describe, expect, test } from 'vitest';
import { dtypes, type DType } from '../../src/contract/dtypes.js';
import * as ops from '../../src/ops/index.js';
import { setBackend } from '../../src/backend/select.js';
import { scalar, tensor, tensor1d } from '../../src/tensor/create.js';
import { difference, nd, rounded, spreadNd, toTensor, zip, type Nd } from '../support/nd.js';
import { derivativeErrors } from '../support/gradients.js';
import { binaryCases, unaryCases, type Kind } from './tables/elementwise.js';

// HEBB_BACKEND=native runs the same tests there.
setBackend(process.env.HEBB_BACKEND ?? 'js');

const order = dtypes as readonly DType[];
const promoted = (a: DType, b: DType): DType => (order.indexOf(a) >= order.indexOf(b) ? a : b);
const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64';

function resultOf(kind: Kind | 'compare', dtype: DType): DType {
  if (kind === 'test' || kind === 'compare') return 'bool';
  if (kind === 'same') return dtype;
  if (kind === 'float') return isFloat(dtype) ? dtype : 'float32';
  return dtype === 'bool' ? 'int32' : dtype;
}

/** Numbers that the dtype holds; integers within the bounds. */
function inputOf(shape: readonly number[], dtype: DType, low: number, high: number, salt: number): Nd {
  const x = spreadNd(shape, low, high, salt);
  if (isFloat(dtype)) return rounded(x, dtype);
  const least = dtype === 'int32' ? Math.ceil(low) : Math.max(0, Math.ceil(low));
  const most = Math.max(least, dtype === 'bool' ? Math.min(1, Math.floor(high)) : Math.floor(high));
  return nd(
    shape,
    x.data.map((v) => Math.min(most, Math.max(least, Math.round(v))) + 0),
  );
}

describe.each(unaryCases)('$op', ({ f, reference, kind, low, high, differentiable }) => {
  test.each(order.filter((dtype) => dtype !== 'bool' || low <= 1))('%s', (dtype) => {
    for (const shape of [[], [0], [7], [2, 3], [2, 0, 3], [3, 1, 40]]) {
      const x = inputOf(shape, dtype, low, high, 3);
      const expected = zip(reference, x);
      expect(
        difference(f(toTensor(x, dtype)), expected, resultOf(kind, dtype), 4),
        `shape [${shape.join()}]`,
      ).toBe('');
    }
  });
  if (!differentiable) return;
  test('gradients', () => {
    for (const shape of [[], [2, 3]]) {
      const { first, second } = derivativeErrors(f, [spreadNd(shape, low, high, 4)]);
      expect(first).toBeLessThan(1e-7);
      expect(second).toBeLessThan(1e-7);
    }
  });
});

const shapePairs: [number[], number[]][] = [
  [[], []],
  [[3], [3]],
  [[2, 3], [3]],
  [[], [2, 2]],
  [
    [2, 1],
    [1, 3],
  ],
  [
    [4, 1, 3],
    [2, 1],
  ],
  [
    [0, 3],
    [1, 3],
  ],
  [
    [5, 1, 2, 1],
    [1, 3, 1, 2],
  ],
];

describe.each(binaryCases)('$op', ({ f, reference, kind, a, b, differentiable }) => {
  test.each(shapePairs)('shapes %j and %j', (shapeA, shapeB) => {
    for (const dtype of ['float32', 'float64', 'int32'] as const) {
      const x = inputOf(shapeA, dtype, ...a, 1);
      const y = inputOf(shapeB, dtype, ...b, 2);
      const expected = zip((p, q) => reference(p, q, dtype), x, y);
      expect(difference(f(toTensor(x, dtype), toTensor(y, dtype)), expected, resultOf(kind, dtype), 4)).toBe(
        '',
      );
    }
  });
  test.each(order.flatMap((p) => order.map((q) => [p, q])))('%s with %s', (p, q) => {
    const dtype = promoted(p, q);
    const computed = kind === 'compare' ? dtype : resultOf('numeric', dtype);
    const x = inputOf([2, 3], p, ...a, 1);
    const y = inputOf([3], q, ...b, 2);
    const round = (v: number): number => (computed === 'float32' ? Math.fround(v) : v);
    const expected = zip((u, v) => reference(round(u), round(v), computed), x, y);
    expect(difference(f(toTensor(x, p), toTensor(y, q)), expected, resultOf(kind, dtype), 4)).toBe('');
  });
  if (!differentiable) return;
  test('gradients', () => {
    for (const [shapeA, shapeB] of [shapePairs[0], shapePairs[2], shapePairs[3], shapePairs[5]]) {
      const { first, second } = derivativeErrors(f, [spreadNd(shapeA, ...a, 1), spreadNd(shapeB, ...b, 2)]);
      expect(first).toBeLessThan(1e-7);
      expect(second).toBeLessThan(1e-7);
    }
  });
});

describe('where', () => {
  const [condition, a, b] = [nd([2, 1], [1, 0]), spreadNd([3]), spreadNd([2, 3], 3, 5)];
  const expected = zip((c, p, q) => (c ? p : q), condition, a, b);
  test.each(order)('%s', (dtype) => {
    const [p, q] = [inputOf([3], dtype, 0, 3, 1), inputOf([2, 3], dtype, 0, 3, 2)];
    const chosen = ops.where(toTensor(condition, 'bool'), toTensor(p, dtype), toTensor(q, dtype));
    expect(
      difference(
        chosen,
        zip((c, u, v) => (c ? u : v), condition, p, q),
        dtype,
      ),
    ).toBe('');
  });
  test('numbers, and the method', () => {
    expect(ops.where([true, false], 2, 3).arraySync()).toEqual([2, 3]);
    const chosen = toTensor(a).where(toTensor(condition, 'bool'), toTensor(b));
    expect(difference(chosen, expected, 'float64')).toBe('');
  });
  test('gradients', () => {
    const { first, second } = derivativeErrors(
      (p, q) => ops.where(toTensor(condition, 'bool'), p, q),
      [a, b],
    );
    expect(first).toBeLessThan(1e-7);
    expect(second).toBeLessThan(1e-7);
  });
});

describe('addN', () => {
  const list = [1, 2, 3].map((salt) => spreadNd([2, 2], -1, 1, salt));
  test('values and gradients', () => {
    const expected = zip((a, b, c) => a + b + c, ...list);
    expect(difference(ops.addN(list.map((x) => toTensor(x))), expected, 'float64')).toBe('');
    expect(difference(ops.addN([toTensor(list[0])]), list[0], 'float64')).toBe('');
    expect(derivativeErrors((...x) => ops.addN(x), list).first).toBeLessThan(1e-7);
  });
});

describe('glu', () => {
  const x = spreadNd([2, 4]);
  test('values and gradients', () => {
    const half = (from: number): Nd =>
      nd(
        [2, 2],
        [0, 1, 4, 5].map((i) => x.data[i + from]),
      );
    const expected = zip((a, b) => a / (1 + Math.exp(-b)), half(0), half(2));
    expect(difference(ops.glu(toTensor(x)), expected, 'float64')).toBe('');
    const { first, second } = derivativeErrors((t) => ops.glu(t), [x]);
    expect(first).toBeLessThan(1e-7);
    expect(second).toBeLessThan(1e-7);
  });
});

describe('plain numbers beside a tensor', () => {
  const int = (): ReturnType<typeof tensor> => tensor([1, 2], [2], 'int32');
  test.each([
    ['int32 + 1', () => int().add(1), 'int32', [2, 3]],
    ['int32 + 0.5', () => int().add(0.5), 'float32', [1.5, 2.5]],
    ['int32 + [1, 2]', () => int().add([1, 2]), 'int32', [2, 4]],
    ['int32 + [1, 2.5]', () => int().add([1, 2.5]), 'float32', [2, 4.5]],
    ['1 - int32', () => ops.sub(1, int()), 'int32', [0, -1]],
    ['uint8 * -1', () => int().cast('uint8').mul(-1), 'int32', [-1, -2]],
    ['uint8 + 255', () => int().cast('uint8').add(255), 'uint8', [0, 1]],
    ['bool + 1', () => tensor([true, false]).add(1), 'int32', [2, 1]],
    ['bool + bool', () => tensor([true, false]).add(true), 'int32', [2, 1]],
    ['int32 + 2^31', () => int().add(2 ** 31), 'float32', [2 ** 31, 2 ** 31]],
    ['float64 + 0.1', () => tensor([1], [1], 'float64').add(0.1), 'float64', [1.1]],
    ['float64 + [0.1]', () => tensor([1], [1], 'float64').add([0.1]), 'float64', [1.1]],
    ['int32 / 2', () => int().div(2), 'int32', [0, 1]],
    ['1 + 2', () => ops.add(1, 2).reshape([1]), 'float32', [3]],
    ['-0 is kept', () => ops.div(1, scalar(0).mul(-0)).reshape([1]), 'float32', [-Infinity]],
    ['Int32Array is int32', () => ops.add(Int32Array.of(1), 1), 'int32', [2]],
    ['clip of int32', () => int().clipByValue(2, 9), 'int32', [2, 2]],
    ['clip of int32 with a fraction', () => int().clipByValue(1.5, 9), 'float32', [1.5, 2]],
  ] as const)('%s', (_, f, dtype, values) => {
    expect(difference(f(), nd([values.length], values), dtype)).toBe('');
  });
});

describe('special values', () => {
  const x = tensor1d([NaN, Infinity, -Infinity, 0, -0, 1]);
  test.each([
    ['isNaN', [1, 0, 0, 0, 0, 0]],
    ['isInf', [0, 1, 1, 0, 0, 0]],
    ['isFinite', [0, 0, 0, 1, 1, 1]],
    ['logicalNot', [0, 0, 0, 1, 1, 0]],
    ['relu', [NaN, Infinity, 0, 0, 0, 1]],
    ['sigmoid', [NaN, 1, 0, 0.5, 0.5, 1 / (1 + Math.exp(-1))]],
    ['step', [NaN, 1, 0, 0, 0, 1]],
    ['sign', [NaN, 1, -1, 0, -0, 1]],
    ['clipByValue', [NaN, 2, -1, 0, 0, 1]],
  ] as const)('%s', (name, expected) => {
    const y = name === 'clipByValue' ? x.clipByValue(-1, 2) : x[name]();
    y.dataSync().forEach((v, i) => {
      // Values that float32 has are met; others within the bounds that the conformance tests hold them to.
      if (Object.is(Math.fround(expected[i]), expected[i])) expect(v + 0).toBe(expected[i] + 0);
      else expect(Math.abs(v - expected[i])).toBeLessThanOrEqual(3 * 2 ** -24);
    });
  });
  test('maximum and comparisons with NaN', () => {
    expect(x.maximum(0).dataSync()[0]).toBeNaN();
    expect(x.equal(x).dataSync()[0]).toBe(0);
    expect(x.notEqual(x).dataSync()[0]).toBe(1);
    expect(Array.from(tensor1d([1, 0]).divNoNan([0, 0]).dataSync())).toEqual([0, 0]);
  });
});
