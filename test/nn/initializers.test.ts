import { describe, expect, it } from 'vitest';
import {
  Initializer,
  initializers,
  registerInitializer,
  resolveInitializer,
} from '../../src/nn/initializers/index.js';
import { setSeed } from '../../src/tensor/generator.js';
import { fill } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { numbers, withDefaultDtype } from './support.js';

const rows = 200;
const columns = 300;

function statistics(t: Tensor): { mean: number; deviation: number; min: number; max: number } {
  const values = numbers(t);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return {
    mean,
    deviation: Math.sqrt(variance),
    min: values.reduce((a, b) => Math.min(a, b)),
    max: values.reduce((a, b) => Math.max(a, b)),
  };
}

/** Standard deviation of the normal distribution cut off at two standard deviations. */
const cutDeviation = 0.8796256610342398;

describe('constant initializers', () => {
  it('fill with their value', () => {
    expect(numbers(initializers.zeros().apply([3]))).toEqual([0, 0, 0]);
    expect(numbers(initializers.ones().apply([3]))).toEqual([1, 1, 1]);
    expect(numbers(initializers.constant({ value: 2.5 }).apply([2, 1]))).toEqual([2.5, 2.5]);
    expect(numbers(initializers.identity({ gain: 3 }).apply([2, 2]))).toEqual([3, 0, 0, 3]);
    expect(numbers(initializers.identity().apply([2, 2]))).toEqual([1, 0, 0, 1]);
  });

  it('have the dtype asked for, else the default', () => {
    expect(initializers.ones().apply([1], 'float64').dtype).toBe('float64');
    expect(initializers.ones().apply([1]).dtype).toBe('float32');
    withDefaultDtype('float64', () => expect(initializers.identity().apply([2, 2]).dtype).toBe('float64'));
  });

  it('refuse what they cannot do', () => {
    expect(() => initializers.identity().apply([2, 3])).toThrow(
      'identity: expected the shape of a square matrix, got [2, 3].',
    );
    expect(() => initializers.constant({ value: NaN })).toThrow(
      'constant: value: expected a finite number, got NaN.',
    );
    expect(() => resolveInitializer('constant')).toThrow(
      "constant: expected the option 'value', which has no default.",
    );
  });
});

describe('distributions', () => {
  const cases: [
    string,
    (seed: number) => Initializer,
    { deviation: number; limit: number; mean?: number },
  ][] = [
    [
      'randomUniform',
      (seed) => initializers.randomUniform({ minval: 1, maxval: 3, seed }),
      { mean: 2, deviation: 2 / Math.sqrt(12), limit: 1 },
    ],
    [
      'randomUniform by default',
      (seed) => initializers.randomUniform({ seed }),
      { deviation: 0.1 / Math.sqrt(12), limit: 0.05 },
    ],
    [
      'randomNormal',
      (seed) => initializers.randomNormal({ mean: 1, stddev: 2, seed }),
      { mean: 1, deviation: 2, limit: Infinity },
    ],
    [
      'randomNormal by default',
      (seed) => initializers.randomNormal({ seed }),
      { deviation: 0.05, limit: Infinity },
    ],
    [
      'truncatedNormal',
      (seed) => initializers.truncatedNormal({ stddev: 1, seed }),
      { deviation: cutDeviation, limit: 2 },
    ],
    ['glorotUniform', (seed) => initializers.glorotUniform({ seed }), uniform(2 / (rows + columns))],
    ['glorotNormal', (seed) => initializers.glorotNormal({ seed }), normal(2 / (rows + columns))],
    ['heUniform', (seed) => initializers.heUniform({ seed }), uniform(2 / rows)],
    ['heNormal', (seed) => initializers.heNormal({ seed }), normal(2 / rows)],
    ['leCunUniform', (seed) => initializers.leCunUniform({ seed }), uniform(1 / rows)],
    ['leCunNormal', (seed) => initializers.leCunNormal({ seed }), normal(1 / rows)],
    [
      'varianceScaling over outputs',
      (seed) => initializers.varianceScaling({ scale: 3, mode: 'fanOut', distribution: 'uniform', seed }),
      uniform(3 / columns),
    ],
    ['varianceScaling by default', (seed) => initializers.varianceScaling({ seed }), normal(1 / rows)],
  ];

  function uniform(variance: number): { deviation: number; limit: number } {
    return { deviation: Math.sqrt(variance), limit: Math.sqrt(3 * variance) };
  }

  function normal(variance: number): { deviation: number; limit: number } {
    return { deviation: cutDeviation * Math.sqrt(variance), limit: 2 * Math.sqrt(variance) };
  }

  for (const dtype of ['float32', 'float64'] as const) {
    it.each(cases)(
      `%s in ${dtype} has its mean, deviation and limits`,
      (_, make, { mean = 0, deviation, limit }) => {
        const t = make(7).apply([rows, columns], dtype);
        expect(t.dtype).toBe(dtype);
        const s = statistics(t);
        const count = rows * columns;
        // Five standard errors of the mean, and of the deviation of a normal sample.
        expect(Math.abs(s.mean - mean)).toBeLessThan((5 * deviation) / Math.sqrt(count));
        expect(Math.abs(s.deviation / deviation - 1)).toBeLessThan(5 / Math.sqrt(2 * count));
        const slack = 1 + 1e-6;
        expect(s.max - mean).toBeLessThanOrEqual(limit * slack);
        expect(mean - s.min).toBeLessThanOrEqual(limit * slack);
        if (limit < Infinity) expect(s.max - mean).toBeGreaterThan(limit * 0.97);
      },
    );
  }

  it('count the positions of a convolution kernel', () => {
    const s = statistics(initializers.heUniform({ seed: 1 }).apply([3, 3, 20, 40]));
    expect(s.max).toBeLessThanOrEqual(Math.sqrt(6 / 180) * (1 + 1e-6));
    expect(s.max).toBeGreaterThan(Math.sqrt(6 / 180) * 0.97);
  });
});

