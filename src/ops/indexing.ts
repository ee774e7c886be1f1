// Elements chosen by index: gather, and scatterAdd, which is its gradient and it the other's; one-hot vectors.

import { computeDType, isFloat, type DType } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { rowMajor, sizeOf } from '../contract/calls.js';
import { constant, convert, type TensorLike } from '../tensor/convert.js';
import { checkDType, eye, range, tensor1d } from '../tensor/create.js';
import { runOp1, type Op } from '../tensor/op.js';
import { checkShape, normalizeAxis, sameShape, showShape, type Shape } from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, mul } from './arithmetic.js';
import { castTo } from './cast.js';
import { equal, less, where } from './comparison.js';
import { sum } from './reduction.js';
import { expandDims, flatten, reshape } from './shape.js';

const gatherOp: Op<{ readonly axis: number }> = {
  name: 'gather',
  infer: ([x, indices], { axis }) => [
    { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype },
  ],
  lower: ([x, indices], _, { axis }) => [
    {
      kernel: 'gather',
      outer: sizeOf(x.shape.slice(0, axis)),
      axis: x.shape[axis],
      count: sizeOf(indices.shape),
      inner: sizeOf(x.shape.slice(axis + 1)),
      input: 0,
      indices: 1,
      out: 2,
    },
  ],
  // Every element gets the sum of the gradients of its copies.
  gradient: ([dy], { inputs: [x, indices], params: { axis } }) => {
    if (!dy) return [null, null];
    const outer = sizeOf(x.shape.slice(0, axis));
    const inner = sizeOf(x.shape.slice(axis + 1));
    const updates = reshape(dy, [outer, indices.size, inner]);
    return [reshape(scatterAdd(updates, flatten(indices), x.shape[axis]), x.shape), null];
  },
};

const scatterAddOp: Op<{ readonly size: number }> = {
  name: 'scatterAdd',
  infer: ([updates], { size }) => [
    { shape: [updates.shape[0], size, updates.shape[2]], dtype: updates.dtype },
  ],
  lower: ([updates], _, { size }) => [
    {
      kernel: 'scatterAdd',
      dtype: computeDType(updates.dtype),
      outer: updates.shape[0],
      axis: size,
      count: updates.shape[1],
      inner: updates.shape[2],
      updates: 0,
      indices: 1,
      out: 2,
    },
  ],
  gradient: ([dy], { inputs: [, indices] }) => [dy && gather(dy, indices, 1), null],
};

/** out[o, indices[j], i] = sum over j of updates[o, j, i], in an output of `size` in the middle. */
function scatterAdd(updates: Tensor, indices: Tensor, size: number): Tensor {
  const added = isFloat(updates.dtype) ? updates : castTo(updates, 'int32');
  return runOp1(scatterAddOp, [added, indices], { size });
}

/** Indices as int32; floats are not indices. */
function toIndices(x: TensorLike, what: string): Tensor {
  const indices = convert(x, what, 'int32');
  if (isFloat(indices.dtype) || indices.dtype === 'bool') {
    throw new ArgumentError(`${what}: expected integer indices, got ${indices.dtype}; cast them to int32.`);
  }
  return castTo(indices, 'int32');
}

/**
 * The slices of x at `indices` along `axis`; the shape of the indices takes the place of that dimension.
 * @param batchDims how many leading dimensions x and the indices have in common: each entry of the batch has indices of
 *   its own, result[b..., o..., k..., i...] = x[b..., o..., indices[b..., k...], i...]. Negative: counted from the rank of
 *   the indices. At most `axis`.
 * @throws RunError if an index lies outside
 */
export function gather(x: TensorLike, indices: TensorLike, axis = 0, batchDims = 0): Tensor {
  const input = convert(x, 'gather');
  const at = normalizeAxis(axis, input.rank, 'gather');
  const places = toIndices(indices, 'gather');
  const batch = batchDims < 0 ? batchDims + places.rank : batchDims;
  if (batch === 0) return runOp1(gatherOp, [input, places], { axis: at });
  if (!Number.isInteger(batch) || batch < 0 || batch > Math.min(at, places.rank)) {
    throw new ArgumentError(
      `gather: expected batchDims to be a whole number up to the axis (${at}) and the rank of the indices ` +
        `(${places.rank}), got ${batchDims}.`,
    );
  }
  const leading = input.shape.slice(0, batch);
  if (!sameShape(leading, places.shape.slice(0, batch))) {
    throw new ArgumentError(
      `gather: expected x and the indices to agree in their first ${batch} dimensions, ` +
        `got ${showShape(input.shape)} and ${showShape(places.shape)}.`,
    );
  }
  return gatherBatch(input, places, at, batch);
}

