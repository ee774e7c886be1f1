import { describe, expect, it } from 'vitest';
import { activations, resolveActivation } from '../../src/nn/activations/index.js';
import {
  Regularizer,
  registerRegularizer,
  regularizers,
  resolveRegularizer,
} from '../../src/nn/regularizers/index.js';
import { tensor2d } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { grad } from '../../src/transform/grad.js';
import { expectClose, f64, number, numbers } from './support.js';

describe('regularizers', () => {
  const x = f64([
    [1, -2],
    [3, 0],
  ]);

  it('are their sums', () => {
    expectClose([number(regularizers.l1().apply(x))], [0.06], 1e-15);
    expectClose([number(regularizers.l2({ l2: 0.5 }).apply(x))], [7], 1e-15);
    expectClose([number(regularizers.l1l2().apply(x))], [0.06 + 0.14], 1e-15);
    expect(number(regularizers.l1({ l1: 0 }).apply(x))).toBe(0);
    expect(number(regularizers.l2().apply(tensor2d([[10]])))).toBe(1);
  });

  it('have their derivatives', () => {
    expect(numbers(grad((t: Tensor) => regularizers.l1l2({ l1: 1, l2: 0.5 }).apply(t))(x))).toEqual([
      2, -3, 4, 0,
    ]);
  });

  it('are resolved from names, configs and instances', () => {
    expect(resolveRegularizer('l2').getConfig()).toEqual({ l1: 0, l2: 0.01 });
    expect(resolveRegularizer('L1').getConfig()).toEqual({ l1: 0.01, l2: 0 });
    expect(resolveRegularizer('l1l2').getConfig()).toEqual({ l1: 0.01, l2: 0.01 });
    const saved = regularizers.l1({ l1: 0.3 });
    const again = resolveRegularizer({ className: saved.getClassName(), config: saved.getConfig() });
    expect(again.getConfig()).toEqual({ l1: 0.3, l2: 0 });
    expect(() => resolveRegularizer('l4')).toThrow(
      "unknown regularizer 'l4': did you mean 'l1l2'?".slice(0, 24),
    );
    expect(() => regularizers.l1({ l1: -1 })).toThrow('l1l2: l1: expected a number of at least 0, got -1.');
  });

  it('can be added', () => {
    class Count extends Regularizer {
      static override readonly className = 'Count';
      override apply(t: Tensor): Tensor {
        return t.notEqual(0).sum();
      }
    }
    registerRegularizer(Count);
    expect(number(resolveRegularizer('count').apply(x))).toBe(3);
  });
});

describe('activations', () => {
  const points = [-2, -0.5, 0, 1.5];
  const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
  const formulas: Partial<Record<keyof typeof activations, (x: number) => number>> = {
    elu: (x) => (x > 0 ? x : Math.expm1(x)),
    selu: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
    relu: (x) => Math.max(x, 0),
    relu6: (x) => Math.min(Math.max(x, 0), 6),
    linear: (x) => x,
    sigmoid: logistic,
    hardSigmoid: (x) => Math.min(Math.max(0.2 * x + 0.5, 0), 1),
    softplus: (x) => Math.log1p(Math.exp(x)),
    softsign: (x) => x / (1 + Math.abs(x)),
    tanh: Math.tanh,
    mish: (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
    gelu_new: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    swish: (x) => x * logistic(x),
    silu: (x) => x * logistic(x),
    leakyRelu: (x) => (x > 0 ? x : 0.2 * x),
    celu: (x) => Math.max(x, 0) + Math.min(0, Math.expm1(x)),
    exponential: Math.exp,
    hardTanh: (x) => Math.min(Math.max(x, -1), 1),
    logSigmoid: (x) => -Math.log1p(Math.exp(-x)),
    softShrink: (x) => Math.sign(x) * Math.max(Math.abs(x) - 0.5, 0),
    hardShrink: (x) => (Math.abs(x) > 0.5 ? x : 0),
    tanhShrink: (x) => x - Math.tanh(x),
    step: (x) => Number(x > 0),
  };

  it.each(Object.entries(formulas))('%s', (name, formula) => {
    expectClose(numbers(resolveActivation(name)(f64(points))), points.map(formula), 1e-12);
  });

  it('over rows: softmax, logSoftmax, glu', () => {
    const e = points.map((x) => Math.exp(x));
    const sum = e.reduce((a, b) => a + b, 0);
    const row = f64([points]);
    expectClose(
      numbers(activations.softmax(row)),
      e.map((v) => v / sum),
      1e-14,
    );
    expectClose(
      numbers(activations.logSoftmax(row)),
      e.map((v) => Math.log(v / sum)),
      1e-14,
    );
    expectClose(numbers(activations.glu(row)), [-2 * logistic(0), -0.5 * logistic(1.5)], 1e-14);
  });

  it('gelu is x times the normal distribution function', () => {
    // Phi(1.5) and Phi(-2), from tables to 15 digits.
    expectClose(
      numbers(activations.gelu(f64([1.5, -2]))),
      [1.5 * 0.9331927987311419, -2 * 0.02275013194817921],
      1e-12,
    );
  });

  it("are understood in Keras' spelling, and the nearest suggested", () => {
    expect(resolveActivation('hard_sigmoid')).toBe(activations.hardSigmoid);
    expect(resolveActivation('log_softmax')).toBe(activations.logSoftmax);
    expect(() => resolveActivation('sigmod')).toThrow(
      "activation: unknown activation 'sigmod': did you mean 'sigmoid'?",
    );
    expect(() => resolveActivation(3 as unknown as string)).toThrow(
      'expected the name of an activation or a function, got 3.',
    );
  });
});
