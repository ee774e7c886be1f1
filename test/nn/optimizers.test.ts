import { describe, expect, it } from 'vitest';
import {
  Optimizer,
  optimizerFields,
  optimizers,
  registerOptimizer,
  resolveOptimizer,
  train,
  type NamedTensor,
  type Slot,
  type UpdateInputs,
} from '../../src/nn/optimizers/index.js';
import type { Scalar } from '../../src/contract/expression.js';
import { tensor, tensor1d, variable, zeros } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import type { Variable } from '../../src/tensor/variable.js';
import { variableGrads } from '../../src/transform/grad.js';
import { expectClose, f64, number, numbers, testData } from './support.js';

/** One parameter in plain numbers: gets the gradient of step t (from 1) and returns the new weight. */
type Plain = (w: number, g: number, t: number) => number;

/** Kept values by name, 0 at first. */
function kept(start: Record<string, number> = {}): Record<string, number> {
  return new Proxy({ ...start }, { get: (o, k) => (o as Record<string, number>)[k as string] ?? 0 });
}

/** tfjs' formulas, written anew in plain numbers. */
const cases: { name: string; make: () => Optimizer; plain: () => Plain }[] = [
  { name: 'sgd', make: () => train.sgd(0.1), plain: () => (w, g) => w - 0.1 * g },
  {
    name: 'momentum',
    make: () => train.momentum(0.1, 0.7),
    plain: () => {
      const s = kept();
      return (w, g) => {
        s.a = 0.7 * s.a + g;
        return w - 0.1 * s.a;
      };
    },
  },
  {
    name: 'nesterov',
    make: () => train.momentum(0.1, 0.7, true),
    plain: () => {
      const s = kept();
      return (w, g) => {
        s.a = 0.7 * s.a + g;
        return w - 0.1 * (g + 0.7 * s.a);
      };
    },
  },
  {
    name: 'rmsprop',
    make: () => train.rmsprop(0.01),
    plain: () => {
      const s = kept();
      return (w, g) => {
        s.ms = 0.9 * s.ms + 0.1 * g * g;
        return w - (0.01 * g) / Math.sqrt(s.ms + 1e-7);
      };
    },
  },
  {
    name: 'rmsprop with momentum',
    make: () => train.rmsprop(0.01, 0.8, 0.6, 1e-3),
    plain: () => {
      const s = kept();
      return (w, g) => {
        s.ms = 0.8 * s.ms + 0.2 * g * g;
        s.mom = 0.6 * s.mom + (0.01 * g) / Math.sqrt(s.ms + 1e-3);
        return w - s.mom;
      };
    },
  },
  ...[0, 0.6].map((momentum) => ({
    name: `centered rmsprop, momentum ${momentum}`,
    make: () => train.rmsprop(0.01, 0.8, momentum, 1e-3, true),
    plain: (): Plain => {
      const s = kept();
      return (w, g) => {
        s.ms = 0.8 * s.ms + 0.2 * g * g;
        s.mg = 0.8 * s.mg + 0.2 * g;
        s.mom = momentum * s.mom + (0.01 * g) / Math.sqrt(s.ms - s.mg * s.mg + 1e-3);
        return w - s.mom;
      };
    },
  })),
  {
    name: 'adam',
    make: () => train.adam(0.02, 0.8, 0.95, 1e-4),
    plain: () => {
      const s = kept();
      return (w, g, t) => {
        s.m = 0.8 * s.m + (1 - 0.8) * g;
        s.v = 0.95 * s.v + (1 - 0.95) * g * g;
        return w - (0.02 * (s.m / (1 - 0.8 ** t))) / (Math.sqrt(s.v / (1 - 0.95 ** t)) + 1e-4);
      };
    },
  },
  {
    name: 'adamax',
    make: () => train.adamax(0.02, 0.8, 0.95, 1e-4, 0.3),
    plain: () => {
      const s = kept();
      return (w, g, t) => {
        s.m = 0.8 * s.m + (1 - 0.8) * g;
        s.u = Math.max(0.95 * s.u, Math.abs(g));
        return w - ((0.02 / (1 + 0.3 * (t - 1)) / (1 - 0.8 ** t)) * s.m) / (s.u + 1e-4);
      };
    },
  },
  {
    name: 'adagrad',
    make: () => train.adagrad(0.1, 0.2),
    plain: () => {
      const s = kept({ a: 0.2 });
      return (w, g) => {
        s.a += g * g;
        return w - (0.1 * g) / Math.sqrt(s.a + 1e-7);
      };
    },
  },
  {
    name: 'adadelta',
    make: () => train.adadelta(0.5, 0.8, 1e-3),
    plain: () => {
      const s = kept();
      return (w, g) => {
        const d = (Math.sqrt(s.u + 1e-3) / Math.sqrt(s.a + 1e-3)) * g;
        s.a = 0.8 * s.a + (1 - 0.8) * g * g;
        s.u = 0.8 * s.u + (1 - 0.8) * d * d;
        return w - 0.5 * d;
      };
    },
  },
];

