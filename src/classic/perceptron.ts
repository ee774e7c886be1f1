// Rosenblatt's perceptron: a neuron with a step, and a rule that moves its line towards each example it gets wrong. It
// ends if a line separates the classes; `converge` proves it where none does (not-separable.ts).

import type { FloatDType } from '../contract/dtypes.js';
import { ArgumentError, HebbError } from '../contract/errors.js';
import type { ActivationIdentifier } from '../nn/activations/index.js';
import {
  add,
  argMax,
  equal,
  gather,
  greater,
  matMul,
  mean,
  mul,
  notEqual,
  sub,
  sum,
  where,
} from '../ops/index.js';
import { defaultDtype, type TensorLike } from '../tensor/convert.js';
import { fill, zeros } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Variable } from '../tensor/variable.js';
import { jit, repeat } from '../transform/index.js';
import { Neuron } from './neuron.js';
import { CycleWatch } from './not-separable.js';
import { checkPositiveCount, checkRate, column, table } from './values.js';

/** Which weights a perceptron keeps: the last, the average of all, or the best. */
export type PerceptronVariant = 'plain' | 'averaged' | 'pocket';

/** Options of `Perceptron`. */
export interface PerceptronArgs {
  /** Number of inputs. */
  inputs: number;
  /** A name or a function; default 'step'. */
  activation?: ActivationIdentifier;
  /**
   * 'plain' keeps the last weights, 'averaged' the average after each example (Freund and Schapire 1999), 'pocket' those
   * that had most training examples right (Gallant 1990); default 'plain'.
   */
  variant?: PerceptronVariant;
  /** The labels of the two classes, as the activation gives them; default [0, 1]. For 'tanh' take [-1, 1]. */
  classes?: readonly [number, number];
  /** 'float32' or 'float64'; default: what `setDefaultDtype` says. */
  dtype?: FloatDType;
}

/** Options of training a perceptron. */
export interface PerceptronFitArgs {
  /** Default 0.1. */
  learningRate?: number;
  /** Passes through the examples; default 10 for `fit`, 1000 for `converge`. */
  epochs?: number;
}

/** How training went. */
export interface PerceptronHistory {
  /** Examples that were wrong when they were met, in each pass. */
  readonly mistakes: readonly number[];
  /** Weights and bias after each pass, [inputs] and a number. */
  readonly weights: readonly (readonly number[])[];
  readonly bias: readonly number[];
  /** Whether there was a pass without any error, after which nothing changes any more. */
  readonly converged: boolean;
}

/** What one pass through the examples leaves. */
interface Pass {
  /** label - output of each example when it was met. */
  readonly errors: Tensor;
  readonly mistakes: number;
  /** After each example: [examples, inputs]. */
  readonly weights: Tensor;
  /** After each example: [examples]. */
  readonly bias: Tensor;
}

/** output = activation(w . x + b), learned by w += rate (label - output) x, b += rate (label - output) from zeros on. */
export class Perceptron {
  readonly neuron: Neuron;
  readonly variant: PerceptronVariant;
  readonly classes: readonly [number, number];

  constructor(args: PerceptronArgs) {
    const { inputs, activation = 'step', variant = 'plain', classes = [0, 1], dtype = defaultDtype() } = args;
    checkPositiveCount(inputs, 'Perceptron: inputs');
    if (!['plain', 'averaged', 'pocket'].includes(variant)) {
      throw new ArgumentError(
        `Perceptron: expected a variant 'plain', 'averaged' or 'pocket', got '${variant}'.`,
      );
    }
    if (!(classes[0] < classes[1])) {
      throw new ArgumentError(`Perceptron: expected classes [low, high], got [${classes.join(', ')}].`);
    }
    this.neuron = new Neuron({ weights: zeros([inputs], dtype), activation, dtype });
    this.variant = variant;
    this.classes = classes;
  }

  /** [inputs]. */
  get weights(): Variable {
    return this.neuron.weights;
  }

  /** Of rank 0. */
  get bias(): Variable {
    return this.neuron.bias;
  }

  /** The class of each example, [examples, inputs] -> [examples]. */
  predict(x: TensorLike): Tensor {
    return this.classOf(
      this.neuron.feedforward(table(x, this.neuron.inputs, this.neuron.dtype, 'Perceptron')),
    );
  }

  /** The fraction of the examples whose class is right. */
  score(x: TensorLike, labels: TensorLike): number {
    const { inputs, targets } = this.examples(x, labels);
    return mean(equal(this.predict(inputs), targets)).dataSync()[0];
  }

  /**
   * Goes through the examples in order, pass after pass; ends early after a pass without any error.
   * @param x [examples, inputs]
   * @param labels [examples], of the two classes
   */
  fit(x: TensorLike, labels: TensorLike, args: PerceptronFitArgs = {}): PerceptronHistory {
    return this.learn(x, labels, { epochs: 10, ...args }, null);
  }

