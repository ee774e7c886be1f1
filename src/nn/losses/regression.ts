// Losses of numbers: squared and absolute errors.

import { abs, mul, squaredDifference, sub } from '../../ops/index.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Arguments } from '../config/fields.js';
import { ElementwiseLoss, lossFields } from './loss.js';

const meanFields = { ...lossFields() };
const sumFields = { ...lossFields('sum') };

/** Options of losses that are means. */
export type MeanLossArgs = Arguments<typeof meanFields>;
/** Options of losses that are sums. */
export type SumLossArgs = Arguments<typeof sumFields>;

/** Mean over an example's outputs of (y - t)^2. */
export class MeanSquaredError extends ElementwiseLoss<typeof meanFields> {
  static override readonly className: string = 'MeanSquaredError';
  static override readonly fields = meanFields;

  constructor(config?: MeanLossArgs) {
    super(config);
  }

  protected override elements(yTrue: Tensor, yPred: Tensor): Tensor {
    return squaredDifference(yPred, yTrue);
  }
}

/** Mean over an example's outputs of |y - t|. */
export class MeanAbsoluteError extends ElementwiseLoss<typeof meanFields> {
  static override readonly className: string = 'MeanAbsoluteError';
  static override readonly fields = meanFields;

  constructor(config?: MeanLossArgs) {
    super(config);
  }

  protected override elements(yTrue: Tensor, yPred: Tensor): Tensor {
    return abs(sub(yPred, yTrue));
  }
}

/** Sum over an example's outputs of (y - t)^2; the loss of a batch is the sum over its examples. */
export class SumOfSquaredErrors extends ElementwiseLoss<typeof sumFields> {
  static override readonly className: string = 'SumOfSquaredErrors';
  static override readonly fields = sumFields;
  protected override readonly within = 'sum';

  constructor(config?: SumLossArgs) {
    super(config);
  }

  protected override elements(yTrue: Tensor, yPred: Tensor): Tensor {
    return squaredDifference(yPred, yTrue);
  }
}

/**
 * Half the sum over an example's outputs of (y - t)^2, so that its gradient is y - t; the loss of a batch is the sum
 * over its examples.
 */
export class HalfSquaredError extends ElementwiseLoss<typeof sumFields> {
  static override readonly className: string = 'HalfSquaredError';
  static override readonly fields = sumFields;
  protected override readonly within = 'sum';

  constructor(config?: SumLossArgs) {
    super(config);
  }

  protected override elements(yTrue: Tensor, yPred: Tensor): Tensor {
    return mul(squaredDifference(yPred, yTrue), 0.5);
  }
}
