// RMSProp: steps divided by a running root mean square of the gradient.

import type { Scalar } from '../../contract/expression.js';
import { zeros } from '../../tensor/create.js';
import { decayRate, flag, positive, type Arguments } from '../config/fields.js';
import { Optimizer, optimizerFields, type NamedTensor, type Slot, type UpdateInputs } from './optimizer.js';

const fields = {
  ...optimizerFields(0.001),
  /** How much of the mean square is kept a step. */
  decay: decayRate(0.9),
  /** How much of the former steps is kept; 0 for none. */
  momentum: decayRate(0),
  /** Added below the root. */
  epsilon: positive(1e-7),
  /** Whether the mean gradient is subtracted: the root is then the standard deviation. */
  centered: flag(false),
};

/** Options of `optimizers.rmsprop`. */
export type RMSPropArgs = Arguments<typeof fields>;

/**
 * s' = decay * s + (1 - decay) * g^2; v' = momentum * v + learningRate * g / sqrt(s' + epsilon); w' = w - v'.
 * With `centered`, m' = decay * m + (1 - decay) * g and the root is of s' - m'^2 + epsilon (tfjs subtracts epsilon
 * there, which gives NaN for a gradient of 0; TensorFlow adds it). Without momentum v is not kept.
 * Tieleman and Hinton 2012, lecture 6.5 of "Neural Networks for Machine Learning"; Graves 2013 for the centered form.
 */
export class RMSPropOptimizer extends Optimizer<typeof fields> {
  static override readonly className: string = 'RMSProp';
  static override readonly fields = fields;

  constructor(config?: RMSPropArgs) {
    super(config);
  }

  protected override get slots(): readonly Slot[] {
    const { momentum, centered } = this.settings;
    return [
      { name: 'rms' },
      ...(momentum > 0 ? [{ name: 'momentum' }] : []),
      ...(centered ? [{ name: 'mg' }] : []),
    ];
  }

  protected override update({
    e,
    weight,
    gradient,
    slots,
    scalars: [rate],
  }: UpdateInputs): readonly Scalar[] {
    const { decay, momentum, epsilon, centered } = this.settings;
    const mean = (kept: Scalar, value: Scalar): Scalar => e.fma(kept, decay, e.mul(1 - decay, value));
    const square = mean(slots[0], e.mul(gradient, gradient));
    const centre = centered ? mean(slots[slots.length - 1], gradient) : null;
    const variance = centre ? e.sub(square, e.mul(centre, centre)) : square;
    const scaled = e.div(e.mul(rate, gradient), e.sqrt(e.add(variance, epsilon)));
    const step = momentum > 0 ? e.fma(slots[1], momentum, scaled) : scaled;
    return [e.sub(weight, step), square, ...(momentum > 0 ? [step] : []), ...(centre ? [centre] : [])];
  }

  /** tfjs reads a momentum even where none is used: all 0, between the mean squares and the mean gradients. */
  override savedState_(): readonly NamedTensor[] {
    const state = super.savedState_();
    if (this.settings.momentum > 0) return state;
    const [iterations, ...slots] = state;
    const count = slots.length / (this.settings.centered ? 2 : 1);
    const squares = slots.slice(0, count);
    const momenta = squares.map(({ name, tensor: { shape, dtype } }) => ({
      name: name.replace(/rms$/, 'momentum'),
      tensor: zeros(shape, dtype),
    }));
    return [iterations, ...squares, ...momenta, ...slots.slice(count)];
  }

  /** tfjs saves a momentum even where none is used. */
  protected override accepted(weights: readonly NamedTensor[]): readonly NamedTensor[] {
    return this.settings.momentum > 0 ? weights : weights.filter((w) => !w.name.endsWith('/momentum'));
  }
}
