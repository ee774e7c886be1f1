// gemm against three nested loops.

import { describe, expect, it } from 'vitest';
import { JsBackend } from '../../../src/backend/js/backend.js';
import type { GemmCall } from '../../../src/contract/calls.js';
import { newArray, type FloatDType, type TypedArray } from '../../../src/contract/dtypes.js';
import { expression } from '../../../src/contract/expression.js';
import { operand, programOf, seeded } from '../../support/building.js';

const backend = new JsBackend();

function randomArray(dtype: FloatDType, length: number, seed: number): TypedArray {
  const random = seeded(seed);
  return newArray(dtype, length).map(() => random() - 0.5);
}

/** sum over p of A[b, i, p] * B[b, p, j], by the definition. */
function product(c: GemmCall, a: TypedArray, b: TypedArray, batch: number, i: number, j: number): number {
  let sum = 0;
  for (let p = 0; p < c.k; p++) {
    const x = a[batch * c.strideA + (c.transposeA ? p * c.lda + i : i * c.lda + p)];
    const y = b[batch * c.strideB + (c.transposeB ? j * c.ldb + p : p * c.ldb + j)];
    sum += x * y;
  }
  return sum;
}

function call(
  dtype: FloatDType,
  [batch, m, n, k]: readonly [number, number, number, number],
  transposeA: boolean,
  transposeB: boolean,
  padding = 0,
): GemmCall {
  const lda = (transposeA ? m : k) + padding;
  const ldb = (transposeB ? k : n) + padding;
  const ldc = n + padding;
  return {
    kernel: 'gemm',
    dtype,
    precision: 'full',
    ...{ batch, m, n, k, a: 0, lda, strideA: (transposeA ? k : m) * lda, transposeA },
    ...{ b: 1, ldb, strideB: (transposeB ? n : k) * ldb, transposeB, out: 2, ldc, strideC: m * ldc },
  };
}

function run(c: GemmCall, extra: TypedArray[] = []): { a: TypedArray; b: TypedArray; out: TypedArray } {
  const a = randomArray(c.dtype, c.batch * (c.transposeA ? c.k : c.m) * c.lda, 1);
  const b = randomArray(c.dtype, Math.max(c.batch, 1) * (c.transposeB ? c.n : c.k) * c.ldb, 2);
  const out = newArray(c.dtype, c.batch * c.m * c.ldc).fill(7);
  const arrays = [a, b, out, ...extra];
  const words = programOf(
    arrays.map((array) => ({ dtype: c.dtype, array })),
    [c],
  );
  backend.execute(words, arrays, 'matMul', '');
  return { a, b, out };
}

const shapes = [
  [1, 1, 1, 1],
  [1, 2, 4, 3],
  [1, 3, 5, 7],
  [1, 5, 3, 1],
  [1, 17, 1, 33],
  [1, 1, 19, 8],
  [1, 131, 70, 9],
  [1, 129, 133, 600],
  [3, 4, 5, 6],
  [1, 4, 6, 0],
  [0, 4, 6, 2],
  [1, 0, 6, 2],
] as const;

describe.each(['float32', 'float64'] as const)('gemm of %s', (dtype) => {
  const round = dtype === 'float32' ? Math.fround : (x: number): number => x;
  it.each(shapes)('%d of %d x %d x %d', (...shape) => {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        for (const padding of [0, 3]) {
          const c = call(dtype, shape, transposeA, transposeB, padding);
          const { a, b, out } = run(c);
          const expected = newArray(dtype, out.length).fill(7);
          for (let batch = 0; batch < c.batch; batch++) {
            for (let i = 0; i < c.m; i++) {
              for (let j = 0; j < c.n; j++) {
                // The same chain of additions in float64, so the same bits.
                expected[batch * c.strideC + i * c.ldc + j] = round(product(c, a, b, batch, i, j));
              }
            }
          }
          expect(out).toEqual(expected);
        }
      }
    }
  });
});

it('applies its epilogue to complete outputs', () => {
  for (const shape of [
    [1, 5, 3, 4],
    [2, 130, 140, 700],
  ] as const) {
    const c = call('float32', shape, false, false, 1);
    const dims = [c.batch, c.m, c.n];
    const bias = randomArray('float32', c.n, 3);
    const out = operand(2, dims, [c.strideC, c.ldc, 1]);
    const relu = expression(2, (e, x, b) => e.max(e.add(x, b), 0));
    const {
      a,
      b,
      out: result,
    } = run(
      { ...c, epilogue: { expression: relu, inputs: [out, operand(3, dims, [0, 0, 1])], outputs: [out] } },
      [bias],
    );
    for (let batch = 0; batch < c.batch; batch++) {
      for (let i = 0; i < c.m; i += 7) {
        for (let j = 0; j < c.n; j++) {
          const sum = Math.fround(Math.fround(product(c, a, b, batch, i, j)) + bias[j]);
          expect(result[batch * c.strideC + i * c.ldc + j]).toBe(Math.max(sum, 0));
        }
      }
    }
  }
});

it('rounds operands to bfloat16 where asked', () => {
  const c = call('float32', [1, 3, 5, 33], false, true);
  const exact = run(c);
  const rounded = run({ ...c, precision: 'bfloat16' });
  /** To 8 significant bits by arithmetic: x is far from denormal. */
  const bfloat16 = (x: number): number => {
    if (x === 0) return 0;
    const unit = 2 ** (Math.floor(Math.log2(Math.abs(x))) - 7);
    const steps = Math.abs(x) / unit;
    const below = Math.floor(steps);
    const up = steps - below > 0.5 || (steps - below === 0.5 && below % 2 === 1);
    return Math.sign(x) * (below + (up ? 1 : 0)) * unit;
  };
  const [a, b] = [exact.a.map(bfloat16), exact.b.map(bfloat16)];
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 5; j++) expect(rounded.out[i * 5 + j]).toBe(Math.fround(product(c, a, b, 0, i, j)));
  }
  expect(rounded.out).not.toEqual(exact.out);
});

it('does not let NaN and infinities out of their rows and columns', () => {
  const c = call('float32', [1, 3, 5, 4], false, false);
  const a = new Float32Array(12).fill(1);
  const b = new Float32Array(20).fill(1);
  const out = new Float32Array(15);
  a[4] = NaN;
  b[3] = Infinity;
  const words = programOf(
    [a, b, out].map((array) => ({ dtype: 'float32', array })),
    [c],
  );
  backend.execute(words, [a, b, out], 'matMul', '');
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 5; j++) expect(out[i * 5 + j]).toBe(i === 1 ? NaN : j === 3 ? Infinity : 4);
  }
});
