// Activation functions, element by element (softmax: softmax.ts). The frequent ones are one op; the rare ones are
// written in ops, which jit fuses. Gradients at kinks are tfjs'.

import { expression } from '../contract/expression.js';
import { convert, type TensorLike } from '../tensor/convert.js';
import { runOp1 } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { abs, add, div, mul, neg, sign, square, sub } from './arithmetic.js';
import { convertToFloat } from './cast.js';
import { greater, greaterEqual, lessEqual, logicalAnd, where } from './comparison.js';
import { elementwise, unary, type UnaryFunction } from './elementwise.js';
import { clipByValue, erf, exp, expm1, tanh } from './functions.js';
import { clone } from './shape.js';
import { split } from './joining.js';

/** max(x, 0). The gradient at 0 is 0. */
export const relu: UnaryFunction = unary(
  'relu',
  'numeric',
  (e, x) => e.max(x, 0),
  (dy, y) => where(greater(y, 0), dy, 0),
);

/** min(max(x, 0), 6). The gradient at 0 is 0, at 6 it passes. */
export const relu6: UnaryFunction = unary(
  'relu6',
  'numeric',
  (e, x) => e.min(e.max(x, 0), 6),
  (dy, _y, x) => where(logicalAnd(greater(x, 0), lessEqual(x, 6)), dy, 0),
);

const sigmoidFunction = unary(
  'sigmoid',
  'float',
  (e, x) => e.sigmoid(x),
  // y (1 - y)
  (dy, y) => mul(dy, mul(y, sub(1, y))),
);

/** 1 / (1 + e^-x). */
export function sigmoid(x: TensorLike): Tensor {
  const input = convert(x, 'sigmoid');
  const y = sigmoidFunction(input);
  y.logits_ = { activation: 'sigmoid', input };
  return y;
}

/** log(sigmoid(x)), without underflow. */
export const logSigmoid: UnaryFunction = unary(
  'logSigmoid',
  'float',
  (e, x) => e.neg(e.softplus(e.neg(x))),
  // 1 - sigmoid(x) = sigmoid(-x)
  (dy, _y, x) => mul(dy, sigmoid(neg(x))),
);

/** log(1 + e^x), without overflow. */
export const softplus: UnaryFunction = unary(
  'softplus',
  'float',
  (e, x) => e.softplus(x),
  (dy, _y, x) => mul(dy, sigmoid(x)),
);

/** x / (1 + |x|). */
export const softsign: UnaryFunction = unary(
  'softsign',
  'float',
  (e, x) => e.div(x, e.add(e.abs(x), 1)),
  // 1 / (1 + |x|)^2
  (dy, _y, x) => div(dy, square(add(abs(x), 1))),
);

/** x where x >= 0, else e^x - 1 (Clevert et al. 2015). */
export const elu: UnaryFunction = unary(
  'elu',
  'float',
  (e, x) => e.select(e.greaterEqual(x, 0), x, e.expm1(x)),
  // 1, or e^x = y + 1
  (dy, y) => where(greaterEqual(y, 0), dy, mul(dy, add(y, 1))),
);

/** selu's alpha and scale, from Klambauer et al. 2017, appendix. */
const seluAlpha = 1.6732632423543772848170429916717;
const seluScale = 1.0507009873554804934193349852946;

/** scale x where x >= 0, else scale alpha (e^x - 1): keeps mean 0 and variance 1 (Klambauer et al. 2017). */
export const selu: UnaryFunction = unary(
  'selu',
  'float',
  (e, x) => e.select(e.greaterEqual(x, 0), e.mul(x, seluScale), e.mul(e.expm1(x), seluScale * seluAlpha)),
  // scale, or scale alpha e^x = y + scale alpha
  (dy, y) => where(greater(y, 0), mul(dy, seluScale), mul(dy, add(y, seluScale * seluAlpha))),
);

const leakyOp = elementwise(
  'leakyRelu',
  'float',
  expression(2, (e, x, alpha) => e.select(e.greater(x, 0), x, e.mul(x, alpha))),
  [
    // 1, or alpha where x <= 0
    (dy, _y, x, alpha) => where(greater(x, 0), dy, mul(dy, alpha)),
    // 0, or x where x <= 0
    (dy, _y, x) => where(greater(x, 0), 0, mul(dy, x)),
  ],
);

/** x where x > 0, else `alpha` x; alpha is 0.2 unless given. */
export function leakyRelu(x: TensorLike, alpha = 0.2): Tensor {
  const input = convert(x, 'leakyRelu');
  return runOp1(leakyOp, [input, convert(alpha, 'leakyRelu', input.dtype)], undefined);
}

