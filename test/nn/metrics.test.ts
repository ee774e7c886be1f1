import { describe, expect, it } from 'vitest';
import { losses, resolveLoss } from '../../src/nn/losses/index.js';
import {
  Mean,
  type MeanMetric,
  Metric,
  metrics,
  registerMetric,
  resolveMetric,
  type MetricIdentifier,
} from '../../src/nn/metrics/index.js';
import { scalar, tensor, tensor1d, tensor2d, zeros } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { expectClose, f64, number, numbers, testData } from './support.js';

const columns = 3;
/** Rows of the batches: uneven, so that a mean of means would be another figure. */
const batches = [5, 1, 3];
const total = batches.reduce((a, b) => a + b, 0);

const outputs = testData(total * columns, 8);
const classes = testData(total, 9).map((v) => Math.floor(((v + 1) / 2) * columns));
const oneHot = classes.flatMap((c) => Array.from({ length: columns }, (_, j) => Number(j === c)));
const bits = testData(total * columns, 13).map((v) => Number(v > 0));

const rowOf = (values: readonly number[], row: number): number[] =>
  values.slice(row * columns, (row + 1) * columns);
const largest = (row: readonly number[]): number => row.indexOf(Math.max(...row));

/** Feeds all rows in the batches above. */
function feed(
  metric: Metric,
  target: (from: number, to: number) => Tensor,
  weights?: readonly number[],
): number {
  let from = 0;
  for (const size of batches) {
    const to = from + size;
    const output = f64(outputs.slice(from * columns, to * columns), [size, columns]);
    metric.update(target(from, to), output, weights && f64(weights.slice(from, to)));
    from = to;
  }
  return number(metric.result());
}

const labels = (from: number, to: number): Tensor => tensor(classes.slice(from, to), [to - from], 'int32');
const rows =
  (values: readonly number[]) =>
  (from: number, to: number): Tensor =>
    f64(values.slice(from * columns, to * columns), [to - from, columns]);

const hits = classes.map((c, row) => Number(largest(rowOf(outputs, row)) === c));
const matches = bits.map((b, i) => Number(b === Number(outputs[i] > 0.5)));
const errors = classes.map((_, row) =>
  rowOf(outputs, row).reduce((sum, y, j) => sum + (y - bits[row * columns + j]) ** 2 / columns, 0),
);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const cases: {
  name: string;
  make: () => Metric;
  target: (from: number, to: number) => Tensor;
  each: number[];
}[] = [
  {
    name: 'sparseCategoricalAccuracy',
    make: () => metrics.sparseCategoricalAccuracy(),
    target: labels,
    each: hits,
  },
  {
    name: 'categoricalAccuracy',
    make: () => metrics.categoricalAccuracy(),
    target: rows(oneHot),
    each: hits,
  },
  {
    name: 'binaryAccuracy',
    make: () => metrics.binaryAccuracy(),
    target: rows(bits),
    each: classes.map((_, row) => mean(rowOf(matches, row))),
  },
  { name: 'meanSquaredError', make: () => metrics.meanSquaredError(), target: rows(bits), each: errors },
  {
    name: 'a function',
    make: () => resolveMetric((t, y) => y.sub(t).square().mean(-1)),
    target: rows(bits),
    each: errors,
  },
];

describe('figures over uneven batches', () => {
  it.each(cases)('$name is the figure over all examples', ({ make, target, each }) => {
    const metric = make();
    const byBatch = mean([mean(each.slice(0, 5)), each[5], mean(each.slice(6))]);
    expectClose([feed(metric, target)], [mean(each)], 1e-14);
    expect(Math.abs(mean(each) - byBatch)).toBeGreaterThan(1e-3);
    metric.reset();
    expect(number(metric.result())).toBe(0);
    expectClose([feed(metric, target)], [mean(each)], 1e-14);
  });

  it.each(cases)('$name is weighted by example', ({ make, target, each }) => {
    const weights = classes.map((_, row) => 0.5 * row);
    const expected =
      each.reduce((sum, v, row) => sum + v * weights[row], 0) / weights.reduce((a, b) => a + b, 0);
    expectClose([feed(make(), target, weights)], [expected], 1e-14);
  });

  it('a mean of losses counts the examples behind each', () => {
    const loss = new Mean({ name: 'loss' });
    expect(loss.label).toBe('loss');
    loss.add(scalar(2), 3);
    loss.add(scalar(5), 1);
    expect(number(loss.result())).toBe(11 / 4);
    loss.reset();
    loss.update(null, tensor1d([1, 2, 6]));
    expect(number(loss.result())).toBe(3);
    loss.update(null, tensor1d([10]), tensor1d([3]));
    expect(number(loss.result())).toBe(39 / 6);
  });

  it('counts are exact where float32 has lost them', () => {
    const accuracy = metrics.categoricalAccuracy() as MeanMetric;
    accuracy.add(scalar(1), 2 ** 24);
    for (let i = 0; i < 3; i++) accuracy.update(tensor2d([[0, 1]]), tensor2d([[0, 1]]));
    expect(accuracy.variables.map(number)).toEqual([2 ** 24 + 3, 2 ** 24 + 3]);
  });

  it('are float64, whatever the outputs are', () => {
    const metric = metrics.meanSquaredError();
    metric.update(tensor2d([[0]]), tensor2d([[0.5]]));
    expect(metric.result().dtype).toBe('float64');
  });
});

