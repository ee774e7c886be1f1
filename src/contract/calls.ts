// Kernel calls: instructions before they have buffers. An op is lowered to calls; an eager op encodes and runs them at
// once, jit keeps them in a graph, fuses them and encodes them into one program.
//
// Operands are numbered by the op: its inputs first, then its outputs.

import type { ComputeDType, FloatDType } from './dtypes.js';
import type { Expression } from './expression.js';
import type { Precision, RandomKind, ReduceKind } from './instructions.js';

/** One operand of an elementwise expression: where it starts and how it steps along each dimension of the grid. */
export interface GridOperand {
  /** Number of the op's operand; -1 for the value that a reduce consumes. */
  readonly operand: number;
  readonly offset: number;
  /** In elements, one a dimension; 0 broadcasts. */
  readonly strides: readonly number[];
}

/** An expression over a grid, with its inputs and outputs. */
export interface Evaluation {
  readonly expression: Expression;
  readonly inputs: readonly GridOperand[];
  readonly outputs: readonly GridOperand[];
}

export interface MapCall extends Evaluation {
  readonly kernel: 'map';
  readonly dtype: ComputeDType;
  readonly dims: readonly number[];
}

export interface ReduceCall {
  readonly kernel: 'reduce';
  readonly kind: ReduceKind;
  readonly dtype: ComputeDType;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly out: number;
  /** Over the grid (outer, length, inner); its one output has operand -1. */
  readonly prologue: Evaluation;
}

export interface GemmCall {
  readonly kernel: 'gemm';
  readonly dtype: FloatDType;
  readonly precision: Precision;
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: number;
  readonly lda: number;
  readonly strideA: number;
  readonly transposeA: boolean;
  readonly b: number;
  readonly ldb: number;
  readonly strideB: number;
  readonly transposeB: boolean;
  readonly out: number;
  readonly ldc: number;
  readonly strideC: number;
  /** Over the grid (batch, m, n). */
  readonly epilogue?: Evaluation;
}

export interface GatherCall {
  readonly kernel: 'gather';
  readonly outer: number;
  readonly axis: number;
  readonly count: number;
  readonly inner: number;
  readonly input: number;
  readonly indices: number;
  readonly out: number;
}

export interface ScatterAddCall {
  readonly kernel: 'scatterAdd';
  readonly dtype: ComputeDType;
  readonly outer: number;
  readonly axis: number;
  readonly count: number;
  readonly inner: number;
  readonly updates: number;
  readonly indices: number;
  readonly out: number;
}

export interface CopyCall {
  readonly kernel: 'copy';
  readonly dims: readonly number[];
  readonly input: GridOperand;
  readonly out: GridOperand;
}

export interface RandomCall {
  readonly kernel: 'random';
  readonly kind: RandomKind;
  readonly dtype: ComputeDType;
  readonly count: number;
  readonly low: number;
  readonly high: number;
  readonly state: number;
  readonly out: number;
}

export interface SoftmaxCall {
  readonly kernel: 'softmax';
  readonly dtype: FloatDType;
  readonly log: boolean;
  readonly rows: number;
  readonly columns: number;
  readonly input: number;
  readonly out: number;
}

export interface CrossEntropyCall {
  readonly kernel: 'crossEntropy';
  readonly dtype: FloatDType;
  readonly sparse: boolean;
  readonly rows: number;
  readonly columns: number;
  readonly logits: number;
  readonly labels: number;
  /** -1: not wanted. */
  readonly loss: number;
  /** -1: not wanted. */
  readonly delta: number;
}

export interface CheckCall {
  readonly kernel: 'check';
  readonly dtype: FloatDType;
  readonly count: number;
  readonly input: number;
}

export interface BoundaryCall {
  readonly kernel: 'boundary';
}

export type KernelCall =
  | MapCall
  | ReduceCall
  | GemmCall
  | GatherCall
  | ScatterAddCall
  | CopyCall
  | RandomCall
  | SoftmaxCall
  | CrossEntropyCall
  | CheckCall
  | BoundaryCall;

/** Row-major strides of a shape. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const d of shape) size *= d;
  return size;
}

/** Dimensions, with the strides of each operand along them. */
export interface Grid {
  readonly dims: number[];
  readonly strides: number[][];
}

/**
 * Fewest dimensions that walk the same elements in the same order: drops dimensions of size 1 and merges neighbours
 * that every operand steps through evenly.
 */
export function mergeDimensions(dims: readonly number[], strides: readonly (readonly number[])[]): Grid {
  const merged: number[] = [];
  const out = strides.map((): number[] => []);
  for (let d = 0; d < dims.length; d++) {
    if (dims[d] === 1) continue;
    const last = merged.length - 1;
    if (last >= 0 && strides.every((s, i) => out[i][last] === s[d] * dims[d])) {
      merged[last] *= dims[d];
      strides.forEach((s, i) => (out[i][last] = s[d]));
    } else {
      merged.push(dims[d]);
      strides.forEach((s, i) => out[i].push(s[d]));
    }
  }
  return { dims: merged, strides: out };
}

/**
 * The strides over `target` that visit the same elements, in row-major order, as `strides` over `dims`; null if
 * there are none. Both grids must have the same number of points.
 */
export function restride(
  dims: readonly number[],
  strides: readonly number[],
  target: readonly number[],
): number[] | null {
  const merged = mergeDimensions(dims, [strides]);
  const result = new Array<number>(target.length).fill(0);
  let source = merged.dims.length - 1;
  let left = source >= 0 ? merged.dims[source] : 1;
  let step = source >= 0 ? merged.strides[0][source] : 0;
  for (let t = target.length - 1; t >= 0; t--) {
    const size = target[t];
    if (size === 1) continue;
    if (left === 1 && source > 0) {
      source--;
      left = merged.dims[source];
      step = merged.strides[0][source];
    }
    if (left % size !== 0) return null;
    result[t] = step;
    step *= size;
    left /= size;
  }
  return result;
}
