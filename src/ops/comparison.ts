// Comparisons and logic, which give bool, and `where`, which chooses by it.

import { ArgumentError } from '../contract/errors.js';
import { expression } from '../contract/expression.js';
import { convert, convertPair, type TensorLike } from '../tensor/convert.js';
import { runOp1 } from '../tensor/op.js';
import { Tensor } from '../tensor/tensor.js';
import { castTo } from './cast.js';
import { binary, elementwise, unary, type BinaryFunction, type UnaryFunction } from './elementwise.js';

/** a == b; NaN equals nothing. */
export const equal: BinaryFunction = binary('equal', 'compare', (e, a, b) => e.equal(a, b), null);

/** a != b. */
export const notEqual: BinaryFunction = binary('notEqual', 'compare', (e, a, b) => e.notEqual(a, b), null);

/** a < b. */
export const less: BinaryFunction = binary('less', 'compare', (e, a, b) => e.less(a, b), null);

/** a <= b. */
export const lessEqual: BinaryFunction = binary('lessEqual', 'compare', (e, a, b) => e.lessEqual(a, b), null);

/** a > b. */
export const greater: BinaryFunction = binary('greater', 'compare', (e, a, b) => e.greater(a, b), null);

/** a >= b. */
export const greaterEqual: BinaryFunction = binary(
  'greaterEqual',
  'compare',
  (e, a, b) => e.greaterEqual(a, b),
  null,
);

/** Whether neither a nor b is 0. */
export const logicalAnd: BinaryFunction = binary('logicalAnd', 'compare', (e, a, b) => e.and(a, b), null);

/** Whether a or b is not 0. */
export const logicalOr: BinaryFunction = binary('logicalOr', 'compare', (e, a, b) => e.or(a, b), null);

/** Whether one of a and b is 0 and the other is not. */
export const logicalXor: BinaryFunction = binary(
  'logicalXor',
  'compare',
  (e, a, b) => e.notEqual(e.not(a), e.not(b)),
  null,
);

/** Whether x is 0. */
export const logicalNot: UnaryFunction = unary('logicalNot', 'compare', (e, x) => e.not(x), null);

const whereOp = elementwise(
  'where',
  'select',
  expression(3, (e, condition, a, b) => e.select(condition, a, b)),
  [null, (dy, _y, condition) => where(condition, dy, 0), (dy, _y, condition) => where(condition, 0, dy)],
);

/**
 * The elements of `a` where `condition` is true, else those of `b`; all three broadcast.
 * @throws ArgumentError if the condition is a tensor of another dtype than bool
 */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  let chosen = convert(condition, 'where');
  if (chosen.dtype !== 'bool') {
    if (condition instanceof Tensor) {
      throw new ArgumentError(
        `where: expected a condition of dtype bool, got ${chosen.dtype}; compare it with something or cast it.`,
      );
    }
    chosen = castTo(chosen, 'bool');
  }
  return runOp1(whereOp, [chosen, ...convertPair(a, b, 'where')], undefined);
}
