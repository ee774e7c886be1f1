// Two inputs, two hidden neurons, one output, all sigmoid: the smallest network that learns, small enough to write its
// chain rule out by hand. `gradientsByHand` and `gradientsByTape` say the same; a test holds them to 1e-12.

import type { FloatDType } from '../contract/dtypes.js';
import {
  add,
  dot,
  matMul,
  mean,
  mul,
  outerProduct,
  randomNormal,
  sigmoid,
  square,
  sub,
} from '../ops/index.js';
import { defaultDtype, type TensorLike } from '../tensor/convert.js';
import { variable, zeros } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Variable } from '../tensor/variable.js';
import { gradientsOf, jit, repeat } from '../transform/index.js';
import { checkPositiveCount, checkRate, column, floats, table } from './values.js';

/** Options of `Network221`. */
export interface Network221Args {
  /** Weights of the hidden neurons: hiddenWeights[i] are those of neuron i, [2, 2]; default: standard normal. */
  hiddenWeights?: TensorLike;
  /** [2]; default: standard normal. */
  hiddenBias?: TensorLike;
  /** [2]; default: standard normal. */
  outputWeights?: TensorLike;
  /** Of rank 0; default: standard normal. */
  outputBias?: TensorLike;
  /** Of the random numbers; default: drawn from the default generator. */
  seed?: number;
  /** 'float32' or 'float64'; default: what `setDefaultDtype` says. */
  dtype?: FloatDType;
}

/** Derivatives of the squared error of one example by each parameter, of the parameter's shape. */
export interface Network221Gradients {
  readonly hiddenWeights: Tensor;
  readonly hiddenBias: Tensor;
  readonly outputWeights: Tensor;
  readonly outputBias: Tensor;
}

/** y = s(v . h + c), h = s(W x + b), with s(z) = 1 / (1 + e^-z). */
export class Network221 {
  /** W, [2, 2]. */
  readonly hiddenWeights: Variable;
  /** b, [2]. */
  readonly hiddenBias: Variable;
  /** v, [2]. */
  readonly outputWeights: Variable;
  /** c, of rank 0. */
  readonly outputBias: Variable;
  readonly dtype: FloatDType;

  constructor(args: Network221Args = {}) {
    const { seed, dtype = defaultDtype() } = args;
    this.dtype = dtype;
    const normal = randomNormal([9], 0, 1, dtype, seed);
    const parameter = (
      name: keyof Network221Gradients,
      first: number,
      shape: readonly number[],
    ): Variable => {
      const size = shape.reduce((n, d) => n * d, 1);
      const given = args[name];
      const value =
        given === undefined ? normal.slice([first], [size]) : floats(given, dtype, `Network221: ${name}`);
      return variable(value.reshape(shape), true, name);
    };
    this.hiddenWeights = parameter('hiddenWeights', 0, [2, 2]);
    this.hiddenBias = parameter('hiddenBias', 4, [2]);
    this.outputWeights = parameter('outputWeights', 6, [2]);
    this.outputBias = parameter('outputBias', 8, []);
  }

  /**
   * The output.
   * @param x [2] -> a number (rank 0), or [examples, 2] -> [examples]
   */
  feedforward(x: TensorLike): Tensor {
    const input = floats(x, this.dtype, 'Network221');
    const rows = input.rank === 1 ? input.reshape([1, 2]) : table(input, 2, this.dtype, 'Network221');
    const hidden = sigmoid(add(matMul(rows, this.hiddenWeights, false, true), this.hiddenBias));
    const output = sigmoid(add(dot(hidden, this.outputWeights), this.outputBias));
    return input.rank === 1 ? output.reshape([]) : output;
  }

  /** The mean of (y - output)^2 over the examples. */
  loss(x: TensorLike, y: TensorLike): Tensor {
    const rows = table(x, 2, this.dtype, 'Network221');
    return mean(square(sub(column(y, rows.shape[0], this.dtype, 'Network221'), this.feedforward(rows))));
  }

  /**
   * Derivatives of L = (y - output)^2 for one example by the chain rule, written out. With s' = s (1 - s):
   *
   *   dL/dz = -2 (y - output) . output (1 - output)        z: what goes into the output's sigmoid
   *   dL/dv = dL/dz h         dL/dc = dL/dz
   *   dL/da = dL/dz v . h (1 - h)                          a: what goes into the hidden sigmoids
   *   dL/dW = dL/da x^T       dL/db = dL/da
   * @param x [2]
   * @param y the target
   */
  gradientsByHand(x: TensorLike, y: TensorLike): Network221Gradients {
    const input = floats(x, this.dtype, 'Network221');
    const target = floats(y, this.dtype, 'Network221');
    const slope = (s: Tensor): Tensor => mul(s, sub(1, s));
    const h = sigmoid(add(dot(this.hiddenWeights, input), this.hiddenBias));
    const output = sigmoid(add(dot(this.outputWeights, h), this.outputBias));
    const dz = mul(mul(-2, sub(target, output)), slope(output));
    const da = mul(mul(dz, this.outputWeights), slope(h));
    return {
      hiddenWeights: outerProduct(da, input),
      hiddenBias: da,
      outputWeights: mul(dz, h),
      outputBias: dz,
    };
  }

  /** The same as `gradientsByHand`, found by Hebb's own backpropagation. */
  gradientsByTape(x: TensorLike, y: TensorLike): Network221Gradients {
    const target = floats(y, this.dtype, 'Network221');
    const loss = (): Tensor => square(sub(target, this.feedforward(x)));
    const { hiddenWeights, hiddenBias, outputWeights, outputBias } = this;
    const parameters = [hiddenWeights, hiddenBias, outputWeights, outputBias];
    const [dW, db, dv, dc] = gradientsOf(loss, parameters).gradients.map(
      (gradient, i) => gradient ?? zeros(parameters[i].shape, this.dtype),
    );
    return { hiddenWeights: dW, hiddenBias: db, outputWeights: dv, outputBias: dc };
  }

  /**
   * Stochastic gradient descent: one update after each example, in order, with the gradients by hand.
   * @param x [examples, 2]
   * @param y [examples]
   * @param args learningRate 0.1 and epochs 1000 unless given
   * @returns the loss over all examples after each epoch
   */
  train(x: TensorLike, y: TensorLike, args: { learningRate?: number; epochs?: number } = {}): number[] {
    const { learningRate = 0.1, epochs = 1000 } = args;
    checkRate(learningRate, 'Network221');
    checkPositiveCount(epochs, 'Network221: epochs');
    const inputs = table(x, 2, this.dtype, 'Network221');
    const targets = column(y, inputs.shape[0], this.dtype, 'Network221');
    const descend = jit((xs: Tensor, ys: Tensor) =>
      repeat(epochs, [], () => {
        repeat(xs.shape[0], { row: xs, target: ys }, ({ row, target }) => {
          const gradients = this.gradientsByHand(row, target);
          for (const name of Object.keys(gradients) as (keyof Network221Gradients)[]) {
            this[name].assign(this[name].sub(gradients[name].mul(learningRate)));
          }
        });
        return [this.loss(xs, ys)];
      }),
    );
    return [...descend(inputs, targets)[0].dataSync()];
  }
}
