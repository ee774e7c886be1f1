// The neuron, linear regression, the 2-2-1 network and the two-layer network: the texts' figures, on every backend.

import { beforeAll, describe, expect, it } from 'vitest';
import { classic, grad, setBackend, square, sub, tensor, tensor2d } from '../../src/index.js';
import { backendsHere } from '../support/backends.js';

const people = {
  x: [
    [-2, -1],
    [25, 6],
    [17, 4],
    [-15, -6],
  ],
  y: [1, 0, 0, 1],
};

describe.each(backendsHere)('on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  describe('Neuron', () => {
    it('gives 0.9990889488055994 for [0, 1], 4 and [2, 3]', () => {
      const neuron = new classic.Neuron({ weights: [0, 1], bias: 4, dtype: 'float64' });
      expect(neuron.feedforward([2, 3]).arraySync()).toBeCloseTo(0.9990889488055994, 15);
      expect(neuron.feedforward([2, 3]).dtype).toBe('float64');
      const single = new classic.Neuron({ weights: [0, 1], bias: 4 });
      expect(single.feedforward([2, 3]).arraySync()).toBeCloseTo(0.99908895, 6);
    });

    it('takes a table of examples, and any activation', () => {
      const neuron = new classic.Neuron({ weights: [1, -2, 0.5], bias: 1, activation: 'linear' });
      const x = tensor2d([
        [1, 1, 2],
        [0, 2, 4],
      ]);
      expect(neuron.feedforward(x).arraySync()).toEqual([1, -1]);
      const relu = new classic.Neuron({ weights: [1, -2, 0.5], bias: 1, activation: (z) => z.relu() });
      expect(relu.feedforward(x).arraySync()).toEqual([1, 0]);
    });

    it('says what is wrong', () => {
      expect(() => new classic.Neuron({ weights: [[1], [2]] })).toThrow(
        /weights of shape \[inputs\], got \[2, 1\]/,
      );
      const neuron = new classic.Neuron({ weights: [0, 1] });
      expect(() => neuron.feedforward([1, 2, 3])).toThrow(/\[2\] or \[examples, 2\], got \[3\]/);
    });
  });

  describe.each(['float32', 'float64'] as const)('LinearRegression in %s', (dtype) => {
    const x = tensor2d([
      [0, 1],
      [1, 0.5],
      [0.5, -1],
      [-1, 0.25],
      [0.75, 0.75],
    ]);
    const y = tensor(
      (x.arraySync() as number[][]).map(([a, b], i) => 2 * a - 3 * b + 1 + (i % 2 ? 0.1 : -0.1)),
    );

    it('comes to the closed form by gradient descent', () => {
      const descent = new classic.LinearRegression({ inputs: 2, dtype });
      const losses = descent.fit(x, y, { learningRate: 0.3, epochs: 500 });
      const closed = new classic.LinearRegression({ inputs: 2, dtype });
      closed.solve(x, y);
      const digits = dtype === 'float64' ? 10 : 4;
      [...closed.weights.dataSync()].forEach((w, i) =>
        expect(descent.weights.dataSync()[i]).toBeCloseTo(w, digits),
      );
      expect(descent.bias.dataSync()[0]).toBeCloseTo(closed.bias.dataSync()[0], digits);
      expect(losses).toHaveLength(500);
      expect(losses[499]).toBeLessThan(losses[0] / 100);
      expect(closed.score(x, y)).toBeGreaterThan(0.99);
      // At the least squares the residuals are at right angles to the inputs.
      const residuals = sub(y.cast('float64'), closed.predict(x).cast('float64'));
      for (const product of x.cast('float64').transpose().dot(residuals).dataSync()) {
        expect(Math.abs(product)).toBeLessThan(1e-6);
      }
    });

    it('refuses inputs that depend on each other, and steps that are too long', () => {
      const regression = new classic.LinearRegression({ inputs: 2, dtype });
      const twice = [0, 1, 2, 3].map((v) => [v, 2 * v]);
      expect(() => regression.solve(twice, [0, 1, 2, 3])).toThrow(/input 1 is constant or a combination/);
      const far = [0, 10, 20, 30].map((v) => [v, -v * v]);
      expect(() => regression.fit(far, [0, 1, 2, 3], { learningRate: 1 })).toThrow(
        /learningRate 1: the steps/,
      );
      expect(() => regression.fit(x, [1, 2])).toThrow(
        /one target for each of the 5 examples, \[5\], got \[2\]/,
      );
    });
  });

  describe('Network221', () => {
    it('gives 0.7216325609518421 with all weights [0, 1] and no bias', () => {
      const network = new classic.Network221({
        hiddenWeights: [
          [0, 1],
          [0, 1],
        ],
        hiddenBias: [0, 0],
        outputWeights: [0, 1],
        outputBias: 0,
        dtype: 'float64',
      });
      expect(network.feedforward([2, 3]).arraySync()).toBeCloseTo(0.7216325609518421, 15);
    });

    it('has the same gradients by hand and by tape', () => {
      for (let seed = 0; seed < 5; seed++) {
        const network = new classic.Network221({ seed, dtype: 'float64' });
        const x = tensor([0.7 - seed, 1.3], undefined, 'float64');
        const hand = network.gradientsByHand(x, 1);
        const tape = network.gradientsByTape(x, 1);
        for (const name of ['hiddenWeights', 'hiddenBias', 'outputWeights', 'outputBias'] as const) {
          expect(hand[name].shape).toEqual(network[name].shape);
          const expected = tape[name].dataSync();
          hand[name].dataSync().forEach((g, i) => expect(Math.abs(g - expected[i])).toBeLessThan(1e-12));
        }
        expect(hand.outputBias.dataSync()[0]).not.toBe(0);
        // A third opinion: `grad` by the input of the output's bias.
        const byGrad = grad((c) => {
          const h = network.hiddenWeights.dot(x).add(network.hiddenBias).sigmoid();
          return square(sub(1, network.outputWeights.dot(h).add(c).sigmoid()));
        })(network.outputBias);
        expect(hand.outputBias.dataSync()[0]).toBeCloseTo(byGrad.dataSync()[0], 13);
      }
    });

    it.each(['float32', 'float64'] as const)('learns the sex from weight and height in %s', (dtype) => {
      const network = new classic.Network221({ seed: 1, dtype });
      const losses = network.train(people.x, people.y, { learningRate: 0.1, epochs: 1000 });
      expect(losses).toHaveLength(1000);
      expect(losses[999]).toBeLessThan(losses[0] / 10);
      expect(network.feedforward([-7, -3]).dataSync()[0]).toBeGreaterThan(0.9);
      expect(network.feedforward([20, 2]).dataSync()[0]).toBeLessThan(0.1);
    });
  });

  describe('TwoLayerNetwork', () => {
    const x = [
      [0, 0, 1],
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 1],
    ];
    const y = [[0], [1], [1], [0]];

    it.each(['float32', 'float64'] as const)('learns its four rows in %s', (dtype) => {
      const network = new classic.TwoLayerNetwork({ seed: 2, dtype });
      const losses = network.train(x, y);
      expect(losses).toHaveLength(1500);
      const answers = network.feedforward(x).dataSync();
      y.forEach(([target], i) => expect(Math.abs(answers[i] - target)).toBeLessThan(0.05));
      // After a first wobble it only falls.
      const lastRise = losses.reduce((last, loss, i) => (i > 0 && loss > losses[i - 1] ? i : last), 0);
      expect(lastRise).toBeLessThan(200);
    });

    it('says what is wrong', () => {
      const network = new classic.TwoLayerNetwork({ seed: 2 });
      expect(() => network.train(x, [0, 1, 1, 0])).toThrow(/targets of shape \[4, 1\], got \[4\]/);
      expect(() => new classic.TwoLayerNetwork({ hidden: 0 })).toThrow(/hidden: expected a whole number/);
    });
  });
});
