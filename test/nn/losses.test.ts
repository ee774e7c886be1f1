import { describe, expect, it } from 'vitest';
import { losses, Loss, Reduction, registerLoss, resolveLoss } from '../../src/nn/losses/index.js';
import { sigmoid, softmax } from '../../src/ops/index.js';
import { tensor, tensor1d, tensor2d, zeros } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { grad } from '../../src/transform/grad.js';
import { expectClose, f64, number, numbers, testData } from './support.js';

const batch = 4;
const columns = 3;

/** A tensor without its memory of where it came from. */
const forgetful = (t: Tensor): Tensor => f64(numbers(t), t.shape);

const outputs = testData(batch * columns, 3).map((v) => 2 * v);
const targets = testData(batch * columns, 4);
const oneHot = [0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0];
const classes = [1, 0, 2, 1];
const bits = [0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 1, 0];

const rowsOf = (values: readonly number[]): number[][] =>
  Array.from({ length: batch }, (_, i) => values.slice(i * columns, (i + 1) * columns));
const sumOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const meanOf = (values: readonly number[]): number => sumOf(values) / values.length;
const rowwise = (
  f: (y: number, t: number) => number,
  put: (values: number[]) => number,
  t = targets,
): number[] => rowsOf(outputs).map((row, i) => put(row.map((y, j) => f(y, t[i * columns + j]))));

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const softmaxOf = (row: readonly number[]): number[] => {
  const e = row.map((x) => Math.exp(x));
  return e.map((x) => x / sumOf(e));
};
const smoothed = (t: number, s: number, n: number): number => t * (1 - s) + s / n;

/** Losses, their targets, and what they are in plain numbers for each example. */
const cases: { name: string; loss: Loss; target: () => Tensor; expected: number[]; sum?: boolean }[] = [
  {
    name: 'meanSquaredError',
    loss: resolveLoss('meanSquaredError'),
    target: () => f64(targets, [batch, columns]),
    expected: rowwise((y, t) => (y - t) ** 2, meanOf),
  },
  {
    name: 'meanAbsoluteError',
    loss: resolveLoss('meanAbsoluteError'),
    target: () => f64(targets, [batch, columns]),
    expected: rowwise((y, t) => Math.abs(y - t), meanOf),
  },
  {
    name: 'sumOfSquaredErrors',
    loss: resolveLoss('sumOfSquaredErrors'),
    target: () => f64(targets, [batch, columns]),
    expected: rowwise((y, t) => (y - t) ** 2, sumOf),
    sum: true,
  },
  {
    name: 'halfSquaredError',
    loss: resolveLoss('halfSquaredError'),
    target: () => f64(targets, [batch, columns]),
    expected: rowwise((y, t) => (y - t) ** 2 / 2, sumOf),
    sum: true,
  },
  {
    name: 'binaryCrossentropy of logits, smoothed',
    loss: losses.binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.2 }),
    target: () => f64(bits, [batch, columns]),
    expected: rowwise(
      (x, t) => {
        const z = smoothed(t, 0.2, 2);
        return -z * Math.log(logistic(x)) - (1 - z) * Math.log(1 - logistic(x));
      },
      meanOf,
      bits,
    ),
  },
  {
    name: 'categoricalCrossentropy of logits, smoothed',
    loss: losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
    target: () => f64(oneHot, [batch, columns]),
    expected: rowsOf(outputs).map((row, i) =>
      sumOf(softmaxOf(row).map((p, j) => -smoothed(oneHot[i * columns + j], 0.1, columns) * Math.log(p))),
    ),
  },
  {
    name: 'sparseCategoricalCrossentropy of logits',
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    target: () => tensor(classes, [batch], 'int32'),
    expected: rowsOf(outputs).map((row, i) => -Math.log(softmaxOf(row)[classes[i]])),
  },
];

