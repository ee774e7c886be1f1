// Targets made to fit outputs: the same shape and dtype, or class numbers. For losses and metrics.

import { cast, reshape } from '../../ops/index.js';
import { isFloat } from '../../contract/dtypes.js';
import { ArgumentError } from '../../contract/errors.js';
import { defaultDtype } from '../../tensor/convert.js';
import { sameShape, showShape } from '../../tensor/shapes.js';
import type { Tensor } from '../../tensor/tensor.js';

/** The output as floats: integers become the default dtype. */
export function floating(yPred: Tensor): Tensor {
  return isFloat(yPred.dtype) ? yPred : cast(yPred, defaultDtype());
}

/**
 * Targets and outputs of the same shape and float dtype. Targets [batch] for outputs [batch, 1] get the dimension that
 * they lack, so that they do not broadcast to [batch, batch].
 * @throws ArgumentError if the shapes differ otherwise
 */
export function aligned(yTrue: Tensor, yPred: Tensor, loss: string): [Tensor, Tensor] {
  const output = floating(yPred);
  let target = yTrue.dtype === output.dtype ? yTrue : cast(yTrue, output.dtype);
  if (!sameShape(target.shape, output.shape)) {
    const lacks = target.rank === output.rank - 1 && output.shape[output.rank - 1] === 1;
    const exceeds = output.rank === target.rank - 1 && target.shape[target.rank - 1] === 1;
    if (!(lacks || exceeds) || target.size !== output.size) {
      throw new ArgumentError(
        `${loss}: expected targets of shape ${showShape(output.shape)} as the output, got ${showShape(target.shape)}.`,
      );
    }
    target = reshape(target, output.shape);
  }
  return [target, output];
}

/**
 * Class numbers as integers of the output's shape without its last dimension; [batch, 1] becomes [batch].
 * @throws ArgumentError if the shapes do not fit
 */
export function classNumbers(yTrue: Tensor, yPred: Tensor, what: string): Tensor {
  const rows = yPred.shape.slice(0, -1);
  const integers = isFloat(yTrue.dtype) || yTrue.dtype === 'bool' ? cast(yTrue, 'int32') : yTrue;
  if (yTrue.size !== rows.reduce((n, d) => n * d, 1) || yTrue.rank > yPred.rank) {
    throw new ArgumentError(
      `${what}: expected class numbers of shape ${showShape(rows)} for outputs of shape ${showShape(yPred.shape)}, got ` +
        `${showShape(yTrue.shape)}; one-hot targets go with 'categoricalCrossentropy'.`,
    );
  }
  return integers.rank === rows.length ? integers : reshape(integers, rows);
}
