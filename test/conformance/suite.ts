// The conformance suite, handed a backend: every case of the sweep against the definition, which is the js backend, to
// the bit where the contract says so and within the stated tolerance elsewhere; from arrays that lie askew in longer
// ones, of which nothing else is read or written; and loaded, in homes, paused after every instruction and unit.

import { describe, expect, it } from 'vitest';
import type { Backend } from '../../src/backend/backend.js';
import { JsBackend } from '../../src/backend/js/backend.js';
import type { TypedArray } from '../../src/contract/dtypes.js';
import { cases, type Case } from '../support/cases.js';
import { advanced, after, before, executed, faults, surrounded, trespasses } from '../support/executing.js';

const js = new JsBackend();
export const all = cases();
/** The kernels that have cases. */
export const kernels = [...new Set(all.map((c) => c.covers[0]))];

const definitions = new Map<Case, TypedArray[]>();

/** What the definition makes of a case. */
function defined(c: Case): TypedArray[] {
  let arrays = definitions.get(c);
  if (!arrays) definitions.set(c, (arrays = executed(js, c)));
  return arrays;
}

/** The first few faults say enough. */
export const expectNone = (list: readonly string[]): void => expect(list.slice(0, 20)).toEqual([]);

export function conformance(backend: Backend): void {
  describe.each(kernels)('cases of %s', (kernel) => {
    const own = all.filter((c) => c.covers[0] === kernel);

    // The definition itself is tested in test/backend/js, against other code.
    if (backend.name !== 'js') {
      it('agree with the definition', () => {
        expectNone(own.flatMap((c) => faults(c, executed(backend, c), defined(c), 'within the tolerance')));
      });
    }

    it('give the same bits inside longer arrays, and touch nothing else', () => {
      const list = own.flatMap((c) => {
        const askew = surrounded(c);
        const arrays = executed(backend, askew);
        const inside = arrays.map((a) => a.slice(before, a.length - after));
        return [...faults(c, inside, executed(backend, c), 'to the bit'), ...trespasses(askew, arrays)];
      });
      expectNone(list);
    });

    it('give the same bits loaded, in homes, paused after every unit', () => {
      const list = own.flatMap((c) =>
        faults(c, advanced(backend, c, { budget: 0 }), executed(backend, c), 'to the bit'),
      );
      expectNone(list);
    });
  });
}
