// Cases of gemm: shapes about the sizes of tiles and blocks, transposes, batches, gaps, epilogues, bfloat16.

import type { FloatDType } from '../../../src/contract/dtypes.js';
import { expression } from '../../../src/contract/expression.js';
import { operand } from '../building.js';
import { type Case, floats, epsilon, values, input, output, single, sizes } from './shared.js';

interface GemmShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch?: number;
  readonly padding?: number;
  readonly shared?: boolean;
}

export function* gemmCases(): Generator<Case> {
  const shapes: GemmShape[] = [
    ...sizes.filter((s) => s <= 67).map((s) => ({ m: s, n: s, k: s })),
    { m: 1, n: 1, k: 1025 },
    { m: 1, n: 33, k: 17 },
    { m: 67, n: 1, k: 9 },
    { m: 127, n: 10, k: 31 },
    { m: 3, n: 127, k: 5 },
    { m: 130, n: 129, k: 67 },
    { m: 5, n: 9, k: 0 },
    { m: 16, n: 31, k: 8, padding: 3 },
    { m: 7, n: 5, k: 4, batch: 3 },
    { m: 9, n: 17, k: 3, batch: 4, shared: true, padding: 1 },
  ];
  for (const dtype of floats) {
    for (const shape of shapes) {
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) yield gemmCase(dtype, shape, transposeA, transposeB);
      }
    }
    yield gemmCase(dtype, { m: 33, n: 17, k: 8 }, false, false, 'epilogue');
    yield gemmCase(dtype, { m: 4, n: 300, k: 5, batch: 2 }, true, false, 'epilogue');
  }
  yield gemmCase('float32', { m: 33, n: 31, k: 67 }, false, true, 'bfloat16');
}

function gemmCase(
  dtype: FloatDType,
  { m, n, k, batch = 1, padding = 0, shared = false }: GemmShape,
  transposeA: boolean,
  transposeB: boolean,
  extra?: 'epilogue' | 'bfloat16',
): Case {
  const lda = (transposeA ? m : k) + padding;
  const ldb = (transposeB ? k : n) + padding;
  const ldc = n + padding;
  const strideA = (transposeA ? k : m) * lda;
  const strideB = shared ? 0 : (transposeB ? n : k) * ldb;
  const arrays = [
    input(dtype, values(dtype, batch * strideA, m + 1, 1)),
    input(dtype, values(dtype, (shared ? 1 : batch) * (transposeB ? n : k) * ldb, n + 2, 1)),
    output(dtype, batch * m * ldc),
    input(dtype, values(dtype, n, 3, 1)),
  ];
  const dims = [batch, m, n];
  const out = operand(2, dims, [m * ldc, ldc, 1]);
  const bias = operand(3, dims, [0, 0, 1]);
  const relu = expression(2, (e, x, b) => e.max(e.add(x, b), 0));
  const name = `gemm ${dtype} ${batch} x ${m}x${n}x${k}${transposeA ? ' aT' : ''}${transposeB ? ' bT' : ''} ${extra ?? ''}`;
  return single(
    name.trim(),
    [`gemm ${dtype}`, ...(extra ? [`gemm ${extra}`] : [])],
    arrays,
    {
      kernel: 'gemm',
      dtype,
      precision: extra === 'bfloat16' ? 'bfloat16' : 'full',
      ...{ batch, m, n, k, a: 0, lda, strideA, transposeA, b: 1, ldb, strideB, transposeB },
      ...{ out: 2, ldc, strideC: m * ldc },
      ...(extra === 'epilogue'
        ? { epilogue: { expression: relu, inputs: [out, bias], outputs: [out] } }
        : {}),
    },
    // Operands are below 1, so each of k roundings is at most k times half an ULP of 1.
    { ulp: 2, absolute: (k + 2) * epsilon[dtype] * Math.sqrt(k + 1) },
  );
}