describe('accuracy', () => {
  const over = (
    id: MetricIdentifier,
    loss: string,
    shape: number[],
    target: Tensor,
    output: Tensor,
  ): number => {
    const metric = resolveMetric(id, resolveLoss(loss), [null, ...shape]);
    expect(metric.label).toBe('acc');
    metric.update(target, output);
    return number(metric.result());
  };
  const output = tensor2d([
    [0.2, 0.7, 0.1],
    [0.6, 0.3, 0.1],
  ]);

  it('is chosen by the loss', () => {
    expect(over('accuracy', 'sparseCategoricalCrossentropy', [3], tensor1d([1, 1]), output)).toBe(0.5);
    expect(
      over(
        'acc',
        'categoricalCrossentropy',
        [3],
        tensor2d([
          [0, 1, 0],
          [1, 0, 0],
        ]),
        output,
      ),
    ).toBe(1);
    expect(
      over(
        'accuracy',
        'binaryCrossentropy',
        [3],
        tensor2d([
          [0, 1, 0],
          [0, 1, 0],
        ]),
        output,
      ),
    ).toBeCloseTo(4 / 6, 15);
  });

  it('is chosen by the shapes where the loss does not tell', () => {
    expect(over('accuracy', 'mse', [1], tensor2d([[1], [0]]), tensor2d([[0.7], [0.6]]))).toBe(0.5);
    expect(over('accuracy', 'mse', [1], tensor1d([1, 0]), tensor2d([[0.7], [0.6]]))).toBe(0.5);
    expect(
      over(
        'accuracy',
        'mse',
        [3],
        tensor2d([
          [0, 1, 0],
          [0, 1, 0],
        ]),
        output,
      ),
    ).toBe(0.5);
    expect(over('accuracy', 'mse', [3], tensor1d([1, 0]), output)).toBe(1);
  });

  it('of logits has its threshold at 0', () => {
    const loss = losses.binaryCrossentropy({ fromLogits: true });
    const metric = resolveMetric('accuracy', loss, [null, 1]);
    metric.update(tensor2d([[1], [0]]), tensor2d([[0.2], [-0.2]]));
    expect(number(metric.result())).toBe(1);
  });

  it('takes another threshold', () => {
    const metric = metrics.binaryAccuracy({ threshold: 0.9 });
    metric.update(tensor2d([[1, 1]]), tensor2d([[0.91, 0.89]]));
    expect(number(metric.result())).toBe(0.5);
  });

  it('refuses targets that do not fit', () => {
    expect(() => metrics.categoricalAccuracy().update(zeros([2, 4]), output)).toThrow(
      'categoricalAccuracy: expected targets of shape [2, 3] as the output, got [2, 4].',
    );
    expect(() => metrics.sparseCategoricalAccuracy().update(zeros([3]), output)).toThrow(
      'sparseCategoricalAccuracy: expected class numbers of shape [2]',
    );
  });
});