describe('seeds', () => {
  const drawing = [
    'randomUniform',
    'randomNormal',
    'truncatedNormal',
    'varianceScaling',
    'glorotUniform',
    'heNormal',
  ];

  it.each(drawing)('%s repeats with the same seed and differs with another', (className) => {
    const draw = (seed?: number): number[] =>
      numbers(resolveInitializer({ className, config: { seed } }).apply([4, 5]));
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  it('without one draw from the generator that setSeed seeds', () => {
    const glorot = initializers.glorotNormal();
    setSeed(11);
    const first = [numbers(glorot.apply([4, 4])), numbers(glorot.apply([4, 4]))];
    setSeed(11);
    const second = [numbers(glorot.apply([4, 4])), numbers(glorot.apply([4, 4]))];
    expect(second).toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
  });

  it('must be whole numbers', () => {
    expect(() => initializers.heNormal({ seed: 1.5 })).toThrow(
      'varianceScaling: seed: expected a whole number from 0 to 2^53 - 1, got 1.5.',
    );
  });
});

describe('names', () => {
  it('are understood in any spelling, as configs and as instances', () => {
    const instance = initializers.ones();
    expect(resolveInitializer(instance)).toBe(instance);
    for (const name of ['glorotUniform', 'GlorotUniform', 'glorot_uniform']) {
      expect(resolveInitializer(name).getConfig()).toMatchObject({ mode: 'fanAvg', distribution: 'uniform' });
    }
    const saved = initializers.varianceScaling({ scale: 2, mode: 'fanOut', seed: 5 });
    const again = resolveInitializer({ className: saved.getClassName(), config: saved.getConfig() });
    expect(numbers(again.apply([3, 3]))).toEqual(numbers(saved.apply([3, 3])));
  });

  it('that are not known get the nearest one', () => {
    expect(() => resolveInitializer('glorotNornal')).toThrow(
      "unknown initializer 'glorotNornal': did you mean 'glorotNormal'?",
    );
    expect(() => initializers.varianceScaling({ mode: 'fanin' as 'fanIn' })).toThrow(
      "varianceScaling: mode: unknown value 'fanin': did you mean 'fanIn'?",
    );
    expect(() => initializers.randomUniform({ minVal: 0 } as object)).toThrow(
      "randomUniform: unknown option 'minVal': did you mean 'minval'?",
    );
    expect(() => resolveInitializer(3 as unknown as string)).toThrow(
      'expected the name of an initializer, {className, config} or an instance, got 3.',
    );
  });

  it('can be added', () => {
    class Sevens extends Initializer {
      static override readonly className = 'Sevens';
      override apply(shape: readonly number[], dtype?: 'float32' | 'float64'): Tensor {
        return fill(shape, 7, dtype);
      }
    }
    registerInitializer(Sevens);
    expect(numbers(resolveInitializer('sevens').apply([2]))).toEqual([7, 7]);
  });
});
