// One neuron: weights, a bias, an activation. Alone it is a linear regression (activation 'linear'), a perceptron
// ('step') or a logistic regression ('sigmoid'); everything else in Hebb is many of them at once.

import type { FloatDType } from '../contract/dtypes.js';
import {
  resolveActivation,
  type ActivationFunction,
  type ActivationIdentifier,
} from '../nn/activations/index.js';
import { ArgumentError } from '../contract/errors.js';
import { add, dot } from '../ops/index.js';
import { defaultDtype, type TensorLike } from '../tensor/convert.js';
import { variable } from '../tensor/create.js';
import { showShape } from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Variable } from '../tensor/variable.js';
import { floats } from './values.js';

/** Options of `Neuron`. */
export interface NeuronArgs {
  /** One weight an input, [inputs]. */
  weights: TensorLike;
  /** Default 0. */
  bias?: number;
  /** A name or a function; default 'sigmoid'. */
  activation?: ActivationIdentifier;
  /** 'float32' or 'float64'; default: what `setDefaultDtype` says. */
  dtype?: FloatDType;
}

/**
 * A neuron: activation(w . x + b).
 * @example new classic.Neuron({ weights: [0, 1], bias: 4, dtype: 'float64' }).feedforward([2, 3]) // 0.9990889488055994
 */
export class Neuron {
  /** [inputs]. */
  readonly weights: Variable;
  /** Of rank 0. */
  readonly bias: Variable;
  readonly activation: ActivationFunction;
  readonly dtype: FloatDType;

  /** @throws ArgumentError if the weights are no vector or the activation is not known */
  constructor({ weights, bias = 0, activation = 'sigmoid', dtype = defaultDtype() }: NeuronArgs) {
    const w = floats(weights, dtype, 'Neuron');
    if (w.rank !== 1 || w.size === 0) {
      throw new ArgumentError(`Neuron: expected weights of shape [inputs], got ${showShape(w.shape)}.`);
    }
    this.weights = variable(w, true, 'weights');
    this.bias = variable(floats(bias, dtype, 'Neuron'), true, 'bias');
    this.activation = resolveActivation(activation, 'Neuron: activation');
    this.dtype = dtype;
  }

  /** Number of inputs. */
  get inputs(): number {
    return this.weights.size;
  }

  /**
   * The weighted sum before the activation, w . x + b.
   * @param x [inputs] -> a number (rank 0), or [examples, inputs] -> [examples]
   */
  weightedSum(x: TensorLike): Tensor {
    const input = floats(x, this.dtype, 'Neuron');
    if (input.rank < 1 || input.rank > 2 || input.shape[input.rank - 1] !== this.inputs) {
      throw new ArgumentError(
        `Neuron: expected inputs of shape [${this.inputs}] or [examples, ${this.inputs}], got ${showShape(input.shape)}.`,
      );
    }
    return add(dot(input, this.weights), this.bias);
  }

  /**
   * The output, activation(w . x + b).
   * @param x [inputs] -> a number (rank 0), or [examples, inputs] -> [examples]
   */
  feedforward(x: TensorLike): Tensor {
    return this.activation(this.weightedSum(x));
  }
}