describe('names', () => {
  it('label the figures as they were written', () => {
    const label = (id: MetricIdentifier): string => resolveMetric(id).label;
    expect(['mse', 'meanAbsoluteError', 'binaryAccuracy', 'binary_accuracy', 'acc', 'ce'].map(label)).toEqual(
      ['mse', 'meanAbsoluteError', 'binaryAccuracy', 'binary_accuracy', 'acc', 'ce'],
    );
    expect(label(metrics.binaryAccuracy)).toBe('binaryAccuracy');
    expect(label(metrics.mse)).toBe('meanSquaredError');
    expect(label(metrics.meanSquaredError({ name: 'error' }))).toBe('error');
    expect(label({ className: 'BinaryAccuracy', config: { name: 'bits' } })).toBe('bits');
  });

  it('crossentropy follows the loss', () => {
    const ce = resolveMetric('crossentropy', losses.sparseCategoricalCrossentropy({ fromLogits: true }), [
      null,
      2,
    ]);
    ce.update(tensor([1], [1], 'int32'), f64([[0, Math.log(3)]]));
    expectClose([number(ce.result())], [Math.log(4 / 3)], 1e-14);
    const binary = resolveMetric('ce', resolveLoss('mse'), [null, 1]);
    binary.update(f64([[1]]), f64([[0.25]]));
    expectClose([number(binary.result())], [Math.log(4)], 1e-12);
  });

  it('instances are cloned, so that each user has its own sums', () => {
    const own = metrics.binaryAccuracy({ threshold: 0.25 });
    const resolved = resolveMetric(own);
    expect(resolved).not.toBe(own);
    expect(resolved.getConfig()).toEqual(own.getConfig());
    resolved.update(tensor2d([[1]]), tensor2d([[0.3]]));
    expect([number(resolved.result()), number(own.result())]).toEqual([1, 0]);
  });

  it('that are not known get the nearest one', () => {
    expect(() => resolveMetric('acuracy')).toThrow(
      "metrics: unknown metric 'acuracy': did you mean 'accuracy'?",
    );
    expect(() => resolveMetric('meanSquareError')).toThrow("did you mean 'meanSquaredError'?");
  });

  it("can be added by a class of one's own", () => {
    class Seen extends Metric {
      static override readonly className = 'Seen';
      private readonly examples = this.addSum('examples');
      override update(_yTrue: Tensor, yPred: Tensor): void {
        this.examples.assign(this.examples.add(yPred.shape[0]));
      }
      override result(): Tensor {
        return this.examples.snapshot_();
      }
    }
    registerMetric(Seen);
    const metric = resolveMetric('seen');
    metric.update(zeros([4]), zeros([4]));
    metric.update(zeros([2]), zeros([2]));
    expect(number(metric.result())).toBe(6);
    metric.reset();
    expect(number(metric.result())).toBe(0);
  });
});

describe('functions on tensors', () => {
  it("give a value for each example, as tfjs'", () => {
    const y = tensor2d([
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ]);
    const p = tensor2d([
      [1, 0, 1, 0],
      [0, 0, 0, 1],
    ]);
    expect(numbers(metrics.binaryAccuracy(y, p))).toEqual([0.5, 0.75]);
    const scores = [
      [0.1, 0.8, 0.05, 0.05],
      [0.1, 0.05, 0.05, 0.8],
    ];
    expect(
      numbers(
        metrics.categoricalAccuracy(
          tensor2d([
            [0, 0, 0, 1],
            [0, 0, 0, 1],
          ]),
          tensor2d(scores),
        ),
      ),
    ).toEqual([0, 1]);
    const rows5 = [
      [0, 1, 0],
      [1, 0, 0],
      [0, 0.4, 0.6],
      [0, 0.6, 0.4],
      [0.7, 0.3, 0],
    ];
    expect(numbers(metrics.sparseCategoricalAccuracy([1, 1, 2, 2, 0], rows5))).toEqual([1, 0, 1, 0, 1]);
    expect(
      numbers(
        metrics.mse(
          [
            [0, 1],
            [3, 4],
          ],
          [
            [0, 1],
            [-3, -4],
          ],
        ),
      ),
    ).toEqual([0, 50]);
    expect(
      numbers(
        metrics.meanAbsoluteError(
          [
            [0, 1],
            [0, 0],
            [2, 3],
          ],
          [
            [0, 1],
            [0, 1],
            [-2, -3],
          ],
        ),
      ),
    ).toEqual([0, 0.5, 5]);
    expectClose(
      numbers(metrics.binaryCrossentropy([[0], [1]], [[0.5], [0.25]])),
      [Math.log(2), Math.log(4)],
      1e-6,
    );
    expectClose(numbers(metrics.categoricalCrossentropy([[0, 1]], [[0.5, 0.5]])), [Math.log(2)], 1e-6);
  });
});
