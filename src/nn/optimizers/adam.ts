// Adam and Adamax: steps by running moments of the gradient, corrected for their start at 0.

import type { Scalar } from '../../contract/expression.js';
import { runOp } from '../../tensor/op.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import { decayRate, notNegative, positive, type Arguments } from '../config/fields.js';
import { Optimizer, optimizerFields, scalarVariable, type Slot, type UpdateInputs } from './optimizer.js';
import { elementwiseUpdate } from './update.js';

/**
 * beta^t in a Variable, multiplied up step by step in float64: 1 - beta^t keeps its digits however small t is, and a
 * product rounds alike on every backend, which a power does not.
 */
class Power {
  readonly value: Variable;
  private readonly advance;

  constructor(
    private readonly beta: number,
    name: string,
  ) {
    this.value = scalarVariable(beta, 'float64', name);
    this.advance = elementwiseUpdate('bias correction', 1, (e, power) => [
      e.reciprocal(e.sub(1, power)),
      e.mul(power, beta),
    ]);
  }

  /** 1 / (1 - beta^t) of step t, as a rank-0 tensor; then t is one more. */
  correction(): Tensor {
    const [correction, next] = runOp(this.advance, [this.value], undefined);
    this.value.assign(next);
    return correction;
  }

  /** Sets t to the step after `iterations` steps, by the same products. */
  restore(iterations: number): void {
    let power = this.beta;
    for (let t = 0; t < iterations; t++) {
      const next = power * this.beta;
      // 0, or so small that it rounds to itself: it stays as it is, however many steps there were.
      if (next === power) break;
      power = next;
    }
    this.value.write_(Float64Array.of(power));
  }
}

const adamFields = {
  ...optimizerFields(0.001),
  /** How much of the mean gradient is kept a step. */
  beta1: decayRate(0.9),
  /** How much of the mean square is kept a step. */
  beta2: decayRate(0.999),
  /** Added to the root. */
  epsilon: positive(1e-7),
};

/** Options of `optimizers.adam`. */
export type AdamArgs = Arguments<typeof adamFields>;

/**
 * m' = beta1 * m + (1 - beta1) * g; v' = beta2 * v + (1 - beta2) * g^2;
 * w' = w - learningRate * (m' / (1 - beta1^t)) / (sqrt(v' / (1 - beta2^t)) + epsilon).
 * Kingma and Ba 2014, "Adam: a method for stochastic optimization", arXiv 1412.6980.
 */
export class AdamOptimizer extends Optimizer<typeof adamFields> {
  static override readonly className: string = 'Adam';
  static override readonly fields = adamFields;
  private readonly power1 = new Power(this.settings.beta1, 'beta1_power');
  private readonly power2 = new Power(this.settings.beta2, 'beta2_power');

  constructor(config?: AdamArgs) {
    super(config);
  }

  protected override get slots(): readonly Slot[] {
    return [{ name: 'm' }, { name: 'v' }];
  }

  protected override get stepScalarCount(): number {
    return 2;
  }

  protected override stepScalars(): readonly Tensor[] {
    return [this.power1.correction(), this.power2.correction()];
  }

  protected override restored(iterations: number): void {
    this.power1.restore(iterations);
    this.power2.restore(iterations);
  }

  protected override update(inputs: UpdateInputs): readonly Scalar[] {
    const { e, weight, gradient, slots, scalars } = inputs;
    const [rate, correction1, correction2] = scalars;
    const { beta1, beta2, epsilon } = this.settings;
    const m = e.fma(slots[0], beta1, e.mul(1 - beta1, gradient));
    const v = e.fma(slots[1], beta2, e.mul(1 - beta2, e.mul(gradient, gradient)));
    const root = e.add(e.sqrt(e.mul(v, correction2)), epsilon);
    return [e.sub(weight, e.div(e.mul(rate, e.mul(m, correction1)), root)), m, v];
  }
}

const adamaxFields = {
  ...adamFields,
  ...optimizerFields(0.002),
  /** Step t has the learning rate learningRate / (1 + decay * (t - 1)). */
  decay: notNegative(0),
};

/** Options of `optimizers.adamax`. */
export type AdamaxArgs = Arguments<typeof adamaxFields>;

/**
 * m' = beta1 * m + (1 - beta1) * g; u' = max(beta2 * u, |g|);
 * w' = w - learningRate / (1 + decay * (t - 1)) / (1 - beta1^t) * m' / (u' + epsilon).
 * Kingma and Ba 2014, section 7.1.
 */
export class AdamaxOptimizer extends Optimizer<typeof adamaxFields> {
  static override readonly className: string = 'Adamax';
  static override readonly fields = adamaxFields;
  private readonly power = new Power(this.settings.beta1, 'beta1_power');

  constructor(config?: AdamaxArgs) {
    super(config);
  }

  protected override get slots(): readonly Slot[] {
    return [{ name: 'm' }, { name: 'v' }];
  }

  protected override get stepScalarCount(): number {
    return 2;
  }

  protected override stepScalars(): readonly Tensor[] {
    return [this.power.correction(), this.iterations];
  }

  protected override restored(iterations: number): void {
    this.power.restore(iterations);
  }

  protected override update(inputs: UpdateInputs): readonly Scalar[] {
    const { e, weight, gradient, slots, scalars } = inputs;
    const [rate, correction, steps] = scalars;
    const { beta1, beta2, epsilon, decay } = this.settings;
    const m = e.fma(slots[0], beta1, e.mul(1 - beta1, gradient));
    const u = e.max(e.mul(slots[1], beta2), e.abs(gradient));
    const decayed = decay > 0 ? e.div(rate, e.fma(steps, decay, 1)) : rate;
    return [e.sub(weight, e.div(e.mul(e.mul(decayed, correction), m), e.add(u, epsilon))), m, u];
  }
}
