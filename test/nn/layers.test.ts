import { beforeEach, describe, expect, it } from 'vitest';
import {
  Layer,
  layers,
  registerLayer,
  resetNames,
  resolveLayer,
  type BatchShape,
  type CallOptions,
} from '../../src/nn/layers/index.js';
import { regularizers } from '../../src/nn/regularizers/index.js';
import { number as numberField } from '../../src/nn/config/fields.js';
import { defaultGenerator, setSeed } from '../../src/tensor/generator.js';
import { ones, tensor, tensor1d, tensor2d, zeros } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import type { Variable } from '../../src/tensor/variable.js';
import { expectClose, f64, number, numbers, testData, withDefaultDtype } from './support.js';

beforeEach(resetNames);

describe('dense', () => {
  it('is the neuron of the texts: w = [0, 1], b = 4, x = [2, 3]', () => {
    const neuron = layers.dense({ units: 1, activation: 'sigmoid', inputShape: [2], dtype: 'float64' });
    neuron.ensureBuilt([null, 2]);
    neuron.setWeights([f64([[0], [1]]), f64([4])]);
    const y = neuron.apply(f64([[2, 3]]));
    expect(y.shape).toEqual([1, 1]);
    expect(y.dataSync()[0]).toBeCloseTo(0.9990889488055994, 15);
  });

  it('makes the 2-2-1 network of the texts', () => {
    const first = [
      f64([
        [0, 0],
        [1, 1],
      ]),
      f64([0, 0]),
    ];
    const second = [f64([[0], [1]]), f64([0])];
    withDefaultDtype('float64', () => {
      const hidden = layers.dense({ units: 2, activation: 'sigmoid', weights: first });
      const output = layers.dense({ units: 1, activation: 'sigmoid', weights: second });
      const y = output.apply(hidden.apply(f64([[2, 3]])));
      expect(y.dtype).toBe('float64');
      expect(y.dataSync()[0]).toBeCloseTo(0.7216325609518421, 15);
    });
  });

  it('gives the products and sums of the texts', () => {
    const relu = layers.dense({
      units: 1,
      activation: 'relu',
      useBias: false,
      weights: [tensor2d([[2], [3], [1]])],
    });
    expect(
      numbers(
        relu.apply(
          tensor2d([
            [5, 6, 1],
            [7, 8, 1],
          ]),
        ),
      ),
    ).toEqual([29, 39]);
    const biased = layers.dense({ units: 1, weights: [tensor2d([[1], [3]]), tensor1d([1])] });
    expect(
      numbers(
        biased.apply(
          tensor2d([
            [5, 6],
            [7, 8],
          ]),
        ),
      ),
    ).toEqual([24, 32]);
  });

  it('works on the last axis of inputs of higher rank', () => {
    const layer = layers.dense({ units: 3, dtype: 'float64' });
    const x = f64(testData(2 * 4 * 5), [2, 4, 5]);
    const y = layer.apply(x);
    expect(y.shape).toEqual([2, 4, 3]);
    const rows = layer.apply(f64(testData(40), [8, 5]));
    expectClose(numbers(y), numbers(rows), 1e-15);
    expect(layer.computeOutputShape([null, 4, 5])).toEqual([null, 4, 3]);
  });

  it('converts integers and other floats to its dtype', () => {
    const layer = layers.dense({ units: 1, useBias: false, kernelInitializer: 'ones' });
    const bytes = tensor([[200, 100]], [1, 2], 'uint8');
    expect(layer.apply(bytes).dtype).toBe('float32');
    expect(numbers(layer.apply(bytes))).toEqual([300]);
    expect(layer.apply(f64([[1, 2]])).dtype).toBe('float32');
    const exact = layers.dense({ units: 1, dtype: 'float64', kernelInitializer: 'ones' });
    expect(exact.apply(tensor2d([[1, 2]])).dtype).toBe('float64');
  });

  it('takes any function as its activation', () => {
    const layer = layers.dense({ units: 2, activation: (x) => x.mul(2), kernelInitializer: 'identity' });
    expect(numbers(layer.apply(tensor2d([[1, -3]])))).toEqual([2, -6]);
  });

  it('begins as its options say', () => {
    const layer = layers.dense({
      units: 2,
      kernelInitializer: { className: 'Constant', config: { value: 3 } },
      biasInitializer: 'ones',
    });
    layer.ensureBuilt([null, 1]);
    expect(layer.getWeights().map(numbers)).toEqual([
      [3, 3],
      [1, 1],
    ]);
    expect(layer.weights.map((w) => w.name)).toEqual(['dense/kernel', 'dense/bias']);
    expect(layer.countParams()).toBe(4);
    const standard = layers.dense({ units: 200 });
    standard.ensureBuilt([null, 100]);
    const [kernel, bias] = standard.getWeights();
    expect(new Set(numbers(bias))).toEqual(new Set([0]));
    const largest = numbers(kernel).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    // glorotNormal: two standard deviations of sqrt(2 / 300).
    expect(largest).toBeLessThanOrEqual(2 * Math.sqrt(2 / 300));
    expect(largest).toBeGreaterThan(1.9 * Math.sqrt(2 / 300));
  });

  it('repeats with a seed', () => {
    const draw = (): number[] => {
      const layer = layers.dense({ units: 3, name: 'd' });
      layer.ensureBuilt([null, 4]);
      return numbers(layer.getWeights()[0]);
    };
    setSeed(5);
    const first = draw();
    setSeed(5);
    expect(draw()).toEqual(first);
    expect(draw()).not.toEqual(first);
  });

  it('says what it expected', () => {
    layers.dense({ units: 4 });
    const layer = layers.dense({ units: 10, inputShape: [784] });
    layer.ensureBuilt([null, 784]);
    expect(() => layer.apply(zeros([128, 28, 28]))).toThrow(
      'dense_1: expected input of shape [*, 784], got [128, 28, 28]; add layers.flatten() or reshape.',
    );
    expect(() => layer.apply(zeros([128, 10]))).toThrow(
      'dense_1: expected input of shape [*, 784], got [128, 10].',
    );
    expect(() => layer.apply(zeros([784]))).toThrow('got [784]; the batch dimension may be missing.');
    expect(() => layers.dense({ units: 0 })).toThrow(
      'dense_2: units: expected a whole number of at least 1, got 0.',
    );
    expect(() => layers.dense({} as { units: number })).toThrow(
      "dense_3: expected the option 'units', which has no default.",
    );
    expect(() => layers.dense({ units: 1, activaton: 'relu' } as { units: number })).toThrow(
      "dense_4: unknown option 'activaton': did you mean 'activation'?",
    );
    expect(() => layers.dense({ units: 1, activation: 'rellu' })).toThrow(
      "dense_5: activation: unknown activation 'rellu': did you mean 'relu'?",
    );
    expect(() => layers.dense({ units: 1, kernelInitializer: 'glorot' })).toThrow(
      "unknown initializer 'glorot'",
    );
    expect(() => layers.dense({ units: 1 }).ensureBuilt([null, null])).toThrow(
      'dense_7: expected the last dimension to be known, got [*, *].',
    );
    expect(() => layers.dense({ units: 1, dtype: 'int32' as 'float32' })).toThrow(
      "dense_8: dtype: unknown value 'int32'",
    );
  });
});