describe('losses', () => {
  it.each(cases)(
    '$name is its formula for each example and for the batch',
    ({ loss, target, expected, sum }) => {
      const y = f64(outputs, [batch, columns]);
      const each = loss.call(target(), y);
      expect(each.shape).toEqual([batch]);
      expect(each.dtype).toBe('float64');
      expectClose(numbers(each), expected, 1e-13);
      expectClose([number(loss.batch(target(), y))], [sum ? sumOf(expected) : meanOf(expected)], 1e-13);
      const single = loss.call(target(), tensor(outputs, [batch, columns], 'float32'));
      expect(single.dtype).toBe('float32');
      expectClose(numbers(single), expected, 1e-5);
    },
  );

  it.each(cases)('$name has the gradient of its differences', ({ loss, target }) => {
    const f = (y: Tensor): Tensor => loss.batch(target(), y);
    const slope = numbers(grad(f)(f64(outputs, [batch, columns])));
    const h = 1e-5;
    const differences = outputs.map((_, i) => {
      const at = (offset: number): number =>
        number(
          f(
            f64(
              outputs.map((v, j) => (j === i ? v + offset : v)),
              [batch, columns],
            ),
          ),
        );
      return (at(h) - at(-h)) / (2 * h);
    });
    expectClose(slope, differences, 1e-8);
  });

  it('mean squared error of [1, 0, 0, 1] against zeros is 0.5', () => {
    expect(number(resolveLoss('mse').batch(zeros([4]), tensor1d([1, 0, 0, 1])))).toBe(0.5);
    expect(number(losses.meanSquaredError([1, 0, 0, 1], [0, 0, 0, 0]))).toBe(0.5);
  });

  it('can be summed instead of averaged', () => {
    const y = tensor2d([[1], [3]]);
    expect(number(losses.meanSquaredError({ reduction: 'sum' }).batch(zeros([2, 1]), y))).toBe(10);
    expect(number(losses.sumOfSquaredErrors({ reduction: 'mean' }).batch(zeros([2, 1]), y))).toBe(5);
  });
});

describe('cross-entropies from probabilities', () => {
  const x = f64(outputs, [batch, columns]);
  const pairs: {
    name: string;
    make: (o: { fromLogits: boolean }) => Loss;
    of: (x: Tensor) => Tensor;
    target: Tensor;
  }[] = [
    { name: 'binary', make: losses.binaryCrossentropy, of: sigmoid, target: f64(bits, [batch, columns]) },
    {
      name: 'categorical',
      make: losses.categoricalCrossentropy,
      of: (t) => softmax(t),
      target: f64(oneHot, [batch, columns]),
    },
    {
      name: 'sparse categorical',
      make: losses.sparseCategoricalCrossentropy,
      of: (t) => softmax(t),
      target: tensor(classes, [batch], 'uint8'),
    },
  ];

  it.each(pairs)(
    '$name: from logits, from what remembers its logits and from probabilities',
    ({ make, of, target }) => {
      const fromLogits = numbers(make({ fromLogits: true }).call(target, x));
      const loss = make({ fromLogits: false });
      expect(numbers(loss.call(target, of(x)))).toEqual(fromLogits);
      expectClose(numbers(loss.call(target, forgetful(of(x)))), fromLogits, 1e-10);
    },
  );

  it.each(pairs)('$name: gradients through either agree', ({ make, of, target }) => {
    const loss = make({ fromLogits: false });
    const merged = grad((t: Tensor) => loss.batch(target, of(t)))(x);
    const plain = grad((t: Tensor) => loss.batch(target, of(t).mul(1)))(x);
    expectClose(numbers(plain), numbers(merged), 1e-9);
  });

  it('stay exact where probabilities have lost everything', () => {
    const far = f64([[40, -40]]);
    const target = f64([[0, 1]]);
    expectClose(numbers(losses.categoricalCrossentropy().call(target, softmax(far))), [80], 1e-14);
    expectClose(numbers(losses.binaryCrossentropy().call(target, sigmoid(far))), [40], 1e-14);
    // Outputs that remember nothing are clipped, as in Keras.
    const clip = -Math.log(1e-7);
    expectClose(numbers(losses.categoricalCrossentropy().call(target, f64([[1, 0]]))), [clip], 1e-12);
    expectClose(numbers(losses.binaryCrossentropy().call(target, f64([[1, 0]]))), [clip], 1e-8);
    expectClose(
      numbers(losses.sparseCategoricalCrossentropy().call(tensor([1], [1], 'int32'), f64([[1, 0]]))),
      [clip],
      1e-8,
    );
  });

  it('make rows that do not sum to 1 do so', () => {
    const p = f64([[2, 6]]);
    expectClose(numbers(losses.categoricalCrossentropy().call(f64([[1, 0]]), p)), [-Math.log(0.25)], 1e-12);
    expectClose(numbers(losses.sparseCategoricalCrossentropy().call(f64([0]), p)), [-Math.log(0.25)], 1e-9);
  });
});

