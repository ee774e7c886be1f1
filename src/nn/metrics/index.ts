// Metrics: streaming ones for compile, and tfjs' functions on tensors.

import { convert, type TensorLike } from '../../tensor/convert.js';
import type { Tensor } from '../../tensor/tensor.js';
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  SparseCategoricalCrossentropy,
  type CrossentropyArgs,
  type SparseCrossentropyArgs,
} from '../losses/crossentropy.js';
import type { Loss } from '../losses/loss.js';
import { MeanAbsoluteError, MeanSquaredError, type MeanLossArgs } from '../losses/regression.js';
import {
  BinaryAccuracy,
  binaryAccuracy,
  CategoricalAccuracy,
  categoricalAccuracy,
  SparseCategoricalAccuracy,
  sparseCategoricalAccuracy,
  type BinaryAccuracyArgs,
  type MetricArgs,
} from './accuracy.js';
import { FunctionMetric, Mean, MeanMetric, Metric, metricFields, type MetricCallback } from './metric.js';
import { lossMetric } from './registry.js';

export { registerMetric, resolveMetric, type MetricIdentifier } from './registry.js';
export { BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy };
export { FunctionMetric, Mean, MeanMetric, Metric, metricFields };
export type { BinaryAccuracyArgs, MetricArgs, MetricCallback };

/** With two tensors tfjs' function: a value for each example; else a streaming metric. */
export interface MetricFactory<Args> {
  (config?: Args | null): Metric;
  (yTrue: TensorLike, yPred: TensorLike): Tensor;
}

function both<Args>(
  name: string,
  make: (config?: Args | null) => Metric,
  compute: (yTrue: Tensor, yPred: Tensor) => Tensor,
): MetricFactory<Args> {
  function metric(first?: Args | TensorLike | null, yPred?: TensorLike): Metric | Tensor {
    if (yPred === undefined) return make(first as Args | null | undefined);
    return compute(convert(first as TensorLike, name), convert(yPred, name));
  }
  // Under this name compile shows it.
  Object.defineProperty(metric, 'name', { value: name });
  return metric as MetricFactory<Args>;
}

type Named<Args> = Args & MetricArgs;

function ofLoss<Args extends object>(
  Type: (new (config?: Args) => Loss) & { readonly className: string },
): MetricFactory<Named<Args>> {
  const standard = new Type();
  return both<Named<Args>>(
    standard.name,
    (config) => {
      const { name, ...options } = (config ?? {}) as Named<Args>;
      return lossMetric(new Type(options as unknown as Args), name ?? undefined);
    },
    (yTrue, yPred) => standard.call(yTrue, yPred),
  );
}

const meanSquaredError = ofLoss<MeanLossArgs>(MeanSquaredError);
const meanAbsoluteError = ofLoss<MeanLossArgs>(MeanAbsoluteError);

/** Metrics by factory; called with targets and outputs they are functions on tensors, as in tfjs. */
export const metrics = {
  /** The weighted mean of values. */
  mean: (config?: MetricArgs): Mean => new Mean(config),
  /** The fraction of outputs on the right side of a threshold. */
  binaryAccuracy: both<BinaryAccuracyArgs>(
    'binaryAccuracy',
    (config) => new BinaryAccuracy(config),
    binaryAccuracy,
  ),
  /** The fraction of examples whose largest output is where the one-hot target's 1 is. */
  categoricalAccuracy: both<MetricArgs>(
    'categoricalAccuracy',
    (config) => new CategoricalAccuracy(config),
    categoricalAccuracy,
  ),
  /** The fraction of examples whose largest output has the target's number. */
  sparseCategoricalAccuracy: both<MetricArgs>(
    'sparseCategoricalAccuracy',
    (config) => new SparseCategoricalAccuracy(config),
    sparseCategoricalAccuracy,
  ),
  binaryCrossentropy: ofLoss<CrossentropyArgs>(BinaryCrossentropy),
  categoricalCrossentropy: ofLoss<CrossentropyArgs>(CategoricalCrossentropy),
  sparseCategoricalCrossentropy: ofLoss<SparseCrossentropyArgs>(SparseCategoricalCrossentropy),
  meanSquaredError,
  mse: meanSquaredError,
  MSE: meanSquaredError,
  meanAbsoluteError,
  mae: meanAbsoluteError,
  MAE: meanAbsoluteError,
};
