// Every case of the conformance sweep on every instruction set, against the js backend; that instruction sets with
// fused multiply-add agree to the bit, and that threads and pauses change nothing.

import { expect, it, describe } from 'vitest';
import { JsBackend } from '../../../src/backend/js/backend.js';
import { createNativeBackend } from '../../../src/backend/native.js';
import type { TypedArray } from '../../../src/contract/dtypes.js';
import { cases, copies, type Case } from '../../support/cases.js';
import { describeDifference } from '../../support/tolerance.js';
import { asProgram, describeNative, instructionSets } from './support.js';

const js = new JsBackend();
const all = cases();
const kernels = [...new Set(all.map((c) => c.covers[0]))];

function faults(c: Case, actual: readonly TypedArray[], wanted: readonly TypedArray[], exact = false): string[] {
  return c.outputs
    .map((o) => describeDifference(actual[o], wanted[o], c.arrays[o].dtype, exact ? { ulp: 0 } : c.tolerance))
    .filter((text) => text !== '')
    .map((text) => `${c.name}: ${text}`);
}

const results = (c: Case, execute: (words: Int32Array, arrays: TypedArray[]) => void): TypedArray[] => {
  const arrays = copies(c);
  execute(c.words, arrays);
  return arrays;
};

describeNative('native', () => {
  describe.each(instructionSets)('%s', (isa) => {
    const one = createNativeBackend({ isa, threads: 1 });
    const two = createNativeBackend({ isa, threads: 2 });

    it('is what runs', () => {
      expect(one.isa).toBe(isa);
      expect([one.threads, two.threads]).toEqual([1, 2]);
    });

    it.each(kernels)('agrees with the js backend on cases of %s', (kernel) => {
      const list: string[] = [];
      for (const c of all.filter((x) => x.covers[0] === kernel)) {
        const wanted = results(c, (w, a) => js.execute(w, a, kernel, ''));
        list.push(...faults(c, results(c, (w, a) => one.execute(w, a, kernel, '')), wanted));
      }
      expect(list.slice(0, 20)).toEqual([]);
    });

    it.each(kernels)('gives the same bits on two threads, loaded and paused, for %s', (kernel) => {
      const list: string[] = [];
      for (const c of all.filter((x) => x.covers[0] === kernel)) {
        const wanted = results(c, (w, a) => one.execute(w, a, kernel, ''));
        const paused = results(c, (w, a) => {
          const run = two.load(asProgram(w)).start(a);
          for (let status = run.advance({ instructions: 1 }); status !== 'done'; ) {
            expect(status).toBe('yielded');
            status = run.advance({ instructions: 1 });
          }
          run.close();
        });
        list.push(...faults(c, paused, wanted, true));
      }
      expect(list.slice(0, 20)).toEqual([]);
    });
  });

  it.skipIf(!instructionSets.includes('avx512'))('AVX2 and AVX-512 give the same bits', () => {
    const avx2 = createNativeBackend({ isa: 'avx2' });
    const avx512 = createNativeBackend({ isa: 'avx512' });
    const list = all.flatMap((c) =>
      faults(
        c,
        results(c, (w, a) => avx2.execute(w, a, '', '')),
        results(c, (w, a) => avx512.execute(w, a, '', '')),
        true,
      ),
    );
    expect(list.slice(0, 20)).toEqual([]);
  });
});
