// The modern, continuous Hopfield network (Ramsauer et al. 2020): patterns of any real numbers, retrieved by a softmax
// over their likeness with the query, which is attention. It stores exponentially many patterns and needs one step.

import type { FloatDType } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { logSumExp, matMul, mul, softmax, square, sub, sum } from '../ops/index.js';
import { convert, defaultDtype, type TensorLike } from '../tensor/convert.js';
import { showShape } from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkPositiveCount, floats, table } from './values.js';

/** Options of `ModernHopfieldNetwork`. */
export interface ModernHopfieldNetworkArgs {
  /** What it knows, [patterns, features]. */
  patterns: TensorLike;
  /**
   * How sharply it decides, above 0: a small one gives averages of patterns, a large one the nearest; default
   * 1 / sqrt(features), as in attention. For patterns of +1 and -1 it is sharp already.
   */
  beta?: number;
  /** 'float32' or 'float64'; default: what `setDefaultDtype` says. */
  dtype?: FloatDType;
}

/** With the patterns as rows of X, a query q becomes X^T softmax(beta X q). */
export class ModernHopfieldNetwork {
  /** X, [patterns, features]. */
  readonly patterns: Tensor;
  readonly beta: number;
  readonly dtype: FloatDType;

  constructor({ patterns, beta, dtype = defaultDtype() }: ModernHopfieldNetworkArgs) {
    this.patterns = table(patterns, null, dtype, 'ModernHopfieldNetwork').clone();
    this.beta = beta ?? 1 / Math.sqrt(this.patterns.shape[1]);
    if (!(this.beta > 0 && Number.isFinite(this.beta))) {
      throw new ArgumentError(`ModernHopfieldNetwork: expected a beta above 0, got ${beta}.`);
    }
    this.dtype = dtype;
  }

  /** How much each pattern counts for each query, softmax(beta q X^T): [queries, patterns], rows sum to 1. */
  attention(queries: TensorLike): Tensor {
    return softmax(mul(this.scores(this.rows(queries)), this.beta));
  }

  /**
   * Retrieves what the queries are like.
   * @param queries [features] or [queries, features]
   * @param steps default 1, which is enough where patterns are not too much alike
   * @returns of the shape of the queries
   */
  retrieve(queries: TensorLike, { steps = 1 }: { steps?: number } = {}): Tensor {
    checkPositiveCount(steps, 'ModernHopfieldNetwork.retrieve: steps');
    let q = this.rows(queries);
    for (let step = 0; step < steps; step++) q = matMul(this.attention(q), this.patterns);
    return q.reshape(convert(queries, 'ModernHopfieldNetwork').shape);
  }

  /**
   * E = -log(sum over the patterns of e^(beta x . q)) / beta + 1/2 q . q of each query, [queries], but for a constant;
   * no step of `retrieve` raises it.
   */
  energy(queries: TensorLike): Tensor {
    const q = this.rows(queries);
    const attraction = logSumExp(mul(this.scores(q), this.beta), 1).div(this.beta);
    return sub(mul(sum(square(q), 1), 0.5), attraction);
  }

  private scores(q: Tensor): Tensor {
    return matMul(q, this.patterns, false, true);
  }

  private rows(queries: TensorLike): Tensor {
    const q = floats(queries, this.dtype, 'ModernHopfieldNetwork');
    const features = this.patterns.shape[1];
    const rows = q.rank === 1 ? q.reshape([1, q.size]) : q;
    if (rows.rank !== 2 || rows.shape[1] !== features) {
      throw new ArgumentError(
        `ModernHopfieldNetwork: expected queries of shape [${features}] or [queries, ${features}], got ${showShape(q.shape)}.`,
      );
    }
    return rows;
  }
}
