// What a loss is: a figure for each example, from targets and outputs, and one for the batch.

import { mean, sum } from '../../ops/index.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Configured, camelCase } from '../config/configured.js';
import { choice, type Fields } from '../config/fields.js';
import { aligned } from './targets.js';

/** Options of every loss. */
export const lossFields = (reduction: 'mean' | 'sum' = 'mean') => ({
  /** Whether the loss of a batch is the mean or the sum of its examples' losses. */
  reduction: choice(['mean', 'sum'])(reduction),
});

/** Base class of losses. */
export abstract class Loss<F extends Fields = Fields> extends Configured<F> {
  /** Whether targets are class numbers, [batch], rather than tensors of the output's shape. */
  readonly sparse: boolean = false;
  /** Whether targets must have the output's shape (sparse: that without the last dimension). */
  readonly checksTargets: boolean = true;
  /** What a sigmoid or softmax output is taken for; tells which accuracy belongs to the loss. */
  readonly kind: 'binary' | 'categorical' | 'other' = 'other';
  /** Whether outputs are logits. */
  readonly fromLogits: boolean = false;

  constructor(config?: object | null) {
    super(config);
  }

  /** `meanSquaredError`. */
  get name(): string {
    return camelCase(this.getClassName());
  }

  /**
   * The loss of each example.
   * @param yTrue targets
   * @param yPred outputs, [batch, ...]
   * @returns [batch], or for outputs of rank 3 and more all their dimensions but the last
   */
  abstract call(yTrue: Tensor, yPred: Tensor): Tensor;

  /** The loss of a batch: a rank-0 tensor. */
  batch(yTrue: Tensor, yPred: Tensor): Tensor {
    const { reduction } = this.settings as unknown as { readonly reduction?: 'mean' | 'sum' };
    return (reduction === 'sum' ? sum : mean)(this.call(yTrue, yPred));
  }
}

/** A loss that is a mean (or sum) of a function of each element of target and output. */
export abstract class ElementwiseLoss<F extends Fields = Fields> extends Loss<F> {
  /** The loss of each element; both have the same shape and float dtype. */
  protected abstract elements(yTrue: Tensor, yPred: Tensor): Tensor;
  /** How the elements of an example are put together. */
  protected readonly within: 'mean' | 'sum' = 'mean';

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return (this.within === 'sum' ? sum : mean)(this.elements(...aligned(yTrue, yPred, this.name)), -1);
  }

  override batch(yTrue: Tensor, yPred: Tensor): Tensor {
    const { reduction } = this.settings as unknown as { readonly reduction?: 'mean' | 'sum' };
    if (reduction !== this.within) return super.batch(yTrue, yPred);
    // Rows are equally long: the mean of their means is the mean of all, in one reduction.
    return (this.within === 'sum' ? sum : mean)(this.elements(...aligned(yTrue, yPred, this.name)));
  }
}

/** A function (yTrue, yPred) => tensor of any shape, as a loss. */
export class FunctionLoss extends Loss {
  static override readonly className: string = 'FunctionLoss';
  override readonly checksTargets = false;

  constructor(private readonly compute: (yTrue: Tensor, yPred: Tensor) => Tensor) {
    super();
  }

  override get name(): string {
    return this.compute.name || 'loss';
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.compute(yTrue, yPred);
  }
}