describe('targets', () => {
  it('[batch] for outputs [batch, 1] do not broadcast', () => {
    const loss = resolveLoss('meanSquaredError');
    expect(numbers(loss.call(tensor1d([1, 2]), tensor2d([[1], [4]])))).toEqual([0, 4]);
    expect(number(loss.batch(tensor([1, 2], [2], 'int32'), tensor2d([[1], [4]])))).toBe(2);
  });

  it('of time steps give a loss for each', () => {
    const y = f64(testData(2 * 3 * 4), [2, 3, 4]);
    expect(resolveLoss('mae').call(f64(testData(24, 2), [2, 3, 4]), y).shape).toEqual([2, 3]);
    const labels = tensor([0, 1, 2, 3, 0, 1], [2, 3], 'int32');
    expect(resolveLoss('sparseCategoricalCrossentropy').call(labels, softmax(y)).shape).toEqual([2, 3]);
  });

  it('of class numbers may have a dimension of 1, or be floats', () => {
    const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
    const x = f64(outputs, [batch, columns]);
    const plain = numbers(loss.call(tensor(classes, [batch], 'int32'), x));
    expect(numbers(loss.call(tensor(classes, [batch, 1], 'float32'), x))).toEqual(plain);
  });

  it('that do not fit are refused', () => {
    expect(() => resolveLoss('mse').call(zeros([4, 2]), zeros([4, 3]))).toThrow(
      'meanSquaredError: expected targets of shape [4, 3] as the output, got [4, 2].',
    );
    const sparse = resolveLoss('sparseCategoricalCrossentropy');
    expect(() => sparse.call(zeros([4, 3]), zeros([4, 3]))).toThrow(
      "expected class numbers of shape [4] for outputs of shape [4, 3], got [4, 3]; one-hot targets go with 'categoricalCrossentropy'.",
    );
    expect(() => sparse.call(tensor([0, 3], [2], 'int32'), zeros([2, 3]))).toThrow(/3/);
    expect(() => sparse.call(tensor([0, -1], [2], 'int32'), zeros([2, 3]))).toThrow(/-1/);
  });
});

describe('names', () => {
  it('are understood in any spelling', () => {
    for (const name of ['meanSquaredError', 'mean_squared_error', 'mse', 'MSE', 'MeanSquaredError']) {
      expect(resolveLoss(name).name).toBe('meanSquaredError');
    }
    expect(resolveLoss(losses.sparseCategoricalCrossentropy).sparse).toBe(true);
    const saved = losses.binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.1 });
    const again = resolveLoss({ className: saved.getClassName(), config: saved.getConfig() });
    expect(again.getConfig()).toEqual({ reduction: 'mean', fromLogits: true, labelSmoothing: 0.1 });
    expect([again.kind, again.fromLogits]).toEqual(['binary', true]);
  });

  it('that are not known get the nearest one', () => {
    expect(() => resolveLoss('categoricalCrossEntrpy')).toThrow(
      "loss: unknown loss 'categoricalCrossEntrpy': did you mean 'categoricalCrossentropy'?",
    );
    expect(() => losses.binaryCrossentropy({ labelSmoothing: 2 })).toThrow(
      'binaryCrossentropy: labelSmoothing: expected a number from 0 to 1, got 2.',
    );
    expect(() => losses.categoricalCrossentropy({ fromLogit: true } as object)).toThrow(
      "did you mean 'fromLogits'?",
    );
  });

  it("may be functions and classes of one's own", () => {
    const own = resolveLoss((t, y) => y.sub(t).abs());
    expect(own.checksTargets).toBe(false);
    expect(number(own.batch(tensor1d([1, 2]), tensor1d([2, 4])))).toBe(1.5);
    class Biggest extends Loss {
      static override readonly className = 'Biggest';
      override call(t: Tensor, y: Tensor): Tensor {
        return y.sub(t).abs().max(-1);
      }
    }
    registerLoss(Biggest);
    expect(
      number(
        resolveLoss('biggest').batch(
          zeros([2, 2]),
          tensor2d([
            [1, 2],
            [3, 4],
          ]),
        ),
      ),
    ).toBe(3);
  });
});

