// How good predictions are: accuracy and cross-entropy of classes, errors of values.

import type { Tensor } from '../tensor/tensor.js';

/** Of a classification. */
export interface ClassScores {
  readonly kind: 'class';
  readonly count: number;
  /** Share of the examples whose likeliest class is the right one. */
  readonly accuracy: number;
  /** Mean cross-entropy: -ln of the probability given to the right class. */
  readonly loss: number;
}

/** Of a regression, in the unit of the target. */
export interface ValueScores {
  readonly kind: 'value';
  readonly count: number;
  readonly meanAbsoluteError: number;
  readonly rootMeanSquaredError: number;
  /** 1 - the squared errors by those of always saying the mean; null where all targets are the same. */
  readonly r2: number | null;
}

export type Scores = ClassScores | ValueScores;

/** The least probability that counts, as in the losses of Keras. */
const epsilon = 1e-7;

/**
 * @param probabilities [examples, classes]
 * @param labels class numbers, [examples]
 */
export function scoreClasses(probabilities: Tensor, labels: Tensor): ClassScores {
  const [count, classes] = probabilities.shape;
  const values = probabilities.dataSync();
  let right = 0;
  let loss = 0;
  labels.dataSync().forEach((label, example) => {
    const row = values.subarray(example * classes, (example + 1) * classes);
    if (likeliest(row) === label) right++;
    loss -= Math.log(Math.min(Math.max(row[label], epsilon), 1 - epsilon)) / count;
  });
  return { kind: 'class', count, accuracy: right / count, loss };
}

/** Place of the largest value, the first of equal ones. */
export function likeliest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/**
 * @param outputs of the network, as it sees the target: [examples, 1]
 * @param targets likewise, [examples]
 * @param deviation what one of its units is in the target's
 */
export function scoreValues(outputs: Tensor, targets: Tensor, deviation: number): ValueScores {
  const expected = targets.dataSync();
  const count = expected.length;
  let mean = 0;
  expected.forEach((value) => (mean += value / count));
  let absolute = 0;
  let squared = 0;
  let spread = 0;
  outputs.dataSync().forEach((value, i) => {
    absolute += Math.abs(value - expected[i]) / count;
    squared += (value - expected[i]) ** 2 / count;
    spread += (expected[i] - mean) ** 2 / count;
  });
  return {
    kind: 'value',
    count,
    meanAbsoluteError: deviation * absolute,
    rootMeanSquaredError: deviation * Math.sqrt(squared),
    r2: spread > 0 ? 1 - squared / spread : null,
  };
}
