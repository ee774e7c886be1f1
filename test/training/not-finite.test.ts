// NaN and infinity: training stops before the update, names step and layer (or the data), and leaves the weights of the
// last completed step; with onNaN: 'continue' it goes on.

import { beforeAll, describe, expect, it } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import { layers } from '../../src/nn/layers/index.js';
import { NonFiniteLossError, sequential, type FitArgs, type Sequential } from '../../src/nn/models/index.js';
import { tensor } from '../../src/tensor/create.js';
import { setSeed } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { backendsHere } from '../support/backends.js';
import { weightsOf } from '../support/training.js';

const count = 12;

function regression(learning = 'sgd', dtype: 'float32' | 'float64' = 'float32'): Sequential {
  setSeed(3);
  const model = sequential({
    layers: [
      layers.dense({ units: 3, activation: 'relu', inputShape: [2], name: 'first', dtype }),
      layers.dense({ units: 1, name: 'second', dtype }),
    ],
  });
  model.compile({ optimizer: learning, loss: 'meanSquaredError' });
  return model;
}

/** Ordinary numbers, but for one. */
function examples(
  at: number,
  value: number,
  dtype: 'float32' | 'float64' = 'float32',
): { x: Tensor; y: Tensor } {
  const x = Array.from({ length: count * 2 }, (_, i) => Math.sin(i));
  if (at >= 0) x[at * 2 + 1] = value;
  const y = Array.from({ length: count }, (_, i) => Math.cos(i));
  return { x: tensor(x, [count, 2], dtype), y: tensor(y, [count, 1], dtype) };
}

const failure = (fit: Promise<unknown>): Promise<NonFiniteLossError> =>
  fit.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as NonFiniteLossError,
  );

describe.each(backendsHere)('on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  describe.each<[string, FitArgs]>([
    ['in stretches', {}],
    ['step by step', { callbacks: { onBatchEnd: () => undefined } }],
    ['epoch by epoch', { callbacks: { onEpochEnd: () => undefined } }],
  ])('%s', (_, how) => {
    it.each([
      ['NaN', NaN, 'float32'],
      ['Infinity', Infinity, 'float32'],
      ['-Infinity', -Infinity, 'float64'],
    ] as const)('%s in the data stops training in its step', async (shown, value, dtype) => {
      const args = { ...how, batchSize: 3, epochs: 4, shuffle: false };
      const model = regression('sgd', dtype);
      const { x, y } = examples(7, value, dtype);
      const error = await failure(model.fit(x, y, args));
      expect(error).toBeInstanceOf(NonFiniteLossError);
      expect([error.epoch, error.step, error.layer]).toEqual([0, 2, null]);
      expect(error.message).toContain('epoch 1, step 3');
      expect(error.message).toContain(`x has ${shown} in example 7 (element 1 of it)`);
      expect(model.optimizer.iterations.dataSync()[0]).toBe(2);
      expect(model.isTraining).toBe(false);
      // The two steps before it were made, and no part of the third.
      const again = regression('sgd', dtype);
      await again.fit(x.slice([0], [6]), y.slice([0], [6]), { batchSize: 3, shuffle: false });
      expect(weightsOf(model)).toEqual(weightsOf(again));
    });

    it('a loss that overflows stops training with the layer named', async () => {
      const model = regression();
      model.optimizer.learningRate = 1e30;
      const { x, y } = examples(-1, 0);
      const error = await failure(model.fit(x, y, { ...how, batchSize: 12, epochs: 50 }));
      expect(error).toBeInstanceOf(NonFiniteLossError);
      expect(error.epoch).toBeGreaterThan(0);
      expect(error.step).toBe(0);
      expect(error.epoch).toBe(model.optimizer.iterations.dataSync()[0]);
      expect(error.message).toMatch(/layer (first|second): its (weight|output)|the loss itself overflows/);
    });

    it('onNaN: continue goes on to the end', async () => {
      const model = regression();
      const { x, y } = examples(7, NaN);
      const { history } = await model.fit(x, y, { ...how, batchSize: 3, epochs: 2, onNaN: 'continue' });
      expect(history.loss).toEqual([NaN, NaN]);
      expect(model.optimizer.iterations.dataSync()[0]).toBe(8);
      expect(weightsOf(model).flat().some(Number.isNaN)).toBe(true);
    });
  });

  it('a weight that is NaN is named, and its layer', async () => {
    const model = regression();
    const weights = model.getWeights();
    weights[2] = tensor([[1], [NaN], [1]]);
    model.setWeights(weights);
    const { x, y } = examples(-1, 0);
    const error = await failure(model.fit(x, y));
    expect([error.epoch, error.step, error.layer]).toEqual([0, 0, 'second']);
    expect(error.message).toContain('layer second: its weight second/kernel holds NaN');
  });

  it('NaN in targets is found, in trainOnBatch too', async () => {
    const model = regression();
    const { x } = examples(-1, 0);
    const y = tensor(
      Array.from({ length: count }, (_, i) => (i === 4 ? NaN : i)),
      [count, 1],
    );
    const before = weightsOf(model);
    const error = await failure(model.trainOnBatch(x, y));
    expect(error).toBeInstanceOf(NonFiniteLossError);
    expect(error.message).toContain('y has NaN in example 4');
    expect(weightsOf(model)).toEqual(before);
  });

  it('counts epochs from initialEpoch', async () => {
    const { x, y } = examples(0, NaN);
    const error = await failure(
      regression().fit(x, y, { initialEpoch: 5, epochs: 7, shuffle: false, batchSize: 4 }),
    );
    expect([error.epoch, error.step]).toEqual([5, 0]);
  });
});
