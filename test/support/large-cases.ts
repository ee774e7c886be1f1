// Cases large enough to be shared among threads and to be left between two units, one or more a kernel. Their sizes are
// no multiples of anything.

import type { KernelCall } from '../../src/contract/calls.js';
import { newArray, type DType, type TypedArray } from '../../src/contract/dtypes.js';
import { expression, identity } from '../../src/contract/expression.js';
import { denseEvaluation, operand, programOf, seeded, type TestArray } from './building.js';
import type { Case } from './cases.js';
import type { Tolerance } from './tolerance.js';

function values(dtype: DType, length: number, seed: number): TypedArray {
  const array = newArray(dtype, length);
  const random = seeded(seed);
  for (let i = 0; i < length; i++) array[i] = dtype === 'int32' ? (random() - 0.5) * 1000 : random() * 2 - 1;
  return array;
}

const input = (dtype: DType, length: number, seed: number): TestArray => ({
  dtype,
  array: values(dtype, length, seed),
  access: 'read',
});
const output = (dtype: DType, length: number): TestArray => ({
  dtype,
  array: newArray(dtype, length).fill(1),
  access: 'write',
});

function single(
  name: string,
  arrays: readonly TestArray[],
  call: KernelCall,
  tolerance: Tolerance = { ulp: 0 },
): Case {
  const outputs = arrays.flatMap((a, i) => (a.access === 'read' ? [] : [i]));
  const words = programOf(arrays, [call]);
  return { name: `large ${name}`, covers: [call.kernel], words, arrays, outputs, tolerance };
}

function* maps(): Generator<Case> {
  const length = 200_003;
  const formula = expression(2, (e, x, y) => [e.tanh(e.add(e.mul(x, y), e.exp(x))), e.sigmoid(y)]);
  for (const dtype of ['float32', 'float64'] as const) {
    const arrays = [
      input(dtype, length, 1),
      input(dtype, length, 2),
      output(dtype, length),
      output(dtype, length),
    ];
    const call: KernelCall = { kernel: 'map', dtype, dims: [length], ...denseEvaluation(formula, [length]) };
    // tanh has slope at most 1, so what exp is off by comes through once.
    yield single(`map ${dtype}`, arrays, call, {
      ulp: 8,
      absolute: 8 * (dtype === 'float32' ? 2 ** -23 : 2 ** -52),
    });
  }
  const dims = [701, 503];
  const shift = expression(2, (e, x, y) => e.sub(e.mul(x, 3), y));
  yield single(
    'map of rows and a transpose',
    [input('int32', 701 * 503, 3), input('int32', 701 * 503, 4), output('int32', 701 * 503)],
    {
      kernel: 'map',
      dtype: 'int32',
      dims,
      expression: shift,
      inputs: [operand(0, dims, [503, 1]), operand(1, dims, [1, 701])],
      outputs: [operand(2, dims)],
    },
  );
}

function* reductions(): Generator<Case> {
  for (const [outer, length, inner] of [
    [1, 300_007, 1],
    [2003, 151, 1],
    [3, 997, 101],
    [1, 61, 5003],
    [1, 2055, 1203],
  ]) {
    for (const kind of ['sum', 'max', 'argMax'] as const) {
      const out = output(kind === 'argMax' ? 'int32' : 'float32', outer * inner);
      yield single(
        `${kind} of ${outer} x ${length} x ${inner}`,
        [input('float32', outer * length * inner, length), out],
        {
          kernel: 'reduce',
          kind,
          dtype: 'float32',
          outer,
          length,
          inner,
          out: 1,
          prologue: {
            expression: identity,
            inputs: [operand(0, [outer, length, inner])],
            outputs: [{ operand: -1, offset: 0, strides: [0, 0, 0] }],
          },
        },
      );
    }
  }
}

function* products(): Generator<Case> {
  for (const dtype of ['float32', 'float64'] as const) {
    for (const [transposeA, transposeB] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ]) {
      const [m, n, k] = [203, 301, 157];
      const arrays = [
        input(dtype, m * k, 5),
        input(dtype, k * n, 6),
        output(dtype, m * n),
        input(dtype, n, 7),
      ];
      const dims = [1, m, n];
      const out = operand(2, dims);
      const call: KernelCall = {
        kernel: 'gemm',
        dtype,
        precision: 'full',
        ...{ batch: 1, m, n, k, strideA: 0, strideB: 0, strideC: 0, transposeA, transposeB },
        ...{ a: 0, lda: transposeA ? m : k, b: 1, ldb: transposeB ? k : n, out: 2, ldc: n },
        epilogue: {
          expression: expression(2, (e, x, b) => e.max(e.add(x, b), 0)),
          inputs: [out, operand(3, dims, [0, 0, 1])],
          outputs: [out],
        },
      };
      // Each of k roundings is at most half an ULP of a sum that stays below about 4 sqrt(k).
      const absolute = k * 4 * Math.sqrt(k) * (dtype === 'float32' ? 2 ** -24 : 2 ** -53);
      yield single(`gemm ${dtype} ${transposeA} ${transposeB}`, arrays, call, { ulp: 2, absolute });
    }
  }
}

