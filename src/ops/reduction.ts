// Reductions over one axis, several, or all. A reduce kernel takes neighbouring axes at once; axes that are apart are
// reduced one run after the other, from the last.

import { computeDType, isFloat, type DType } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { sizeOf } from '../contract/calls.js';
import { identity } from '../contract/expression.js';
import type { ReduceKind } from '../contract/instructions.js';
import { convert, type TensorLike } from '../tensor/convert.js';
import { ones } from '../tensor/create.js';
import { runOp1, withoutTapes, type GradientRule, type Op } from '../tensor/op.js';
import { normalizeAxes, normalizeAxis, showShape, type Shape } from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';
import { abs, add, div, mul, sqrt, square, sub } from './arithmetic.js';
import { convertToFloat } from './cast.js';
import { equal, where } from './comparison.js';
import { exp, isFinite, log } from './functions.js';
import { broadcastTo, reshape } from './shape.js';
import { concat } from './joining.js';
import { slice } from './slicing.js';

/** Which axis or axes; all if undefined or null. */
export type Axis = number | readonly number[] | null;

interface ReduceParams {
  /** The input seen as [outer, length, inner]; the middle goes. */
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  /** Of the output. */
  readonly shape: Shape;
}

function reduction(
  kind: ReduceKind,
  resultDType: (dtype: DType) => DType,
  gradient: GradientRule<ReduceParams> | null,
): Op<ReduceParams> {
  return {
    name: kind,
    infer: ([x], { shape }) => [{ shape, dtype: resultDType(x.dtype) }],
    lower: ([x], _, { outer, length, inner }) => [
      {
        kernel: 'reduce',
        kind,
        dtype: computeDType(x.dtype),
        outer,
        length,
        inner,
        out: 1,
        prologue: {
          expression: identity,
          inputs: [{ operand: 0, offset: 0, strides: [length * inner, inner, 1] }],
          outputs: [{ operand: -1, offset: 0, strides: [0, 0, 0] }],
        },
      },
    ],
    gradient,
  };
}

const countable = (dtype: DType): DType => (isFloat(dtype) ? dtype : 'int32');
const same = (dtype: DType): DType => dtype;
const truth = (): DType => 'bool';
const index = (): DType => 'int32';

/** A gradient of the output, spread over the input's [outer, length, inner]. */
function spread(dy: Tensor, { outer, length, inner }: ReduceParams): Tensor {
  return broadcastTo(reshape(dy, [outer, 1, inner]), [outer, length, inner]);
}

// d sum / dx = 1
const sumOp = reduction('sum', countable, ([dy], { inputs: [x], params }) => [
  dy && reshape(spread(dy, params), x.shape),
]);

// d prod / dx_i = product of the others
const prodOp = reduction('prod', countable, ([dy], { inputs: [x], params }) => {
  const { outer, length, inner } = params;
  if (!dy || x.size === 0) return [dy && x];
  const others = productOfOthers(reshape(x, [outer, length, inner]));
  return [reshape(mul(others, reshape(dy, [outer, 1, inner])), x.shape)];
});

// d max / dx_i = 1 for every x_i that is the maximum; tfjs does not divide it among equals
const extremeGradient: GradientRule<ReduceParams> = ([dy], { inputs: [x], outputs: [y], params }) => {
  if (!dy) return [null];
  const { outer, length, inner } = params;
  const chosen = equal(reshape(x, [outer, length, inner]), reshape(y, [outer, 1, inner]));
  return [reshape(where(chosen, reshape(dy, [outer, 1, inner]), 0), x.shape)];
};
const maxOp = reduction('max', same, extremeGradient);
const minOp = reduction('min', same, extremeGradient);
const anyOp = reduction('any', truth, null);
const allOp = reduction('all', truth, null);
const argMaxOp = reduction('argMax', index, null);
const argMinOp = reduction('argMin', index, null);

/**
 * For every element the product of the others along the middle dimension; right where elements are 0, and made of
 * multiplications only, so that it can be differentiated again: halves are multiplied pairwise, and what the others of
 * a pair give is multiplied by the partner.
 */
