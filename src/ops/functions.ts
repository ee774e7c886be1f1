// Mathematical functions of one tensor (and atan2), element by element. Integers are taken as float32.

import { ArgumentError } from '../contract/errors.js';
import { expression } from '../contract/expression.js';
import { convert, type TensorLike } from '../tensor/convert.js';
import { zerosLike } from '../tensor/create.js';
import { runOp1 } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, div, mul, neg, rsqrt, square, sub } from './arithmetic.js';
import { greaterEqual, lessEqual, logicalAnd, where } from './comparison.js';
import {
  binary,
  elementwise,
  unary,
  type BinaryFunction,
  type ElementwiseRule,
  type UnaryFunction,
} from './elementwise.js';

/** The gradient of what is constant between its jumps. */
const flat: ElementwiseRule = (dy) => zerosLike(dy);

/** e^x. */
export const exp: UnaryFunction = unary(
  'exp',
  'float',
  (e, x) => e.exp(x),
  (dy, y) => mul(dy, y),
);

/** e^x - 1, accurate near 0. */
export const expm1: UnaryFunction = unary(
  'expm1',
  'float',
  (e, x) => e.expm1(x),
  // e^x = y + 1
  (dy, y) => mul(dy, add(y, 1)),
);

/** Natural logarithm. */
export const log: UnaryFunction = unary(
  'log',
  'float',
  (e, x) => e.log(x),
  (dy, _y, x) => div(dy, x),
);

/** log(1 + x), accurate near 0. */
export const log1p: UnaryFunction = unary(
  'log1p',
  'float',
  (e, x) => e.log1p(x),
  (dy, _y, x) => div(dy, add(x, 1)),
);

/** Sine of x in radians. */
export const sin: UnaryFunction = unary(
  'sin',
  'float',
  (e, x) => e.sin(x),
  (dy, _y, x) => mul(dy, cos(x)),
);

/** Cosine of x in radians. */
export const cos: UnaryFunction = unary(
  'cos',
  'float',
  (e, x) => e.cos(x),
  (dy, _y, x) => neg(mul(dy, sin(x))),
);

/** Tangent of x in radians. */
export const tan: UnaryFunction = unary(
  'tan',
  'float',
  (e, x) => e.tan(x),
  // 1 / cos^2 x = 1 + tan^2 x
  (dy, y) => mul(dy, add(square(y), 1)),
);

/** Arc sine. */
export const asin: UnaryFunction = unary(
  'asin',
  'float',
  (e, x) => e.asin(x),
  // 1 / sqrt(1 - x^2)
  (dy, _y, x) => mul(dy, rsqrt(sub(1, square(x)))),
);

/** Arc cosine. */
export const acos: UnaryFunction = unary(
  'acos',
  'float',
  (e, x) => e.acos(x),
  // -1 / sqrt(1 - x^2)
  (dy, _y, x) => neg(mul(dy, rsqrt(sub(1, square(x))))),
);

/** Arc tangent. */
export const atan: UnaryFunction = unary(
  'atan',
  'float',
  (e, x) => e.atan(x),
  // 1 / (1 + x^2)
  (dy, _y, x) => div(dy, add(square(x), 1)),
);

/** The angle of the point (b, a), from -pi to pi. */
export const atan2: BinaryFunction = binary('atan2', 'float', (e, a, b) => e.atan2(a, b), [
  // d/da = b / (a^2 + b^2),  d/db = -a / (a^2 + b^2)
  (dy, _y, a, b) => mul(dy, div(b, add(square(a), square(b)))),
  (dy, _y, a, b) => neg(mul(dy, div(a, add(square(a), square(b))))),
]);

/** Hyperbolic sine. */
export const sinh: UnaryFunction = unary(
  'sinh',
  'float',
  (e, x) => e.sinh(x),
  (dy, _y, x) => mul(dy, cosh(x)),
);