/** Each entry has its own right operand, which one thread packs for itself. */
function* batches(): Generator<Case> {
  const [batch, m, n, k] = [13, 47, 61, 71];
  const arrays = [
    input('float32', batch * m * k, 5),
    input('float32', batch * k * n, 6),
    output('float32', batch * m * n),
  ];
  const absolute = k * 4 * Math.sqrt(k) * 2 ** -24;
  yield single(
    'gemm of a batch',
    arrays,
    {
      kernel: 'gemm',
      dtype: 'float32',
      precision: 'full',
      ...{
        batch,
        m,
        n,
        k,
        strideA: m * k,
        strideB: k * n,
        strideC: m * n,
        transposeA: false,
        transposeB: true,
      },
      ...{ a: 0, lda: k, b: 1, ldb: k, out: 2, ldc: n },
    },
    { ulp: 2, absolute },
  );
}

function* moves(): Generator<Case> {
  const dims = [401, 703];
  yield single('transpose', [input('float32', 401 * 703, 8), output('float32', 401 * 703)], {
    kernel: 'copy',
    dims,
    input: operand(0, dims, [1, 401]),
    out: operand(1, dims),
  });
  const [axis, count, inner] = [997, 1501, 201];
  const random = seeded(9);
  const indices: TestArray = {
    dtype: 'int32',
    array: Int32Array.from({ length: count }, () => Math.floor(random() * axis)),
    access: 'read',
  };
  const common = { outer: 1, axis, count, inner, indices: 1, out: 2 };
  yield single('gather', [input('float32', axis * inner, 10), indices, output('float32', count * inner)], {
    kernel: 'gather',
    ...common,
    input: 0,
  });
  yield single(
    'scatterAdd',
    [input('float32', count * inner, 11), indices, output('float32', axis * inner)],
    {
      kernel: 'scatterAdd',
      dtype: 'float32',
      ...common,
      updates: 0,
    },
  );
}

function* draws(): Generator<Case> {
  for (const kind of ['uniform', 'normal', 'truncatedNormal', 'permutation'] as const) {
    const dtype = kind === 'permutation' ? 'int32' : 'float32';
    const count = 50_021;
    const state: TestArray = { dtype: 'int32', array: Int32Array.of(11, 3, -1, 2), access: 'both' };
    yield single(`random ${kind}`, [state, output(dtype, count)], {
      kernel: 'random',
      kind,
      dtype,
      count,
      low: -1,
      high: 2,
      state: 0,
      out: 1,
    });
  }
}

function* rows(columns: number): Generator<Case> {
  const count = 1003;
  const tolerance = { ulp: 8, absolute: 24 * columns * 2 ** -24 };
  const logits = input('float32', count * columns, 12);
  for (const log of [false, true]) {
    const call: KernelCall = {
      kernel: 'softmax',
      dtype: 'float32',
      log,
      rows: count,
      columns,
      input: 0,
      out: 1,
    };
    yield single(
      `softmax ${log} of ${columns}`,
      [logits, output('float32', count * columns)],
      call,
      tolerance,
    );
  }
  const labels: TestArray = {
    dtype: 'uint8',
    array: Uint8Array.from({ length: count }, (_, i) => (i * 7) % columns),
    access: 'read',
  };
  yield single(
    `crossEntropy of ${columns}`,
    [logits, labels, output('float32', count), output('float32', count * columns)],
    {
      kernel: 'crossEntropy',
      dtype: 'float32',
      sparse: true,
      ...{ rows: count, columns, logits: 0, labels: 1, loss: 2, delta: 3 },
    },
    tolerance,
  );
}

/** Large cases of every kernel. */
export function largeCases(): Case[] {
  return [
    ...maps(),
    ...reductions(),
    ...products(),
    ...batches(),
    ...moves(),
    ...draws(),
    ...rows(251),
    ...rows(10),
  ];
}
