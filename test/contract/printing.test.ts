// Programs as people read them.

import { expect, it } from 'vitest';
import { boundBuffers } from '../../src/contract/decoding.js';
import { ProgramWriter } from '../../src/contract/encoding.js';
import { expression, type ExpressionWriter, type Scalar } from '../../src/contract/expression.js';
import { printProgram } from '../../src/contract/printing.js';
import { operand } from '../support/building.js';
import { cases } from '../support/cases.js';

it('prints buffers, loops, kernels, formulas and sources', () => {
  const writer = new ProgramWriter();
  const x = writer.boundBuffer('float32', 3920, 'read');
  const w = writer.boundBuffer('float32', 40, 'both');
  const out = writer.arenaBuffer('float32', 50, 2, 8);
  const batch = writer.newView(x, 392);
  const view = (o: number, offset: number): number => (o === 0 ? batch : writer.view([x, w, out][o], offset));
  const loop = writer.beginLoop(10, -1, [{ view: batch, stride: 128 }]);
  const dims = [1, 5, 10];
  writer.call(
    {
      kernel: 'gemm',
      ...{ dtype: 'float32', precision: 'full', batch: 1, m: 5, n: 10, k: 4 },
      ...{ a: 0, lda: 5, strideA: 0, transposeA: true, b: 1, ldb: 10, strideB: 0, transposeB: false },
      ...{ out: 2, ldc: 10, strideC: 0 },
      epilogue: {
        expression: expression(2, (e, a, b) => e.max(e.add(a, b), 0)),
        inputs: [operand(2, dims), operand(1, dims, [0, 0, 1], 30)],
        outputs: [operand(2, dims)],
      },
    },
    view,
    1,
  );
  writer.call({ kernel: 'boundary' }, view);
  writer.endLoop(loop);
  writer.call({ kernel: 'check', dtype: 'float32', count: 50, input: 2 }, view, 2);
  const words = writer.finish();
  const text = printProgram({
    words,
    bound: boundBuffers(words),
    sources: [
      { op: 'fit', scope: '' },
      { op: 'matMul', scope: 'model/dense_1' },
    ],
  });
  expect(text.split('\n').map((line) => line.replace(/ {2,}(?=\S+$)/, '   '))).toEqual([
    '%0 float32[3920] bound 0 (read)',
    '%1 float32[40] bound 1 (both)',
    '%2 float32[50] arena at 128',
    'arena 512 bytes (8 units)',
    'loop 10 times: %0+392 += 128   fit',
    '  gemm %2[5, 10] = %0+392[4, 5]ᵀ . %1[4, 10]; %2 = max(%2 + %1+30[0 0 1], 0)   model/dense_1/matMul',
    '  boundary   fit',
    'check %2[50] is finite',
  ]);
});

/** The formula of an expression of three inputs, %0, %1 and %2, stored to %3. */
function formula(write: (e: ExpressionWriter, ...x: Scalar[]) => Scalar): string {
  const writer = new ProgramWriter();
  const buffers = [0, 1, 2, 3].map(() => writer.boundBuffer('float32', 4, 'both'));
  writer.call(
    {
      kernel: 'map',
      dtype: 'float32',
      dims: [4],
      expression: expression(3, write),
      inputs: [0, 1, 2].map((o) => operand(o, [4])),
      outputs: [operand(3, [4])],
    },
    (o, offset) => writer.view(buffers[o], offset),
  );
  const words = writer.finish();
  return printProgram({ words, bound: boundBuffers(words), sources: [] })
    .split('\n')
    .at(-1)!
    .replace('map [4] ', '');
}

it('puts parentheses where they are needed', () => {
  expect(formula((e, a, b, c) => e.mul(e.add(a, b), c))).toBe('%3 = (%0 + %1) * %2');
  expect(formula((e, a, b, c) => e.add(a, e.mul(b, c)))).toBe('%3 = %0 + %1 * %2');
  expect(formula((e, a, b, c) => e.sub(a, e.sub(b, c)))).toBe('%3 = %0 - (%1 - %2)');
  expect(formula((e, a, b, c) => e.sub(e.sub(a, b), c))).toBe('%3 = %0 - %1 - %2');
  expect(formula((e, a, b, c) => e.div(a, e.div(b, c)))).toBe('%3 = %0 / (%1 / %2)');
  expect(formula((e, a, b) => e.neg(e.add(a, b)))).toBe('%3 = -(%0 + %1)');
  expect(formula((e, a, b) => e.mul(e.less(a, b), -2))).toBe('%3 = (%0 < %1) * -2');
  expect(formula((e, a, b, c) => e.select(a, e.fma(a, b, c), e.pow(b, 0.1)))).toBe(
    '%3 = select(%0, fma(%0, %1, %2), pow(%1, 0.1))',
  );
  expect(formula((e, w, g, v) => e.sub(w, e.div(e.mul(g, 0.001), e.add(e.sqrt(v), 1e-7))))).toBe(
    '%3 = %0 - %1 * 0.001 / (sqrt(%2) + 1e-7)',
  );
  expect(formula((e, a) => e.rsqrt(e.reciprocal(a)))).toBe('%3 = 1 / sqrt(1 / %0)');
});

it('names values that are used more than once', () => {
  expect(
    formula((e, a) => {
      const s = e.sigmoid(a);
      return e.mul(s, e.sub(1, s));
    }),
  ).toBe('t1 = sigmoid(%0); %3 = t1 * (1 - t1)');
});

it('prints every kind of instruction', () => {
  for (const c of cases()) {
    const text = printProgram({ words: c.words, bound: boundBuffers(c.words), sources: [] });
    expect(text, c.name).toContain(c.covers[0]);
    expect(text, c.name).not.toMatch(/undefined|NaN\[|\[object/);
  }
});
