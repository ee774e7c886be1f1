// Every case of the conformance sweep runs on the js backend, and what the tables list has cases. The results are
// checked against other code in the tests beside this one; here, that pausing after every unit changes nothing.

import { describe, expect, it } from 'vitest';
import { JsBackend } from '../../../src/backend/js/backend.js';
import { checkProgram } from '../../../src/contract/checking.js';
import { boundBuffers } from '../../../src/contract/decoding.js';
import { instructionNames } from '../../../src/contract/instructions.js';
import { cases, copies, everything, type Case } from '../../support/cases.js';
import { describeDifference } from '../../support/tolerance.js';

const backend = new JsBackend();
const all = cases();
const kernels = [...new Set(all.map((c) => c.covers[0]))];

function programOf(c: Case) {
  return { words: c.words, bound: boundBuffers(c.words), sources: [] };
}

it('has a case for every instruction, micro-operation, reduce kind and random kind', () => {
  const covered = new Set(all.flatMap((c) => c.covers));
  expect([...instructionNames, ...everything()].filter((name) => !covered.has(name))).toEqual([]);
  expect(new Set(all.map((c) => c.name)).size).toBe(all.length);
});

describe.each(kernels)('cases of %s', (kernel) => {
  const own = all.filter((c) => c.covers[0] === kernel);

  it('are sound programs that run to the end and write their outputs', () => {
    for (const c of own) {
      expect(checkProgram(c.words), c.name).toBeNull();
      const arrays = copies(c);
      backend.execute(c.words, arrays, kernel, '');
      c.arrays.forEach((a, i) => {
        if (a.access !== 'read') return;
        expect(describeDifference(arrays[i], a.array, a.dtype, { ulp: 0 }), c.name).toBe('');
      });
    }
  });

  it('give the same bits when paused after every unit', () => {
    for (const c of own) {
      const whole = copies(c);
      backend.execute(c.words, whole, kernel, '');
      const parts = copies(c);
      const run = backend.load(programOf(c)).start(parts);
      for (let status = run.advance({ budget: 0 }); status !== 'done'; status = run.advance({ budget: 0 })) {
        expect(status, c.name).toBe('yielded');
      }
      run.close();
      for (const i of c.outputs) {
        expect(describeDifference(parts[i], whole[i], c.arrays[i].dtype, { ulp: 0 }), c.name).toBe('');
      }
    }
  });
});
