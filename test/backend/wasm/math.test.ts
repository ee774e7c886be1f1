// The math functions of both builds over their whole range, against those of JavaScript: within the bounds that
// micro-operations.ts states. JavaScript's own are below 1 ULP of float64, which is added to the bound of float64.

import { describe, expect, it } from 'vitest';
import * as scalar from '../../../src/backend/js/scalar.js';
import { createWasmBackend } from '../../../src/backend/wasm.js';
import { newArray, type FloatDType, type TypedArray } from '../../../src/contract/dtypes.js';
import { expression, type ExpressionOperation } from '../../../src/contract/expression.js';
import { microOperations, type MicroOperation } from '../../../src/contract/micro-operations.js';
import { denseEvaluation, programOf, seeded } from '../../support/building.js';
import { ulpOf } from '../../support/tolerance.js';

const operations: Readonly<Record<string, MicroOperation>> = microOperations;
const inexact = Object.keys(microOperations).filter((name) => operations[name].ulp > 0 && name !== 'fma');
const exponents: Record<FloatDType, number> = { float32: 270, float64: 2100 };

/** Arguments near 0 and 1, of ordinary size, and of every exponent, all signs; no more than `bound`. */
function fill(values: TypedArray, dtype: FloatDType, seed: number, bound = Infinity): void {
  const random = seeded(seed);
  const exponent = exponents[dtype];
  for (let i = 0; i < values.length; i++) {
    const r = random() * 2 - 1;
    const kind = i % 6;
    let x = r;
    if (kind === 1) x = r * 20;
    else if (kind === 2) x = r * 800;
    else if (kind === 3) x = 1 + r * 2 ** -Math.floor(random() * 24);
    else if (kind === 4) x = r * 2 ** (random() * 60 - 30);
    else if (kind === 5) x = r * 2 ** ((random() - 0.5) * exponent);
    values[i] = Math.abs(x) <= bound ? x : r * bound;
  }
}

/** Functions that are only there for small arguments. */
const bounds: Record<string, number> = { asin: 1, acos: 1, atanh: 1 };

describe.each(['simd', 'relaxed-simd'])('%s', (isa) => {
  const wasm = createWasmBackend({ isa });

  describe.each(['float32', 'float64'] as const)('%s', (dtype) => {
    it.each(inexact)('%s', (name) => {
      const count = dtype === 'float32' ? 60_000 : 30_000;
      const { arity, ulp, ulp64 } = operations[name];
      const e = expression(arity, (writer, ...inputs) => {
        const method = writer[name as ExpressionOperation] as (...a: typeof inputs) => (typeof inputs)[0];
        return method.apply(writer, inputs);
      });
      const arrays = Array.from({ length: arity + 1 }, () => newArray(dtype, count));
      for (let i = 0; i < arity; i++) fill(arrays[i], dtype, 11 + i, bounds[name]);
      const list = arrays.map((array) => ({ dtype, array }));
      const words = programOf(list, [
        { kernel: 'map', dtype, dims: [count], ...denseEvaluation(e, [count]) },
      ]);
      wasm.execute(words, arrays, name, '');

      const define: (...a: number[]) => number = scalar[name as keyof typeof scalar];
      const bound = dtype === 'float32' ? ulp : (ulp64 ?? ulp) + 1;
      const out = arrays[arity];
      let finite = 0;
      const wrong: string[] = [];
      for (let i = 0; i < count; i++) {
        const a = arrays.slice(0, arity).map((array) => array[i]);
        const exact = define(...a);
        const rounded = dtype === 'float32' ? Math.fround(exact) : exact;
        if (Number.isFinite(out[i])) finite++;
        if (Object.is(out[i], rounded)) continue;
        const distance = Math.abs(out[i] - exact) / ulpOf(rounded, dtype);
        // Next to the largest number a bound allows infinity, too.
        const overflows = Math.abs(out[i]) === Infinity && Math.abs(exact) > 3.4028e38 && dtype === 'float32';
        if (!(distance <= bound) && !overflows) wrong.push(`${name}(${a.join()}) = ${out[i]}, not ${exact}`);
      }
      expect(wrong.slice(0, 5)).toEqual([]);
      // Not everything was NaN or infinite.
      expect(finite).toBeGreaterThan(count / 5);
    });
  });

  it.each(['exp', 'sigmoid', 'softplus', 'tanh'] as const)('%s does not look at its neighbours', (name) => {
    // Vectors of ordinary numbers take a shorter way than those with an extreme one among them.
    const ordinary = Float32Array.from({ length: 64 }, (_, i) => (i - 31.5) * 2.7);
    const extremes = [NaN, Infinity, -Infinity, 88.5, -95, -0, 1e30, -104.5];
    const mixed = ordinary.map((x, i) => (i % 5 === 2 ? extremes[i % 8] : x));
    const e = expression(1, (writer, x) => writer[name](x));
    const results = [ordinary, mixed].map((x) => {
      const out = new Float32Array(64);
      const list = [x, out].map((array) => ({ dtype: 'float32' as const, array }));
      const words = programOf(list, [
        { kernel: 'map', dtype: 'float32', dims: [64], ...denseEvaluation(e, [64]) },
      ]);
      wasm.execute(words, [x, out], name, '');
      return out;
    });
    for (let i = 0; i < 64; i++) {
      if (i % 5 === 2) {
        const expected = Math.fround(scalar[name](mixed[i]));
        const distance = Math.abs(results[1][i] - expected) / ulpOf(expected, 'float32');
        expect(Object.is(results[1][i], expected) || distance <= operations[name].ulp).toBe(true);
      } else expect(results[1][i]).toBe(results[0][i]);
    }
  });
});
