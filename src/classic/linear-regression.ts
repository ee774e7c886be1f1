// A straight line (a plane, a hyperplane) through points: a neuron without an activation. Fitted in two ways: downhill
// along the gradient, as networks learn, and by the closed form that only this one of all networks has.

import type { FloatDType } from '../contract/dtypes.js';
import { ArgumentError, HebbError } from '../contract/errors.js';
import { dot, matMul, mean, square, sub, sum, transpose } from '../ops/index.js';
import { defaultDtype, type TensorLike } from '../tensor/convert.js';
import { tensor, zeros } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Variable } from '../tensor/variable.js';
import { gradientsOf, jit, repeat } from '../transform/index.js';
import { inversePositiveDefinite } from './cholesky.js';
import { Neuron } from './neuron.js';
import { checkPositiveCount, checkRate, column, table } from './values.js';

/** Options of `LinearRegression`. */
export interface LinearRegressionArgs {
  /** Number of inputs (dimensions). */
  inputs: number;
  /** 'float32' or 'float64'; default: what `setDefaultDtype` says. */
  dtype?: FloatDType;
}

/** Options of gradient descent over all examples at once. */
export interface DescentArgs {
  /** Default 0.1. */
  learningRate?: number;
  /** Number of steps; default 1000. */
  epochs?: number;
}

/** y = w . x + b, fitted to the least mean squared error; weights and bias begin at 0. */
export class LinearRegression {
  readonly neuron: Neuron;

  constructor({ inputs, dtype = defaultDtype() }: LinearRegressionArgs) {
    checkPositiveCount(inputs, 'LinearRegression: inputs');
    this.neuron = new Neuron({ weights: zeros([inputs], dtype), activation: 'linear', dtype });
  }

  /** [inputs]. */
  get weights(): Variable {
    return this.neuron.weights;
  }

  /** Of rank 0. */
  get bias(): Variable {
    return this.neuron.bias;
  }

  /** [examples, inputs] -> [examples]. */
  predict(x: TensorLike): Tensor {
    return this.neuron.feedforward(x);
  }

  /**
   * Gradient descent: w -= rate dL/dw, b -= rate dL/db with L = mean (w . x + b - y)^2 over all examples.
   * @param x [examples, inputs]
   * @param y [examples]
   * @returns the loss before each step
   * @throws HebbError if the steps were so long that the loss grew beyond all numbers
   */
  fit(x: TensorLike, y: TensorLike, { learningRate = 0.1, epochs = 1000 }: DescentArgs = {}): number[] {
    checkRate(learningRate, 'LinearRegression');
    checkPositiveCount(epochs, 'LinearRegression: epochs');
    const { inputs, targets } = this.examples(x, y);
    const parameters = [this.weights, this.bias];
    const descend = jit((xs: Tensor, ys: Tensor) =>
      repeat(epochs, [], () => {
        const loss = (): Tensor => mean(square(sub(this.predict(xs), ys)));
        const { value, gradients } = gradientsOf(loss, parameters);
        parameters.forEach((p, i) => p.assign(p.sub(gradients[i]!.mul(learningRate))));
        return [value];
      }),
    );
    const losses = [...descend(inputs, targets)[0].dataSync()];
    if (!losses.every(Number.isFinite) || !Number.isFinite(this.bias.dataSync()[0])) {
      throw new HebbError(
        `LinearRegression: the loss grew without end at learningRate ${learningRate}: the steps jump over the valley; ` +
          'take a smaller one, or bring the inputs to a size of about 1.',
      );
    }
    return losses;
  }

  /**
   * The closed form, from the normal equations: with x and y measured from their means, w = (X^T X)^-1 X^T y.
   * @param x [examples, inputs]
   * @param y [examples]
   * @throws ArgumentError if an input is a combination of others, so that many solutions are equally good
   */
  solve(x: TensorLike, y: TensorLike): void {
    const { inputs, targets } = this.examples(x, y);
    const [xs, ys] = [inputs.cast('float64'), targets.cast('float64')];
    const [meanX, meanY] = [mean(xs, 0), mean(ys)];
    const centred = sub(xs, meanX);
    const n = xs.shape[1];
    const inverse = inversePositiveDefinite(Float64Array.from(matMul(centred, centred, true).dataSync()), n);
    if (typeof inverse === 'number') {
      throw new ArgumentError(
        `LinearRegression: input ${inverse} is constant or a combination of the inputs before it, so that many ` +
          'solutions are equally good; leave it out.',
      );
    }
    const w = dot(tensor(inverse, [n, n]), dot(transpose(centred), sub(ys, meanY)));
    const { dtype } = this.neuron;
    this.weights.assign(w.cast(dtype));
    this.bias.assign(sub(meanY, dot(w, meanX)).cast(dtype));
  }

  /** The coefficient of determination R^2 = 1 - sum (y - prediction)^2 / sum (y - mean y)^2: 1 is a perfect fit. */
  score(x: TensorLike, y: TensorLike): number {
    const { inputs, targets } = this.examples(x, y);
    const left = sum(square(sub(targets, this.predict(inputs))));
    const all = sum(square(sub(targets, mean(targets))));
    return 1 - left.dataSync()[0] / all.dataSync()[0];
  }

  private examples(x: TensorLike, y: TensorLike): { inputs: Tensor; targets: Tensor } {
    const { dtype, inputs: columns } = this.neuron;
    const inputs = table(x, columns, dtype, 'LinearRegression');
    return { inputs, targets: column(y, inputs.shape[0], dtype, 'LinearRegression') };
  }
}
