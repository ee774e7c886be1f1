// The small data sets of textbooks, truth tables and two moons, and labels as they want them.

import { ArgumentError } from '../contract/errors.js';
import {
  add,
  concat,
  cos,
  gather,
  mul,
  oneHot,
  permutation,
  randomNormal,
  randomUniform,
  sin,
  stack,
} from '../ops/index.js';
import { convert, defaultDtype, type TensorLike } from '../tensor/convert.js';
import { ones, zeros } from '../tensor/create.js';
import type { FloatDType } from '../contract/dtypes.js';
import { Generator } from '../tensor/generator.js';
import { showShape } from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkPositiveCount } from './values.js';

/** Inputs and outputs of the logical functions of two bits, in the order [1, 1], [1, 0], [0, 1], [0, 0]. */
export const truthTables = {
  inputs: [
    [1, 1],
    [1, 0],
    [0, 1],
    [0, 0],
  ],
  and: [1, 0, 0, 0],
  or: [1, 1, 1, 0],
  nand: [0, 1, 1, 1],
  xor: [0, 1, 1, 0],
};

/** Options of `twoMoons`. */
export interface TwoMoonsArgs {
  /** Points of both moons together; default 200. */
  count?: number;
  /** Standard deviation of what is added to each coordinate; default 0.1. */
  noise?: number;
  /** Default: drawn from the default generator. */
  seed?: number;
  /** Default: what `setDefaultDtype` says. */
  dtype?: FloatDType;
}

/**
 * Two half circles that interlock, which no straight line separates.
 * @returns points [count, 2] in random order, and labels [count]: 0 for the upper moon, 1 for the lower
 */
export function twoMoons(args: TwoMoonsArgs = {}): { points: Tensor; labels: Tensor } {
  const { count = 200, noise = 0.1, seed, dtype = defaultDtype() } = args;
  checkPositiveCount(count, 'twoMoons: count');
  if (!(noise >= 0)) throw new ArgumentError(`twoMoons: expected a noise of at least 0, got ${noise}.`);
  const generator = seed === undefined ? undefined : new Generator(seed);
  const upper = Math.ceil(count / 2);
  const angles = (n: number): Tensor => randomUniform([n], 0, Math.PI, dtype, generator);
  const a = angles(upper);
  const b = angles(count - upper);
  const x = concat([cos(a), add(mul(cos(b), -1), 1)]);
  const y = concat([sin(a), add(mul(sin(b), -1), 0.5)]);
  const clean = stack([x, y], 1);
  const points = add(clean, randomNormal([count, 2], 0, noise, dtype, generator));
  const labels = concat([zeros([upper], dtype), ones([count - upper], dtype)]);
  const order = permutation(count, generator);
  return { points: gather(points, order), labels: gather(labels, order) };
}

/**
 * Labels as rows of zeros with a one at the label's place: [examples] -> [examples, classes], float.
 * @param labels whole numbers from 0 to classes - 1
 * @param classes default: the largest label + 1
 * @throws ArgumentError on labels that are no vector, or not of these classes
 */
export function toCategorical(labels: TensorLike, classes?: number): Tensor {
  const numbers = convert(labels, 'toCategorical');
  const values = Array.from(numbers.dataSync());
  const largest = values.reduce((most, label) => Math.max(most, label), 0);
  const count = classes ?? largest + 1;
  const strange = values.find((label) => !Number.isInteger(label) || label < 0 || label >= count);
  if (numbers.rank !== 1 || strange !== undefined) {
    const got = numbers.rank === 1 ? String(strange) : `shape ${showShape(numbers.shape)}`;
    throw new ArgumentError(
      `toCategorical: expected a vector of whole numbers from 0 to ${count - 1}, got ${got}.`,
    );
  }
  return oneHot(numbers.cast('int32'), count, 1, 0, defaultDtype());
}
