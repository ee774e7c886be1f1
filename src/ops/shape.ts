// Shapes of tensors: reshape and its kin share the elements; broadcastTo, transpose and tile write new ones.

import { computeDType } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { rowMajor, sizeOf } from '../contract/calls.js';
import { identity } from '../contract/expression.js';
import { convert, type TensorLike } from '../tensor/convert.js';
import { runOp1, type Op } from '../tensor/op.js';
import {
  broadcastStrides,
  checkShape,
  normalizeAxes,
  normalizeAxis,
  sameShape,
  showShape,
  type Shape,
} from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';
import { unbroadcast } from './elementwise.js';

const reshapeOp: Op<{ readonly shape: Shape }> = {
  name: 'reshape',
  infer: ([x], { shape }) => [{ shape, dtype: x.dtype }],
  lower: () => [],
  gradient: ([dy], { inputs: [x] }) => [dy && reshape(dy, x.shape)],
  alias: true,
};

/**
 * The same elements under another shape; they are shared, not copied.
 * @param shape one entry may be -1: what is left over
 * @throws ArgumentError if the number of elements differs
 */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  const input = convert(x, 'reshape');
  return runOp1(reshapeOp, [input], { shape: fullShape(input, shape) });
}

function fullShape(x: Tensor, shape: Shape): Shape {
  const free = shape.indexOf(-1);
  const known = sizeOf(free < 0 ? shape : shape.filter((_, i) => i !== free));
  const full = free < 0 ? shape : shape.map((d, i) => (i === free ? x.size / known : d));
  const isWhole = full.every((d) => Number.isInteger(d) && d >= 0);
  if (!isWhole || sizeOf(full) !== x.size) {
    throw new ArgumentError(
      `reshape: a tensor of shape ${showShape(x.shape)} has ${x.size} elements, which do not fill shape ` +
        `${showShape(shape)}.`,
    );
  }
  return [...full];
}

/** All elements in one dimension. */
export function flatten(x: TensorLike): Tensor {
  const input = convert(x, 'flatten');
  return reshape(input, [input.size]);
}

/** Another tensor of the same elements, which are shared. */
export function clone(x: TensorLike): Tensor {
  const input = convert(x, 'clone');
  return reshape(input, input.shape);
}

/** Adds a dimension of size 1 before `axis` (negative: counted from the end of the result). */
export function expandDims(x: TensorLike, axis = 0): Tensor {
  const input = convert(x, 'expandDims');
  const at = normalizeAxis(axis, input.rank + 1, 'expandDims');
  return reshape(input, [...input.shape.slice(0, at), 1, ...input.shape.slice(at)]);
}

/**
 * Removes dimensions of size 1.
 * @param axis which; default: all of them
 * @throws ArgumentError if one of them has another size
 */
export function squeeze(x: TensorLike, axis?: readonly number[] | number): Tensor {
  const input = convert(x, 'squeeze');
  const axes = axis === undefined ? null : normalizeAxes(axis, input.rank, 'squeeze');
  for (const a of axes ?? []) {
    if (input.shape[a] !== 1) {
      throw new ArgumentError(`squeeze: expected size 1 at axis ${a}, got shape ${showShape(input.shape)}.`);
    }
  }
  return reshape(
    input,
    input.shape.filter((d, i) => (axes ? !axes.includes(i) : d !== 1)),
  );
}

/**
 * x itself, if it has the shape expected.
 * @param shape null: any size
 */
export function ensureShape(x: TensorLike, shape: readonly (number | null)[]): Tensor {
  const input = convert(x, 'ensureShape');
  if (input.rank !== shape.length || shape.some((d, i) => d !== null && d !== input.shape[i])) {
    throw new ArgumentError(
      `ensureShape: expected shape ${showShape(shape)}, got ${showShape(input.shape)}.`,
    );
  }
  return clone(input);
}

const broadcastOp: Op<{ readonly shape: Shape }> = {
  name: 'broadcastTo',
  infer: ([x], { shape }) => [{ shape, dtype: x.dtype }],
  // A map and not a copy, so that jit fuses it with what uses it.
  lower: ([x], [out]) => [
    {
      kernel: 'map',
      dtype: computeDType(x.dtype),
      dims: out.shape,
      expression: identity,
      inputs: [{ operand: 0, offset: 0, strides: broadcastStrides(x.shape, out.shape) }],
      outputs: [{ operand: 1, offset: 0, strides: rowMajor(out.shape) }],
    },
  ],
  gradient: ([dy], { inputs: [x] }) => [dy && unbroadcast(dy, x)],
};