describe('weights', () => {
  it('are checked when they are set', () => {
    const layer = layers.dense({ units: 2, name: 'out' });
    expect(() => layer.setWeights([zeros([3, 2]), zeros([2])])).toThrow(
      'out.setWeights: expected 0 tensors, got 2; it has none before it is built.',
    );
    layer.ensureBuilt([null, 3]);
    const before = layer.getWeights().map(numbers);
    expect(() => layer.setWeights([zeros([3, 2])])).toThrow(
      'out.setWeights: expected 2 tensors (out/kernel, out/bias), got 1.',
    );
    expect(() => layer.setWeights([zeros([3, 2]), zeros([3])])).toThrow(
      'out.setWeights: out/bias has shape [2], got [3].',
    );
    expect(layer.getWeights().map(numbers)).toEqual(before);
    layer.setWeights([ones([3, 2], 'float64'), ones([2])]);
    expect(numbers(layer.weights[0])).toEqual([1, 1, 1, 1, 1, 1]);
    expect(layer.weights[0].dtype).toBe('float32');
  });

  it('that were read stay as they were', () => {
    const layer = layers.dense({ units: 1, kernelInitializer: 'zeros' });
    layer.ensureBuilt([null, 1]);
    const [kernel] = layer.getWeights();
    layer.setWeights([ones([1, 1]), ones([1])]);
    expect(numbers(kernel)).toEqual([0]);
  });

  it('are frozen and set free by `trainable`', () => {
    const layer = layers.dense({ units: 1, trainable: false });
    layer.ensureBuilt([null, 1]);
    expect([layer.trainableWeights.length, layer.nonTrainableWeights.length]).toEqual([0, 2]);
    layer.trainable = true;
    expect([layer.trainableWeights.length, layer.nonTrainableWeights.length]).toEqual([2, 0]);
  });

  it('carry penalties', () => {
    const layer = layers.dense({
      units: 2,
      dtype: 'float64',
      kernelRegularizer: 'l2',
      biasRegularizer: regularizers.l1({ l1: 0.5 }),
      activityRegularizer: regularizers.l1l2({ l1: 1, l2: 2 }),
      weights: [f64([[1, -2]]), f64([3, -4])],
    });
    layer.apply(f64([[1], [1]]));
    // Outputs are [4, -6] twice; their penalty is divided by the size of the batch.
    expectClose(layer.penalties().map(number), [0.01 * 5, 0.5 * 7, 10 + 2 * 52], 1e-12);
    expect(() => layers.dense({ units: 1, kernelRegularizer: 'l3' })).toThrow("unknown regularizer 'l3'");
  });
});

