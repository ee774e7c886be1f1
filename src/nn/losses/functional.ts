// tfjs' functional losses: element by element, weighted, reduced. Arguments in tfjs' order: labels, then predictions.

import {
  abs,
  add,
  cast,
  div,
  log,
  mean,
  minimum,
  mul,
  neg,
  notEqual,
  relu,
  softmaxCrossEntropy as softmaxCrossEntropyRows,
  square,
  squaredDifference,
  sub,
  sum,
} from '../../ops/index.js';
import { ArgumentError } from '../../contract/errors.js';
import { convert, convertPair, type TensorLike } from '../../tensor/convert.js';
import { onesLike } from '../../tensor/create.js';
import { sameShape, showShape } from '../../tensor/shapes.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sigmoidCrossEntropyWithLogits } from './crossentropy.js';

/** How elementwise losses become one; the numbers are tfjs'. */
export enum Reduction {
  /** The elements' losses as they are. */
  NONE,
  /** Their sum, divided by the sum of the weights. */
  MEAN,
  /** Their sum. */
  SUM,
  /** Their sum, divided by the number of weights that are not 0. */
  SUM_BY_NONZERO_WEIGHTS,
}

/**
 * Losses of elements times their weights, reduced.
 * @param weights rank 0, or broadcastable to `losses`; default: 1
 * @param reduction default: SUM_BY_NONZERO_WEIGHTS
 */
export function computeWeightedLoss(
  losses: TensorLike,
  weights?: TensorLike | null,
  reduction: Reduction = Reduction.SUM_BY_NONZERO_WEIGHTS,
): Tensor {
  const loss = convert(losses, 'computeWeightedLoss');
  if (weights === undefined || weights === null) {
    if (reduction === Reduction.NONE) return loss;
    return reduction === Reduction.SUM ? sum(loss) : mean(loss);
  }
  const w = convert(weights, 'computeWeightedLoss', loss.dtype);
  const weighted = mul(loss, w);
  switch (reduction) {
    case Reduction.NONE:
      return weighted;
    case Reduction.SUM:
      return sum(weighted);
    case Reduction.MEAN:
      return div(sum(weighted), sum(mul(w, onesLike(loss))));
    case Reduction.SUM_BY_NONZERO_WEIGHTS:
      return div(sum(weighted), cast(sum(notEqual(mul(w, onesLike(loss)), 0)), loss.dtype));
    default:
      throw new ArgumentError(`computeWeightedLoss: unknown reduction ${String(reduction)}.`);
  }
}

/** Both as tensors of one shape. */
function pair(labels: TensorLike, predictions: TensorLike, what: string): [Tensor, Tensor] {
  const [y, p] = convertPair(labels, predictions, what);
  if (!sameShape(y.shape, p.shape)) {
    throw new ArgumentError(
      `${what}: expected labels and predictions of one shape, got ${showShape(y.shape)} and ${showShape(p.shape)}.`,
    );
  }
  return [y, p];
}

/** |label - prediction|. */
export function absoluteDifference(
  labels: TensorLike,
  predictions: TensorLike,
  weights?: TensorLike | null,
  reduction?: Reduction,
): Tensor {
  const [y, p] = pair(labels, predictions, 'absoluteDifference');
  return computeWeightedLoss(abs(sub(y, p)), weights, reduction);
}

/** (label - prediction)^2. */
export function meanSquaredError(
  labels: TensorLike,
  predictions: TensorLike,
  weights?: TensorLike | null,
  reduction?: Reduction,
): Tensor {
  const [y, p] = pair(labels, predictions, 'meanSquaredError');
  return computeWeightedLoss(squaredDifference(p, y), weights, reduction);
}

/** 1 - sum of label * prediction along `axis`; both should have length 1 there. */
export function cosineDistance(
  labels: TensorLike,
  predictions: TensorLike,
  axis: number,
  weights?: TensorLike | null,
  reduction?: Reduction,
): Tensor {
  const [y, p] = pair(labels, predictions, 'cosineDistance');
  return computeWeightedLoss(sub(1, sum(mul(y, p), axis, true)), weights, reduction);
}

/** max(0, 1 - (2 label - 1) * prediction), for labels 0 and 1. */
export function hingeLoss(
  labels: TensorLike,
  predictions: TensorLike,
  weights?: TensorLike | null,
  reduction?: Reduction,
): Tensor {
  const [y, p] = pair(labels, predictions, 'hingeLoss');
  return computeWeightedLoss(relu(sub(1, mul(sub(mul(y, 2), 1), p))), weights, reduction);
}

/** With d = |prediction - label|: d^2 / 2 up to `delta`, then delta * d - delta^2 / 2. Huber 1964. */
export function huberLoss(
  labels: TensorLike,
  predictions: TensorLike,
  weights?: TensorLike | null,
  delta = 1,
  reduction?: Reduction,
): Tensor {
  const [y, p] = pair(labels, predictions, 'huberLoss');
  const error = abs(sub(p, y));
  const quadratic = minimum(error, delta);
  const loss = add(mul(square(quadratic), 0.5), mul(sub(error, quadratic), delta));
  return computeWeightedLoss(loss, weights, reduction);
}

/** -label log(prediction + epsilon) - (1 - label) log(1 - prediction + epsilon). */
export function logLoss(
  labels: TensorLike,
  predictions: TensorLike,
  weights?: TensorLike | null,
  epsilon = 1e-7,
  reduction?: Reduction,
): Tensor {
  const [y, p] = pair(labels, predictions, 'logLoss');
  const hit = mul(y, log(add(p, epsilon)));
  const miss = mul(sub(1, y), log(add(sub(1, p), epsilon)));
  return computeWeightedLoss(neg(add(hit, miss)), weights, reduction);
}

/** Binary cross-entropy of logits. `labelSmoothing` s makes t (1 - s) + s / 2 of a label t. */
export function sigmoidCrossEntropy(
  multiClassLabels: TensorLike,
  logits: TensorLike,
  weights?: TensorLike | null,
  labelSmoothing = 0,
  reduction?: Reduction,
): Tensor {
  const [labels, x] = pair(multiClassLabels, logits, 'sigmoidCrossEntropy');
  const smooth = labelSmoothing > 0 ? add(mul(labels, 1 - labelSmoothing), 0.5 * labelSmoothing) : labels;
  return computeWeightedLoss(sigmoidCrossEntropyWithLogits(smooth, x), weights, reduction);
}

/** Cross-entropy of rows of logits. `labelSmoothing` s makes t (1 - s) + s / classes of a label t. */
export function softmaxCrossEntropy(
  onehotLabels: TensorLike,
  logits: TensorLike,
  weights?: TensorLike | null,
  labelSmoothing = 0,
  reduction?: Reduction,
): Tensor {
  const [labels, x] = pair(onehotLabels, logits, 'softmaxCrossEntropy');
  const y = labels.dtype === x.dtype ? labels : cast(labels, x.dtype);
  const classes = x.shape[x.rank - 1];
  const smooth = labelSmoothing > 0 ? add(mul(y, 1 - labelSmoothing), labelSmoothing / classes) : y;
  return computeWeightedLoss(softmaxCrossEntropyRows(x, smooth), weights, reduction);
}
