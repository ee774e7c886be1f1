// Adagrad and Adadelta: steps divided by what has come together of squared gradients.

import type { Scalar } from '../../contract/expression.js';
import { decayRate, positive, notNegative, type Arguments } from '../config/fields.js';
import { Optimizer, optimizerFields, type Slot, type UpdateInputs } from './optimizer.js';

const adagradFields = {
  ...optimizerFields(0.01),
  /** What the sum of squares begins with. */
  initialAccumulatorValue: notNegative(0.1),
};

/** Options of `optimizers.adagrad`. */
export type AdagradArgs = Arguments<typeof adagradFields>;

/** Added below Adagrad's root; tfjs has no option for it. */
const adagradEpsilon = 1e-7;

/**
 * a' = a + g^2; w' = w - learningRate * g / sqrt(a' + 1e-7).
 * Duchi, Hazan and Singer 2011, "Adaptive subgradient methods for online learning and stochastic optimization".
 */
export class AdagradOptimizer extends Optimizer<typeof adagradFields> {
  static override readonly className: string = 'Adagrad';
  static override readonly fields = adagradFields;

  constructor(config?: AdagradArgs) {
    super(config);
  }

  protected override get slots(): readonly Slot[] {
    return [{ name: 'accumulator', initial: this.settings.initialAccumulatorValue }];
  }

  protected override update({
    e,
    weight,
    gradient,
    slots,
    scalars: [rate],
  }: UpdateInputs): readonly Scalar[] {
    const sum = e.fma(gradient, gradient, slots[0]);
    return [e.sub(weight, e.div(e.mul(rate, gradient), e.sqrt(e.add(sum, adagradEpsilon)))), sum];
  }
}

const adadeltaFields = {
  ...optimizerFields(0.001),
  /** How much of the mean squares is kept a step. */
  rho: decayRate(0.95),
  /** Added below the roots. */
  epsilon: positive(1e-7),
};

/** Options of `optimizers.adadelta`. */
export type AdadeltaArgs = Arguments<typeof adadeltaFields>;

/**
 * d = sqrt(u + epsilon) / sqrt(a + epsilon) * g; w' = w - learningRate * d; a' = rho * a + (1 - rho) * g^2;
 * u' = rho * u + (1 - rho) * d^2. As in tfjs the step divides by the former a; the paper takes a'.
 * Zeiler 2012, "ADADELTA: an adaptive learning rate method", arXiv 1212.5701.
 */
export class AdadeltaOptimizer extends Optimizer<typeof adadeltaFields> {
  static override readonly className: string = 'Adadelta';
  static override readonly fields = adadeltaFields;

  constructor(config?: AdadeltaArgs) {
    super(config);
  }

  protected override get slots(): readonly Slot[] {
    return [{ name: 'accum_grad' }, { name: 'accum_var' }];
  }

  protected override update({
    e,
    weight,
    gradient,
    slots,
    scalars: [rate],
  }: UpdateInputs): readonly Scalar[] {
    const { rho, epsilon } = this.settings;
    const [squares, steps] = slots;
    const mean = (kept: Scalar, value: Scalar): Scalar =>
      e.fma(kept, rho, e.mul(1 - rho, e.mul(value, value)));
    const ratio = e.div(e.sqrt(e.add(steps, epsilon)), e.sqrt(e.add(squares, epsilon)));
    const step = e.mul(ratio, gradient);
    return [e.sub(weight, e.mul(rate, step)), mean(squares, gradient), mean(steps, step)];
  }
}
