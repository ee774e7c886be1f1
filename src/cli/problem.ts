// What `hebb train` can learn: pictures or the rows of a table, behind one interface.

import type { Layer } from '../nn/layers/index.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ModelMetadata } from './metadata.js';
import { scoreClasses, scoreValues, type Scores } from './scores.js';

/** Inputs and what they should give. */
export interface LearningSet {
  readonly inputs: Tensor;
  readonly targets: Tensor;
}

/** What is to be learnt, from what. */
export interface Problem {
  /** Name of the data set or file, as it is shown. */
  readonly name: string;
  /** What the examples are: `image`, `row`. */
  readonly thing: 'image' | 'row';
  readonly train: LearningSet;
  /** What to look at after each epoch; null: what `--validation-split` takes from `train`. */
  readonly validation: LearningSet | null;
  /** What to measure with in the end; null where nothing is held out. */
  readonly test: LearningSet | null;
  /** Layers before the hidden ones. */
  readonly first: readonly Layer[];
  /** Numbers that the hidden layers take for each example. */
  readonly width: number;
  /** What the last layer gives: so many probabilities, or a value in units of `deviation`. */
  readonly output: { readonly classes: number } | { readonly deviation: number };
  /** Passes over the examples where the options say nothing. */
  readonly epochs: number;
  /** What to keep beside the saved model. */
  readonly metadata: ModelMetadata;
}

/** How good the outputs of a network for a problem are. */
export function scoresOf({ output }: Pick<Problem, 'output'>, outputs: Tensor, targets: Tensor): Scores {
  return 'classes' in output
    ? scoreClasses(outputs, targets)
    : scoreValues(outputs, targets, output.deviation);
}