const start = testData(6, 5);
const steps = 5;
const gradientAt = (step: number): number[] => testData(6, 100 + step);

function runSteps(optimizer: Optimizer, w: Variable, from = 0, to = steps): void {
  for (let step = from; step < to; step++) {
    optimizer.applyGradients([[tensor(gradientAt(step), [2, 3], w.dtype), w]]);
  }
}

describe('updates', () => {
  it.each(cases)("$name is tfjs' formula over five steps", ({ make, plain }) => {
    const expected = start.map((value, i) => {
      const next = plain();
      let w = value;
      for (let step = 0; step < steps; step++) w = next(w, gradientAt(step)[i], step + 1);
      return w;
    });
    const exact = variable(f64(start, [2, 3]));
    const optimizer = make();
    runSteps(optimizer, exact);
    expectClose(numbers(exact), expected, 1e-13);
    expect(number(optimizer.iterations)).toBe(steps);
    const single = variable(tensor(start, [2, 3], 'float32'));
    runSteps(make(), single);
    expect(single.dtype).toBe('float32');
    expectClose(numbers(single), expected, 2e-6);
  });

  it.each(cases)('$name keeps a state for each variable', ({ make }) => {
    const alone = variable(f64(start, [2, 3]));
    runSteps(make(), alone);
    const [w, other] = [variable(f64(start, [2, 3])), variable(f64([1, 2]))];
    const optimizer = make();
    for (let step = 0; step < steps; step++) {
      optimizer.applyGradients([
        [f64([1, -1]), other],
        [f64(gradientAt(step), [2, 3]), w],
      ]);
    }
    expect(numbers(w)).toEqual(numbers(alone));
  });

  it.each(cases)('$name goes on from saved state to the same bits', async ({ make }) => {
    const whole = variable(f64(start, [2, 3]), true, 'w');
    runSteps(make(), whole);
    const first = variable(f64(start, [2, 3]), true, 'w');
    const before = make();
    runSteps(before, first, 0, 2);
    const saved = await before.getWeights();
    expect(saved[0].name).toBe('iter');
    const second = variable(first, true, 'w');
    const after = make();
    after.build([second]);
    await after.setWeights(saved);
    runSteps(after, second, 2, steps);
    expect(numbers(second)).toEqual(numbers(whole));
    expect(number(after.iterations)).toBe(steps);
  });

  it('centered rmsprop stays finite where the gradient is 0', () => {
    const w = variable(tensor1d([1, 2]));
    const optimizer = train.rmsprop(0.1, 0.9, 0, undefined, true);
    for (let step = 0; step < 3; step++) optimizer.applyGradients([[zeros([2]), w]]);
    expect(numbers(w)).toEqual([1, 2]);
  });
});

