// What a model does beside fit: evaluate and predict, now and later; trainOnBatch; weights in and out; summary; memory.

import { beforeAll, describe, expect, it } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import { layers } from '../../src/nn/layers/index.js';
import { sequential } from '../../src/nn/models/index.js';
import { ones, tensor, tensor2d } from '../../src/tensor/create.js';
import { memory } from '../../src/tensor/scopes.js';
import { tidy } from '../../src/tensor/tidy.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { backendsHere } from '../support/backends.js';
import { classifier, problem, weightsOf } from '../support/training.js';

const data = problem();
const one = (t: Tensor | Tensor[]): Tensor => {
  if (Array.isArray(t)) throw new Error('expected one tensor');
  return t;
};
const numbers = (t: Tensor | Tensor[]): number[] => (Array.isArray(t) ? t : [t]).map((f) => f.dataSync()[0]);

/** y = x0 + 2 x1 + 3, already learnt. */
function line() {
  const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2], name: 'line' })] });
  model.setWeights([tensor2d([[1], [2]]), tensor([3])]);
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model;
}

describe.each(backendsHere)('on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  it('predict and predictAsync agree, whatever the batch size', async () => {
    const model = classifier(data);
    const whole = one(model.predict(data.x));
    expect(whole.shape).toEqual([70, 3]);
    for (const batchSize of [1, 32, 69, 70, 1000]) {
      expect(one(model.predict(data.x, { batchSize })).dataSync()).toEqual(whole.dataSync());
      expect(one(await model.predictAsync(data.x, { batchSize })).dataSync()).toEqual(whole.dataSync());
    }
    expect(one(model.predictOnBatch(data.x)).dataSync()).toEqual(whole.dataSync());
    expect(
      line().predict([
        [1, 1],
        [0, 2],
      ]),
    ).toMatchObject({ shape: [2, 1] });
    expect([
      ...one(
        line().predict([
          [1, 1],
          [0, 2],
        ]),
      ).dataSync(),
    ]).toEqual([6, 7]);
  });

  it('evaluate and evaluateAsync agree, and are the figures by hand', async () => {
    const model = classifier(data);
    const now = numbers(model.evaluate(data.x, data.y));
    expect(numbers(await model.evaluateAsync(data.x, data.y))).toEqual(now);
    expect(model.metricsNames).toEqual(['loss', 'acc']);
    const rows = one(model.predict(data.x)).arraySync() as number[][];
    const labels = [...data.y.dataSync()];
    const right = rows.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length;
    expect(now[1]).toBeCloseTo(right / 70, 6);
    const penalty = weightsOf(model)[0].reduce((sum, w) => sum + 0.01 * w * w, 0);
    const loss = rows.reduce((sum, row, i) => sum - Math.log(row[labels[i]]), 0) / 70 + penalty;
    expect(now[0]).toBeCloseTo(loss, 5);
    // One figure comes alone.
    expect(
      numbers(
        line().evaluate(
          [
            [1, 1],
            [0, 2],
          ],
          [[5], [7]],
        ),
      ),
    ).toEqual([0.5]);
  });

  it('predictAsync and evaluateAsync can be aborted', async () => {
    const model = classifier(data);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(model.predictAsync(data.x, { signal })).rejects.toThrow('enough');
    await expect(model.evaluateAsync(data.x, data.y, { signal })).rejects.toThrow('enough');
  });

  it('trainOnBatch makes one step and gives the figures before it', async () => {
    const model = classifier(data, { regularized: false });
    const before = numbers(model.evaluate(data.x, data.y, { batchSize: 70 }));
    const figures = (await model.trainOnBatch(data.x, data.y)) as number[];
    expect(figures[0]).toBeCloseTo(before[0], 5);
    expect(figures[1]).toBeCloseTo(before[1], 5);
    expect(model.optimizer.iterations.dataSync()[0]).toBe(1);
    const alone = line();
    expect(await alone.trainOnBatch([[1, 1]], [[5]])).toBe(1);
    // The gradient of (w x + b - y)^2 is 2 (w x + b - y) x = 2 x: 0.01 of it is taken off.
    expect(
      weightsOf(alone)
        .flat()
        .map((w) => Math.round(w * 1e6) / 1e6),
    ).toEqual([0.98, 1.98, 2.98]);
  });

  it('trainOnBatch over the batches of an epoch is fit without shuffling', async () => {
    const [a, b] = [classifier(data, { regularized: false }), classifier(data, { regularized: false })];
    await a.fit(data.x, data.y, { batchSize: 35, shuffle: false, epochs: 1 });
    for (const begin of [0, 35])
      await b.trainOnBatch(data.x.slice([begin], [35]), data.y.slice([begin], [35]));
    expect(weightsOf(b)).toEqual(weightsOf(a));
  });

  it('getWeights are copies of now; setWeights is seen by every program', async () => {
    const model = line();
    const x = tensor2d([[1, 1]]);
    const before = model.getWeights();
    expect([...one(model.predict(x)).dataSync()]).toEqual([6]);
    await model.fit(x, [[0]], { epochs: 3 });
    expect(before.map((w) => [...w.dataSync()])).toEqual([[1, 2], [3]]);
    expect(one(model.predict(x)).dataSync()[0]).toBeLessThan(6);
    model.setWeights(before);
    expect([...one(model.predict(x)).dataSync()]).toEqual([6]);
    expect(numbers(model.evaluate(x, [[6]]))).toEqual([0]);
    model.setWeights([tensor2d([[10], [0]]), tensor([0])]);
    expect([...one(await model.predictAsync(x)).dataSync()]).toEqual([10]);
    expect(await model.trainOnBatch(x, [[10]])).toBe(0);
    // A weight that is assigned to directly, and one read on the way, too.
    model.weights[1].assign(tensor([0.5]));
    expect([...one(model.predict(x)).dataSync()]).toEqual([10.5]);
  });

  it('summary prints layers, shapes and numbers of parameters', () => {
    const lines: string[] = [];
    classifier(data).summary(60, undefined, (text) => lines.push(text));
    expect(lines.slice(1)).toEqual([
      '_'.repeat(60),
      'Layer (type)               Output shape            Params',
      '='.repeat(60),
      expect.stringMatching(/^rescaling\w* \(Rescaling\) +\[\*, 6\] +0$/) as string,
      'hidden (Dense)             [*, 8]                  56',
      'noise (Dropout)            [*, 8]                  0',
      'classes (Dense)            [*, 3]                  27',
      '='.repeat(60),
      'Total params: 83',
      'Trainable params: 83',
      'Non-trainable params: 0',
      '_'.repeat(60),
    ]);
  });

  it('a frozen layer is not trained', async () => {
    const model = classifier(data);
    model.layers[1].trainable = false;
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    const before = weightsOf(model);
    await model.fit(data.x, data.y);
    const now = weightsOf(model);
    expect(now.map((w, i) => String(w) === String(before[i]))).toEqual([true, true, false, false]);
  });

  it('uint8 inputs stay so, and equal the same inputs as floats', async () => {
    const bytes = classifier(data);
    await bytes.fit(data.x, data.y, { epochs: 2 });
    const floats = classifier(data);
    await floats.fit(data.x.cast('float32'), data.y.cast('int32'), { epochs: 2 });
    expect(weightsOf(bytes)).toEqual(weightsOf(floats));
    expect(data.x.dtype).toBe('uint8');
  });

  it('nothing is left of what is made in a tidy', () => {
    const model = classifier(data);
    const round = (): void =>
      tidy(() => {
        const x = ones([4, 6]);
        one(model.predict(x.mul(3).add(1))).sum();
        model.evaluate(x, [0, 1, 2, 0]);
      });
    round();
    const before = memory();
    for (let i = 0; i < 5; i++) round();
    expect(memory().numTensors).toBe(before.numTensors);
    expect(memory().numBytes).toBe(before.numBytes);
  });
});
