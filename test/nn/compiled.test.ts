// What layers, losses, metrics and optimizers do inside compiled programs: the same, to the bit, as op by op.

import { describe, expect, it } from 'vitest';
import { layers } from '../../src/nn/layers/index.js';
import { resolveLoss } from '../../src/nn/losses/index.js';
import { Mean, resolveMetric, type Metric } from '../../src/nn/metrics/index.js';
import { resolveOptimizer, type Optimizer } from '../../src/nn/optimizers/index.js';
import type { FloatDType } from '../../src/contract/dtypes.js';
import { tensor } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { gradientsOf } from '../../src/transform/grad.js';
import { jit } from '../../src/transform/index.js';
import { numbers, testData } from './support.js';

const inputs = 4;
const classes = 3;
const sizes = [6, 6, 2];

interface Run {
  readonly weights: number[][];
  readonly state: number[][];
  readonly figures: number[][];
}

/** Trains a small net on three batches and gives all that came of it. */
function train(optimizerName: string, dtype: FloatDType, compiled: boolean): Run {
  const hidden = layers.dense({
    units: 5,
    activation: 'relu',
    kernelInitializer: { className: 'GlorotUniform', config: { seed: 1 } },
    kernelRegularizer: 'l2',
    dtype,
    name: 'hidden',
  });
  const noise = layers.dropout({ rate: 0.25, seed: 3, dtype, name: 'noise' });
  const output = layers.dense({
    units: classes,
    activation: 'softmax',
    kernelInitializer: { className: 'HeNormal', config: { seed: 2 } },
    dtype,
    name: 'output',
  });
  hidden.ensureBuilt([null, inputs]);
  output.ensureBuilt([null, 5]);
  const variables = [...hidden.trainableWeights, ...output.trainableWeights];
  const loss = resolveLoss('sparseCategoricalCrossentropy');
  const optimizer: Optimizer = resolveOptimizer(optimizerName);
  optimizer.build(variables);
  const mean = new Mean({ name: 'loss' });
  const metrics: Metric[] = [
    resolveMetric('accuracy', loss, [null, classes]),
    resolveMetric('ce', loss, [null, classes]),
  ];

  const step = (x: Tensor, t: Tensor): Tensor[] => {
    let y = x;
    const { value, gradients } = gradientsOf(() => {
      y = output.apply(noise.apply(hidden.apply(x), { training: true }));
      return hidden.penalties().reduce((sum, penalty) => sum.add(penalty), loss.batch(t, y));
    }, variables);
    optimizer.applyGradients(variables.map((v, i) => [gradients[i], v] as const));
    mean.add(value, x.shape[0]);
    for (const metric of metrics) metric.update(t, y);
    return [mean.result(), ...metrics.map((m) => m.result())];
  };
  const run = compiled ? jit(step) : step;

  const figures = sizes.map((size, i) => {
    const x = tensor(
      testData(size * inputs, i + 1).map((v) => Math.round(100 * (v + 1))),
      [size, inputs],
      'uint8',
    );
    const t = tensor(
      testData(size, i + 20).map((v) => Math.floor(((v + 1) / 2) * classes)),
      [size],
      'uint8',
    );
    return run(x, t).map((figure) => figure.dataSync()[0]);
  });
  return {
    weights: variables.map(numbers),
    state: [...optimizer.variables, ...noise.generators.map((g) => g.state)].map(numbers),
    figures,
  };
}

describe('compiled steps', () => {
  const names = ['sgd', 'momentum', 'rmsprop', 'adam', 'adamax', 'adagrad', 'adadelta'];

  for (const dtype of ['float32', 'float64'] as const) {
    it.each(names)(`%s in ${dtype} gives the same bits as op by op`, (name) => {
      const eager = train(name, dtype, false);
      expect(train(name, dtype, true)).toEqual(eager);
      expect(eager.state[0]).toEqual([sizes.length]);
      expect(eager.figures.flat().every(Number.isFinite)).toBe(true);
    });
  }

  it('see a learning rate that is set between runs', () => {
    const weight = layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros', dtype: 'float64' });
    weight.ensureBuilt([null, 1]);
    const [w] = weight.weights;
    const optimizer = resolveOptimizer('sgd');
    const step = jit((g: Tensor) => {
      optimizer.applyGradients([[g, w]]);
      return g;
    });
    const one = tensor([1], [1, 1], 'float64');
    step(one);
    optimizer.learningRate = 0.5;
    step(one);
    expect(numbers(w)).toEqual([-0.51]);
  });

  it('reset metrics', () => {
    const metric = resolveMetric('binaryAccuracy');
    const measure = jit((t: Tensor, y: Tensor) => {
      metric.reset();
      metric.update(t, y);
      return metric.result();
    });
    const t = tensor([1, 0], [2, 1]);
    expect(numbers(measure(t, tensor([0.9, 0.9], [2, 1])))).toEqual([0.5]);
    expect(numbers(measure(t, tensor([0.9, 0.1], [2, 1])))).toEqual([1]);
  });

  it('build layers on first use with values at once', () => {
    const layer = layers.dense({ units: 2, kernelInitializer: 'ones' });
    const y = jit((x: Tensor) => layer.apply(x))(tensor([[1, 2]]));
    expect(numbers(y)).toEqual([3, 3]);
    expect(layer.getWeights().map(numbers)).toEqual([
      [1, 1, 1, 1],
      [0, 0],
    ]);
  });
});