describe('the learning rate', () => {
  it('can be set between steps and reads back as it was set', () => {
    const w = variable(f64([1]));
    const optimizer = train.sgd(0.1);
    optimizer.applyGradients([[f64([1]), w]]);
    optimizer.learningRate = 0.3;
    optimizer.applyGradients([[f64([1]), w]]);
    expectClose(numbers(w), [0.6], 1e-15);
    expect(optimizer.learningRate).toBe(0.3);
    expect(optimizer.getConfig().learningRate).toBe(0.3);
    optimizer.setLearningRate(0.2);
    expect(optimizer.learningRate).toBe(0.2);
    expect(() => (optimizer.learningRate = -1)).toThrow('learningRate: expected a number above 0, got -1.');
  });

  it("and the other options have tfjs' defaults", () => {
    const config = (name: string): object => resolveOptimizer(name).getConfig();
    expect(config('sgd')).toEqual({ learningRate: 0.01 });
    expect(config('momentum')).toEqual({ learningRate: 0.01, momentum: 0.9, useNesterov: false });
    const rmsprop = { decay: 0.9, momentum: 0, epsilon: 1e-7, centered: false };
    expect(config('rmsprop')).toEqual({ learningRate: 0.001, ...rmsprop });
    expect(train.rmsprop(0.5).getConfig()).toEqual({ learningRate: 0.5, ...rmsprop });
    const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
    expect(config('adam')).toEqual({ learningRate: 0.001, ...adam });
    expect(train.adam().getConfig()).toEqual({ learningRate: 0.001, ...adam });
    expect(config('adamax')).toEqual({ learningRate: 0.002, decay: 0, ...adam });
    expect(config('adagrad')).toEqual({ learningRate: 0.01, initialAccumulatorValue: 0.1 });
    expect(config('adadelta')).toEqual({ learningRate: 1, rho: 0.95, epsilon: 1e-7 });
    expect(train.adadelta().getConfig()).toEqual({ learningRate: 0.001, rho: 0.95, epsilon: 1e-7 });
    expect(optimizers.sgd({ momentum: 0.5, nesterov: true }).getConfig()).toEqual({
      learningRate: 0.01,
      momentum: 0.5,
      useNesterov: true,
    });
  });
});

describe('gradients', () => {
  it('may come in records, lists and pairs; null leaves a variable alone', () => {
    const x = variable(f64([3]), true, 'x_of_gradients');
    const y = variable(f64([5]), true, 'y_of_gradients');
    const optimizer = train.sgd(0.5);
    const { grads } = variableGrads(() => x.square().add(y).sum());
    expect(Object.keys(grads).sort()).toEqual(['x_of_gradients', 'y_of_gradients']);
    optimizer.applyGradients(grads);
    expect([...numbers(x), ...numbers(y)]).toEqual([0, 4.5]);
    optimizer.applyGradients({ x_of_gradients: f64([-2]), y_of_gradients: null });
    expect([...numbers(x), ...numbers(y)]).toEqual([1, 4.5]);
    optimizer.applyGradients([{ name: 'y_of_gradients', tensor: f64([1]) }]);
    optimizer.applyGradients([
      [f64([2]), x],
      [undefined, y],
    ]);
    expect([...numbers(x), ...numbers(y)]).toEqual([0, 4]);
    expect(number(optimizer.iterations)).toBe(4);
  });

  it('that do not fit are refused', () => {
    const w = variable(f64([1, 2]), true, 'misfit');
    const optimizer = train.sgd(1);
    expect(() => optimizer.applyGradients([[f64([1]), w]])).toThrow(
      'applyGradients: the gradient of misfit should be float64 of shape [2], got float64 of shape [1].',
    );
    expect(() => optimizer.applyGradients([[tensor1d([1, 2]), w]])).toThrow('got float32 of shape [2]');
    expect(() => optimizer.applyGradients({ nobody: f64([1]) })).toThrow("there is no variable 'nobody'");
    expect(numbers(w)).toEqual([1, 2]);
    expect(number(optimizer.iterations)).toBe(0);
  });

  it('are taken by minimize', () => {
    const x = variable(f64(4), true);
    const fixed = variable(f64(2), true);
    const loss = (): Tensor => x.mul(fixed).square();
    const optimizer = train.sgd(0.01);
    expect(optimizer.minimize(loss, false, [x])).toBe(null);
    // d/dx (2x)^2 = 8x
    expectClose(numbers(x), [4 - 0.32], 1e-15);
    expect(numbers(fixed)).toEqual([2]);
    const cost = optimizer.minimize(loss, true) as Tensor;
    expectClose([number(cost)], [(2 * 3.68) ** 2], 1e-14);
    expect(numbers(fixed)[0]).toBeLessThan(2);
  });

  it('lead down to the minimum', () => {
    const w = variable(f64([5, -3]));
    const optimizer = optimizers.adam({ learningRate: 0.1 });
    for (let step = 0; step < 300; step++)
      optimizer.minimize(() =>
        w
          .sub(f64([1, 2]))
          .square()
          .sum(),
      );
    expectClose(numbers(w), [1, 2], 1e-3);
  });
});

