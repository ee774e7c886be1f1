// Tensors made of tensors, and cut into them: concat, stack, unstack, split.

import { promote, type DType } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { rowMajor, sizeOf } from '../contract/calls.js';
import { convert, type TensorLike } from '../tensor/convert.js';
import { runOp1, type Op } from '../tensor/op.js';
import { normalizeAxis, sameShape, showShape } from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';
import { castTo } from './cast.js';
import { clone, expandDims, squeeze } from './shape.js';
import { slice } from './slicing.js';

const concatOp: Op<{ readonly axis: number }> = {
  name: 'concat',
  infer: (inputs, { axis }) => {
    const total = inputs.reduce((size, t) => size + t.shape[axis], 0);
    return [{ shape: inputs[0].shape.map((d, i) => (i === axis ? total : d)), dtype: inputs[0].dtype }];
  },
  lower: (inputs, [out], { axis }) => {
    const strides = rowMajor(out.shape);
    let offset = 0;
    return inputs.flatMap((x, operand) => {
      const at = offset;
      offset += x.shape[axis] * strides[axis];
      if (sizeOf(x.shape) === 0) return [];
      return [
        {
          kernel: 'copy',
          dims: x.shape,
          input: { operand, offset: 0, strides: rowMajor(x.shape) },
          out: { operand: inputs.length, offset: at, strides },
        } as const,
      ];
    });
  },
  gradient: ([dy], { inputs, params: { axis }, needs }) => {
    let at = 0;
    return inputs.map((x, i) => {
      const begin = x.shape.map((_, d) => (d === axis ? at : 0));
      at += x.shape[axis];
      return dy && needs[i] ? slice(dy, begin, x.shape) : null;
    });
  },
};

/**
 * Tensors one after the other along `axis`; dtypes promote.
 * @throws ArgumentError if the list is empty or other dimensions differ
 */
export function concat(tensors: readonly TensorLike[], axis = 0): Tensor {
  const list = tensorList(tensors, 'concat');
  const [first] = list;
  if (first.rank === 0) {
    throw new ArgumentError('concat: expected tensors of rank 1 or more, got a scalar; use stack().');
  }
  const normal = normalizeAxis(axis, first.rank, 'concat');
  const others = (t: Tensor): number[] => t.shape.filter((_, d) => d !== normal);
  for (const t of list) {
    if (t.rank !== first.rank || !sameShape(others(t), others(first))) {
      throw new ArgumentError(
        `concat: expected shapes that differ at axis ${normal} only, got ${list.map((l) => showShape(l.shape)).join(', ')}.`,
      );
    }
  }
  if (list.length === 1) return clone(first);
  return runOp1(concatOp, list, { axis: normal });
}

/** Converts a list and brings it to one dtype. */
function tensorList(tensors: readonly TensorLike[], what: string): Tensor[] {
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new ArgumentError(`${what}: expected a list of at least one tensor.`);
  }
  const list = (tensors as readonly TensorLike[]).map((t) => convert(t, what));
  const dtype = list.reduce<DType>((d, t) => promote(d, t.dtype), 'bool');
  return list.map((t) => castTo(t, dtype));
}

/** Tensors of one shape, along a new dimension `axis`. */
export function stack(tensors: readonly TensorLike[], axis = 0): Tensor {
  const list = tensorList(tensors, 'stack');
  for (const t of list) {
    if (!sameShape(t.shape, list[0].shape)) {
      throw new ArgumentError(
        `stack: expected tensors of one shape, got ${showShape(list[0].shape)} and ${showShape(t.shape)}.`,
      );
    }
  }
  const at = normalizeAxis(axis, list[0].rank + 1, 'stack');
  return concat(
    list.map((t) => expandDims(t, at)),
    at,
  );
}

/** The tensors along dimension `axis`, one for each index, without that dimension. */
export function unstack(x: TensorLike, axis = 0): Tensor[] {
  const input = convert(x, 'unstack');
  const at = normalizeAxis(axis, input.rank, 'unstack');
  return pieces(input, new Array<number>(input.shape[at]).fill(1), at).map((t) => squeeze(t, at));
}

/** Slices of the sizes given, one after the other along `axis`. */
function pieces(x: Tensor, sizes: readonly number[], axis: number): Tensor[] {
  let at = 0;
  return sizes.map((size) => {
    const begin = x.shape.map((_, d) => (d === axis ? at : 0));
    at += size;
    return slice(
      x,
      begin,
      x.shape.map((d, i) => (i === axis ? size : d)),
    );
  });
}

/**
 * x cut along `axis`.
 * @param numOrSizeSplits how many equal parts, or the size of each (one may be -1: the rest)
 * @throws ArgumentError if the sizes do not make up the dimension
 */
export function split(x: TensorLike, numOrSizeSplits: number | readonly number[], axis = 0): Tensor[] {
  const input = convert(x, 'split');
  const at = normalizeAxis(axis, input.rank, 'split');
  const total = input.shape[at];
  let sizes: number[];
  if (typeof numOrSizeSplits === 'number') {
    sizes = Array.from({ length: numOrSizeSplits }, () => total / numOrSizeSplits);
  } else {
    const given = numOrSizeSplits.reduce((sum, size) => sum + (size === -1 ? 0 : size), 0);
    sizes = numOrSizeSplits.map((size) => (size === -1 ? total - given : size));
  }
  const isWhole = sizes.every((size) => Number.isInteger(size) && size >= 0);
  if (!isWhole || sizes.length === 0 || sizes.reduce((sum, size) => sum + size, 0) !== total) {
    const given =
      typeof numOrSizeSplits === 'number' ? `${numOrSizeSplits} equal parts` : showShape(numOrSizeSplits);
    throw new ArgumentError(
      `split: ${given} do not make up the ${total} of axis ${at} of shape ${showShape(input.shape)}.`,
    );
  }
  return pieces(input, sizes, at);
}
