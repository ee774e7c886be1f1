// Random ops: their distributions, and that seeds and generators give what they promise.

import { describe, expect, test } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import type { DType } from '../../src/contract/dtypes.js';
import * as ops from '../../src/ops/index.js';
import { ones, tensor } from '../../src/tensor/create.js';
import { Generator, setSeed } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { gradients } from '../support/gradients.js';

// HEBB_BACKEND=native runs the same tests there.
setBackend(process.env.HEBB_BACKEND ?? 'js');

const mean = (x: Tensor): number => Array.from(x.dataSync()).reduce((a, b) => a + b, 0) / x.size;
const deviation = (x: Tensor): number => {
  const m = mean(x);
  return Math.sqrt(Array.from(x.dataSync()).reduce((a, b) => a + (b - m) ** 2, 0) / x.size);
};
const count = 20000;

describe('distributions', () => {
  test.each(['float32', 'float64'] as const)('randomUniform %s', (dtype) => {
    const x = ops.randomUniform([count], -1, 3, dtype, 1);
    expect(x.dtype).toBe(dtype);
    expect(Math.min(...x.dataSync())).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...x.dataSync())).toBeLessThan(3);
    expect(mean(x)).toBeCloseTo(1, 1);
    expect(deviation(x)).toBeCloseTo(4 / Math.sqrt(12), 1);
  });
  test.each([
    ['int32', -2, 3, [-2, -1, 0, 1, 2]],
    ['uint8', 1, 4, [1, 2, 3]],
    ['bool', 0, 1, [0, 1]],
  ] as const)('randomUniform %s', (dtype, low, high, values) => {
    const x = ops.randomUniform([count], low, high, dtype, 1);
    expect(x.dtype).toBe(dtype);
    for (const v of values) {
      const share = x.dataSync().filter((d) => d === v).length / count;
      expect(share).toBeCloseTo(1 / values.length, 1);
    }
    expect([...new Set<number>(x.dataSync())].sort((a, b) => a - b)).toEqual(values);
  });
  test('randomUniformInt', () => {
    const x = ops.randomUniformInt([count], 5, 8, 1);
    expect(x.dtype).toBe('int32');
    expect([...new Set<number>(x.dataSync())].sort()).toEqual([5, 6, 7]);
  });
  test.each(['float32', 'float64'] as const)('randomNormal %s', (dtype) => {
    const x = ops.randomNormal([count], 2, 3, dtype, 1);
    expect(x.dtype).toBe(dtype);
    expect(Math.abs(mean(x) - 2)).toBeLessThan(0.1);
    expect(Math.abs(deviation(x) - 3)).toBeLessThan(0.1);
    expect(Math.max(...x.dataSync())).toBeGreaterThan(8);
    expect(ops.randomNormal([9], 0, 5, 'int32', 1).dtype).toBe('int32');
  });
  test('randomStandardNormal', () => {
    const x = ops.randomStandardNormal([count], 'float32', 1);
    expect(x.dataSync()).toEqual(ops.randomNormal([count], 0, 1, 'float32', 1).dataSync());
  });
  test('truncatedNormal', () => {
    const x = ops.truncatedNormal([count], 1, 0.5, 'float32', 1);
    expect(Math.min(...x.dataSync())).toBeGreaterThanOrEqual(0);
    expect(Math.max(...x.dataSync())).toBeLessThanOrEqual(2);
    expect(mean(x)).toBeCloseTo(1, 1);
    // The standard deviation of a normal distribution cut at +-2 is 0.8796.
    expect(deviation(x)).toBeCloseTo(0.5 * 0.8796, 1);
  });
  test('bernoulli', () => {
    const x = ops.bernoulli([count], 0.2, 'bool', 1);
    expect(x.dtype).toBe('bool');
    expect(Math.abs(mean(x) - 0.2)).toBeLessThan(0.02);
    expect(mean(ops.bernoulli([9], 1))).toBe(1);
    expect(mean(ops.bernoulli([9], 0))).toBe(0);
  });
  test('permutation and shuffle', () => {
    const order = ops.permutation(100, 3);
    expect(order.dtype).toBe('int32');
    expect([...order.dataSync()]).not.toEqual([...order.dataSync()].sort((a, b) => a - b));
    expect([...order.dataSync()].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    const x = tensor([10, 11, 20, 21, 30, 31], [3, 2]);
    const rows = ops.shuffle(x, 4).arraySync() as number[][];
    expect(rows.map((row) => row.join()).sort()).toEqual(['10,11', '20,21', '30,31']);
  });
});

describe('seeds', () => {
  const draws: Record<string, (seed?: number | Generator) => Tensor> = {
    randomUniform: (seed) => ops.randomUniform([5], 0, 1, 'float32', seed),
    randomNormal: (seed) => ops.randomNormal([5], 0, 1, 'float64', seed),
    dropout: (seed) => ops.dropout(ones([50]), 0.5, null, seed),
    permutation: (seed) => ops.permutation(20, seed),
  };
  test.each(Object.entries(draws))('%s', (_, f) => {
    const values = (seed?: number | Generator): number[] => [...f(seed).dataSync()];
    expect(values(7)).toEqual(values(7));
    expect(values(7)).not.toEqual(values(8));
    const generator = new Generator(7);
    const first = values(generator);
    expect(first).toEqual(values(7));
    expect(values(generator)).not.toEqual(first);
    setSeed(7);
    const later = [values(), values()];
    expect(later[0]).toEqual(first);
    setSeed(7);
    expect([values(), values()]).toEqual(later);
  });
  test('large seeds differ in their high bits too', () => {
    const draw = (seed: number): number[] => [...ops.randomUniform([4], 0, 1, 'float32', seed).dataSync()];
    expect(draw(1)).not.toEqual(draw(2 ** 40 + 1));
  });
});

describe('dropout', () => {
  const x = ones([count]);
  test('keeps the mean, and scales what stays', () => {
    const y = ops.dropout(x, 0.25, null, 1);
    expect(new Set(y.dataSync())).toEqual(new Set([0, Math.fround(4 / 3)]));
    expect(Math.abs(mean(y) - 1)).toBeLessThan(0.02);
  });
  test('a rate of 0 changes nothing', () => {
    expect(ops.dropout(x, 0).dataSync()).toEqual(x.dataSync());
  });
  test('noise shape', () => {
    const y = ops.dropout(ones([4, 50]), 0.5, [1, null], 1).arraySync() as number[][];
    expect(new Set(y[0]).size).toBe(2);
    for (const row of y) expect(row).toEqual(y[0]);
  });
  test.each(['float32', 'float64', 'int32'] as DType[])('%s', (dtype) => {
    expect(ops.dropout(ones([3], dtype), 0.5).dtype).toBe(dtype === 'int32' ? 'float32' : dtype);
  });
  test('the gradient passes where elements do', () => {
    const seed = 5;
    const input = ones([30], 'float64');
    const [dx] = gradients((t) => ops.sum(ops.dropout(t, 0.5, null, seed)), [input]);
    expect(dx.dataSync()).toEqual(ops.dropout(input, 0.5, null, seed).dataSync());
  });
});
