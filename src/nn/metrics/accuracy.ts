// Accuracies: how often the output says what the target says.

import { argMax, cast, equal, greater, mean } from '../../ops/index.js';
import { defaultDtype } from '../../tensor/convert.js';
import type { Tensor } from '../../tensor/tensor.js';
import { number, type Arguments } from '../config/fields.js';
import { aligned, classNumbers } from '../losses/targets.js';
import { MeanMetric, metricFields } from './metric.js';

const plainFields = { ...metricFields };
const binaryFields = {
  ...metricFields,
  /** Outputs above it count as 1. */
  threshold: number(0.5),
};

/** Options of metrics that have none but a name. */
export type MetricArgs = Arguments<typeof plainFields>;
/** Options of `binaryAccuracy`. */
export type BinaryAccuracyArgs = Arguments<typeof binaryFields>;

/** Whether each element of the output lies on the target's side of the threshold; bool of the output's shape. */
export function binaryMatches(yTrue: Tensor, yPred: Tensor, threshold = 0.5): Tensor {
  const [target, output] = aligned(yTrue, yPred, 'binaryAccuracy');
  return equal(target, greater(output, threshold));
}

/** Whether the largest element of each row of the output is where that of the (one-hot) target is; bool [batch]. */
export function categoricalMatches(yTrue: Tensor, yPred: Tensor): Tensor {
  const [target, output] = aligned(yTrue, yPred, 'categoricalAccuracy');
  return equal(argMax(target, -1), argMax(output, -1));
}

/** Whether the largest element of each row of the output is the class of that number; bool [batch]. */
export function sparseCategoricalMatches(yTrue: Tensor, yPred: Tensor): Tensor {
  return equal(classNumbers(yTrue, yPred, 'sparseCategoricalAccuracy'), argMax(yPred, -1));
}

/** The fraction of elements whose side of the threshold is right, for each example: [batch]. */
export function binaryAccuracy(yTrue: Tensor, yPred: Tensor, threshold = 0.5): Tensor {
  return mean(cast(binaryMatches(yTrue, yPred, threshold), defaultDtype()), -1);
}

/** 1 where the largest output is the target's, else 0, for each example: [batch]. */
export function categoricalAccuracy(yTrue: Tensor, yPred: Tensor): Tensor {
  return cast(categoricalMatches(yTrue, yPred), defaultDtype());
}

/** 1 where the largest output is of the target's number, else 0, for each example: [batch]. */
export function sparseCategoricalAccuracy(yTrue: Tensor, yPred: Tensor): Tensor {
  return cast(sparseCategoricalMatches(yTrue, yPred), defaultDtype());
}

/** The fraction of outputs on the right side of the threshold. */
export class BinaryAccuracy extends MeanMetric<typeof binaryFields> {
  static override readonly className: string = 'BinaryAccuracy';
  static override readonly fields = binaryFields;

  constructor(config?: BinaryAccuracyArgs | null) {
    super(config);
  }

  override update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor | null): void {
    this.addValues(binaryMatches(yTrue, yPred, this.settings.threshold), sampleWeight);
  }
}

/** The fraction of examples whose largest output is where the one-hot target's 1 is. */
export class CategoricalAccuracy extends MeanMetric<typeof plainFields> {
  static override readonly className: string = 'CategoricalAccuracy';
  static override readonly fields = plainFields;

  constructor(config?: MetricArgs | null) {
    super(config);
  }

  override update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor | null): void {
    this.addValues(categoricalMatches(yTrue, yPred), sampleWeight);
  }
}

/** The fraction of examples whose largest output has the target's number. */
export class SparseCategoricalAccuracy extends MeanMetric<typeof plainFields> {
  static override readonly className: string = 'SparseCategoricalAccuracy';
  static override readonly fields = plainFields;

  constructor(config?: MetricArgs | null) {
    super(config);
  }

  override update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor | null): void {
    this.addValues(sparseCategoricalMatches(yTrue, yPred), sampleWeight);
  }
}
