// Products of float32 matrices at the precision of bfloat16, on every backend: rounding to the bit, the error against
// float64, gradients, programs, models.

import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import {
  getPrecision,
  grad,
  jit,
  layers,
  matMul,
  randomNormal,
  sequential,
  setBackend,
  setPrecision,
  setSeed,
  sum,
  tensor2d,
  type Sequential,
} from '../../src/index.js';
import { describeConfigurations } from '../support/backends.js';

afterEach(() => setPrecision('float32'));

/** A float32 by its bits. */
function float(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0];
}

/** Bits of float32 values, and what they are rounded to. */
const roundings: [name: string, from: number, to: number][] = [
  ['what has 8 bits stays', 0x40490000, 0x40490000],
  ['below half', 0x3f807fff, 0x3f800000],
  ['above half', 0x3f808001, 0x3f810000],
  ['half, to even below', 0x3f808000, 0x3f800000],
  ['half, to even above', 0x3f818000, 0x3f820000],
  ['negative half', 0xbf818000, 0xbf820000],
  ['into the next power of two', 0x3fffffff, 0x40000000],
  ['the largest float, to infinity', 0x7f7fffff, 0x7f800000],
  ['infinity', 0x7f800000, 0x7f800000],
  ['minus infinity', 0xff800000, 0xff800000],
  ['the smallest normal number', 0x00800000, 0x00800000],
];

describeConfigurations(
  (c) => c.threads === 1,
  (c) => {
    beforeAll(() => void setBackend(c.backend, { isa: c.isa, threads: c.threads }));

    it('operands are rounded to the nearest, halves to even', () => {
      setPrecision('bf16');
      const values = tensor2d(
        roundings.map(([, from]) => [float(from)]),
        undefined,
        'float32',
      );
      const one = tensor2d([[1]]);
      const wanted = roundings.map(([, , to]) => float(to));
      expect(Array.from(matMul(values, one).dataSync())).toEqual(wanted);
      expect(Array.from(matMul(one, values, false, true).dataSync())).toEqual(wanted);
      expect(Array.from(matMul(tensor2d([[NaN]]), one).dataSync())).toEqual([NaN]);
      // A NaN whose bits would round to infinity, or over into the sign.
      const nans = tensor2d(new Float32Array(Uint32Array.of(0x7f800001, 0x7fffffff).buffer), [2, 1]);
      expect(Array.from(matMul(nans, one).dataSync())).toEqual([NaN, NaN]);
    });

    it('errors against float64 are those of the rounding', () => {
      const shapes = [
        [1, 70, 33],
        [33, 70, 45],
        [64, 129, 10],
        [300, 37, 65],
      ];
      for (const [m, k, n] of shapes) {
        for (const [transposeA, transposeB] of [
          [false, false],
          [true, false],
          [false, true],
          [true, true],
        ]) {
          const a = randomNormal(transposeA ? [k, m] : [m, k], 0, 1, 'float32', 3);
          const b = randomNormal(transposeB ? [n, k] : [k, n], 0, 1, 'float32', 4);
          setPrecision('bf16');
          const rounded = matMul(a, b, transposeA, transposeB).dataSync();
          setPrecision('float32');
          const exact = matMul(a.cast('float64'), b.cast('float64'), transposeA, transposeB).dataSync();
          const size = matMul(a.abs(), b.abs(), transposeA, transposeB).dataSync();
          let most = 0;
          exact.forEach((x, i) => void (most = Math.max(most, Math.abs(rounded[i] - x) / size[i])));
          expect(most).toBeLessThan(2 ** -7 + k * 2 ** -24);
          expect(most).toBeGreaterThan(2 ** -13);
        }
      }
    });

    it('float64 is not affected', () => {
      const a = tensor2d([[1 + 2 ** -20]], undefined, 'float64');
      setPrecision('bf16');
      expect(matMul(a, a).dataSync()[0]).toBe((1 + 2 ** -20) ** 2);
    });

    it('a program has the precision at which it was traced, its gradients too', () => {
      const x = randomNormal([9, 40], 0, 1, 'float32', 5);
      const w = randomNormal([40, 20], 0, 1, 'float32', 6);
      const f = (v: typeof w): typeof w => matMul(matMul(x, v), v, false, true);
      const gradient = jit((v: typeof w) => grad((u: typeof w) => sum(f(u)))(v));
      const full = gradient(w).dataSync();
      setPrecision('bf16');
      const rounded = gradient(w).dataSync();
      expect(rounded).not.toEqual(full);
      expect(rounded).toEqual(gradient.eager(w).dataSync());
      const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
      const listing = gradient.print(w);
      log.mockRestore();
      const products = listing.split('\n').filter((line) => line.includes('gemm'));
      expect(products.length).toBeGreaterThanOrEqual(3);
      expect(products.filter((line) => !line.includes('(bfloat16)'))).toEqual([]);
    });

    it('compile({precision}) is for this model, in training and prediction', async () => {
      const make = (precision?: 'float32' | 'bf16'): Sequential => {
        setSeed(1);
        const model = sequential({ layers: [layers.dense({ units: 30, inputShape: [50] })] });
        model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', precision });
        return model;
      };
      const x = randomNormal([20, 50], 0, 1, 'float32', 7);
      const y = randomNormal([20, 30], 0, 1, 'float32', 8);
      const [full, rounded, open] = [make(), make('bf16'), make()];
      const before = full.predict(x);
      expect(rounded.getWeights()[0].dataSync()).toEqual(full.getWeights()[0].dataSync());
      const predicted = (rounded.predict(x) as typeof x).dataSync();
      expect(predicted).not.toEqual((before as typeof x).dataSync());
      expect(getPrecision()).toBe('float32');
      setPrecision('bf16');
      expect((open.predict(x) as typeof x).dataSync()).toEqual(predicted);
      expect((make('float32').predict(x) as typeof x).dataSync()).toEqual((before as typeof x).dataSync());
      setPrecision('float32');
      await full.trainOnBatch(x, y);
      await rounded.trainOnBatch(x, y);
      expect(rounded.getWeights()[0].dataSync()).not.toEqual(full.getWeights()[0].dataSync());
      rounded.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      expect((rounded.predict(x) as typeof x).dataSync()).not.toEqual(predicted);
    });
  },
);

it('other precisions are refused', () => {
  expect(() => setPrecision('bfloat' as 'bf16')).toThrow(/setPrecision: expected 'float32' or 'bf16', got/);
  const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
  expect(() =>
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', precision: 'half' as 'bf16' }),
  ).toThrow(/compile: precision: expected 'float32' or 'bf16', got/);
});
