// Parts of tensors, and tensors with something around them: slice, reverse, pad. Two ops do the work, each the other's
// gradient: `slice` takes elements at even steps out, `embed` puts them into a constant.

import { computeDType } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { rowMajor, sizeOf, type GridOperand } from '../contract/calls.js';
import { expression } from '../contract/expression.js';
import { convert, type TensorLike } from '../tensor/convert.js';
import { tensor1d } from '../tensor/create.js';
import { runOp1, type Op } from '../tensor/op.js';
import { normalizeAxes, showShape, type Shape } from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';
import { gather } from './indexing.js';
import { clone, reshape } from './shape.js';

interface Region {
  /** First element along each dimension. */
  readonly begin: readonly number[];
  /** Steps along each; may be negative. */
  readonly steps: readonly number[];
}

/** The elements of a region of a tensor of `shape`, in the order of the region. */
function regionOperand(operand: number, shape: Shape, { begin, steps }: Region): GridOperand {
  const strides = rowMajor(shape);
  return {
    operand,
    offset: strides.reduce((offset, stride, d) => offset + begin[d] * stride, 0),
    strides: strides.map((stride, d) => stride * steps[d]),
  };
}

const sliceOp: Op<Region & { readonly size: Shape }> = {
  name: 'slice',
  infer: ([x], { size }) => [{ shape: size, dtype: x.dtype }],
  lower: ([x], [out], region) => {
    if (sizeOf(out.shape) === 0) return [];
    return [
      {
        kernel: 'copy',
        dims: out.shape,
        input: regionOperand(0, x.shape, region),
        out: { operand: 1, offset: 0, strides: rowMajor(out.shape) },
      },
    ];
  },
  gradient: ([dy], { inputs: [x], params: { begin, steps } }) => [
    dy && runOp1(embedOp, [dy], { begin, steps, shape: x.shape, value: 0 }),
  ],
};

const embedOp: Op<Region & { readonly shape: Shape; readonly value: number }> = {
  name: 'pad',
  infer: ([x], { shape }) => [{ shape, dtype: x.dtype }],
  lower: ([x], [out], { begin, steps, value }) => {
    const dtype = computeDType(out.dtype);
    const whole = { operand: 1, offset: 0, strides: rowMajor(out.shape) };
    const filled = expression(0, (e) => e.constant(value));
    const fill = {
      kernel: 'map',
      dtype,
      dims: out.shape,
      expression: filled,
      inputs: [],
      outputs: [whole],
    } as const;
    if (sizeOf(x.shape) === 0) return [fill];
    // Outputs step forwards: where the region runs backwards, the input does instead.
    const last = x.shape.map((d, i) => (steps[i] < 0 ? d - 1 : 0));
    const forwards = {
      begin: begin.map((b, i) => b + last[i] * steps[i]),
      steps: steps.map((s) => Math.abs(s)),
    };
    const backwards = { begin: last, steps: steps.map((s) => Math.sign(s)) };
    return [
      fill,
      {
        kernel: 'copy',
        dims: x.shape,
        input: regionOperand(0, x.shape, backwards),
        out: regionOperand(1, out.shape, forwards),
      },
    ];
  },
  gradient: ([dy], { inputs: [x], params: { begin, steps } }) => [
    dy && runOp1(sliceOp, [dy], { begin, steps, size: x.shape }),
  ],
};

/** A number or list for each dimension: missing entries are `rest`. */
function perDimension(given: number | readonly number[], rank: number, rest: number, what: string): number[] {
  const list = typeof given === 'number' ? [given] : given;
  if (list.length > rank) {
    throw new ArgumentError(
      `${what}: expected at most ${rank} entries for a tensor of rank ${rank}, got ${list.length}.`,
    );
  }
  return Array.from({ length: rank }, (_, i) => list[i] ?? rest);
}

/**
 * The part of x that starts at `begin` and has `size`.
 * @param begin missing entries are 0
 * @param size -1 or missing: all the rest
 * @throws ArgumentError if it reaches outside x
 * @example x.slice([10], [90]) // x[10:100]
 */
export function slice(
  x: TensorLike,
  begin: number | readonly number[],
  size?: number | readonly number[],
): Tensor {
  const input = convert(x, 'slice');
  const { shape, rank } = input;
  if (rank === 0) throw new ArgumentError('slice: expected a tensor of rank 1 or more, got a scalar.');
  const start = perDimension(begin, rank, 0, 'slice');
  const sizes = perDimension(size ?? [], rank, -1, 'slice').map((s, d) =>
    s === -1 ? shape[d] - start[d] : s,
  );
  for (let d = 0; d < rank; d++) {
    const whole = Number.isInteger(start[d]) && Number.isInteger(sizes[d]);
    if (!whole || start[d] < 0 || sizes[d] < 0 || start[d] + sizes[d] > shape[d]) {
      throw new ArgumentError(
        `slice: begin ${start[d]} and size ${sizes[d]} at dimension ${d} reach outside shape ${showShape(shape)}.`,
      );
    }
  }
  return runOp1(sliceOp, [input], { begin: start, steps: shape.map(() => 1), size: sizes });
}

/**
 * The elements of x from `begin` to before `end` in steps of `strides`, as TensorFlow's strided_slice has it: negative
 * places count from the end, and what lies outside is left out. Bit i of a mask concerns entry i of `begin`.
 * @param strides default 1
 * @param beginMask these entries start at the first element (the last, if the stride is negative)
 * @param endMask these end after the last element
 * @param ellipsisMask this entry stands for as many whole dimensions as are not named
 * @param newAxisMask these entries add a dimension of size 1
 * @param shrinkAxisMask these take the one element at `begin`, and the dimension goes
 * @throws ArgumentError on a stride of 0, too many entries, or a single element outside x
 */
