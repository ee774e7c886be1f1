// Arithmetic: + - * / and what is made of them. Operands broadcast and promote; int32 wraps, uint8 keeps the low 8
// bits, bool counts as int32.

import { isFloat } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { expression } from '../contract/expression.js';
import { convert, convertPair, type TensorLike } from '../tensor/convert.js';
import { zerosLike } from '../tensor/create.js';
import { runOp1 } from '../tensor/op.js';
import { sameShape, showShape } from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';
import { greater, greaterEqual, less, lessEqual, where } from './comparison.js';
import { binary, elementwise, unary, type BinaryFunction, type UnaryFunction } from './elementwise.js';
import { floor, log } from './functions.js';
import { clone } from './shape.js';

/** a + b. */
export const add: BinaryFunction = binary('add', 'numeric', (e, a, b) => e.add(a, b), [
  (dy) => dy,
  (dy) => dy,
]);

/** a - b. */
export const sub: BinaryFunction = binary('sub', 'numeric', (e, a, b) => e.sub(a, b), [
  (dy) => dy,
  (dy) => neg(dy),
]);

/** a * b, element by element. */
export const mul: BinaryFunction = binary('mul', 'numeric', (e, a, b) => e.mul(a, b), [
  // d(ab)/da = b
  (dy, _y, _a, b) => mul(dy, b),
  (dy, _y, a) => mul(dy, a),
]);

const divideOp = elementwise(
  'div',
  'numeric',
  expression(2, (e, a, b) => e.div(a, b)),
  [
    // d(a/b)/da = 1/b,  d(a/b)/db = -a/b^2 = -y/b
    (dy, _y, _a, b) => div(dy, b),
    (dy, y, _a, b) => neg(div(mul(dy, y), b)),
  ],
);

/** a / b; `floorDiv` if both are integers. */
export function div(a: TensorLike, b: TensorLike): Tensor {
  return runOp1(divideOp, convertPair(a, b, 'div'), undefined);
}

/** a / b, and 0 where b is 0. Integers are divided as float32. */
export const divNoNan: BinaryFunction = binary(
  'divNoNan',
  'float',
  (e, a, b) => e.select(e.equal(b, 0), 0, e.div(a, b)),
  [
    // as div, and 0 where b is 0
    (dy, _y, _a, b) => divNoNan(dy, b),
    (dy, y, _a, b) => neg(divNoNan(mul(dy, y), b)),
  ],
);

const floorDivideFloats = elementwise(
  'floorDiv',
  'float',
  expression(2, (e, a, b) => e.floor(e.div(a, b))),
  // constant between its jumps
  [(dy) => zerosLike(dy), (dy) => zerosLike(dy)],
);
const floorDivideIntegers = elementwise(
  'floorDiv',
  'numeric',
  expression(2, (e, a, b) => e.div(a, b)),
  null,
);

/** floor(a / b); for integers 0 where b is 0. */
export function floorDiv(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = convertPair(a, b, 'floorDiv');
  return runOp1(
    isFloat(x.dtype) || isFloat(y.dtype) ? floorDivideFloats : floorDivideIntegers,
    [x, y],
    undefined,
  );
}

/** The remainder of floorDiv: a - floor(a / b) * b, with the sign of b. */
export const mod: BinaryFunction = binary('mod', 'numeric', (e, a, b) => e.mod(a, b), [
  // d/da = 1,  d/db = -floor(a/b)
  (dy) => dy,
  (dy, _y, a, b) => neg(mul(dy, floor(div(a, b)))),
]);

/** a to the power of b. */
export const pow: BinaryFunction = binary('pow', 'numeric', (e, a, b) => e.pow(a, b), [
  // d(a^b)/da = b a^(b-1)
  (dy, _y, a, b) => mul(dy, mul(b, pow(a, sub(b, 1)))),
  // d(a^b)/db = a^b log a, taken as 0 where a <= 0
  (dy, y, a) => mul(dy, mul(y, log(where(greater(a, 0), a, 1)))),
]);

/** The larger of a and b; NaN if either is NaN. At a tie the gradient goes to a. */
export const maximum: BinaryFunction = binary('maximum', 'numeric', (e, a, b) => e.max(a, b), [
  (dy, _y, a, b) => where(greaterEqual(a, b), dy, 0),
  (dy, _y, a, b) => where(less(a, b), dy, 0),
]);

/** The smaller of a and b; NaN if either is NaN. At a tie the gradient goes to a. */
export const minimum: BinaryFunction = binary('minimum', 'numeric', (e, a, b) => e.min(a, b), [
  (dy, _y, a, b) => where(lessEqual(a, b), dy, 0),
  (dy, _y, a, b) => where(greater(a, b), dy, 0),
]);

/** (a - b)^2. */
export const squaredDifference: BinaryFunction = binary(
  'squaredDifference',
  'numeric',
  (e, a, b) => {
    const difference = e.sub(a, b);
    return e.mul(difference, difference);
  },
  [
    // d/da = 2 (a - b)
    (dy, _y, a, b) => mul(dy, mul(sub(a, b), 2)),
    (dy, _y, a, b) => mul(dy, mul(sub(b, a), 2)),
  ],
);

/**
 * The sum of tensors of one shape.
 * @throws ArgumentError if the list is empty or shapes differ
 */
export function addN(tensors: readonly TensorLike[]): Tensor {
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new ArgumentError('addN: expected a list of at least one tensor.');
  }
  const list = (tensors as readonly TensorLike[]).map((t) => convert(t, 'addN'));
  for (const t of list) {
    if (!sameShape(t.shape, list[0].shape)) {
      throw new ArgumentError(
        `addN: expected tensors of one shape, got ${showShape(list[0].shape)} and ${showShape(t.shape)}.`,
      );
    }
  }
  return list.length === 1 ? clone(list[0]) : list.reduce((total, t) => add(total, t));
}

/** -x. */
export const neg: UnaryFunction = unary(
  'neg',
  'numeric',
  (e, x) => e.neg(x),
  (dy) => neg(dy),
);

/** |x|. The gradient at 0 is 0. */
export const abs: UnaryFunction = unary(
  'abs',
  'numeric',
  (e, x) => e.abs(x),
  // 0 at 0, where tfjs has -1: an l1 penalty must not push a weight away from 0
  (dy, _y, x) => mul(dy, sign(x)),
);

/** -1, 0 or 1; NaN stays. */
export const sign: UnaryFunction = unary(
  'sign',
  'numeric',
  (e, x) => e.sign(x),
  (dy) => zerosLike(dy),
);

/** x^2. */
export const square: UnaryFunction = unary(
  'square',
  'numeric',
  (e, x) => e.mul(x, x),
  // 2x
  (dy, _y, x) => mul(dy, mul(x, 2)),
);

/** Square root. */
export const sqrt: UnaryFunction = unary(
  'sqrt',
  'float',
  (e, x) => e.sqrt(x),
  // 1 / (2 sqrt x)
  (dy, y) => div(dy, mul(y, 2)),
);

/** 1 / sqrt(x). */
export const rsqrt: UnaryFunction = unary(
  'rsqrt',
  'float',
  (e, x) => e.rsqrt(x),
  // -1/2 x^(-3/2) = -y^3 / 2
  (dy, y) => mul(dy, mul(mul(y, square(y)), -0.5)),
);

/** 1 / x. */
export const reciprocal: UnaryFunction = unary(
  'reciprocal',
  'float',
  (e, x) => e.reciprocal(x),
  // -1 / x^2 = -y^2
  (dy, y) => neg(mul(dy, square(y))),
);
