// Scores in words for people, and by name for programs.

import { countOf, quantity } from './format.js';
import type { Scores } from './scores.js';

/**
 * `accuracy 98.05% on 10,000 mnist images (loss 0.0700)`
 * @param dataset name of the data set or file
 */
export function describeScores(scores: Scores, dataset: string, thing: 'image' | 'row'): string {
  const things =
    thing === 'image'
      ? countOf(scores.count, `${dataset} image`)
      : `${countOf(scores.count, thing)} of ${dataset}`;
  if (scores.kind === 'class') {
    return `accuracy ${(100 * scores.accuracy).toFixed(2)}% on ${things} (loss ${scores.loss.toFixed(4)})`;
  }
  const { meanAbsoluteError, rootMeanSquaredError, r2 } = scores;
  const explained = r2 === null ? '' : `, R² ${r2.toFixed(4)}`;
  const errors = `${quantity(meanAbsoluteError)} on average (root mean square ${quantity(rootMeanSquaredError)}${explained})`;
  return `error ${errors} on ${things}`;
}

/** `{testAccuracy, testLoss, testImages}` */
export function namedScores(scores: Scores, thing: 'image' | 'row'): Record<string, number | null> {
  const count = { [thing === 'image' ? 'testImages' : 'testRows']: scores.count };
  if (scores.kind === 'class') return { testAccuracy: scores.accuracy, testLoss: scores.loss, ...count };
  return {
    testMeanAbsoluteError: scores.meanAbsoluteError,
    testRootMeanSquaredError: scores.rootMeanSquaredError,
    testR2: scores.r2,
    ...count,
  };
}
