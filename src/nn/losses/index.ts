// Losses: classes for compile, and tfjs' functions on tensors.

import type { Tensor } from '../../tensor/tensor.js';
import type { TensorLike } from '../../tensor/convert.js';
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  SparseCategoricalCrossentropy,
  type CrossentropyArgs,
  type SparseCrossentropyArgs,
} from './crossentropy.js';
import {
  absoluteDifference,
  computeWeightedLoss,
  cosineDistance,
  hingeLoss,
  huberLoss,
  logLoss,
  meanSquaredError as weightedSquaredError,
  Reduction,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
} from './functional.js';
import {
  HalfSquaredError,
  MeanAbsoluteError,
  MeanSquaredError,
  SumOfSquaredErrors,
  type MeanLossArgs,
  type SumLossArgs,
} from './regression.js';
import { lossRegistry, standsFor } from './registry.js';

export { FunctionLoss, Loss, lossFields } from './loss.js';
export { registerLoss, resolveLoss, type LossCallback, type LossIdentifier } from './registry.js';
export { Reduction };
export {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  HalfSquaredError,
  MeanAbsoluteError,
  MeanSquaredError,
  SparseCategoricalCrossentropy,
  SumOfSquaredErrors,
};
export type { CrossentropyArgs, MeanLossArgs, SparseCrossentropyArgs, SumLossArgs };
export type { Loss as LossFunction } from './loss.js';

/** With tensors tfjs' function, a weighted mean of (label - prediction)^2; else the loss for compile. */
function meanSquaredError(config?: MeanLossArgs): MeanSquaredError;
function meanSquaredError(
  labels: TensorLike,
  predictions: TensorLike,
  weights?: TensorLike | null,
  reduction?: Reduction,
): Tensor;
function meanSquaredError(
  first?: MeanLossArgs | TensorLike,
  predictions?: TensorLike,
  weights?: TensorLike | null,
  reduction?: Reduction,
): MeanSquaredError | Tensor {
  if (predictions !== undefined) {
    return weightedSquaredError(first as TensorLike, predictions, weights, reduction);
  }
  return new MeanSquaredError(first);
}

/** Losses for compile, by factory; and tfjs' functions on tensors. */
export const losses = {
  meanSquaredError,
  /** Mean over an example's outputs of |y - t|. */
  meanAbsoluteError: (config?: MeanLossArgs): MeanAbsoluteError => new MeanAbsoluteError(config),
  /** Sum of (y - t)^2 over all outputs of the batch. */
  sumOfSquaredErrors: (config?: SumLossArgs): SumOfSquaredErrors => new SumOfSquaredErrors(config),
  /** Half the sum of (y - t)^2 over all outputs of the batch. */
  halfSquaredError: (config?: SumLossArgs): HalfSquaredError => new HalfSquaredError(config),
  /** -t log p - (1 - t) log(1 - p), mean over an example's outputs. */
  binaryCrossentropy: (config?: CrossentropyArgs): BinaryCrossentropy => new BinaryCrossentropy(config),
  /** -sum over the classes of t log p. */
  categoricalCrossentropy: (config?: CrossentropyArgs): CategoricalCrossentropy =>
    new CategoricalCrossentropy(config),
  /** -log p of the class whose number is the target. */
  sparseCategoricalCrossentropy: (config?: SparseCrossentropyArgs): SparseCategoricalCrossentropy =>
    new SparseCategoricalCrossentropy(config),
  absoluteDifference,
  computeWeightedLoss,
  cosineDistance,
  hingeLoss,
  huberLoss,
  logLoss,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
};

// `loss: losses.meanSquaredError`, the function itself, is as good as its name.
for (const [name, factory] of Object.entries(losses)) if (lossRegistry.has(name)) standsFor(factory, name);
