// Hopfield networks: weights, energy, fixed points, recall, spurious states, 10,000 neurons, softmax retrieval.

import { beforeAll, describe, expect, it } from 'vitest';
import { classic, matMul, randomUniformInt, setBackend, tensor, type Tensor } from '../../src/index.js';
import { backendsHere } from '../support/backends.js';

/** Random patterns of +1 and -1. */
const patterns = (count: number, neurons: number, seed: number): Tensor =>
  randomUniformInt([count, neurons], 0, 2, seed).mul(2).sub(1);

/** Turns over every k-th neuron. */
function damaged(state: Tensor, every: number): Tensor {
  const values = state.dataSync();
  for (let i = 0; i < values.length; i += every) values[i] *= -1;
  return tensor(Array.from(values), state.shape);
}

describe.each(backendsHere)('on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  describe.each(['float32', 'float64'] as const)('in %s', (dtype) => {
    it.each(['hebbian', 'pseudoInverse'] as const)(
      '%s: weights, fields and energy are what they are called',
      (rule) => {
        const n = 20;
        const network = new classic.HopfieldNetwork({ neurons: n, rule, dtype });
        const x = patterns(2, n, 1);
        network.store(x);
        const w = network.weights().arraySync() as number[][];
        for (let i = 0; i < n; i++) {
          expect(w[i][i]).toBeCloseTo(0, 12);
          for (let j = 0; j < n; j++) expect(w[i][j]).toBeCloseTo(w[j][i], 6);
        }
        if (rule === 'hebbian') {
          const rows = x.arraySync() as number[][];
          expect(w[0][1]).toBeCloseTo((rows[0][0] * rows[0][1] + rows[1][0] * rows[1][1]) / n, 6);
        }
        const s = patterns(3, n, 2);
        const fields = matMul(s.cast(dtype), network.weights()).dataSync();
        network
          .fields(s)
          .dataSync()
          .forEach((h, i) => expect(h).toBeCloseTo(fields[i], 5));
        const states = s.arraySync() as number[][];
        network
          .energy(s)
          .dataSync()
          .forEach((e, k) => {
            let sum = 0;
            for (let i = 0; i < n; i++)
              for (let j = 0; j < n; j++) sum += states[k][i] * w[i][j] * states[k][j];
            expect(e).toBeCloseTo(-sum / 2, 4);
          });
      },
    );

    it.each(['hebbian', 'pseudoInverse'] as const)(
      '%s: patterns are fixed points, and are recalled',
      (rule) => {
        const network = new classic.HopfieldNetwork({ neurons: 200, rule, dtype });
        const x = patterns(8, 200, 3);
        network.store(x.slice([0], [5]));
        network.store(x.slice([5], [3]));
        expect(network.patterns.arraySync()).toEqual(x.arraySync());
        expect(network.isStable(x)).toEqual(new Array(8).fill(true));
        expect(network.isStable(damaged(x, 9))).toEqual(new Array(8).fill(false));
        for (const mode of ['asynchronous', 'synchronous'] as const) {
          const recall = network.recall(damaged(x, 9), { mode, seed: 4 });
          expect(recall.converged).toBe(true);
          expect(recall.state.arraySync()).toEqual(x.arraySync());
          expect(recall.energies).toHaveLength(recall.sweeps + 1);
        }
      },
    );

    it('never raises the energy, neuron by neuron', () => {
      const network = new classic.HopfieldNetwork({ neurons: 100, dtype });
      network.store(patterns(12, 100, 5));
      const start = patterns(1, 100, 6).reshape([100]);
      const { energies, state, sweeps } = network.recall(start, { seed: 7, everyUpdate: true });
      expect(state.shape).toEqual([100]);
      expect(energies).toHaveLength(1 + 100 * sweeps);
      const values = energies.map(([e]) => e);
      values.slice(1).forEach((e, i) => expect(e).toBeLessThanOrEqual(values[i]));
      expect(values.at(-1)).toBeLessThan(values[0]);
      // The sum of the drops is the energy itself.
      expect(values.at(-1)).toBeCloseTo(network.energy(state).dataSync()[0], 3);
    });
  });

  it('synchronous updates can go round in a cycle of two', () => {
    // Two neurons that want to be alike: (1, -1) and (-1, 1) follow each other for ever, where one after the other ends.
    const network = new classic.HopfieldNetwork({ neurons: 2 });
    network.store([1, 1]);
    const recall = network.recall([1, -1], { mode: 'synchronous', maximumSweeps: 5 });
    expect([recall.converged, recall.sweeps]).toEqual([false, 5]);
    expect(recall.state.arraySync()).toEqual([-1, 1]);
    expect(network.recall([1, -1]).converged).toBe(true);
  });

  it('the same states for a seed', () => {
    const network = new classic.HopfieldNetwork({ neurons: 60 });
    network.store(patterns(10, 60, 8));
    const start = patterns(5, 60, 9);
    const once = network.recall(start, { seed: 10 }).state.arraySync();
    expect(network.recall(start, { seed: 10 }).state.arraySync()).toEqual(once);
  });

  it('finds stored, reversed and spurious states', () => {
    const network = new classic.HopfieldNetwork({ neurons: 100 });
    const x = patterns(3, 100, 11);
    network.store(x);
    const found = network.findAttractors({ starts: 150, seed: 12 });
    expect(found.reduce((sum, a) => sum + a.count, 0)).toBe(150);
    expect(new Set(found.map((a) => a.kind))).toEqual(new Set(['stored', 'reversed', 'spurious']));
    for (const a of found) {
      expect(network.isStable(a.state)).toEqual([true]);
      const row = (x.arraySync() as number[][])[a.pattern];
      const state = [...a.state.dataSync()];
      expect(state.join() === row.join()).toBe(a.kind === 'stored');
      expect(state.join() === row.map((v) => -v).join()).toBe(a.kind === 'reversed');
      expect(a.returns).toBeGreaterThanOrEqual(0);
      expect(a.returns).toBeLessThanOrEqual(1);
    }
    // The best known spurious state: the majority of the three.
    const majority = x.sum(0).sign().arraySync() as number[];
    expect(network.isStable(majority)).toEqual([true]);
    const state = found.find((a) => [...a.state.dataSync()].join() === majority.join());
    expect(state?.kind).toBe('spurious');
    expect(found.find((a) => a.kind === 'stored')!.returns).toBe(1);
  });

  it('10,000 neurons', () => {
    const network = new classic.HopfieldNetwork({ neurons: 10_000 });
    const x = patterns(20, 10_000, 13);
    network.store(x);
    const one = x.slice([7], [1]).reshape([10_000]);
    for (const mode of ['asynchronous', 'synchronous'] as const) {
      const recall = network.recall(damaged(one, 4), { mode, seed: 14 });
      expect(recall.converged).toBe(true);
      expect(recall.state.arraySync()).toEqual(one.arraySync());
    }
  });

  it('the pseudo-inverse stores what is too much alike for Hebb', () => {
    // Patterns that agree in three quarters of their neurons.
    const base = patterns(1, 120, 15).dataSync();
    const rows = Array.from({ length: 6 }, (_, p) =>
      Array.from(base, (v, i) => ((i * 7 + p * 11) % 8 < 1 ? -v : v)),
    );
    const hebbian = new classic.HopfieldNetwork({ neurons: 120 });
    hebbian.store(rows);
    const projection = new classic.HopfieldNetwork({ neurons: 120, rule: 'pseudoInverse' });
    projection.store(rows);
    expect(hebbian.isStable(rows)).toContain(false);
    expect(projection.isStable(rows)).not.toContain(false);
  });

  it('says what is wrong', () => {
    const network = new classic.HopfieldNetwork({ neurons: 4, rule: 'pseudoInverse' });
    expect(() => network.recall([1, 1, 1, 1])).toThrow(/nothing is stored yet/);
    expect(() => network.store([1, 0, 1, 1])).toThrow(/\+1 or -1; for bits take/);
    expect(() => network.store([1, 1])).toThrow(/\[4\] or \[states, 4\], got \[2\]/);
    network.store([1, 1, -1, 1]);
    expect(() => network.store([-1, -1, 1, -1])).toThrow(
      /pattern 1 is the same as an earlier one, its reverse/,
    );
  });

  it('retrieves by softmax', () => {
    const x = patterns(50, 64, 16).cast('float64');
    const network = new classic.ModernHopfieldNetwork({ patterns: x, beta: 1, dtype: 'float64' });
    const queries = damaged(x, 5).cast('float64');
    const found = network.retrieve(queries);
    expect(found.sign().arraySync()).toEqual(x.arraySync());
    const weights = network.attention(queries).arraySync() as number[][];
    weights.forEach((row, i) => expect(row[i]).toBeGreaterThan(0.99));
    const before = network.energy(queries).dataSync();
    network
      .energy(found)
      .dataSync()
      .forEach((e, i) => expect(e).toBeLessThan(before[i]));
    // A soft beta gives averages.
    const soft = new classic.ModernHopfieldNetwork({ patterns: x, beta: 1e-6, dtype: 'float64' });
    const mean = x.mean(0).dataSync();
    const retrieved = soft.retrieve(queries.slice([0], [1]).reshape([64]));
    expect(retrieved.shape).toEqual([64]);
    retrieved.dataSync().forEach((v, i) => expect(v).toBeCloseTo(mean[i], 3));
  });
});