export function stridedSlice(
  x: TensorLike,
  begin: readonly number[],
  end: readonly number[],
  strides: readonly number[] = [],
  beginMask = 0,
  endMask = 0,
  ellipsisMask = 0,
  newAxisMask = 0,
  shrinkAxisMask = 0,
): Tensor {
  const input = convert(x, 'stridedSlice');
  const { shape, rank } = input;
  const bit = (mask: number, i: number): boolean => (mask & (1 << i)) !== 0;
  const starts: number[] = [];
  const steps: number[] = [];
  const sizes: number[] = [];
  const result: number[] = [];
  const takeWhole = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const d = shape[starts.length];
      starts.push(0);
      steps.push(1);
      sizes.push(d);
      result.push(d);
    }
  };
  const isNamed = (_: number, i: number): boolean => !bit(ellipsisMask, i) && !bit(newAxisMask, i);
  const named = begin.filter(isNamed).length;
  if (named > rank) {
    throw new ArgumentError(
      `stridedSlice: ${named} entries for shape ${showShape(shape)}, expected at most ${rank}.`,
    );
  }
  begin.forEach((first, i) => {
    if (bit(ellipsisMask, i)) return takeWhole(rank - named);
    if (bit(newAxisMask, i)) return void result.push(1);
    const d = shape[starts.length];
    const step = strides[i] ?? 1;
    if (step === 0)
      throw new ArgumentError(`stridedSlice: expected strides other than 0, got ${showShape(strides)}.`);
    const fromEnd = (place: number): number => (place < 0 ? place + d : place);
    if (bit(shrinkAxisMask, i)) {
      const at = fromEnd(first);
      if (at < 0 || at >= d) {
        throw new ArgumentError(
          `stridedSlice: element ${first} of dimension ${starts.length} lies outside shape ${showShape(shape)}.`,
        );
      }
      starts.push(at);
      steps.push(1);
      return void sizes.push(1);
    }
    const [lowest, highest] = step > 0 ? [0, d] : [-1, d - 1];
    const clamp = (place: number): number => Math.min(Math.max(fromEnd(place), lowest), highest);
    const from = bit(beginMask, i) ? (step > 0 ? lowest : highest) : clamp(first);
    const to = bit(endMask, i) ? (step > 0 ? highest : lowest) : clamp(end[i]);
    const size = Math.max(0, Math.ceil((to - from) / step));
    starts.push(from);
    steps.push(step);
    sizes.push(size);
    result.push(size);
  });
  takeWhole(rank - starts.length);
  return reshape(runOp1(sliceOp, [input], { begin: starts, steps, size: sizes }), result);
}

/** x with the order of its elements reversed along `axis`; default: all axes. */
export function reverse(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const input = convert(x, 'reverse');
  const axes = normalizeAxes(axis, input.rank, 'reverse');
  if (input.size === 0) return clone(input);
  const turned = input.shape.map((_, d) => axes.includes(d));
  return runOp1(sliceOp, [input], {
    begin: input.shape.map((d, i) => (turned[i] ? d - 1 : 0)),
    steps: turned.map((t) => (t ? -1 : 1)),
    size: input.shape,
  });
}

type Paddings = readonly (readonly [before: number, after: number])[];

function checkPaddings(paddings: Paddings, x: Tensor, what: string): void {
  const isPadding = (p: readonly number[]): boolean =>
    p.length === 2 && p.every((n) => Number.isInteger(n) && n >= 0);
  if (paddings.length !== x.rank || !paddings.every(isPadding)) {
    throw new ArgumentError(
      `${what}: expected a pair of whole numbers [before, after] for each of the ${x.rank} dimensions, ` +
        `got ${JSON.stringify(paddings)}.`,
    );
  }
}

/** x with `constantValue` around it: paddings[i] elements before and after dimension i. */
export function pad(x: TensorLike, paddings: Paddings, constantValue = 0): Tensor {
  const input = convert(x, 'pad');
  checkPaddings(paddings, input, 'pad');
  return runOp1(embedOp, [input], {
    begin: paddings.map(([before]) => before),
    steps: paddings.map(() => 1),
    shape: input.shape.map((d, i) => d + paddings[i][0] + paddings[i][1]),
    value: constantValue,
  });
}

/**
 * x with its own elements, mirrored, around it.
 * @param mode 'reflect': without repeating the border; 'symmetric': with it
 * @throws ArgumentError if a padding is longer than what can be mirrored
 */
export function mirrorPad(x: TensorLike, paddings: Paddings, mode: 'reflect' | 'symmetric'): Tensor {
  const input = convert(x, 'mirrorPad');
  checkPaddings(paddings, input, 'mirrorPad');
  if (mode !== 'reflect' && mode !== 'symmetric') {
    throw new ArgumentError(`mirrorPad: expected mode 'reflect' or 'symmetric', got ${String(mode)}.`);
  }
  const border = mode === 'reflect' ? 1 : 0;
  let result = clone(input);
  paddings.forEach(([before, after], axis) => {
    const size = input.shape[axis];
    if (Math.max(before, after) > size - border) {
      throw new ArgumentError(
        `mirrorPad: expected paddings of at most ${size - border} at dimension ${axis} of shape ` +
          `${showShape(input.shape)}, got [${before}, ${after}].`,
      );
    }
    if (before === 0 && after === 0) return;
    const source = (i: number): number =>
      i < 0 ? -i - 1 + border : i >= size ? 2 * size - i - 1 - border : i;
    const indices = Int32Array.from({ length: before + size + after }, (_, i) => source(i - before));
    result = gather(result, tensor1d(indices), axis);
  });
  return result;
}