/** The rows of all entries of the batch in one list, and the indices as places in it. */
function gatherBatch(x: Tensor, indices: Tensor, axis: number, batch: number): Tensor {
  const length = x.shape[axis];
  const lists = sizeOf(x.shape.slice(0, axis));
  const perEntry = sizeOf(x.shape.slice(batch, axis));
  const entries = sizeOf(x.shape.slice(0, batch));
  const inner = x.shape.slice(axis + 1);
  const within = reshape(indices, [entries, 1, sizeOf(indices.shape.slice(batch))]);
  const starts = reshape(range(0, lists, 1, 'int32'), [entries, perEntry, 1]);
  // What lies outside of its own row must not fall into a neighbour's: it stays below 0, or goes beyond the last row.
  const above = where(less(within, length), mul(starts, length), constant(lists * length - length, 'int32'));
  const places = add(within, where(less(within, 0), constant(0, 'int32'), above));
  const rows = reshape(x, [lists * length, sizeOf(inner)]);
  return reshape(gather(rows, flatten(places)), [
    ...x.shape.slice(0, axis),
    ...indices.shape.slice(batch),
    ...inner,
  ]);
}

/** What the last dimension of N-dimensional indices means. */
function flatIndices(indices: Tensor, shape: Shape, what: string): { flat: Tensor; depth: number } {
  const depth = indices.shape[indices.rank - 1] ?? 0;
  if (indices.rank === 0 || depth > shape.length) {
    throw new ArgumentError(
      `${what}: expected indices of shape [..., n] with n of at most ${shape.length}, the rank of ` +
        `${showShape(shape)}, got ${showShape(indices.shape)}.`,
    );
  }
  const places = tensor1d(Int32Array.from(rowMajor(shape.slice(0, depth))));
  return { flat: flatten(sum(mul(indices, places), -1)), depth };
}

/**
 * The elements or slices of x at the places that the last dimension of `indices` names.
 * @throws ArgumentError if places have more coordinates than x has dimensions
 */
export function gatherND(x: TensorLike, indices: TensorLike): Tensor {
  const input = convert(x, 'gatherND');
  const places = toIndices(indices, 'gatherND');
  const { flat, depth } = flatIndices(places, input.shape, 'gatherND');
  const inner = input.shape.slice(depth);
  const rows = reshape(input, [sizeOf(input.shape.slice(0, depth)), sizeOf(inner)]);
  return reshape(gather(rows, flat), [...places.shape.slice(0, -1), ...inner]);
}

/**
 * Zeros of `shape`, to which `updates` are added at the places that the last dimension of `indices` names.
 * @throws ArgumentError unless `updates` has the shape that indices and shape call for
 */
export function scatterND(indices: TensorLike, updates: TensorLike, shape: Shape): Tensor {
  checkShape(shape, 'scatterND');
  const places = toIndices(indices, 'scatterND');
  const values = convert(updates, 'scatterND');
  const { flat, depth } = flatIndices(places, shape, 'scatterND');
  const inner = shape.slice(depth);
  const expected = [...places.shape.slice(0, -1), ...inner];
  if (!sameShape(values.shape, expected)) {
    throw new ArgumentError(
      `scatterND: expected updates of shape ${showShape(expected)}, got ${showShape(values.shape)}.`,
    );
  }
  const rows = reshape(values, [1, flat.size, sizeOf(inner)]);
  return reshape(scatterAdd(rows, flat, sizeOf(shape.slice(0, depth))), shape);
}

/**
 * Row s of the result is the sum of the rows of x whose segment is s.
 * @param segmentIds one a row, from 0 to numSegments - 1
 */
export function unsortedSegmentSum(x: TensorLike, segmentIds: TensorLike, numSegments: number): Tensor {
  const input = convert(x, 'unsortedSegmentSum');
  const ids = toIndices(segmentIds, 'unsortedSegmentSum');
  if (ids.rank !== 1 || input.rank === 0 || ids.size !== input.shape[0]) {
    throw new ArgumentError(
      `unsortedSegmentSum: expected one segment a row of shape ${showShape(input.shape)}, ` +
        `got segments of shape ${showShape(ids.shape)}.`,
    );
  }
  checkShape([numSegments], 'unsortedSegmentSum');
  const inner = input.shape.slice(1);
  const rows = reshape(input, [1, ids.size, sizeOf(inner)]);
  return reshape(scatterAdd(rows, ids, numSegments), [numSegments, ...inner]);
}

/**
 * `onValue` at the place that each index names in a new last dimension of size `depth`, `offValue` elsewhere; an
 * index outside gives a row of `offValue`.
 */
export function oneHot(
  indices: TensorLike,
  depth: number,
  onValue = 1,
  offValue = 0,
  dtype: DType = 'int32',
): Tensor {
  const places = toIndices(indices, 'oneHot');
  if (!Number.isInteger(depth) || depth < 1) {
    throw new ArgumentError(`oneHot: expected a depth that is a whole number above 0, got ${depth}.`);
  }
  checkDType(dtype, 'oneHot');
  const isPlace = equal(expandDims(places, -1), range(0, depth, 1, 'int32'));
  return where(isPlace, constant(onValue, dtype), constant(offValue, dtype));
}

/** Zeros with the elements of x on the diagonal: result[i..., i...] = x[i...]. */
export function diag(x: TensorLike): Tensor {
  const input = convert(x, 'diag');
  const matrix = where(eye(input.size, input.size, [], 'bool'), flatten(input), constant(0, input.dtype));
  return reshape(matrix, [...input.shape, ...input.shape]);
}