/** x where x > 0, else `alpha` x with a tensor alpha, which may be trained. */
export function prelu(x: TensorLike, alpha: TensorLike): Tensor {
  const input = convert(x, 'prelu');
  return runOp1(leakyOp, [input, convert(alpha, 'prelu', input.dtype)], undefined);
}

/** x sigmoid(x), also called silu (Ramachandran et al. 2017). */
export const swish: UnaryFunction = unary(
  'swish',
  'float',
  (e, x) => e.mul(x, e.sigmoid(x)),
  // with s = sigmoid(x): s + x s (1 - s) = s + y (1 - s)
  (dy, y, x) => {
    const s = sigmoid(x);
    return mul(dy, add(s, mul(y, sub(1, s))));
  },
);

/** The same as `swish`. */
export const silu: UnaryFunction = swish;

const geluExact = unary(
  'gelu',
  'float',
  (e, x) => e.mul(e.mul(x, 0.5), e.add(e.erf(e.mul(x, Math.SQRT1_2)), 1)),
  // Phi(x) + x phi(x), the normal distribution's function and density
  (dy, _y, x) => {
    const distribution = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
    const density = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return mul(dy, add(distribution, mul(x, density)));
  },
);

/**
 * x Phi(x), Phi the standard normal distribution function (Hendrycks and Gimpel 2016).
 * @param approximate the formula with tanh instead: x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
 */
export function gelu(x: TensorLike, approximate = false): Tensor {
  if (!approximate) return geluExact(x);
  const input = convertToFloat(x, 'gelu');
  const inner = mul(mul(input, add(mul(square(input), 0.044715), 1)), Math.sqrt(2 / Math.PI));
  return mul(mul(input, 0.5), add(tanh(inner), 1));
}

/** x tanh(softplus(x)) (Misra 2019). */
export const mish: UnaryFunction = unary(
  'mish',
  'float',
  (e, x) => e.mul(x, e.tanh(e.softplus(x))),
  // with t = tanh(softplus(x)): t + x (1 - t^2) sigmoid(x)
  (dy, _y, x) => {
    const t = tanh(softplus(x));
    return mul(dy, add(t, mul(mul(x, sub(1, square(t))), sigmoid(x))));
  },
);

/** max(x, 0) + min(alpha (e^(x/alpha) - 1), 0) (Barron 2017). */
export function celu(x: TensorLike, alpha = 1): Tensor {
  const input = convertToFloat(x, 'celu');
  const below = where(greater(input, 0), 0, input);
  return add(relu(input), mul(expm1(div(below, alpha)), alpha));
}

/** 0.2 x + 0.5, clipped to 0 .. 1. */
export function hardSigmoid(x: TensorLike): Tensor {
  return clipByValue(add(mul(x, 0.2), 0.5), 0, 1);
}

/** x relu6(x + 3) / 6, as in Keras 3 (Howard et al. 2019). */
export function hardSilu(x: TensorLike): Tensor {
  const input = convertToFloat(x, 'hardSilu');
  return mul(input, div(relu6(add(input, 3)), 6));
}

/** x, clipped to -1 .. 1. */
export function hardTanh(x: TensorLike): Tensor {
  return clipByValue(convertToFloat(x, 'hardTanh'), -1, 1);
}

/** x - tanh(x). */
export function tanhShrink(x: TensorLike): Tensor {
  const input = convertToFloat(x, 'tanhShrink');
  return sub(input, tanh(input));
}

/** x moved towards 0 by `threshold`, and 0 where |x| <= threshold. */
export function softShrink(x: TensorLike, threshold = 0.5): Tensor {
  const input = convertToFloat(x, 'softShrink');
  return where(greater(abs(input), threshold), sub(input, mul(sign(input), threshold)), 0);
}

/** x, and 0 where |x| <= threshold. */
export function hardShrink(x: TensorLike, threshold = 0.5): Tensor {
  const input = convert(x, 'hardShrink');
  return where(greater(abs(input), threshold), input, 0);
}

/** x where x > theta, else 0 (Konda et al. 2014). */
export function thresholdedRelu(x: TensorLike, theta = 1): Tensor {
  const input = convert(x, 'thresholdedRelu');
  return where(greater(input, theta), input, 0);
}

/** Gated linear unit: the first half of x along `axis` times the sigmoid of the second (Dauphin et al. 2016). */
export function glu(x: TensorLike, axis = -1): Tensor {
  const [value, gate] = split(x, 2, axis);
  return mul(value, sigmoid(gate));
}

/** x itself. */
export function linear(x: TensorLike): Tensor {
  return clone(x);
}
