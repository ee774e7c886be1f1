// Activation functions by name: a table from names to functions on tensors.

import {
  celu,
  elu,
  exp,
  gelu,
  glu,
  hardShrink,
  hardSigmoid,
  hardSilu,
  hardTanh,
  leakyRelu,
  linear,
  logSigmoid,
  logSoftmax,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softShrink,
  softsign,
  step,
  swish,
  tanh,
  tanhShrink,
} from '../../ops/index.js';
import { ArgumentError } from '../../contract/errors.js';
import { unknownName } from '../../platform/suggest.js';
import type { Tensor } from '../../tensor/tensor.js';
import { resolved, showValue } from '../config/fields.js';

/** A function of a tensor; the result has its shape. */
export type ActivationFunction = (x: Tensor) => Tensor;

/** The activation functions, by tfjs' and Keras' names. */
export const activations = {
  /** x if x > 0, else e^x - 1. */
  elu: (x: Tensor): Tensor => elu(x),
  /** Scaled elu, 1.0507 * (x if x > 0, else 1.6733 (e^x - 1)); Klambauer et al. 2017. */
  selu: (x: Tensor): Tensor => selu(x),
  /** max(x, 0). */
  relu: (x: Tensor): Tensor => relu(x),
  /** min(max(x, 0), 6). */
  relu6: (x: Tensor): Tensor => relu6(x),
  /** x. */
  linear: (x: Tensor): Tensor => linear(x),
  /** 1 / (1 + e^-x). */
  sigmoid: (x: Tensor): Tensor => sigmoid(x),
  /** 0.2 x + 0.5, held between 0 and 1. */
  hardSigmoid: (x: Tensor): Tensor => hardSigmoid(x),
  /** log(1 + e^x). */
  softplus: (x: Tensor): Tensor => softplus(x),
  /** x / (1 + |x|). */
  softsign: (x: Tensor): Tensor => softsign(x),
  /** Hyperbolic tangent. */
  tanh: (x: Tensor): Tensor => tanh(x),
  /** e^x / sum of e^x over the last axis. */
  softmax: (x: Tensor): Tensor => softmax(x),
  /** log of softmax. */
  logSoftmax: (x: Tensor): Tensor => logSoftmax(x),
  /** x times the normal distribution function; Hendrycks and Gimpel 2016. */
  gelu: (x: Tensor): Tensor => gelu(x),
  /** gelu, approximated with tanh. */
  gelu_new: (x: Tensor): Tensor => gelu(x, true),
  /** x * tanh(softplus(x)); Misra 2019. */
  mish: (x: Tensor): Tensor => mish(x),
  /** x * sigmoid(x). */
  swish: (x: Tensor): Tensor => swish(x),
  /** The same as swish. */
  silu: (x: Tensor): Tensor => silu(x),
  /** x if x > 0, else 0.2 x. */
  leakyRelu: (x: Tensor): Tensor => leakyRelu(x),
  /** max(x, 0) + min(e^x - 1, 0). */
  celu: (x: Tensor): Tensor => celu(x),
  /** e^x. */
  exponential: (x: Tensor): Tensor => exp(x),
  /** One half of the last axis times the sigmoid of the other: halves the axis. */
  glu: (x: Tensor): Tensor => glu(x),
  /** x * hardSigmoid(x), in Keras' form. */
  hardSilu: (x: Tensor): Tensor => hardSilu(x),
  /** x, held between -1 and 1. */
  hardTanh: (x: Tensor): Tensor => hardTanh(x),
  /** log of sigmoid. */
  logSigmoid: (x: Tensor): Tensor => logSigmoid(x),
  /** x moved by 0.5 towards 0, 0 on the way. */
  softShrink: (x: Tensor): Tensor => softShrink(x),
  /** x if |x| > 0.5, else 0. */
  hardShrink: (x: Tensor): Tensor => hardShrink(x),
  /** x - tanh(x). */
  tanhShrink: (x: Tensor): Tensor => tanhShrink(x),
  /** 1 if x > 0, else 0: the perceptron's; has no slope to train by. */
  step: (x: Tensor): Tensor => step(x),
} as const satisfies Record<string, ActivationFunction>;

/** A name of the table, or any function of a tensor. */
export type ActivationIdentifier = keyof typeof activations | (string & {}) | ActivationFunction;

const fold = (name: string): string => name.toLowerCase().replace(/_/g, '');
const table: ReadonlyMap<string, ActivationFunction> = new Map(
  Object.entries(activations).map(([name, f]) => [fold(name), f]),
);
const names = new Map<ActivationFunction, string>(Object.entries(activations).map(([name, f]) => [f, name]));

/**
 * An activation function from its name, in tfjs' or Keras' spelling, or the function itself.
 * @throws ArgumentError if the name is not known; the nearest is suggested
 */
export function resolveActivation(identifier: ActivationIdentifier, what = 'activation'): ActivationFunction {
  if (typeof identifier === 'function') return identifier;
  if (typeof identifier !== 'string') {
    throw new ArgumentError(
      `${what}: expected the name of an activation or a function, got ${showValue(identifier)}.`,
    );
  }
  const found = table.get(fold(identifier));
  if (!found) {
    throw new ArgumentError(`${what}: ${unknownName('activation', identifier, Object.keys(activations))}.`);
  }
  return found;
}

/** An option that takes an activation. A function of one's own is written by its name only. */
export const activation = resolved<ActivationFunction, ActivationIdentifier>(
  resolveActivation,
  (f) => names.get(f) ?? f.name,
);
