// Yield and resume: a run that stops after every instruction, after every unit, at every boundary, or in the background,
// goes through the same states as on the js backend and ends with the same bits as a run in one go.

import { expect, it } from 'vitest';
import type { AdvanceOptions, Backend, Run } from '../../src/backend/backend.js';
import { JsBackend } from '../../src/backend/js/backend.js';
import type { TypedArray } from '../../src/contract/dtypes.js';
import { requests, stateAt } from '../../src/contract/instructions.js';
import { describeConfigurations } from '../support/backends.js';
import { firstDifference } from '../support/bits.js';
import { trainingProgram } from '../support/training-program.js';

const js = new JsBackend();
const { program, arrays } = trainingProgram();
/** Loops entered, turns ended, and instructions of the bodies. */
const instructions = 1 + 3 * 2 + 8 * 6;
const steps = 8;

/** All arrays after a run that `finish` brings to its end. */
function after(backend: Backend, finish: (run: Run) => void): TypedArray[] {
  const bound = arrays();
  const executable = backend.load(program);
  const run = executable.start(bound);
  finish(run);
  run.close();
  executable.dispose();
  return bound;
}

const inOneGo = (run: Run): void => expect(run.advance()).toBe('done');
const differing = (a: readonly TypedArray[], b: readonly TypedArray[]): number[] =>
  a.flatMap((array, i) => (firstDifference(array, b[i]) < 0 ? [] : [i]));

describeConfigurations(
  () => true,
  (_, backend) => {
    const whole = after(backend, inOneGo);

    it('computes what the definition does', () => {
      const wanted = after(js, inOneGo);
      expect(whole[2].length).toBe(16);
      whole[2].forEach((x, i) => expect(x).toBeCloseTo(wanted[2][i], 9));
      expect(whole[3]).toEqual(wanted[3]);
      // The second epoch is asked for no steps.
      expect([...whole[2]].map((x) => x === -1)).toEqual([
        ...Array<boolean>(5).fill(false),
        ...Array<boolean>(5).fill(true),
        ...Array<boolean>(3).fill(false),
        true,
        true,
        true,
      ]);
    });

    it('goes through the same states, instruction after instruction', () => {
      const runs = [js, backend].map((b) => b.load(program).start(arrays()));
      let count = 0;
      for (;;) {
        const [wanted, status] = runs.map((run) => run.advance({ instructions: 1 }));
        expect(status).toBe(wanted);
        expect(Array.from(runs[1].state), `after instruction ${count}`).toEqual(Array.from(runs[0].state));
        count++;
        if (status === 'done') break;
      }
      expect(count).toBe(instructions);
      for (const run of runs) run.close();
    });

    it.each<[string, AdvanceOptions, number]>([
      ['every instruction', { instructions: 1 }, instructions],
      ['every third instruction', { instructions: 3 }, Math.ceil(instructions / 3)],
      ['every unit', { budget: 0 }, instructions],
      ['every boundary', { budget: 0, stopAt: 'boundary' }, steps],
    ])('gives the same bits stopped after %s, with another run between', (_name, options, least) => {
      const other = backend.load(program).start(arrays());
      let advances = 1;
      const bound = after(backend, (run) => {
        let status = run.advance(options);
        for (; status === 'yielded'; status = run.advance(options)) {
          advances++;
          other.advance({ instructions: 2 });
        }
        expect(status).toBe('done');
      });
      other.close();
      expect(advances).toBeGreaterThanOrEqual(least);
      expect(differing(bound, whole)).toEqual([]);
    });

    it('gives the same bits from every place where it can be taken up again', () => {
      for (let first = 1; first < instructions; first++) {
        const bound = after(backend, (run) => {
          expect(run.advance({ instructions: first })).toBe('yielded');
          expect(run.advance()).toBe('done');
        });
        expect(differing(bound, whole), `after ${first} instructions`).toEqual([]);
      }
    });

    it('gives the same bits in the background', async () => {
      const bound = arrays();
      const run = backend.load(program).start(bound);
      let status = await run.advanceAsync({ budget: 0.1 });
      while (status === 'yielded') status = await run.advanceAsync({ budget: 0.1 });
      expect(status).toBe('done');
      run.close();
      expect(differing(bound, whole)).toEqual([]);
    });

    it('pauses and aborts at boundaries only, counting them', () => {
      after(backend, (run) => {
        run.state[stateAt.request] = requests.pause;
        expect(run.advance()).toBe('yielded');
        expect([run.state[stateAt.progress], run.state[stateAt.request]]).toEqual([1, requests.none]);
        run.advance({ instructions: 2 });
        run.state[stateAt.request] = requests.abort;
        expect(run.advance()).toBe('aborted');
        expect(run.state[stateAt.progress]).toBe(2);
        run.state[stateAt.request] = requests.none;
        expect(run.advance()).toBe('done');
        expect(run.state[stateAt.progress]).toBe(steps);
      });
    });
  },
);
