// A jitted function has the results of the function run eagerly, to the bit, and the same effects.

import { beforeAll, describe, expect, it } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { jit } from '../../src/transform/index.js';
import { backendsHere } from '../support/backends.js';
import { differences } from '../support/bits.js';
import { programSeeds, randomProgram } from '../support/random-programs.js';

describe.each(backendsHere)('random programs, jitted and eager, on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  it.each(programSeeds)('seed %i', (seed) => {
    const program = randomProgram(seed);
    const jitted = jit((...inputs: Tensor[]) => program.run(inputs), { name: program.name });
    const states = (): Tensor[] => program.variables.map((v) => v.snapshot_());
    // Twice, as the second run finds the arena and the Variables as the first has left them.
    const eager = [program.run(program.inputs), program.run(program.inputs)];
    const eagerStates = states();
    program.reset();
    const compiled = [jitted(...program.inputs), jitted(...program.inputs)];
    expect(differences(compiled[0], eager[0])).toBe('');
    expect(differences(compiled[1], eager[1])).toBe('');
    expect(differences(states(), eagerStates)).toBe('');
  });
});