describe('dropout', () => {
  const rate = 0.3;

  it('drops the share asked for and scales the rest', () => {
    const layer = layers.dropout({ rate, seed: 1, dtype: 'float64' });
    const y = numbers(layer.apply(ones([300, 200], 'float64'), { training: true }));
    const dropped = y.filter((v) => v === 0).length / y.length;
    // Five standard errors.
    expect(Math.abs(dropped - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / y.length));
    for (const v of y) if (v !== 0) expect(v).toBeCloseTo(1 / (1 - rate), 14);
  });

  it('passes the input on where it does not train', () => {
    const x = ones([4, 4]);
    const layer = layers.dropout({ rate });
    expect(layer.apply(x)).toBe(x);
    expect(layers.dropout({ rate: 0 }).apply(x, { training: true })).toBe(x);
  });

  it('draws from a generator of its own if it has a seed', () => {
    const draw = (layer: Layer): number[] => numbers(layer.apply(ones([50]), { training: true }));
    const [a, b] = [layers.dropout({ rate, seed: 9 }), layers.dropout({ rate, seed: 9 })];
    const first = draw(a);
    expect(draw(b)).toEqual(first);
    expect(draw(a)).not.toEqual(first);
    expect(a.generators.length).toBe(1);
    const state = numbers(defaultGenerator().state);
    draw(a);
    expect(numbers(defaultGenerator().state)).toEqual(state);
    draw(layers.dropout({ rate }));
    expect(numbers(defaultGenerator().state)).not.toEqual(state);
  });

  it('drops whole dimensions by noiseShape', () => {
    const layer = layers.dropout({ rate: 0.5, noiseShape: [null, 1], seed: 2 });
    const y = numbers(layer.apply(ones([40, 3]), { training: true }));
    for (let row = 0; row < 40; row++) expect(new Set(y.slice(3 * row, 3 * row + 3)).size).toBe(1);
    expect(new Set(y)).toEqual(new Set([0, 2]));
  });

  it('refuses a rate that is none', () => {
    expect(() => layers.dropout({ rate: 1.5 })).toThrow(
      'dropout: rate: expected a number from 0 to 1, got 1.5.',
    );
  });
});

