// MNIST: the 784-512-10 network reaches 95 % after one epoch on seeds 1, 2 and 3, natively and in WebAssembly, and makes
// 2,345 steps of 128 examples in five epochs. The data is looked for in HEBB_DATASETS and the like, never downloaded.

import { describe, expect, it } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import { datasets, layers, sequential, setSeed, tensor, type Dataset, type Tensor } from '../../src/index.js';
import { backendsHere } from '../support/backends.js';

const mnist: Dataset | string = await datasets
  .mnist({ download: false })
  .catch((error: Error) => error.message);

function network() {
  const model = sequential({
    layers: [
      layers.flatten({ inputShape: [28, 28] }),
      layers.rescaling({ scale: 1 / 255 }),
      layers.dense({ units: 512, activation: 'relu' }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: 'rmsprop', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

describe.each(['native', 'wasm'] as const)('MNIST on %s', (backend) => {
  it.for([1, 2, 3])(
    'is above 0.95 after one epoch with seed %i',
    { timeout: 120_000 },
    async (seed, { skip }) => {
      if (!backendsHere.includes(backend)) skip(`there is no ${backend} backend`);
      if (typeof mnist === 'string') return skip(mnist);
      expect([mnist.train.images.shape, mnist.test.images.shape]).toEqual([
        [60000, 28, 28],
        [10000, 28, 28],
      ]);
      setBackend(backend);
      setSeed(seed);
      const model = network();
      await model.fit(mnist.train.images, mnist.train.labels, { batchSize: 128, epochs: 1 });
      expect(model.optimizer.iterations.dataSync()[0]).toBe(469);
      const figures = (await model.evaluateAsync(mnist.test.images, mnist.test.labels, {
        batchSize: 500,
      })) as Tensor[];
      expect(figures[1].dataSync()[0]).toBeGreaterThanOrEqual(0.95);
    },
  );
});

describe.each(backendsHere)('steps on %s', (backend) => {
  it('are 469 an epoch, 2,345 in five, for 60,000 examples in batches of 128', async () => {
    setBackend(backend);
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ optimizer: 'rmsprop', loss: 'meanSquaredError' });
    const x = new Float32Array(60_000).map((_, i) => (i % 7) / 7);
    const examples = tensor(x, [60_000, 1]);
    const { history } = await model.fit(examples, examples, { batchSize: 128, epochs: 5 });
    expect(model.optimizer.iterations.dataSync()[0]).toBe(2345);
    expect(history.loss[4]).toBeLessThan(history.loss[0]);
  });
});