/** Hyperbolic cosine. */
export const cosh: UnaryFunction = unary(
  'cosh',
  'float',
  (e, x) => e.cosh(x),
  (dy, _y, x) => mul(dy, sinh(x)),
);

/** Hyperbolic tangent. */
export const tanh: UnaryFunction = unary(
  'tanh',
  'float',
  (e, x) => e.tanh(x),
  // 1 - y^2
  (dy, y) => mul(dy, sub(1, square(y))),
);

/** Inverse hyperbolic sine. */
export const asinh: UnaryFunction = unary(
  'asinh',
  'float',
  (e, x) => e.asinh(x),
  // 1 / sqrt(x^2 + 1)
  (dy, _y, x) => mul(dy, rsqrt(add(square(x), 1))),
);

/** Inverse hyperbolic cosine. */
export const acosh: UnaryFunction = unary(
  'acosh',
  'float',
  (e, x) => e.acosh(x),
  // 1 / sqrt(x^2 - 1)
  (dy, _y, x) => mul(dy, rsqrt(sub(square(x), 1))),
);

/** Inverse hyperbolic tangent. */
export const atanh: UnaryFunction = unary(
  'atanh',
  'float',
  (e, x) => e.atanh(x),
  // 1 / (1 - x^2)
  (dy, _y, x) => div(dy, sub(1, square(x))),
);

/** Error function. */
export const erf: UnaryFunction = unary(
  'erf',
  'float',
  (e, x) => e.erf(x),
  // 2 / sqrt(pi) e^(-x^2)
  (dy, _y, x) => mul(dy, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
);

/** Largest integer that is not above x. */
export const floor: UnaryFunction = unary('floor', 'float', (e, x) => e.floor(x), flat);

/** Smallest integer that is not below x. */
export const ceil: UnaryFunction = unary('ceil', 'float', (e, x) => e.ceil(x), flat);

/** Nearest integer, halves to even. */
export const round: UnaryFunction = unary('round', 'float', (e, x) => e.round(x), flat);

/** Whether x is NaN. */
export const isNaN: UnaryFunction = unary('isNaN', 'test', (e, x) => e.isNaN(x), null);

/** Whether x is Infinity or -Infinity. */
export const isInf: UnaryFunction = unary('isInf', 'test', (e, x) => e.isInf(x), null);

/** Whether x is neither NaN nor infinite. */
export const isFinite: UnaryFunction = unary('isFinite', 'test', (e, x) => e.isFinite(x), null);

const stepOp = elementwise(
  'step',
  'float',
  expression(2, (e, x, alpha) => e.select(e.greater(x, 0), 1, e.select(e.isNaN(x), x, alpha))),
  [flat, null],
);

/** 1 where x > 0, else `alpha` (default 0); NaN stays. With 0, the perceptron's activation. */
export function step(x: TensorLike, alpha = 0): Tensor {
  const input = convert(x, 'step');
  return runOp1(stepOp, [input, convert(alpha, 'step', input.dtype)], undefined);
}

const clipOp = elementwise(
  'clipByValue',
  'numeric',
  expression(3, (e, x, low, high) => e.min(e.max(x, low), high)),
  [(dy, _y, x, low, high) => where(logicalAnd(greaterEqual(x, low), lessEqual(x, high)), dy, 0), null, null],
);

/**
 * x, but at least `clipValueMin` and at most `clipValueMax`. The gradient passes where x lies between them, both
 * included.
 * @throws ArgumentError if the least is above the most
 */
export function clipByValue(x: TensorLike, clipValueMin: number, clipValueMax: number): Tensor {
  if (!(clipValueMin <= clipValueMax)) {
    throw new ArgumentError(
      `clipByValue: expected a least value that is not above the most, got ${clipValueMin} and ${clipValueMax}.`,
    );
  }
  const input = convert(x, 'clipByValue');
  const bound = (value: number): Tensor => convert(value, 'clipByValue', input.dtype);
  return runOp1(clipOp, [input, bound(clipValueMin), bound(clipValueMax)], undefined);
}
