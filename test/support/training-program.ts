// A program like a training run, small: loops in loops, a count from memory, moved views, random numbers, long and short
// instructions, boundaries. For tests of pausing and resuming on every backend.

import type { KernelCall } from '../../src/contract/calls.js';
import type { TypedArray } from '../../src/contract/dtypes.js';
import { ProgramWriter } from '../../src/contract/encoding.js';
import { expression } from '../../src/contract/expression.js';
import type { Program } from '../../src/contract/program.js';
import { operand, seeded } from './building.js';
import { asProgram } from './executing.js';

const rows = 50;
const width = 300;

/**
 * Batches of rows, picked by a permutation that is drawn anew in each of 3 epochs, are multiplied with a matrix that
 * is updated from the result; sums go to a trace. Has units (gemm, map), loops in loops, a count from memory, moves.
 */
export function trainingProgram(): { program: Program; arrays: () => TypedArray[] } {
  const writer = new ProgramWriter();
  const data = writer.boundBuffer('float64', rows * width, 'read');
  const weights = writer.boundBuffer('float64', width * width, 'both');
  const trace = writer.boundBuffer('float64', 3 * 5 + 1, 'write');
  const state = writer.boundBuffer('int32', 4, 'both');
  const counts = writer.boundBuffer('int32', 3, 'read');
  const order = writer.arenaBuffer('int32', rows, 0, 4);
  const batch = writer.arenaBuffer('float64', 10 * width, 4, 4 + 375);
  const out = writer.arenaBuffer('float64', 10 * width, 379, 379 + 375);
  const gradient = writer.arenaBuffer('float64', width * width, 754, 754 + 11250);
  const views = (...list: number[]) => {
    return (index: number, offset: number): number => writer.view(list[index], offset);
  };
  const call = (c: KernelCall, viewOf: (index: number, offset: number) => number): void =>
    writer.call(c, viewOf);

  const tracePlace = writer.newView(trace, 0);
  const orderPlace = writer.newView(order, 0);
  const countPlace = writer.newView(counts, 0);
  const epochs = writer.beginLoop(3, -1, [
    { view: tracePlace, stride: 5 },
    { view: countPlace, stride: 1 },
  ]);
  call(
    { kernel: 'random', kind: 'permutation', dtype: 'int32', count: rows, low: 0, high: 0, state: 0, out: 1 },
    views(state, order),
  );
  const steps = writer.beginLoop(5, countPlace, [
    { view: orderPlace, stride: 10 },
    { view: tracePlace, stride: 1 },
  ]);
  call(
    { kernel: 'gather', outer: 1, axis: rows, count: 10, inner: width, input: 0, indices: 1, out: 2 },
    (index, offset) => (index === 1 ? orderPlace : writer.view([data, 0, batch][index], offset)),
  );
  const product = (
    [m, n, k]: readonly number[],
    transposeA: boolean,
  ): Extract<KernelCall, { kernel: 'gemm' }> => ({
    kernel: 'gemm',
    dtype: 'float64',
    precision: 'full',
    batch: 1,
    m,
    n,
    k,
    a: 0,
    lda: transposeA ? m : k,
    strideA: 0,
    transposeA,
    b: 1,
    ldb: n,
    strideB: 0,
    transposeB: false,
    out: 2,
    ldc: n,
    strideC: 0,
  });
  const strides = [10 * width, width, 1];
  call(
    {
      ...product([10, width, width], false),
      epilogue: {
        expression: expression(1, (e, x) => e.tanh(x)),
        inputs: [operand(2, [], strides)],
        outputs: [operand(2, [], strides)],
      },
    },
    views(batch, weights, out),
  );
  call(
    {
      kernel: 'reduce',
      kind: 'sum',
      dtype: 'float64',
      outer: 1,
      length: 10 * width,
      inner: 1,
      out: 1,
      prologue: {
        expression: expression(1, (e, x) => e.mul(x, x)),
        inputs: [operand(0, [], [0, 1, 0])],
        outputs: [operand(-1, [], [0, 0, 0])],
      },
    },
    (index, offset) => (index === 1 ? tracePlace : writer.view(out, offset)),
  );
  call(product([width, width, 10], true), views(batch, out, gradient));
  call(
    {
      kernel: 'map',
      dtype: 'float64',
      dims: [width * width],
      expression: expression(2, (e, w, g) => e.sub(w, e.mul(g, 1e-3))),
      inputs: [operand(0, [width * width]), operand(1, [width * width])],
      outputs: [operand(0, [width * width])],
    },
    views(weights, gradient),
  );
  call({ kernel: 'boundary' }, () => -1);
  writer.endLoop(steps);
  writer.endLoop(epochs);
  const random = seeded(3);
  const dataValues = Float64Array.from({ length: rows * width }, () => random() - 0.5);
  const weightValues = Float64Array.from({ length: width * width }, () => (random() - 0.5) / 10);
  const arrays = (): TypedArray[] => [
    dataValues,
    weightValues.slice(),
    new Float64Array(16).fill(-1),
    Int32Array.of(1, 2, 3, 4),
    Int32Array.of(5, 0, 3),
  ];
  return { program: asProgram(writer.finish()), arrays };
}
