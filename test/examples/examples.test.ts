// The ten examples, on every backend: each runs to its end and comes to the figures of its text. On the js backend those
// that train do less, as with `hebb example --quick`; mnist and ablation everywhere but on the native backend.

import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { examples, load } from '../../examples/index.mjs';
import type { BackendName } from '../../src/backend/backend.js';
import { classic, datasets, setBackend, setDefaultDtype, type FloatDType } from '../../src/index.js';
import { backendsHere } from '../support/backends.js';
import { KeptChapter } from './chapter.js';

/** Why MNIST is not here; empty if it is. */
const missing = await datasets.mnist({ download: false }).then(
  () => '',
  (error: Error) => error.message,
);

/** Runs an example on a backend and hands back what it returns. */
async function run<Results>(name: string, backend: BackendName, quick: boolean): Promise<Results> {
  const { dtype } = examples.find((e) => e.name === name)!;
  setBackend(backend);
  setDefaultDtype(dtype as FloatDType);
  const chapter = new KeptChapter(quick);
  const { run: runExample } = (await load(name)) as { run(chapter: KeptChapter): Promise<Results> };
  const results = await runExample(chapter);
  expect(new Set(chapter.sections).size).toBe(chapter.sections.length);
  expect(chapter.lines.length).toBeGreaterThanOrEqual(chapter.sections.length);
  expect(new Set(chapter.pictures).size).toBe(chapter.pictures.length);
  if (name !== 'tensors') expect(chapter.pictures.length).toBeGreaterThan(0);
  expect(chapter.lines.join('\n')).not.toMatch(/undefined|NaN|\[object/);
  return results;
}

describe.each(backendsHere)('on %s', (backend) => {
  const quick = backend !== 'native';
  beforeEach(() => () => setDefaultDtype('float32'));
  afterAll(() => setDefaultDtype('float32'));

  it('neuron', async () => {
    const r = await run<{
      output: number;
      line: classic.LinearRegression;
      closed: classic.LinearRegression;
      plane: classic.LinearRegression;
      closedPlane: classic.LinearRegression;
      hyperplane: classic.LinearRegression;
      surface: number[][];
    }>('neuron', backend, quick);
    expect(r.output).toBeCloseTo(0.9990889488055994, 15);
    for (const [fitted, solved] of [
      [r.line, r.closed],
      [r.plane, r.closedPlane],
    ]) {
      const expected = solved.weights.dataSync();
      fitted.weights.dataSync().forEach((w, i) => expect(w).toBeCloseTo(expected[i], 6));
      expect(fitted.bias.dataSync()[0]).toBeCloseTo(solved.bias.dataSync()[0], 6);
    }
    r.hyperplane.weights.dataSync().forEach((w, i) => expect(w).toBeCloseTo(i + 1, 6));
    expect(r.surface[20][20]).toBeCloseTo(1 / (1 + Math.exp(-11)), 12);
  });

  it('network-221', async () => {
    const r = await run<{
      forward: number;
      difference: number;
      losses: number[];
      emily: number;
      frank: number;
    }>('network-221', backend, quick);
    expect(r.forward).toBeCloseTo(0.7216325609518421, 15);
    expect(r.difference).toBeLessThan(1e-12);
    expect(r.losses).toHaveLength(1000);
    expect(r.losses[999]).toBeLessThan(0.01);
    expect(r.emily).toBeGreaterThan(0.9);
    expect(r.frank).toBeLessThan(0.1);
  });

  it('two-layer', async () => {
    const r = await run<{ losses: number[]; wobble: number; predictions: number[]; targets: number[] }>(
      'two-layer',
      backend,
      quick,
    );
    expect(r.losses).toHaveLength(1500);
    expect(r.wobble).toBeLessThan(100);
    for (let i = r.wobble + 1; i < 1500; i++) expect(r.losses[i]).toBeLessThan(r.losses[i - 1]);
    r.predictions.forEach((p, i) => expect(Math.abs(p - r.targets[i])).toBeLessThan(0.05));
  });

  it('perceptron', async () => {
    const r = await run<{
      weights: number[];
      bias: number;
      predictions: number[];
      refusal: Error | null;
      scores: Record<string, number>;
    }>('perceptron', backend, quick);
    expect(r.weights[0]).toBeCloseTo(0.1, 15);
    expect(r.weights[1]).toBeCloseTo(0.2, 15);
    expect(r.bias).toBeCloseTo(-0.2, 15);
    expect(r.predictions).toEqual([1, 0, 0, 0]);
    expect(r.refusal).toBeInstanceOf(classic.NotSeparableError);
    expect(r.scores.pocket).toBeGreaterThanOrEqual(Math.max(...Object.values(r.scores)) - 0.01);
  });

  it('multilayer', async () => {
    const r = await run<{
      answers: number[];
      xor: number[];
      moonAccuracy: number;
      results: Record<string, { known: number; loss: number; accuracy: number }>;
      curves: Record<string, number[]>;
    }>('multilayer', backend, quick);
    r.answers.forEach((p, i) => expect(Math.abs(p - r.xor[i])).toBeLessThan(0.1));
    expect(r.moonAccuracy).toBeGreaterThan(0.97);
    const { nothing, ...cures } = r.results;
    expect(nothing.known).toBeGreaterThan(0.97);
    expect(nothing.accuracy).toBeLessThan(nothing.known - 0.05);
    for (const cure of Object.values(cures)) {
      expect(cure.loss).toBeLessThan(nothing.loss);
      expect(cure.accuracy).toBeGreaterThan(nothing.accuracy);
    }
    const end = (name: string): number => r.curves[name].at(-1)!;
    expect(end('right')).toBeLessThan(end('too small') / 2);
    expect(end('right')).toBeLessThan(end('too large') / 2);
  });

  it('hopfield', async () => {
    const r = await run<{
      recalled: { noise: number; halves: number };
      symmetric: boolean;
      stable: boolean[];
      rises: number;
      swinging: boolean;
      capacity: { load: number; likeness: number }[];
      attractors: classic.Attractor[];
      metastable: number;
      exact: number;
      same: boolean;
    }>('hopfield', backend, quick);
    expect(r.recalled).toEqual({ noise: 4, halves: 4 });
    expect([r.symmetric, r.rises, r.swinging, r.same]).toEqual([true, 0, false, true]);
    expect(r.stable).toEqual([true, true, true, true]);
    const at = (load: number): number => r.capacity.find((c) => c.load === load)!.likeness;
    expect(at(0.1)).toBeGreaterThan(0.97);
    expect(at(0.2)).toBeLessThan(0.8);
    expect(new Set(r.attractors.map((a) => a.kind))).toEqual(new Set(['stored', 'reversed', 'spurious']));
    expect(r.metastable).toBeGreaterThan(0);
    expect(r.exact).toBeGreaterThan(490);
  });

  it('descent', async () => {
    const r = await run<{
      steps: { w: number; height: number }[];
      bottom: number[];
      paths: Record<string, { w: number; b: number; loss: number }[]>;
      output: number;
    }>('descent', backend, quick);
    // (2 w - 1)^2 has the slope 4 (2 w - 1): w - 0.5 shrinks by 1 - 0.8 a step.
    r.steps.forEach(({ w, height }, i) => {
      expect(w).toBeCloseTo(0.5 + 1.5 * 0.2 ** i, 12);
      expect(height).toBeCloseTo((2 * w - 1) ** 2, 12);
    });
    for (const path of Object.values(r.paths)) {
      expect(path).toHaveLength(81);
      expect(path[80].loss).toBeLessThan(path[0].loss / 5);
    }
    expect(r.paths.momentum[80].loss).toBeLessThan(r.paths.batch[80].loss);
  });

  it('tensors', async () => {
    const r = await run<Record<string, unknown>>('tensors', backend, quick);
    expect(r.layer).toEqual([[29], [39]]);
    expect(r.isSame).toBe(true);
    expect(r.largest).toEqual([64, 3, 32, 10]);
    expect(r.flipped).toEqual([20, 300]);
    expect(r.channelsFirst).toEqual([128, 3, 64, 64]);
  });

  it('mnist', async ({ skip }) => {
    if (missing) return skip(missing);
    const r = await run<{
      updates: number;
      expectedUpdates: number;
      accuracy: number;
      first: number[];
      wrong: number;
      confusion: number[][];
      history: { loss: number[] };
    }>('mnist', backend, quick);
    expect(r.updates).toBe(quick ? 150 : 2345);
    expect(r.expectedUpdates).toBe(r.updates);
    expect(r.accuracy).toBeGreaterThan(quick ? 0.86 : 0.975);
    expect(r.first.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    expect(r.first[7]).toBeGreaterThan(0.9);
    const trace = r.confusion.reduce((sum, row, i) => sum + row[i], 0);
    expect(trace + r.wrong).toBe(quick ? 1000 : 10_000);
    expect(trace / (trace + r.wrong)).toBeCloseTo(r.accuracy, 5);
    expect(r.history.loss[4]).toBeLessThan(r.history.loss[0] / 3);
  });

  it('ablation', async () => {
    const r = await run<{
      known: { understanding: number; memorising: number; unseen: number };
      lost: { understanding: number[]; memorising: number[] };
      curves: { understanding: classic.AblationPoint[]; memorising: classic.AblationPoint[] };
    }>('ablation', backend, quick);
    expect(r.known.understanding).toBeGreaterThan(0.97);
    expect(r.known.memorising).toBeGreaterThan(0.97);
    expect(r.known.unseen).toBeGreaterThan(0.7);
    expect(r.lost.understanding).toHaveLength(64);
    const { understanding, memorising } = r.curves;
    expect(understanding.map((p) => p.deleted)).toEqual(memorising.map((p) => p.deleted));
    // Half of the neurons gone: what was understood is still there, what was learned by heart is not.
    expect(understanding[5].figure).toBeGreaterThan(memorising[5].figure + 0.1);
    // Without any neuron there is only guessing left.
    expect(understanding.at(-1)!.figure).toBeLessThan(0.25);
  });
});