function productOfOthers(x: Tensor): Tensor {
  const [outer, length, inner] = x.shape;
  if (length === 1) return ones(x.shape, x.dtype);
  if (length % 2 === 1) {
    const even = concat([x, ones([outer, 1, inner], x.dtype)], 1);
    return slice(productOfOthers(even), [0, 0, 0], x.shape);
  }
  const half: Shape = [outer, length / 2, inner];
  const first = slice(x, [0, 0, 0], half);
  const second = slice(x, [0, length / 2, 0], half);
  const others = productOfOthers(mul(first, second));
  return concat([mul(others, second), mul(others, first)], 1);
}

/** Runs of neighbouring axes, the last first; an axis of size 1 between two does not part them. */
function axisRuns(axes: readonly number[], shape: Shape): [first: number, last: number][] {
  const runs: [number, number][] = [];
  for (let i = axes.length - 1; i >= 0; i--) {
    const run = runs[runs.length - 1];
    if (run && shape.slice(axes[i] + 1, run[0]).every((d) => d === 1)) run[0] = axes[i];
    else runs.push([axes[i], axes[i]]);
  }
  return runs;
}

function reduceAxes(op: Op<ReduceParams>, x: Tensor, axes: readonly number[], keepDims: boolean): Tensor {
  const kept = x.shape.map((d, i) => (axes.includes(i) ? 1 : d));
  const result = keepDims ? kept : x.shape.filter((_, i) => !axes.includes(i));
  const runs = axisRuns(axes, x.shape);
  // Without axes, every element is reduced by itself: the dtype may change.
  if (runs.length === 0) return runOp1(op, [x], { outer: x.size, length: 1, inner: 1, shape: result });
  let t = x;
  runs.forEach(([first, last], i) => {
    const { shape } = t;
    const isLast = i === runs.length - 1;
    t = runOp1(op, [t], {
      outer: sizeOf(shape.slice(0, first)),
      length: sizeOf(shape.slice(first, last + 1)),
      inner: sizeOf(shape.slice(last + 1)),
      shape: isLast ? result : shape.map((d, s) => (s >= first && s <= last ? 1 : d)),
    });
  });
  return t;
}

function reduce(
  op: Op<ReduceParams>,
  x: TensorLike,
  axis: Axis | undefined,
  keepDims: boolean,
  name: string,
): Tensor {
  const input = convert(x, name);
  return reduceAxes(op, input, normalizeAxes(axis, input.rank, name), keepDims);
}

/** The sum over `axis`. bool and uint8 are added as int32. */
export function sum(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  return reduce(sumOp, x, axis, keepDims, 'sum');
}

/** The product over `axis`. */
export function prod(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  return reduce(prodOp, x, axis, keepDims, 'prod');
}

/** The largest element over `axis`; NaN if there is one. Every element that is equal to it gets the gradient. */
export function max(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  return reduce(maxOp, x, axis, keepDims, 'max');
}

/** The smallest element over `axis`; NaN if there is one. Every element that is equal to it gets the gradient. */
export function min(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  return reduce(minOp, x, axis, keepDims, 'min');
}

/** Whether some element is not 0. */
export function any(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  return reduce(anyOp, x, axis, keepDims, 'any');
}

/** Whether no element is 0. */
export function all(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  return reduce(allOp, x, axis, keepDims, 'all');
}

/** The mean over `axis`; of integers in float32. */
export function mean(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  const input = convertToFloat(x, 'mean');
  const axes = normalizeAxes(axis, input.rank, 'mean');
  const count = sizeOf(axes.map((a) => input.shape[a]));
  return div(reduceAxes(sumOp, input, axes, keepDims), count);
}

function argReduce(op: Op<ReduceParams>, x: TensorLike, axis: number, name: string): Tensor {
  const input = convert(x, name);
  const normal = normalizeAxis(axis, input.rank, name);
  if (input.shape[normal] === 0) {
    throw new ArgumentError(`${name}: axis ${axis} of shape ${showShape(input.shape)} has no elements.`);
  }
  return reduceAxes(op, input, [normal], false);
}

