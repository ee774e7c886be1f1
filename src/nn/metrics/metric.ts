// Streaming metrics: figures over everything seen since the last reset, each example counting as much as any other.
// Sums and counts are float64 Variables, so that they are exact up to 2^53 and part of compiled programs.

import { cast, divNoNan, mul, sum } from '../../ops/index.js';
import { expression } from '../../contract/expression.js';
import { constant } from '../../tensor/convert.js';
import { runOp, type Op } from '../../tensor/op.js';
import type { Tensor, TensorSpec } from '../../tensor/tensor.js';
import { Variable } from '../../tensor/variable.js';
import { Configured, camelCase } from '../config/configured.js';
import { maybe, text, type Fields } from '../config/fields.js';

/** Options of every metric. */
export const metricFields = {
  /** What the figure is called in logs and histories. */
  name: maybe(text()),
};

/** Base class of metrics. */
export abstract class Metric<F extends Fields = Fields> extends Configured<F> {
  /** What the figure is called in logs and histories. */
  readonly label: string;
  private readonly state: Variable[] = [];

  constructor(config?: object | null) {
    super(config);
    const { name } = this.settings as unknown as { readonly name?: string };
    this.label = name ?? camelCase(this.getClassName());
  }

  /** The same as `label`. */
  get name(): string {
    return this.label;
  }

  /** Adds a batch. */
  abstract update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor | null): void;

  /** The figure over all batches since the last reset: float64 of rank 0; 0 where there was none. */
  abstract result(): Tensor;

  /** Forgets all batches. */
  reset(): void {
    for (const variable of this.state) variable.assign(constant(0, 'float64'));
  }

  /** The sums and counts. */
  get variables(): readonly Variable[] {
    return this.state;
  }

  /** A metric of the same options, with sums of its own. */
  clone(): Metric {
    const Type = this.constructor as new (config: object) => Metric;
    return new Type(this.getConfig());
  }

  /** A float64 sum of rank 0 that starts, and is reset, to 0. */
  protected addSum(name: string): Variable {
    const variable = new Variable(new Float64Array(1), [], 'float64', `${this.label}/${name}`, false);
    this.state.push(variable);
    return variable;
  }
}

interface Weights {
  /** Factor of the value. */
  readonly factor: number;
  /** What the value counts. */
  readonly count: number;
}

/** total + factor * value and count + count, both float64 of rank 0. */
const accumulateOp: Op<Weights> = {
  name: 'accumulate',
  infer: ([total, count]): TensorSpec[] => [total, count].map(({ shape, dtype }) => ({ shape, dtype })),
  lower: (inputs, outputs, { factor, count }) => [
    {
      kernel: 'map',
      dtype: 'float64',
      dims: [],
      expression: expression(3, (e, total, counted, value) => [
        e.add(total, factor === 1 ? value : e.mul(value, factor)),
        e.add(counted, count),
      ]),
      inputs: inputs.map((_, operand) => ({ operand, offset: 0, strides: [] })),
      outputs: outputs.map((_, i) => ({ operand: inputs.length + i, offset: 0, strides: [] })),
    },
  ],
  gradient: null,
};

const meanFields = { ...metricFields };

/** A mean over examples: a sum and a count. */
export abstract class MeanMetric<F extends Fields = Fields> extends Metric<F> {
  private readonly total = this.addSum('total');
  private readonly count = this.addSum('count');

  /**
   * Adds a mean over some examples.
   * @param mean rank 0
   * @param examples how many it is over
   */
  add(mean: Tensor, examples: number): void {
    this.accumulate(mean, examples, examples);
  }

  /** Adds values, each counting 1 or, with weights (broadcast along trailing dimensions), that. */
  protected addValues(values: Tensor, weights?: Tensor | null): void {
    if (!weights) {
      this.accumulate(sum(values), 1, values.size);
      return;
    }
    const exact = cast(weights, 'float64');
    const spread = weights.rank < values.rank && weights.rank > 0 ? expandLast(exact, values.rank) : exact;
    this.accumulate(sum(mul(cast(values, 'float64'), spread)), 1, 0);
    const shares = values.size / weights.size;
    this.count.assign(this.count.add(sum(exact).mul(shares)));
  }

  private accumulate(value: Tensor, factor: number, count: number): void {
    const [total, counted] = runOp(accumulateOp, [this.total, this.count, value], { factor, count });
    this.total.assign(total);
    this.count.assign(counted);
  }

  override result(): Tensor {
    return divNoNan(this.total, this.count);
  }
}

function expandLast(t: Tensor, rank: number): Tensor {
  return t.reshape([...t.shape, ...new Array<number>(rank - t.rank).fill(1)]);
}

/** The weighted mean of the values that it is given: of losses, for example. */
export class Mean extends MeanMetric<typeof meanFields> {
  static override readonly className: string = 'Mean';
  static override readonly fields = meanFields;

  constructor(config?: { name?: string | null }) {
    super(config);
  }

  /** Adds the elements of `yPred`; targets are not looked at. */
  override update(_yTrue: Tensor | null, yPred: Tensor, sampleWeight?: Tensor | null): void {
    this.addValues(yPred, sampleWeight);
  }
}

/** A function of targets and outputs with a value for each example (or element): its mean over all of them. */
export type MetricCallback = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** The mean of what a function gives for each example. */
export class FunctionMetric extends MeanMetric {
  static override readonly className: string = 'FunctionMetric';
  override readonly label: string;

  constructor(
    private readonly compute: MetricCallback,
    name?: string,
  ) {
    super();
    this.label = name ?? (compute.name || 'metric');
  }

  override update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor | null): void {
    this.addValues(this.compute(yTrue, yPred), sampleWeight);
  }

  override clone(): Metric {
    return new FunctionMetric(this.compute, this.label);
  }
}
