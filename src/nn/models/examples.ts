// Examples as they come to fit, evaluate and predict: made into lists of tensors, checked, split.

import { ArgumentError } from '../../contract/errors.js';
import { slice } from '../../ops/index.js';
import { convert, type TensorLike } from '../../tensor/convert.js';
import { showShape } from '../../tensor/shapes.js';
import { Tensor } from '../../tensor/tensor.js';

/** One tensor, or one for each input (target) of the model. */
export type Examples = TensorLike | readonly Tensor[];

/** Inputs and targets with the same number of examples. */
export interface ExampleSet {
  readonly inputs: readonly Tensor[];
  readonly targets: readonly Tensor[];
  /** Number of examples. */
  readonly count: number;
}

/** A list of tensors with a batch dimension, one for each of the model's inputs. */
export function toInputs(x: Examples, what: string): readonly Tensor[] {
  const list =
    Array.isArray(x) && x.length > 0 && x.every((t) => t instanceof Tensor)
      ? x
      : [convert(x as TensorLike, what)];
  for (const t of list) {
    if (t.rank === 0) {
      throw new ArgumentError(
        `${what}: expected a tensor whose first dimension counts the examples, got a single number; ` +
          'wrap it as [[number]].',
      );
    }
  }
  return list;
}

function countOf(list: readonly Tensor[], what: string): number {
  const count = list[0].shape[0];
  const other = list.find((t) => t.shape[0] !== count);
  if (other) {
    throw new ArgumentError(
      `${what}: all must have the same number of examples, got ${count} and ${other.shape[0]}.`,
    );
  }
  return count;
}

/**
 * Inputs and targets together.
 * @throws ArgumentError if they are empty or their counts differ
 */
export function toExamples(x: Examples, y: Examples, what: string): ExampleSet {
  const inputs = toInputs(x, `${what}: x`);
  const targets = toInputs(y, `${what}: y`);
  const count = countOf(inputs, `${what}: x`);
  const labels = countOf(targets, `${what}: y`);
  if (count === 0) {
    throw new ArgumentError(
      `${what}: expected at least one example, got x of shape ${showShape(inputs[0].shape)}.`,
    );
  }
  if (count !== labels) {
    throw new ArgumentError(
      `${what}: x has ${count} examples and y has ${labels}; expected as many targets as inputs ` +
        `(x is ${showShape(inputs[0].shape)}, y is ${showShape(targets[0].shape)}).`,
    );
  }
  return { inputs, targets, count };
}

/** Examples from `begin` up to `end`. */
export function part(set: ExampleSet, begin: number, end: number): ExampleSet {
  const cut = (t: Tensor): Tensor => slice(t, [begin], [end - begin]);
  return { inputs: set.inputs.map(cut), targets: set.targets.map(cut), count: end - begin };
}

/**
 * The last `fraction` of the examples, as Keras takes them, for validation, and the rest for training.
 * @throws ArgumentError unless both are left with something
 */
export function splitOff(
  set: ExampleSet,
  fraction: number,
): { training: ExampleSet; validation: ExampleSet } {
  const at = Math.floor(set.count * (1 - fraction));
  if (!(fraction > 0 && fraction < 1) || at === 0 || at === set.count) {
    throw new ArgumentError(
      `fit: expected a validationSplit between 0 and 1 that leaves examples on both sides, got ${fraction} of ${set.count}.`,
    );
  }
  return { training: part(set, 0, at), validation: part(set, at, set.count) };
}

/** Throws unless `value` is a whole number of at least 1. */
export function checkCount(value: number, what: string): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new ArgumentError(`${what}: expected a whole number of at least 1, got ${value}.`);
  }
}
