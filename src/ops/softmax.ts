// Softmax and the cross-entropy of it, row by row. The cross-entropy is computed from the logits, and gives its own
// gradient along with the loss, so that training never makes the probabilities.

import type { FloatDType } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { sizeOf } from '../contract/calls.js';
import { convert, type TensorLike } from '../tensor/convert.js';
import { runOp, runOp1, type Op } from '../tensor/op.js';
import { normalizeAxis, sameShape, showShape } from '../tensor/shapes.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, mul, neg, sub } from './arithmetic.js';
import { castTo, convertToFloat } from './cast.js';
import { exp } from './functions.js';
import { sum } from './reduction.js';
import { expandDims, transpose } from './shape.js';

function rowSoftmax(log: boolean): Op {
  return {
    name: log ? 'logSoftmax' : 'softmax',
    infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
    lower: ([x]) => [
      {
        kernel: 'softmax',
        dtype: x.dtype as FloatDType,
        log,
        rows: sizeOf(x.shape.slice(0, -1)),
        columns: x.shape[x.shape.length - 1],
        input: 0,
        out: 1,
      },
    ],
    gradient: log
      ? // y = x - log sum e^x:  dx = dy - e^y sum(dy)
        ([dy], { outputs: [y] }) => [dy && sub(dy, mul(exp(y), sum(dy, -1, true)))]
      : // dy_i/dx_j = y_i (1[i = j] - y_j):  dx = y (dy - sum(dy y))
        ([dy], { outputs: [y] }) => [dy && mul(y, sub(dy, sum(mul(dy, y), -1, true)))],
  };
}

const softmaxOp = rowSoftmax(false);
const logSoftmaxOp = rowSoftmax(true);

/** Runs a row-wise op along `axis`, which is moved to the end and back. */
function along(op: Op, x: Tensor, axis: number): Tensor {
  const last = x.rank - 1;
  if (axis === last) return runOp1(op, [x], undefined);
  const perm = x.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
  return transpose(runOp1(op, [transpose(x, perm)], undefined), perm);
}

/** e^x / sum(e^x) along `dim`, without overflow. */
export function softmax(logits: TensorLike, dim = -1): Tensor {
  const input = convertToFloat(logits, 'softmax');
  const axis = normalizeAxis(dim, input.rank, 'softmax');
  const y = along(softmaxOp, input, axis);
  if (axis === input.rank - 1) y.logits_ = { activation: 'softmax', input };
  return y;
}

/** log(softmax(x)) along `axis`, without underflow. */
export function logSoftmax(logits: TensorLike, axis = -1): Tensor {
  const input = convertToFloat(logits, 'logSoftmax');
  return along(logSoftmaxOp, input, normalizeAxis(axis, input.rank, 'logSoftmax'));
}

/** Labels are class numbers, or distributions over the classes. */
function crossEntropyOp(sparse: boolean): Op {
  return {
    name: 'softmaxCrossEntropy',
    infer: ([z]) => [
      { shape: z.shape.slice(0, -1), dtype: z.dtype },
      { shape: z.shape, dtype: z.dtype },
    ],
    lower: ([z]) => [
      {
        kernel: 'crossEntropy',
        dtype: z.dtype as FloatDType,
        sparse,
        rows: sizeOf(z.shape.slice(0, -1)),
        columns: z.shape[z.shape.length - 1],
        logits: 0,
        labels: 1,
        loss: 2,
        delta: 3,
      },
    ],
    // loss = -sum(t log p), delta = s p - t, with p = softmax(z), t the labels and s = sum(t).
    // d loss / dz = delta,  d loss / dt = -log p
    // v . d delta / dz = s p (v - sum(p v)),  v . d delta / dt = sum(p v) - v
    gradient: ([dloss, v], { inputs: [z, t], outputs: [, delta], needs }) => {
      const p = v && softmax(z);
      const pv = p && sum(mul(p, v), -1, true);
      const rows = dloss && expandDims(dloss, -1);
      let dz: Tensor | null = null;
      let dt: Tensor | null = null;
      if (needs[0]) {
        const fromLoss = rows && mul(rows, delta);
        let fromDelta = p && pv && mul(p, sub(v, pv));
        if (fromDelta && !sparse) fromDelta = mul(fromDelta, sum(t, -1, true));
        dz = fromLoss && fromDelta ? add(fromLoss, fromDelta) : (fromLoss ?? fromDelta);
      }
      if (needs[1] && !sparse) {
        const fromLoss = rows && neg(mul(rows, logSoftmax(z)));
        const fromDelta = pv && v && sub(pv, v);
        dt = fromLoss && fromDelta ? add(fromLoss, fromDelta) : (fromLoss ?? fromDelta);
      }
      return [dz, dt];
    },
  };
}

const sparseCrossEntropyOp = crossEntropyOp(true);
const denseCrossEntropyOp = crossEntropyOp(false);

/**
 * The cross-entropy between labels and the softmax of `logits`, one value a row: -sum(labels log(softmax(logits))).
 * @param logits shape [..., classes]
 * @param labels class numbers of shape [...], or distributions of the shape of the logits
 * @returns shape [...]
 * @throws ArgumentError on labels of another shape; RunError if a class number is out of range
 */
export function softmaxCrossEntropy(logits: TensorLike, labels: TensorLike): Tensor {
  const z = convertToFloat(logits, 'softmaxCrossEntropy');
  const t = convert(labels, 'softmaxCrossEntropy');
  if (z.rank > 0 && sameShape(t.shape, z.shape)) {
    return runOp(denseCrossEntropyOp, [z, castTo(t, z.dtype)], undefined)[0];
  }
  if (z.rank > 0 && sameShape(t.shape, z.shape.slice(0, -1))) {
    return runOp(sparseCrossEntropyOp, [z, t.dtype === 'uint8' ? t : castTo(t, 'int32')], undefined)[0];
  }
  throw new ArgumentError(
    `softmaxCrossEntropy: expected labels of shape ${showShape(z.shape)} (distributions) or ` +
      `${showShape(z.shape.slice(0, -1))} (class numbers), got ${showShape(t.shape)}.`,
  );
}
