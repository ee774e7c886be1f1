// Random programs on every backend, instruction set and number of threads, eager and jitted: the results of the js
// backend, to the bit where all functions of a program are exact, closely where some are not.

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
  /** Variables after both. */
  readonly states: readonly Tensor[];
}

function outcome(c: Configuration, seed: number, options: RandomProgramOptions): Outcome {
  setBackend(c.backend, c.backend === 'native' ? { isa: c.isa, threads: c.threads } : { isa: c.isa });
  expect([currentBackend().name, currentBackend().isa]).toEqual([c.backend, c.isa]);
  const program = randomProgram(seed, options);
  const jitted = jit((...inputs: Tensor[]) => program.run(inputs), { name: program.name });
  const eager = program.run(program.inputs);
  program.reset();
  const compiled = jitted(...program.inputs);
  const states = program.variables.map((v) => v.snapshot_());
  return { eager, jitted: compiled, states };
}

const js = configurations[0];
const seeds = programSeeds.slice(0, 40);
const cache = new Map<string, Outcome>();
function wanted(seed: number, options: RandomProgramOptions): Outcome {
  const key = `${seed} ${options.functions}`;
  let found = cache.get(key);
  if (!found) cache.set(key, (found = outcome(js, seed, options)));
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

describe.each(configurations.slice(1))('random programs on $name', (c) => {
  afterAll(() => setBackend(backendsHere[0]));

  // Products are fused on some instruction sets and not on others.
  it('have the shapes, types and, but for rounding, the results of js', ({ skip }) => {
    if (c.missing !== '') skip(c.missing);
    for (const seed of seeds) {
      const options: RandomProgramOptions = { functions: 'exact', length: 6 };
      const [actual, expected] = [outcome(c, seed, options), wanted(seed, options)];
      for (const part of ['eager', 'jitted', 'states'] as const) {
        const describeAll = (list: readonly Tensor[]): string[] =>
          list.map((t) => `${t.dtype} [${t.shape.join()}]`);
        expect(describeAll(actual[part]), `seed ${seed}, ${part}`).toEqual(describeAll(expected[part]));
        expect(far(actual[part], expected[part]), `seed ${seed}, ${part}`).toEqual([]);
      }
    }
  });

  it('give the same bits jitted as eagerly, with all functions', ({ skip }) => {
    if (c.missing !== '') skip(c.missing);
    for (const seed of seeds) {
      const { eager, jitted } = outcome(c, seed, {});
      expect(differences(jitted, eager), `seed ${seed}`).toBe('');
    }
  });
});

describe('random programs', () => {
  const natives = configurations.filter((c) => c.backend === 'native' && c.missing === '');

  it.for(natives.slice(1))('give the same bits on $name as on its like', (c) => {
    const like = natives.find((n) => (n.isa === 'baseline') === (c.isa === 'baseline'))!;
    for (const seed of seeds) {
      const [a, b] = [outcome(c, seed, {}), outcome(like, seed, {})];
      for (const part of ['eager', 'jitted', 'states'] as const) {
        expect(differences(a[part], b[part]), `seed ${seed}, ${part}`).toBe('');
      }
    }
  });
});