describe('shapes', () => {
  it('flatten', () => {
    const layer = layers.flatten();
    const images = tensor(
      testData(2 * 3 * 4).map((v) => Math.round(100 * (v + 1))),
      [2, 3, 4],
      'uint8',
    );
    const y = layer.apply(images);
    expect([y.shape, y.dtype, numbers(y)]).toEqual([[2, 12], 'uint8', numbers(images)]);
    expect(layer.apply(zeros([5])).shape).toEqual([5, 1]);
    expect(layer.computeOutputShape([null, 3, 4])).toEqual([null, 12]);
    expect(layer.computeOutputShape([null, null, 4])).toEqual([null, null]);
    const first = layers.flatten({ dataFormat: 'channelsFirst' });
    // [1, 2 channels, 3] is walked position by position.
    expect(numbers(first.apply(tensor([1, 2, 3, 4, 5, 6], [1, 2, 3])))).toEqual([1, 4, 2, 5, 3, 6]);
    expect(() => layers.flatten({ dataFormat: 'NHWC' as 'channelsLast' })).toThrow(
      "dataFormat: unknown value 'NHWC'",
    );
  });

  it('reshape, with one dimension left open', () => {
    const layer = layers.reshape({ targetShape: [2, -1] });
    expect(layer.apply(zeros([3, 4, 4])).shape).toEqual([3, 2, 8]);
    expect(layer.computeOutputShape([null, 10])).toEqual([null, 2, 5]);
    expect(layer.computeOutputShape([null, null])).toEqual([null, 2, null]);
    expect(() => layer.apply(zeros([1, 7]))).toThrow(
      'reshape: cannot reshape examples of shape [7] (7 elements) to [2, -1].',
    );
    expect(() => layers.reshape({ targetShape: [-1, -1] })).toThrow(
      'reshape_1: targetShape: expected at most one -1, got [-1, -1].',
    );
  });

  it('input', () => {
    const layer = layers.inputLayer({ inputShape: [28, 28], batchSize: 4 });
    expect(layer.batchInputShape).toEqual([4, 28, 28]);
    const x = zeros([4, 28, 28]);
    expect(layer.apply(x)).toBe(x);
    expect(() => layer.apply(zeros([4, 784]))).toThrow(
      'input_layer: expected input of shape [*, 28, 28], got [4, 784]',
    );
    expect(() => layers.inputLayer({})).toThrow('input_layer_1: expected inputShape or batchInputShape');
    expect(layers.dense({ units: 1, inputDim: 3 }).batchInputShape).toEqual([null, 3]);
    expect(layers.dense({ units: 1, batchInputShape: [null, 3] }).batchInputShape).toEqual([null, 3]);
    expect(() => layers.dense({ units: 1, inputShape: [2.5] })).toThrow(
      'inputShape: expected a list of whole numbers',
    );
  });
});

describe('activation and rescaling', () => {
  it('compute their function in floats', () => {
    const relu = layers.activation({ activation: 'relu' });
    expect(numbers(relu.apply(tensor1d([-1, 2])))).toEqual([0, 2]);
    expect(() => layers.activation({} as { activation: string })).toThrow("expected the option 'activation'");
    const y = layers
      .rescaling({ scale: 1 / 255, offset: -0.5, dtype: 'float64' })
      .apply(tensor([0, 51, 255], [3], 'uint8'));
    expect(y.dtype).toBe('float64');
    expectClose(numbers(y), [-0.5, -0.3, 0.5], 1e-15);
  });

  it('softmax remembers its logits', () => {
    const layer = layers.dense({ units: 3, activation: 'softmax' });
    expect(layer.apply(ones([2, 2])).logits_?.activation).toBe('softmax');
  });
});

