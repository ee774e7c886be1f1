// Random programs on every backend, instruction set and number of threads: the same bits jitted as eagerly, with the same
// effects; the results of the js backend but for rounding; AVX2, AVX-512 and any number of threads to the bit.

import { afterAll, describe, expect, it } from 'vitest';
import { currentBackend, setBackend } from '../src/backend/select.js';
import { firstDifference as firstFar } from './support/tolerance.js';
import type { Tensor } from '../src/tensor/tensor.js';
import { jit } from '../src/transform/index.js';
import { backendsHere, configurations, type Configuration } from './support/backends.js';
import { differences } from './support/bits.js';
import { programSeeds, randomProgram, type RandomProgramOptions } from './support/random-programs.js';

interface Outcome {
  readonly eager: readonly Tensor[];
  readonly jitted: readonly Tensor[];
  /** Variables after either. */
  readonly eagerStates: readonly Tensor[];
  readonly jittedStates: readonly Tensor[];
}
const parts = ['eager', 'jitted', 'eagerStates', 'jittedStates'] as const;

/** Runs the program of a seed twice each way, as a second run finds the arena and the Variables as the first has left them. */
function run(c: Configuration, seed: number, options: RandomProgramOptions): Outcome {
  setBackend(c.backend, c.backend === 'js' ? { isa: c.isa } : { isa: c.isa, threads: c.threads });
  expect([currentBackend().name, currentBackend().isa]).toEqual([c.backend, c.isa]);
  const program = randomProgram(seed, options);
  const states = (): Tensor[] => program.variables.map((v) => v.snapshot_());
  const call = jit((...inputs: Tensor[]) => program.run(inputs), { name: program.name });
  const eager = [...program.run(program.inputs), ...program.run(program.inputs)];
  const eagerStates = states();
  program.reset();
  const jitted = [...call(...program.inputs), ...call(...program.inputs)];
  const jittedStates = states();
  call.dispose();
  return { eager, jitted, eagerStates, jittedStates };
}

const js = configurations[0];
const seeds = programSeeds;

const outcomes = new Map<string, Outcome>();
/** The outcome of a seed's program, made once. */
function outcome(c: Configuration, seed: number, options: RandomProgramOptions): Outcome {
  const key = `${c.name} ${seed} ${options.functions}`;
  let found = outcomes.get(key);
  if (!found) outcomes.set(key, (found = run(c, seed, options)));
  return found;
}

/** What is too far from what was expected; floats may be off by what rounding elsewhere makes of them. */
function far(actual: readonly Tensor[], expected: readonly Tensor[]): string[] {
  return expected.flatMap((e, i) => {
    const a = actual[i];
    const largest = Math.max(1, ...Array.from(e.dataSync(), (v) => (Number.isFinite(v) ? Math.abs(v) : 1)));
    const at = firstFar(a.dataSync(), e.dataSync(), e.dtype, { ulp: 64, absolute: largest * 2 ** -16 });
    return at < 0 ? [] : [`tensor ${i}, element ${at}: ${a.dataSync()[at]}, not ${e.dataSync()[at]}`];
  });
}

afterAll(() => setBackend(backendsHere[0]));

describe.each(configurations)('random programs on $name', (c) => {
  it('give the same bits jitted as eagerly', ({ skip }) => {
    if (c.missing !== '') skip(c.missing);
    for (const seed of seeds) {
      const { eager, jitted, eagerStates, jittedStates } = outcome(c, seed, {});
      expect(differences(jitted, eager), `seed ${seed}`).toBe('');
      expect(differences(jittedStates, eagerStates), `seed ${seed}`).toBe('');
    }
  });

  if (c === js) return;

  // Products are fused on some instruction sets and not on others, so not even exact functions give the same bits.
  it('have the shapes, types and, but for rounding, the results of js', ({ skip }) => {
    if (c.missing !== '') skip(c.missing);
    const options: RandomProgramOptions = { functions: 'exact', length: 6 };
    const describeAll = (list: readonly Tensor[]): string[] =>
      list.map((t) => `${t.dtype} [${t.shape.join()}]`);
    for (const seed of seeds.slice(0, 40)) {
      const expected = outcome(js, seed, options);
      const actual = outcome(c, seed, options);
      for (const part of parts) {
        expect(describeAll(actual[part]), `seed ${seed}, ${part}`).toEqual(describeAll(expected[part]));
        expect(far(actual[part], expected[part]), `seed ${seed}, ${part}`).toEqual([]);
      }
    }
  });
});

describe('random programs give the same bits', () => {
  const there = configurations.filter((c) => c.backend !== 'js' && c.missing === '');
  /** Whether two have the same arithmetic: native ones have, but for the one without fused multiply-add. */
  const alike = (a: Configuration, b: Configuration): boolean =>
    a.backend === b.backend &&
    (a.backend === 'native' ? (a.isa === 'baseline') === (b.isa === 'baseline') : a.isa === b.isa);
  const likeOf = (c: Configuration): Configuration => there.find((other) => alike(c, other))!;

  it.for(there.filter((c) => likeOf(c) !== c))('on $name as on its like', (c) => {
    const like = likeOf(c);
    for (const seed of seeds) {
      const [a, b] = [outcome(c, seed, {}), outcome(like, seed, {})];
      for (const part of parts) expect(differences(a[part], b[part]), `seed ${seed}, ${part}`).toBe('');
    }
  });
});
