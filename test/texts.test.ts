// The figures of texts about neural networks, on every backend: one neuron, the 2-2-1 network, losses, products, slices.

import { beforeAll, describe, expect, it } from 'vitest';
import { setBackend } from '../src/backend/select.js';
import * as hebb from '../src/index.js';
import type { Tensor } from '../src/index.js';
import { backendsHere } from './support/backends.js';

const f64 = (values: Parameters<typeof hebb.tensor>[0]): Tensor => hebb.tensor(values, undefined, 'float64');

describe.each(backendsHere)('on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  it('a neuron: w = [0, 1], b = 4, x = [2, 3]', () => {
    const y = hebb.sigmoid(hebb.add(hebb.dot(f64([0, 1]), f64([2, 3])), 4));
    expect(y.dataSync()[0]).toBeCloseTo(0.9990889488055994, 15);
    expect(hebb.getBackend()).toBe(backend);
  });

  it('the 2-2-1 network: all weights [0, 1], no bias, x = [2, 3]', () => {
    const neuron = (x: Tensor): Tensor => hebb.sigmoid(hebb.dot(f64([0, 1]), x));
    const h = neuron(f64([2, 3]));
    expect(neuron(hebb.stack([h, h])).dataSync()[0]).toBeCloseTo(0.7216325609518421, 15);
    const { dense } = hebb.layers;
    const weights = [
      f64([
        [0, 0],
        [1, 1],
      ]),
      f64([0, 0]),
    ];
    const model = hebb.sequential({
      layers: [
        dense({ units: 2, activation: 'sigmoid', inputShape: [2], weights, dtype: 'float64' }),
        dense({ units: 1, activation: 'sigmoid', weights: [f64([[0], [1]]), f64([0])], dtype: 'float64' }),
      ],
    });
    const y = model.predict(f64([[2, 3]])) as Tensor;
    expect([y.shape, y.dtype]).toEqual([[1, 1], 'float64']);
    expect(y.dataSync()[0]).toBeCloseTo(0.7216325609518421, 15);
  });

  it('the mean squared error of [1, 0, 0, 1] against zeros', () => {
    const loss = hebb.losses.meanSquaredError(hebb.tensor1d([1, 0, 0, 1]), hebb.zeros([4]));
    expect([...loss.dataSync()]).toEqual([0.5]);
  });

  it('the slice [10:100] of (60000, 28, 28)', () => {
    const images = hebb.zeros([60000, 28, 28], 'uint8');
    images.view()[10 * 784] = 7;
    images.view()[100 * 784 - 1] = 9;
    images.view()[100 * 784] = 11;
    const part = images.slice([10], [90]);
    expect(part.shape).toEqual([90, 28, 28]);
    const elements = Array.from(part.dataSync());
    expect([elements[0], elements[elements.length - 1], elements.reduce((a, b) => a + b, 0)]).toEqual([
      7, 9, 16,
    ]);
    expect(images.slice([10, 0, 0], [90, 28, 28]).shape).toEqual([90, 28, 28]);
  });

  it('products: relu, a bias, dot, a matrix and a vector', () => {
    const w = hebb.tensor2d([
      [5, 6, 1],
      [7, 8, 1],
    ]);
    expect(hebb.relu(hebb.matMul(w, hebb.tensor2d([[2], [3], [1]]))).arraySync()).toEqual([[29], [39]]);
    const product = hebb.matMul(
      hebb.tensor2d([
        [5, 6],
        [7, 8],
      ]),
      hebb.tensor2d([[1], [3]]),
    );
    expect(product.add(hebb.tensor1d([1])).arraySync()).toEqual([[24], [32]]);
    expect(hebb.dot(hebb.tensor1d([1, 2]), hebb.tensor1d([1, 2])).arraySync()).toBe(5);
    expect(hebb.dot(w, hebb.tensor1d([1, 2, 3])).arraySync()).toEqual([20, 26]);
  });

  it('(300, 20) transposed is (20, 300)', () => {
    const x = hebb.range(0, 6000).reshape([300, 20]);
    const y = hebb.transpose(x);
    expect(y.shape).toEqual([20, 300]);
    expect([...y.dataSync()].every((v, i) => v === (i % 300) * 20 + Math.floor(i / 300))).toBe(true);
  });
});