describe('names and configs', () => {
  it('count up by class', () => {
    expect(
      [layers.dense({ units: 1 }), layers.flatten(), layers.dense({ units: 1 })].map((l) => l.name),
    ).toEqual(['dense', 'flatten', 'dense_1']);
    expect(layers.dense({ units: 1, name: 'mine' }).name).toBe('mine');
    expect(layers.dense({ units: 1 }).name).toBe('dense_2');
  });

  it('make the same layer again', () => {
    const all = [
      layers.dense({
        units: 3,
        activation: 'tanh',
        useBias: false,
        kernelInitializer: 'heNormal',
        kernelRegularizer: 'l1',
        dtype: 'float64',
      }),
      layers.activation({ activation: 'relu', activityRegularizer: 'l2' }),
      layers.dropout({ rate: 0.25, seed: 3 }),
      layers.flatten({ dataFormat: 'channelsFirst' }),
      layers.reshape({ targetShape: [2, -1] }),
      layers.inputLayer({ inputShape: [2] }),
      layers.rescaling({ scale: 2 }),
    ];
    for (const layer of all) {
      const saved = JSON.parse(JSON.stringify({ className: layer.className, config: layer.getConfig() })) as {
        className: string;
      };
      const again = resolveLayer(saved);
      expect(again).not.toBe(layer);
      expect(again).toBeInstanceOf(layer.constructor);
      expect(again.getConfig()).toEqual(layer.getConfig());
    }
    expect(() => resolveLayer({ className: 'Dence', config: { units: 1 } })).toThrow(
      "unknown layer 'Dence': did you mean 'dense'?",
    );
  });
});

describe("a layer of one's own", () => {
  const fields = { power: numberField(2) };

  class Scale extends Layer<typeof fields> {
    static override readonly className = 'Scale';
    static override readonly fields = fields;
    private factor!: Variable;
    seen: CallOptions | null = null;

    override build(inputShape: BatchShape): void {
      const last = inputShape[inputShape.length - 1] as number;
      this.factor = this.addWeight('factor', [last], null, 'ones', regularizers.l2({ l2: 1 }));
      this.addWeight('seen', [], 'int32', 'zeros', null, false);
    }

    override call(x: Tensor, options: CallOptions): Tensor {
      this.seen = options;
      return x.mul(this.factor).mul(this.settings.power);
    }
  }

  it('is built on first use, by what it declares', () => {
    const layer = new Scale();
    expect(layer.name).toBe('scale');
    expect(numbers(layer.apply(tensor2d([[1, 2]]), { training: true }))).toEqual([2, 4]);
    expect(layer.seen?.training).toBe(true);
    expect(layer.weights.map((w) => [w.name, w.dtype])).toEqual([
      ['scale/factor', 'float32'],
      ['scale/seen', 'int32'],
    ]);
    expect(layer.trainableWeights.length).toBe(1);
    expect(layer.nonTrainableWeights.length).toBe(1);
    expect(layer.losses.map(number)).toEqual([2]);
  });

  it('can be registered, or read its config itself', () => {
    registerLayer(Scale);
    expect(resolveLayer({ className: 'Scale', config: { power: 3 } }).getConfig()).toMatchObject({
      power: 3,
    });

    class Shift extends Layer {
      static override readonly className = 'Shift';
      private readonly by: number;
      constructor(config: { by: number; name?: string }) {
        super(config);
        this.by = config.by;
      }
      override call(x: Tensor): Tensor {
        return x.add(this.by);
      }
    }
    expect(numbers(new Shift({ by: 2 }).apply(tensor1d([1])))).toEqual([3]);
  });

  it('has its errors named after it', () => {
    class Broken extends Layer {
      override call(x: Tensor): Tensor {
        return x.add(zeros([7]));
      }
    }
    expect(() => new Broken({ name: 'b' }).apply(zeros([3]))).toThrow(
      'b: add: shapes [3] and [7] do not broadcast',
    );
  });
});
