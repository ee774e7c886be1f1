// Stochastic gradient descent, without and with momentum.

import type { Scalar } from '../../contract/expression.js';
import { decayRate, flag, type Arguments } from '../config/fields.js';
import { Optimizer, optimizerFields, type Slot, type UpdateInputs } from './optimizer.js';

const sgdFields = { ...optimizerFields(0.01) };

/** Options of `optimizers.sgd`. */
export type SGDArgs = Arguments<typeof sgdFields>;

/** w' = w - learningRate * g. */
export class SGDOptimizer extends Optimizer<typeof sgdFields> {
  static override readonly className: string = 'SGD';
  static override readonly fields = sgdFields;

  constructor(config?: SGDArgs) {
    super(config);
  }

  protected override get slots(): readonly Slot[] {
    return [];
  }

  protected override update({ e, weight, gradient, scalars: [rate] }: UpdateInputs): readonly Scalar[] {
    return [e.sub(weight, e.mul(rate, gradient))];
  }
}

const momentumFields = {
  ...optimizerFields(0.01),
  /** How much of the former steps is kept; 0 to below 1. */
  momentum: decayRate(0.9),
  /** Whether to look ahead (Nesterov 1983; Sutskever et al. 2013). */
  useNesterov: flag(false),
};

/** Options of `optimizers.momentum`. */
export type MomentumArgs = Arguments<typeof momentumFields>;

/**
 * a' = momentum * a + g; w' = w - learningRate * a', or with `useNesterov` w' = w - learningRate * (g + momentum * a').
 * Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning".
 */
export class MomentumOptimizer extends Optimizer<typeof momentumFields> {
  static override readonly className: string = 'Momentum';
  static override readonly fields = momentumFields;

  constructor(config?: MomentumArgs) {
    super(config);
  }

  protected override get slots(): readonly Slot[] {
    return [{ name: 'momentum' }];
  }

  protected override update({
    e,
    weight,
    gradient,
    slots,
    scalars: [rate],
  }: UpdateInputs): readonly Scalar[] {
    const { momentum, useNesterov } = this.settings;
    const kept = e.fma(slots[0], momentum, gradient);
    const step = useNesterov ? e.fma(kept, momentum, gradient) : kept;
    return [e.sub(weight, e.mul(rate, step)), kept];
  }
}
