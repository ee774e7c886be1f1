// A hidden layer and an output layer without biases, all sigmoid, trained on all examples at once: the network of many
// first programs. Its backward pass is one line of ours, `gradientsOf`; network-221.ts writes such a pass out.

import type { FloatDType } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { matMul, randomUniform, sigmoid, square, sub, sum } from '../ops/index.js';
import { defaultDtype, type TensorLike } from '../tensor/convert.js';
import { variable } from '../tensor/create.js';
import { Generator } from '../tensor/generator.js';
import { showShape } from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Variable } from '../tensor/variable.js';
import { gradientsOf, jit, repeat } from '../transform/index.js';
import { checkPositiveCount, checkRate, floats, table } from './values.js';

/** Options of `TwoLayerNetwork`. */
export interface TwoLayerNetworkArgs {
  /** Default 3. */
  inputs?: number;
  /** Hidden neurons; default 4. */
  hidden?: number;
  /** Default 1. */
  outputs?: number;
  /** Of the weights, which begin evenly distributed between 0 and 1; default: drawn from the default generator. */
  seed?: number;
  /** 'float32' or 'float64'; default: what `setDefaultDtype` says. */
  dtype?: FloatDType;
}

/** s(s(x W1) W2) with s(z) = 1 / (1 + e^-z). */
export class TwoLayerNetwork {
  /** W1, [inputs, hidden]. */
  readonly weights1: Variable;
  /** W2, [hidden, outputs]. */
  readonly weights2: Variable;
  readonly dtype: FloatDType;

  constructor({
    inputs = 3,
    hidden = 4,
    outputs = 1,
    seed,
    dtype = defaultDtype(),
  }: TwoLayerNetworkArgs = {}) {
    for (const [name, value] of Object.entries({ inputs, hidden, outputs })) {
      checkPositiveCount(value, `TwoLayerNetwork: ${name}`);
    }
    const generator = seed === undefined ? undefined : new Generator(seed);
    const weights = (shape: readonly number[], name: string): Variable =>
      variable(randomUniform(shape, 0, 1, dtype, generator), true, name);
    this.weights1 = weights([inputs, hidden], 'weights1');
    this.weights2 = weights([hidden, outputs], 'weights2');
    this.dtype = dtype;
  }

  /** [examples, inputs] -> [examples, outputs]. */
  feedforward(x: TensorLike): Tensor {
    const input = table(x, this.weights1.shape[0], this.dtype, 'TwoLayerNetwork');
    return sigmoid(matMul(sigmoid(matMul(input, this.weights1)), this.weights2));
  }

  /** The sum of (y - output)^2 over all examples and outputs. */
  loss(x: TensorLike, y: TensorLike): Tensor {
    return sum(square(sub(floats(y, this.dtype, 'TwoLayerNetwork'), this.feedforward(x))));
  }

  /**
   * Gradient descent on all examples at once.
   * @param x [examples, inputs]
   * @param y [examples, outputs]
   * @param args learningRate 1 and epochs 1500 unless given
   * @returns the loss before each step
   */
  train(x: TensorLike, y: TensorLike, args: { learningRate?: number; epochs?: number } = {}): number[] {
    const { learningRate = 1, epochs = 1500 } = args;
    checkRate(learningRate, 'TwoLayerNetwork');
    checkPositiveCount(epochs, 'TwoLayerNetwork: epochs');
    const inputs = table(x, this.weights1.shape[0], this.dtype, 'TwoLayerNetwork');
    const targets = floats(y, this.dtype, 'TwoLayerNetwork');
    const expected = [inputs.shape[0], this.weights2.shape[1]];
    if (showShape(targets.shape) !== showShape(expected)) {
      throw new ArgumentError(
        `TwoLayerNetwork: expected targets of shape ${showShape(expected)}, got ${showShape(targets.shape)}.`,
      );
    }
    const weights = [this.weights1, this.weights2];
    const descend = jit((xs: Tensor, ys: Tensor) =>
      repeat(epochs, [], () => {
        const { value, gradients } = gradientsOf(() => this.loss(xs, ys), weights);
        weights.forEach((w, i) => w.assign(w.sub(gradients[i]!.mul(learningRate))));
        return [value];
      }),
    );
    return [...descend(inputs, targets)[0].dataSync()];
  }
}
