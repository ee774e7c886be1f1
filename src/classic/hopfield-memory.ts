// What a Hopfield network has stored, and the products with its weights. With the patterns as rows of X, P x N:
//   Hebb's rule          W = X^T X / N, diagonal 0            (Hebb 1949, Hopfield 1982)
//   pseudo-inverse       W = X^T (X X^T)^-1 X, diagonal 0     (Personnaz, Guyon, Dreyfus 1985)
// Either is scale X^T Y with Y = X or (X X^T)^-1 X, so that W s = scale Y^T (X s) takes 2 P N multiplications instead of
// N^2, and no matrix of N x N, which has 400 MB at 10,000 neurons, is ever made.

import type { FloatDType } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { abs, concat, matMul, mul, notEqual, sub, sum, transpose } from '../ops/index.js';
import { eye, ones, tensor } from '../tensor/create.js';
import { showShape } from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';
import { inversePositiveDefinite } from './cholesky.js';

/** How patterns become weights. */
export type StorageRule = 'hebbian' | 'pseudoInverse';

/** Patterns of N neurons, each +1 or -1, and the weights that they make. */
export class HopfieldMemory {
  /** X^T, [neurons, patterns]: how much each neuron counts in the overlap with each pattern. */
  readonly columns: Tensor;
  /** Y^T, [neurons, patterns]: how much each overlap pulls at each neuron. */
  readonly pulls: Tensor;
  /** The diagonal of X^T Y, [neurons], which W leaves out. */
  readonly diagonal: Tensor;
  /** W = scale (X^T Y - diagonal). */
  readonly scale: number;

  /**
   * @param patterns [patterns, neurons], each element +1 or -1
   * @throws ArgumentError under the pseudo-inverse rule, if a pattern is a combination of others
   */
  constructor(
    readonly patterns: Tensor,
    readonly rule: StorageRule,
  ) {
    const neurons = patterns.shape[1];
    this.columns = transpose(patterns);
    this.pulls = rule === 'hebbian' ? this.columns : transpose(matMul(inverseOverlaps(patterns), patterns));
    this.diagonal = sum(mul(this.columns, this.pulls), 1);
    this.scale = rule === 'hebbian' ? 1 / neurons : 1;
  }

  /** This memory with more patterns. */
  with(patterns: Tensor): HopfieldMemory {
    return new HopfieldMemory(concat([this.patterns, patterns]), this.rule);
  }

  /** X s for each state: [states, neurons] -> [states, patterns]; N where a state is the pattern, -N where its reverse. */
  overlaps(states: Tensor): Tensor {
    return matMul(states, this.columns);
  }

  /** W s / scale for each state: [states, neurons] -> [states, neurons]. */
  fields(states: Tensor): Tensor {
    return sub(matMul(this.overlaps(states), this.pulls, false, true), mul(this.diagonal, states));
  }

  /** W itself, [neurons, neurons]: 4 or 8 N^2 bytes. */
  weights(): Tensor {
    const { dtype, shape } = this.patterns;
    const full = matMul(this.columns, this.pulls, false, true);
    return mul(
      mul(full, sub(ones([shape[1], shape[1]], dtype), eye(shape[1], undefined, undefined, dtype))),
      this.scale,
    );
  }
}

/** (X X^T)^-1. */
function inverseOverlaps(patterns: Tensor): Tensor {
  const count = patterns.shape[0];
  const overlaps = Float64Array.from(matMul(patterns, patterns, false, true).dataSync());
  const inverse = inversePositiveDefinite(overlaps, count);
  if (typeof inverse === 'number') {
    throw new ArgumentError(
      `HopfieldNetwork: pattern ${inverse} is the same as an earlier one, its reverse or a combination of them, which ` +
        "the pseudo-inverse rule cannot store; leave it out, or take the rule 'hebbian'.",
    );
  }
  return tensor(inverse, [count, count]).cast(patterns.dtype);
}

/**
 * States or patterns as a table.
 * @param values [neurons] or [states, neurons], each element +1 or -1
 * @throws ArgumentError on other shapes or elements
 */
export function toStates(values: Tensor, neurons: number, dtype: FloatDType, what: string): Tensor {
  const table = values.rank === 1 ? values.reshape([1, values.size]) : values;
  if (table.rank !== 2 || table.shape[1] !== neurons || table.shape[0] === 0) {
    throw new ArgumentError(
      `${what}: expected shape [${neurons}] or [states, ${neurons}], got ${showShape(values.shape)}.`,
    );
  }
  const states = table.cast(dtype);
  if (sum(notEqual(abs(states), 1).cast('int32')).dataSync()[0] > 0) {
    throw new ArgumentError(`${what}: expected neurons that are +1 or -1; for bits take 2 * bit - 1.`);
  }
  return states;
}