describe('functional losses', () => {
  const y = [
    [1, 0],
    [0, 1],
  ];
  const p = [
    [0.8, 0.2],
    [0.4, 0.6],
  ];

  it("are tfjs' formulas, averaged", () => {
    const flat = [
      [1, 0.8],
      [0, 0.2],
      [0, 0.4],
      [1, 0.6],
    ];
    const mean = (f: (t: number, v: number) => number): number => meanOf(flat.map(([t, v]) => f(t, v)));
    const of = (f: (a: Tensor, b: Tensor) => Tensor): number => number(f(f64(y), f64(p)));
    expect(of(losses.absoluteDifference)).toBeCloseTo(
      mean((t, v) => Math.abs(t - v)),
      14,
    );
    expect(of(losses.meanSquaredError)).toBeCloseTo(
      mean((t, v) => (t - v) ** 2),
      14,
    );
    expect(of(losses.hingeLoss)).toBeCloseTo(
      mean((t, v) => Math.max(0, 1 - (2 * t - 1) * v)),
      14,
    );
    expect(of(losses.logLoss)).toBeCloseTo(
      mean((t, v) => -t * Math.log(v + 1e-7) - (1 - t) * Math.log(1 - v + 1e-7)),
      14,
    );
    const huber = (t: number, v: number, d: number): number =>
      Math.abs(v - t) <= d ? (v - t) ** 2 / 2 : d * Math.abs(v - t) - d ** 2 / 2;
    expect(number(losses.huberLoss(f64(y), f64(p), null, 0.3))).toBeCloseTo(
      mean((t, v) => huber(t, v, 0.3)),
      14,
    );
    expect(of(losses.sigmoidCrossEntropy)).toBeCloseTo(
      mean((t, v) => -t * Math.log(logistic(v)) - (1 - t) * Math.log(1 - logistic(v))),
      14,
    );
    expect(number(losses.cosineDistance(f64(y), f64(p), 1))).toBeCloseTo(1 - (0.8 + 0.6) / 2, 14);
    const rows = p.map((row, i) => -Math.log(softmaxOf(row)[i]));
    expect(of(losses.softmaxCrossEntropy)).toBeCloseTo(meanOf(rows), 14);
    const softer = p.map((row, i) =>
      sumOf(softmaxOf(row).map((q, j) => -smoothed(y[i][j], 0.4, 2) * Math.log(q))),
    );
    expect(number(losses.softmaxCrossEntropy(f64(y), f64(p), null, 0.4))).toBeCloseTo(meanOf(softer), 14);
  });

  it('are weighted and reduced as asked', () => {
    const each = f64([
      [1, 2],
      [3, 4],
    ]);
    const weights = f64([[2], [0]]);
    const reduced = (r?: Reduction): number[] => numbers(losses.computeWeightedLoss(each, weights, r));
    expect(reduced(Reduction.NONE)).toEqual([2, 4, 0, 0]);
    expect(reduced(Reduction.SUM)).toEqual([6]);
    expect(reduced(Reduction.MEAN)).toEqual([6 / 4]);
    expect(reduced()).toEqual([6 / 2]);
    expect(number(losses.computeWeightedLoss(each))).toBe(2.5);
    expect(number(losses.computeWeightedLoss(each, 2, Reduction.MEAN))).toBe(2.5);
    expect(() => losses.computeWeightedLoss(each, 1, 9 as Reduction)).toThrow('unknown reduction 9');
    expect(() => losses.hingeLoss([1, 2], [1, 2, 3])).toThrow(
      'hingeLoss: expected labels and predictions of one shape, got [2] and [3].',
    );
  });
});
