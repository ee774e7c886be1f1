// Every case of the conformance sweep on both builds of the WebAssembly module, against the js backend: eagerly, and
// loaded with all arrays in homes, stopping after every unit.

import { describe, expect, it } from 'vitest';
import type { Home } from '../../../src/backend/backend.js';
import { JsBackend } from '../../../src/backend/js/backend.js';
import { createWasmBackend } from '../../../src/backend/wasm.js';
import { boundBuffers } from '../../../src/contract/decoding.js';
import type { TypedArray } from '../../../src/contract/dtypes.js';
import { cases, copies, type Case } from '../../support/cases.js';
import { describeDifference } from '../../support/tolerance.js';

const js = new JsBackend();
const all = cases();
const kernels = [...new Set(all.map((c) => c.covers[0]))];

/** How the outputs differ from the wanted ones; empty if they do not. */
function faults(
  c: Case,
  actual: readonly TypedArray[],
  wanted: readonly TypedArray[],
  ulp?: number,
): string[] {
  return c.outputs
    .map((o) =>
      describeDifference(actual[o], wanted[o], c.arrays[o].dtype, ulp === undefined ? c.tolerance : { ulp }),
    )
    .filter((text) => text !== '')
    .map((text) => `${c.name}: ${text}`);
}

describe.each(['simd', 'relaxed-simd'])('%s', (isa) => {
  const wasm = createWasmBackend({ isa });

  it('is the build that runs', () => expect(wasm.isa).toBe(isa));

  describe.each(kernels)('cases of %s', (kernel) => {
    const own = all.filter((c) => c.covers[0] === kernel);

    it('agree with the js backend', () => {
      const list: string[] = [];
      for (const c of own) {
        const wanted = copies(c);
        js.execute(c.words, wanted, kernel, '');
        const actual = copies(c);
        wasm.execute(c.words, actual, kernel, '');
        list.push(...faults(c, actual, wanted));
      }
      expect(list.slice(0, 20)).toEqual([]);
    });

    it('give the same bits from homes, stopping after every unit', () => {
      const list: string[] = [];
      for (const c of own) {
        const whole = copies(c);
        wasm.execute(c.words, whole, kernel, '');
        const homes = copies(c).map((array, i): Home => {
          const home = wasm.createHome(c.arrays[i].dtype, array.length);
          home.write(array);
          return home;
        });
        const executable = wasm.load({ words: c.words, bound: boundBuffers(c.words), sources: [] });
        const run = executable.start(homes);
        for (
          let status = run.advance({ budget: 0 });
          status !== 'done';
          status = run.advance({ budget: 0 })
        ) {
          expect(status, c.name).toBe('yielded');
        }
        run.close();
        executable.dispose();
        const parts = homes.map((home) => home.read());
        for (const home of homes) home.release();
        list.push(...faults(c, parts, whole, 0));
      }
      expect(list.slice(0, 20)).toEqual([]);
    });
  });
});
