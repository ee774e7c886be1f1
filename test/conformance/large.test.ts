// Large cases: those that threads share and that can be left between two units. Against the definition, and the same
// bits on any number of threads, whenever it is interrupted.

import { expect, it } from 'vitest';
import { JsBackend } from '../../src/backend/js/backend.js';
import { createBackend } from '../../src/backend/select.js';
import { configurationsHere, describeConfigurations } from '../support/backends.js';
import { asProgram, executed, faults } from '../support/executing.js';
import { copies } from '../support/cases.js';
import { largeCases } from '../support/large-cases.js';
import { gather } from '../support/threads.js';
import { expectNone } from './suite.js';

const js = new JsBackend();
const list = largeCases();
const defined = list.map((c) => executed(js, c));

describeConfigurations(
  (c) => c.backend !== 'js' && c.threads === 1,
  (configuration, backend) => {
    it('agrees with the definition', () => {
      expectNone(list.flatMap((c, i) => faults(c, executed(backend, c), defined[i], 'within the tolerance')));
    });

    it('gives the same bits left after every unit', () => {
      let stops = 0;
      for (const c of list) {
        const arrays = copies(c);
        const run = backend.load(asProgram(c.words)).start(arrays);
        let status = run.advance({ budget: 0 });
        for (; status === 'yielded'; status = run.advance({ budget: 0 })) stops++;
        expect(status).toBe('done');
        run.close();
        expectNone(faults(c, arrays, executed(backend, c), 'to the bit'));
      }
      // Cheap units are taken several at a time between two looks at the clock, so not every case has such a place.
      expect(stops).toBeGreaterThan(list.length / 4);
    });

    it.each([2, 3, 5])(
      'gives the same bits on %i threads, eagerly, loaded and in the background',
      async (threads) => {
        const several = createBackend(configuration.backend, { isa: configuration.isa, threads });
        await gather(several);
        expect([several.isa, several.threads]).toEqual([configuration.isa, threads]);
        for (const c of list) {
          const wanted = executed(backend, c);
          expectNone(faults(c, executed(several, c), wanted, 'to the bit'));
          const arrays = copies(c);
          const run = several.load(asProgram(c.words)).start(arrays);
          let status = await run.advanceAsync({ budget: 1 });
          while (status === 'yielded') status = await run.advanceAsync({ budget: 1 });
          expect(status).toBe('done');
          run.close();
          expectNone(faults(c, arrays, wanted, 'to the bit'));
        }
        expect(several.threads).toBe(threads);
      },
    );
  },
);

it('AVX2 and AVX-512 give the same bits', ({ skip }) => {
  const fused = configurationsHere.filter((c) => ['avx2', 'avx512'].includes(c.isa) && c.threads === 1);
  if (fused.length < 2) skip('they are not both there');
  const [one, two] = fused.map((c) => c.create());
  expectNone(list.flatMap((c) => faults(c, executed(one, c), executed(two, c), 'to the bit')));
});
