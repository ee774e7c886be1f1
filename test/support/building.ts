// Small programs for tests: buffers and the calls on them, in a few lines.

import { rowMajor, type Evaluation, type GridOperand, type KernelCall } from '../../src/contract/calls.js';
import type { DType, TypedArray } from '../../src/contract/dtypes.js';
import { ProgramWriter } from '../../src/contract/encoding.js';
import type { Expression } from '../../src/contract/expression.js';

/** A bound array of a test program. */
export interface TestArray {
  readonly dtype: DType;
  readonly array: TypedArray;
  readonly access?: 'read' | 'write' | 'both';
}

/** The words of a program that runs `calls` on `arrays`, operand i of every call being array i. */
export function programOf(arrays: readonly TestArray[], calls: readonly KernelCall[]): Int32Array {
  const writer = new ProgramWriter();
  const buffers = arrays.map((a) => writer.boundBuffer(a.dtype, a.array.length, a.access ?? 'both'));
  for (const call of calls) writer.call(call, (operand, offset) => writer.view(buffers[operand], offset));
  return writer.finish();
}

/** An operand that is dense over `dims`, or has the strides given. */
export function operand(
  index: number,
  dims: readonly number[],
  strides: readonly number[] = rowMajor(dims),
  offset = 0,
): GridOperand {
  return { operand: index, offset, strides };
}

/** An expression whose operands are all dense: inputs are operands 0 .., outputs follow. */
export function denseEvaluation(expression: Expression, dims: readonly number[]): Evaluation {
  const inputs = Array.from({ length: expression.inputs }, (_, i) => operand(i, dims));
  const outputs = expression.outputs.map((_, i) => operand(expression.inputs + i, dims));
  return { expression, inputs, outputs };
}

/** A stream of numbers in [0, 1) that is the same in every run: a multiplicative congruential generator. */
export function seeded(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0 || 1;
  return () => {
    state = Math.imul(state, 1664525) + 1013904223;
    return (state >>> 0) / 2 ** 32;
  };
}