describe('state', () => {
  it("is named like Keras' and ordered like tfjs'", async () => {
    const [a, b] = [variable(zeros([2]), true, 'a'), variable(zeros([3]), true, 'b')];
    const names = async (optimizer: Optimizer): Promise<string[]> => {
      optimizer.build([a, b]);
      return (await optimizer.getWeights()).map((w) => w.name);
    };
    expect(await names(train.sgd(1))).toEqual(['iter']);
    expect(await names(train.momentum(1, 0.5))).toEqual(['iter', 'a/momentum', 'b/momentum']);
    expect(await names(train.rmsprop(1))).toEqual(['iter', 'a/rms', 'b/rms']);
    expect(await names(train.rmsprop(1, 0.9, 0.5, null, true))).toEqual([
      'iter',
      'a/rms',
      'b/rms',
      'a/momentum',
      'b/momentum',
      'a/mg',
      'b/mg',
    ]);
    expect(await names(train.adam())).toEqual(['iter', 'a/m', 'b/m', 'a/v', 'b/v']);
  });

  it("of tfjs' rmsprop is read, the momentum that it does not use left out", async () => {
    const w = variable(f64([1]), true, 'w');
    const optimizer = train.rmsprop(0.1);
    optimizer.build([w]);
    const saved: NamedTensor[] = [
      { name: 'iter', tensor: tensor(7, [], 'int32') },
      { name: 'w/rms', tensor: f64([0.25]) },
      { name: 'w/momentum', tensor: f64([9]) },
    ];
    await optimizer.setWeights(saved);
    expect((await optimizer.getWeights()).map((s) => numbers(s.tensor))).toEqual([[7], [0.25]]);
  });

  it('that does not fit is refused', async () => {
    const optimizer = train.adam();
    optimizer.build([variable(zeros([2]), true, 'w')]);
    const saved = await optimizer.getWeights();
    await expect(optimizer.setWeights(saved.slice(0, 2))).rejects.toThrow(
      'Adam.setWeights: expected 3 tensors (iter, w/m, w/v), got 2',
    );
    await expect(
      optimizer.setWeights([saved[0], saved[1], { name: 'w/v', tensor: zeros([3]) }]),
    ).rejects.toThrow('Adam.setWeights: w/v has shape [2], got [3].');
  });
});

describe('names', () => {
  it('are understood, and the nearest suggested', () => {
    expect(resolveOptimizer('RMSProp').getClassName()).toBe('RMSProp');
    const made = train.sgd(1);
    expect(resolveOptimizer(made)).toBe(made);
    expect(resolveOptimizer({ className: 'Adam', config: { learningRate: 0.5 } }).learningRate).toBe(0.5);
    expect(() => resolveOptimizer('rmsprob')).toThrow(
      "optimizer: unknown optimizer 'rmsprob': did you mean 'rmsprop'?",
    );
    expect(() => optimizers.adam({ beta1: 1 })).toThrow(
      'adam: beta1: expected a number from 0 to below 1, got 1.',
    );
    expect(() => optimizers.sgd({ lr: 1 } as object)).toThrow("sgd: unknown option 'lr'");
    expect(() => train.sgd(NaN)).toThrow('sgd: learningRate: expected a number above 0, got NaN.');
  });

  it("can be added by a class of one's own", () => {
    const fields = { ...optimizerFields(0.5) };
    class SignDescent extends Optimizer<typeof fields> {
      static override readonly className = 'SignDescent';
      static override readonly fields = fields;
      protected override get slots(): readonly Slot[] {
        return [];
      }
      protected override update({ e, weight, gradient, scalars: [rate] }: UpdateInputs): readonly Scalar[] {
        return [e.sub(weight, e.mul(rate, e.sign(gradient)))];
      }
    }
    registerOptimizer(SignDescent);
    const w = variable(f64([1, 1]));
    resolveOptimizer('signDescent').applyGradients([[f64([7, -0.1]), w]]);
    expect(numbers(w)).toEqual([0.5, 1.5]);
  });
});