/**
 * x repeated along its dimensions of size 1, and new ones before them, until it has `shape`.
 * @throws ArgumentError if it does not broadcast to that shape
 */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  const input = convert(x, 'broadcastTo');
  checkShape(shape, 'broadcastTo');
  if (sameShape(input.shape, shape)) return clone(input);
  const added = shape.length - input.rank;
  if (added < 0 || input.shape.some((d, i) => d !== 1 && d !== shape[i + added])) {
    throw new ArgumentError(
      `broadcastTo: shape ${showShape(input.shape)} does not broadcast to ${showShape(shape)}.`,
    );
  }
  return runOp1(broadcastOp, [input], { shape: [...shape] });
}

const transposeOp: Op<{ readonly perm: readonly number[] }> = {
  name: 'transpose',
  infer: ([x], { perm }) => [{ shape: perm.map((p) => x.shape[p]), dtype: x.dtype }],
  lower: ([x], [out], { perm }) => {
    const strides = rowMajor(x.shape);
    return [
      {
        kernel: 'copy',
        dims: out.shape,
        input: { operand: 0, offset: 0, strides: perm.map((p) => strides[p]) },
        out: { operand: 1, offset: 0, strides: rowMajor(out.shape) },
      },
    ];
  },
  // The inverse permutation brings the gradient back.
  gradient: ([dy], { params: { perm } }) => {
    const inverse = new Array<number>(perm.length);
    perm.forEach((p, i) => (inverse[p] = i));
    return [dy && transpose(dy, inverse)];
  },
};

/**
 * x with its dimensions in another order.
 * @param perm dimension i of the result is dimension perm[i] of x; default: reversed
 */
export function transpose(x: TensorLike, perm?: readonly number[]): Tensor {
  const input = convert(x, 'transpose');
  const { rank } = input;
  const order = perm
    ? perm.map((p) => normalizeAxis(p, rank, 'transpose'))
    : Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (order.length !== rank || new Set(order).size !== rank) {
    throw new ArgumentError(
      `transpose: expected a permutation of the ${rank} axes of shape ${showShape(input.shape)}, ` +
        `got ${showShape(perm ?? [])}.`,
    );
  }
  if (order.every((p, i) => p === i)) return clone(input);
  return runOp1(transposeOp, [input], { perm: order });
}

/**
 * x repeated `reps[i]` times along dimension i.
 * @throws ArgumentError unless there is a whole number for each dimension
 */
export function tile(x: TensorLike, reps: readonly number[]): Tensor {
  const input = convert(x, 'tile');
  if (reps.length !== input.rank) {
    throw new ArgumentError(
      `tile: expected ${input.rank} repetitions, one a dimension of shape ${showShape(input.shape)}, ` +
        `got ${showShape(reps)}.`,
    );
  }
  checkShape(reps, 'tile');
  const shape = input.shape.map((d, i) => d * reps[i]);
  // A dimension of size 1 in front of each, which is broadcast.
  const split = input.shape.flatMap((d, i) => (reps[i] === 1 ? [d] : [1, d]));
  const repeated = input.shape.flatMap((d, i) => (reps[i] === 1 ? [d] : [reps[i], d]));
  return reshape(broadcastTo(reshape(input, split), repeated), shape);
}

/**
 * Coordinates of a grid from those along its axes.
 * @param indexing 'xy' (default): both results have shape [size of y, size of x]; 'ij': [size of x, size of y]
 */
export function meshgrid(
  x: TensorLike,
  y: TensorLike,
  { indexing = 'xy' }: { indexing?: 'xy' | 'ij' } = {},
): [Tensor, Tensor] {
  if (indexing !== 'xy' && indexing !== 'ij') {
    throw new ArgumentError(`meshgrid: expected indexing 'xy' or 'ij', got ${String(indexing)}.`);
  }
  const [a, b] = [flatten(x), flatten(y)];
  const isMatrix = indexing === 'ij';
  const shape = isMatrix ? [a.size, b.size] : [b.size, a.size];
  return [
    broadcastTo(expandDims(a, isMatrix ? 1 : 0), shape),
    broadcastTo(expandDims(b, isMatrix ? 0 : 1), shape),
  ];
}