  /**
   * Goes on until the rule has all examples right; what is kept then, the variant says.
   * @throws NotSeparableError if no line (plane, hyperplane) separates the classes, with the proof; then the weights are
   * as before
   * @throws HebbError if neither has shown after `epochs` passes
   */
  converge(x: TensorLike, labels: TensorLike, args: PerceptronFitArgs = {}): PerceptronHistory {
    const { inputs, targets } = this.examples(x, labels);
    const before = { weights: this.weights.clone(), bias: this.bias.clone() };
    const watch = new CycleWatch(inputs, targets, before.weights.dataSync(), before.bias.dataSync()[0]);
    try {
      const history = this.learn(inputs, targets, { epochs: 1000, ...args }, watch);
      if (history.converged) return history;
      throw new HebbError(
        `Perceptron: not separated after ${history.mistakes.length} passes, nor shown to be inseparable; allow more ` +
          "epochs, or keep the best weights with variant 'pocket' and fit.",
      );
    } catch (error) {
      this.weights.assign(before.weights);
      this.bias.assign(before.bias);
      throw error;
    }
  }

  private learn(
    x: TensorLike,
    labels: TensorLike,
    { learningRate = 0.1, epochs = 10 }: PerceptronFitArgs,
    watch: CycleWatch | null,
  ): PerceptronHistory {
    checkRate(learningRate, 'Perceptron');
    checkPositiveCount(epochs, 'Perceptron: epochs');
    const { inputs, targets } = this.examples(x, labels);
    const run = this.passProgram(learningRate);
    const keeper = new Keeper(this, inputs, targets);
    const history = {
      mistakes: [] as number[],
      weights: [] as number[][],
      bias: [] as number[],
      converged: false,
    };
    while (history.mistakes.length < epochs && !history.converged) {
      const pass = run(inputs, targets);
      keeper.see(pass);
      history.mistakes.push(pass.mistakes);
      history.weights.push([...this.weights.dataSync()]);
      history.bias.push(this.bias.dataSync()[0]);
      history.converged = pass.errors.dataSync().every((error) => error === 0);
      watch?.see(pass.errors.dataSync(), this.weights.dataSync(), this.bias.dataSync()[0]);
    }
    keeper.finish();
    return history;
  }

  /** One pass, compiled: the rule is what the loop's body says. */
  private passProgram(learningRate: number): (x: Tensor, labels: Tensor) => Pass {
    const { neuron } = this;
    const pass = jit((xs: Tensor, labels: Tensor) =>
      repeat(xs.shape[0], { x: xs, label: labels }, ({ x, label }) => {
        const output = neuron.feedforward(x);
        const error = sub(label, output);
        neuron.weights.assign(add(neuron.weights, mul(mul(error, x), learningRate)));
        neuron.bias.assign(add(neuron.bias, mul(error, learningRate)));
        return [error, notEqual(this.classOf(output), label), neuron.weights.clone(), neuron.bias.clone()];
      }),
    );
    return (x, labels) => {
      const [errors, wrong, weights, bias] = pass(x, labels);
      return { errors, mistakes: sum(wrong).dataSync()[0], weights, bias };
    };
  }

  /** The nearer of the two classes; in the middle the lower one. @internal */
  classOf(output: Tensor): Tensor {
    const [low, high] = this.classes;
    const like = (value: number): Tensor => fill([], value).cast(output.dtype);
    return where(greater(output, (low + high) / 2), like(high), like(low));
  }

  private examples(x: TensorLike, labels: TensorLike): { inputs: Tensor; targets: Tensor } {
    const { dtype, inputs: columns } = this.neuron;
    const inputs = table(x, columns, dtype, 'Perceptron');
    const targets = column(labels, inputs.shape[0], dtype, 'Perceptron');
    const [low, high] = this.classes;
    const strange = targets.dataSync().find((label) => label !== low && label !== high);
    if (strange !== undefined) {
      throw new ArgumentError(`Perceptron: expected labels ${low} and ${high}, got ${strange}.`);
    }
    return { inputs, targets };
  }
}

/** Picks the weights that the variant keeps. */
class Keeper {
  private passes = 0;
  private sums: [Tensor, Tensor] | null = null;
  private best: { right: number; weights: Tensor; bias: Tensor } | null = null;

  constructor(
    private readonly perceptron: Perceptron,
    private readonly inputs: Tensor,
    private readonly labels: Tensor,
  ) {}

  see({ weights, bias }: Pass): void {
    const { variant, neuron } = this.perceptron;
    this.passes++;
    if (variant === 'averaged') {
      const means = [mean(weights, 0), mean(bias, 0)] as const;
      this.sums = this.sums ? [add(this.sums[0], means[0]), add(this.sums[1], means[1])] : [...means];
    } else if (variant === 'pocket') {
      // All candidates of the pass at once: outputs[i][c] is what candidate c says of example i.
      const outputs = neuron.activation(add(matMul(this.inputs, weights, false, true), bias));
      const isRight = equal(this.perceptron.classOf(outputs), this.labels.reshape([-1, 1]));
      const right = sum(isRight.cast('int32'), 0);
      const candidate = argMax(right, 0);
      const most = gather(right, candidate).dataSync()[0];
      if (this.best && this.best.right >= most) return;
      this.best = { right: most, weights: gather(weights, candidate), bias: gather(bias, candidate) };
    }
  }

  finish(): void {
    const { weights, bias } = this.perceptron;
    if (this.sums) {
      weights.assign(this.sums[0].div(this.passes));
      bias.assign(this.sums[1].div(this.passes));
    } else if (this.best) {
      weights.assign(this.best.weights);
      bias.assign(this.best.bias);
    }
  }
}
