// A seed gives the same weights, to the bit, at any number of threads, eager or compiled, in stretches or step by step,
// in one fit or several.

import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import type { FitArgs } from '../../src/nn/models/index.js';
import { backendsHere, configurations, type Configuration } from '../support/backends.js';
import { classifier, problem, weightsOf, type ModelOptions } from '../support/training.js';

const small = problem();

interface Outcome {
  readonly weights: number[][];
  readonly history: Record<string, number[]>;
}

/** Trains on 70 examples in batches of 16, the last one of 6. */
async function train(options: ModelOptions, ...fits: FitArgs[]): Promise<Outcome> {
  const model = classifier(small, options);
  const history: Record<string, number[]> = {};
  for (const args of fits) {
    const { history: more } = await model.fit(small.x, small.y, { batchSize: 16, ...args });
    for (const [name, values] of Object.entries(more)) (history[name] ??= []).push(...values);
  }
  return { weights: weightsOf(model), history };
}

describe.each(backendsHere)('on %s', (backend) => {
  beforeEach(() => setBackend(backend));

  it('the same seed gives the same weights, another one others', async () => {
    const first = await train({}, { epochs: 3 });
    expect(await train({}, { epochs: 3 })).toEqual(first);
    const other = await train({ seed: 2 }, { epochs: 3 });
    expect(other.weights[0]).not.toEqual(first.weights[0]);
  });

  it.each(['sgd', 'momentum', 'rmsprop', 'adam'])('%s: op by op as compiled', async (optimizer) => {
    const compiled = await train({ optimizer }, { epochs: 2 });
    expect(await train({ optimizer, runEagerly: true }, { epochs: 2 })).toEqual(compiled);
    expect(compiled.weights.flat().every(Number.isFinite)).toBe(true);
  });

  it('step by step with batch hooks as in stretches', async () => {
    const stretches = await train({}, { epochs: 3 });
    let batches = 0;
    const hooks = { onBatchEnd: () => void batches++ };
    expect(await train({}, { epochs: 3, callbacks: hooks })).toEqual(stretches);
    expect(batches).toBe(3 * 5);
  });

  it('epoch by epoch with hooks, and watched, as in one stretch', async () => {
    const stretch = await train({}, { epochs: 3 });
    const hooks = { onEpochEnd: () => undefined, onProgress: () => undefined };
    expect(await train({}, { epochs: 3, callbacks: hooks })).toEqual(stretch);
  });

  it('of several models trained at once as of one after the other', async () => {
    // Orders of examples and what is dropped out they would draw from one generator.
    const args = { epochs: 4, shuffle: false };
    const options = [{ seed: 1 }, { seed: 2, hidden: 40 }, { seed: 3, optimizer: 'adam' }].map(
      (o): ModelOptions => ({ regularized: false, ...o }),
    );
    const alone: Outcome[] = [];
    for (const o of options) alone.push(await train(o, args));
    expect(await Promise.all(options.map((o) => train(o, args)))).toEqual(alone);
  });

  it('in two fits as in one', async () => {
    const one = await train({}, { epochs: 4 });
    expect(await train({}, { epochs: 1 }, { epochs: 4, initialEpoch: 1 })).toEqual(one);
  });

  it('in order without shuffling, whatever the seed was used for', async () => {
    const options = { regularized: false };
    const one = await train(options, { epochs: 2, shuffle: false });
    expect(
      await train(options, { epochs: 2, shuffle: false, callbacks: { onBatchEnd: () => undefined } }),
    ).toEqual(one);
    expect((await train(options, { epochs: 2 })).weights).not.toEqual(one.weights);
  });
});

// Layers and batches large enough to be shared among threads.
describe('at any number of threads', () => {
  const large = problem(700, 300, 10);
  const before = backendsHere[0];
  afterAll(() => setBackend(before));

  async function trained({ backend, isa, threads }: Pick<Configuration, 'backend' | 'isa' | 'threads'>) {
    setBackend(backend, { isa, threads });
    const model = classifier(large, { hidden: 200, optimizer: 'adam' });
    const { history } = await model.fit(large.x, large.y, { batchSize: 128, epochs: 2 });
    return { weights: weightsOf(model), history };
  }

  const sets = configurations.filter((c) => c.backend === 'native' && c.threads === 1);
  it.for(sets)('$isa', async (c, { skip }) => {
    if (c.missing !== '') skip(c.missing);
    const one = await trained(c);
    expect(await trained({ ...c, threads: 2 })).toEqual(one);
    expect(await trained({ ...c, threads: 3 })).toEqual(one);
  });

  it('AVX2 and AVX-512 alike', async ({ skip }) => {
    const fused = sets.filter((c) => c.missing === '' && c.isa !== 'baseline' && c.isa !== 'neon');
    if (fused.length < 2) skip('they are not both there');
    expect(await trained(fused[0])).toEqual(await trained(fused[1]));
  });
});
