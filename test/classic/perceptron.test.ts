// The perceptron: the text's weights for AND, what is separable and the proof where it is not, the variants.

import { beforeAll, describe, expect, it } from 'vitest';
import { classic, setBackend } from '../../src/index.js';
import { backendsHere } from '../support/backends.js';

const { inputs, and, or, nand, xor } = classic.truthTables;

describe.each(backendsHere)('on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  describe.each(['float32', 'float64'] as const)('in %s', (dtype) => {
    const perceptron = (args: Partial<classic.PerceptronArgs> = {}): classic.Perceptron =>
      new classic.Perceptron({ inputs: 2, dtype, ...args });

    it('learns AND in 10 passes: [0.1, 0.2] and -0.2', () => {
      const p = perceptron();
      const history = p.fit(inputs, and, { epochs: 10, learningRate: 0.1 });
      const [w1, w2] = p.weights.dataSync();
      const digits = dtype === 'float64' ? 15 : 7;
      expect(w1).toBeCloseTo(0.1, digits);
      expect(w2).toBeCloseTo(0.2, digits);
      expect(p.bias.dataSync()[0]).toBeCloseTo(-0.2, digits);
      expect([...p.predict(inputs).dataSync()]).toEqual(and);
      expect(p.score(inputs, and)).toBe(1);
      expect(history.converged).toBe(true);
      expect(history.mistakes.at(-1)).toBe(0);
    });

    it.each([
      ['OR', or],
      ['NAND', nand],
    ])('learns %s', (_, labels) => {
      const p = perceptron();
      p.converge(inputs, labels);
      expect([...p.predict(inputs).dataSync()]).toEqual(labels);
    });

    it('refuses XOR, with the proof', () => {
      const p = perceptron();
      let caught: unknown;
      try {
        p.converge(inputs, xor);
      } catch (error) {
        caught = error;
      }
      expect(caught).toBeInstanceOf(classic.NotSeparableError);
      const { proof, message } = caught as classic.NotSeparableError;
      const average = (chosen: typeof proof.high): number[] =>
        [0, 1].map((d) => chosen.reduce((sum, { example, weight }) => sum + weight * inputs[example][d], 0));
      expect(proof.high.every(({ example }) => xor[example] === 1)).toBe(true);
      expect(proof.low.every(({ example }) => xor[example] === 0)).toBe(true);
      [average(proof.high), average(proof.low)].forEach((point) =>
        point.forEach((value, d) => expect(value).toBeCloseTo(proof.point[d], 5)),
      );
      expect(message).toMatch(/no straight line separates these classes.*both sides.*hidden layer/);
      // Nothing was changed.
      expect([...p.weights.dataSync(), p.bias.dataSync()[0]]).toEqual([0, 0, 0]);
      expect(perceptron().fit(inputs, xor).converged).toBe(false);
    });

    it('keeps the best weights in the pocket where nothing converges', () => {
      const p = perceptron({ variant: 'pocket' });
      p.fit(inputs, xor, { epochs: 20 });
      expect(p.score(inputs, xor)).toBe(0.75);
    });

    it('averages', () => {
      // Two passes by hand, learning rate 1: the states after each example, averaged.
      const p = perceptron({ variant: 'averaged' });
      p.fit(inputs, and, { epochs: 2, learningRate: 1 });
      const states: number[][] = [];
      let w = [0, 0, 0];
      for (let pass = 0; pass < 2; pass++) {
        inputs.forEach(([a, b], i) => {
          const error = and[i] - Number(w[0] * a + w[1] * b + w[2] > 0);
          w = [w[0] + error * a, w[1] + error * b, w[2] + error];
          states.push(w);
        });
      }
      const mean = [0, 1, 2].map((d) => states.reduce((sum, s) => sum + s[d], 0) / states.length);
      [...p.weights.dataSync(), p.bias.dataSync()[0]].forEach((v, d) => expect(v).toBeCloseTo(mean[d], 6));
    });

    it('takes other activations', () => {
      const sigmoid = perceptron({ activation: 'sigmoid' });
      sigmoid.fit(inputs, and, { epochs: 500, learningRate: 1 });
      expect([...sigmoid.predict(inputs).dataSync()]).toEqual(and);
      const tanh = perceptron({ activation: 'tanh', classes: [-1, 1] });
      const labels = or.map((label) => 2 * label - 1);
      tanh.fit(inputs, labels, { epochs: 500 });
      expect([...tanh.predict(inputs).dataSync()]).toEqual(labels);
    });
  });

  it('the moons: neither converges nor is the plain one best', () => {
    const { points, labels } = classic.twoMoons({ count: 100, noise: 0.1, seed: 3, dtype: 'float64' });
    const score = (variant: classic.PerceptronVariant): number => {
      const p = new classic.Perceptron({ inputs: 2, variant, dtype: 'float64' });
      expect(p.fit(points, labels, { epochs: 30 }).converged).toBe(false);
      return p.score(points, labels);
    };
    expect(score('pocket')).toBeGreaterThanOrEqual(score('plain'));
    expect(score('pocket')).toBeGreaterThanOrEqual(score('averaged'));
    expect(score('pocket')).toBeGreaterThan(0.85);
    const hard = new classic.Perceptron({ inputs: 2, dtype: 'float64' });
    expect(() => hard.converge(points, labels, { epochs: 5 })).toThrow(/not separated after 5 passes/);
  });

  it('says what is wrong', () => {
    const p = new classic.Perceptron({ inputs: 2 });
    expect(() => p.fit(inputs, [1, 2, 0, 0])).toThrow(/labels 0 and 1, got 2/);
    expect(() => p.fit([[1, 2, 3]], [1])).toThrow(/\[examples, 2\], got \[1, 3\]/);
    expect(() => new classic.Perceptron({ inputs: 2, classes: [1, 0] })).toThrow(/classes \[low, high\]/);
  });
});

describe('two moons', () => {
  it('are the same for a seed, with as many points of each', () => {
    const a = classic.twoMoons({ count: 101, seed: 5 });
    expect(a.points.shape).toEqual([101, 2]);
    expect(a.labels.sum().dataSync()[0]).toBe(50);
    expect(classic.twoMoons({ count: 101, seed: 5 }).points.arraySync()).toEqual(a.points.arraySync());
  });
});

describe('toCategorical', () => {
  it('gives a row a label', () => {
    expect(classic.toCategorical([2, 0, 1]).arraySync()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(classic.toCategorical([1], 4).arraySync()).toEqual([[0, 1, 0, 0]]);
    expect(() => classic.toCategorical([0, 4], 4)).toThrow(/whole numbers from 0 to 3, got 4/);
    expect(() => classic.toCategorical([0.5])).toThrow(/got 0.5/);
    expect(() => classic.toCategorical([[1]])).toThrow(/got shape \[1, 1\]/);
  });
});