/** Where along `axis` the largest element stands (int32): the first of equals, the first NaN if there is one. */
export function argMax(x: TensorLike, axis = 0): Tensor {
  return argReduce(argMaxOp, x, axis, 'argMax');
}

/** Where along `axis` the smallest element stands (int32): the first of equals, the first NaN if there is one. */
export function argMin(x: TensorLike, axis = 0): Tensor {
  return argReduce(argMinOp, x, axis, 'argMin');
}

/** log(sum(exp(x))) over `axis`, without overflow. */
export function logSumExp(x: TensorLike, axis?: Axis, keepDims = false): Tensor {
  const input = convertToFloat(x, 'logSumExp');
  const axes = normalizeAxes(axis, input.rank, 'logSumExp');
  // The shift cancels out, so it counts as a constant. Infinity is not subtracted: Infinity - Infinity is NaN.
  const shift = withoutTapes(() => {
    const largest = max(input, axes, true);
    return where(isFinite(largest), largest, 0);
  });
  const kept = add(log(sum(exp(sub(input, shift)), axes, true)), shift);
  return keepDims
    ? kept
    : reshape(
        kept,
        input.shape.filter((_, i) => !axes.includes(i)),
      );
}

/** What `moments` returns. */
export interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Mean and variance (divided by the number of elements) over `axis`. */
export function moments(x: TensorLike, axis?: Axis, keepDims = false): Moments {
  const input = convertToFloat(x, 'moments');
  const axes = normalizeAxes(axis, input.rank, 'moments');
  const center = mean(input, axes, true);
  const variance = mean(square(sub(input, center)), axes, keepDims);
  return { mean: keepDims ? center : reshape(center, variance.shape), variance };
}

/**
 * The norm of vectors or matrices.
 *
 * | ord | of a vector | of a matrix |
 * |---|---|---|
 * | 'euclidean', 2 | sqrt(sum(x^2)) | 'euclidean' and 'fro': the same |
 * | 1 | sum(abs(x)) | largest column sum of abs(x) |
 * | Infinity | max(abs(x)) | largest row sum of abs(x) |
 * | -Infinity | min(abs(x)) | smallest row sum of abs(x) |
 *
 * @param axis one axis: vectors along it; two: matrices of them; null (default): all elements as one vector
 * @throws ArgumentError on another `ord` or more axes
 */
export function norm(
  x: TensorLike,
  ord: number | 'euclidean' | 'fro' = 'euclidean',
  axis: Axis = null,
  keepDims = false,
): Tensor {
  const input = convert(x, 'norm');
  // Not sorted: the first axis of a matrix counts its rows.
  const axes =
    axis === null || input.rank === 0
      ? normalizeAxes(null, input.rank, 'norm')
      : (typeof axis === 'number' ? [axis] : axis).map((a) => normalizeAxis(a, input.rank, 'norm'));
  const isVector = axis === null || axes.length <= 1;
  if (!isVector && axes.length !== 2) {
    throw new ArgumentError(`norm: expected one axis, two, or null, got ${showShape(axes)}.`);
  }
  if (ord === 'euclidean' || (ord === 2 && isVector) || (ord === 'fro' && !isVector)) {
    return sqrt(sum(square(input), axes, keepDims));
  }
  const size = abs(input);
  if (ord === 1 || ord === Infinity || ord === -Infinity) {
    const extreme = ord === -Infinity ? min : max;
    if (isVector) return ord === 1 ? sum(size, axes, keepDims) : extreme(size, axes, keepDims);
    const [rows, columns] = axes;
    return ord === 1
      ? max(sum(size, rows, true), axes, keepDims)
      : extreme(sum(size, columns, true), axes, keepDims);
  }
  throw new ArgumentError(
    `norm: expected ord 'euclidean', 1, Infinity or -Infinity, 2 for vectors or 'fro' for matrices, got ${ord}.`,
  );
}

/** The Euclidean norm: `norm` with 'euclidean'. */
export function euclideanNorm(x: TensorLike, axis: Axis = null, keepDims = false): Tensor {
  return norm(x, 'euclidean', axis, keepDims);
}
