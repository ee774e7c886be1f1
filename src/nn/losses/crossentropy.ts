// Cross-entropies. They are computed from logits wherever there are any: with `fromLogits`, and also where the output
// was made by a sigmoid or softmax, which remembers its input. Only other outputs are clipped, as Keras does.

import {
  add,
  clipByValue,
  div,
  log,
  mul,
  neg,
  sigmoid,
  softmaxCrossEntropy,
  sub,
  sum,
} from '../../ops/index.js';
import { elementwise } from '../../ops/elementwise.js';
import { expression } from '../../contract/expression.js';
import { runOp1 } from '../../tensor/op.js';
import type { Tensor } from '../../tensor/tensor.js';
import { flag, fraction, type Arguments } from '../config/fields.js';
import { ElementwiseLoss, Loss, lossFields } from './loss.js';
import { aligned, classNumbers, floating } from './targets.js';

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken. */
const epsilon = 1e-7;

const clipped = (p: Tensor): Tensor => clipByValue(p, epsilon, 1 - epsilon);

const sigmoidCrossEntropyOp = elementwise(
  'sigmoidCrossEntropy',
  'float',
  // -z log s(x) - (1 - z) log(1 - s(x)) with s the sigmoid, in the form that never overflows:
  // max(x, 0) - x z + log(1 + e^-|x|)
  expression(2, (e, x, z) => e.add(e.sub(e.max(x, 0), e.mul(x, z)), e.log1p(e.exp(e.neg(e.abs(x)))))),
  [
    // d/dx = s(x) - z,  d/dz = -x
    (dy, _y, x, z) => mul(dy, sub(sigmoid(x), z)),
    (dy, _y, x) => neg(mul(dy, x)),
  ],
);

/** Binary cross-entropy of each element of logits x and labels z of the same shape. */
export function sigmoidCrossEntropyWithLogits(labels: Tensor, logits: Tensor): Tensor {
  return runOp1(sigmoidCrossEntropyOp, [logits, labels], undefined);
}

const fields = {
  ...lossFields(),
  /** Whether the output is logits rather than probabilities. */
  fromLogits: flag(false),
};
const smoothedFields = {
  ...fields,
  /** How much of the label is spread evenly over the classes; 0 to 1. */
  labelSmoothing: fraction(0),
};

/** Options of losses with `fromLogits`. */
export type SparseCrossentropyArgs = Arguments<typeof fields>;
/** Options of losses with `fromLogits` and `labelSmoothing`. */
export type CrossentropyArgs = Arguments<typeof smoothedFields>;

/** What a softmax or sigmoid output was made from, if it was. */
function logitsOf(yPred: Tensor, activation: 'softmax' | 'sigmoid'): Tensor | null {
  return yPred.logits_?.activation === activation ? yPred.logits_.input : null;
}

/**
 * Mean over an example's outputs of -t log p - (1 - t) log(1 - p). `labelSmoothing` s makes t (1 - s) + s / 2 of t.
 */
export class BinaryCrossentropy extends ElementwiseLoss<typeof smoothedFields> {
  static override readonly className: string = 'BinaryCrossentropy';
  static override readonly fields = smoothedFields;
  override readonly kind = 'binary';
  override readonly fromLogits = this.settings.fromLogits;

  constructor(config?: CrossentropyArgs) {
    super(config);
  }

  protected override elements(yTrue: Tensor, yPred: Tensor): Tensor {
    const { labelSmoothing, fromLogits } = this.settings;
    const t = labelSmoothing > 0 ? add(mul(yTrue, 1 - labelSmoothing), 0.5 * labelSmoothing) : yTrue;
    const logits = fromLogits ? yPred : logitsOf(yPred, 'sigmoid');
    if (logits) return sigmoidCrossEntropyWithLogits(t, logits);
    const p = clipped(yPred);
    return neg(add(mul(t, log(p)), mul(sub(1, t), log(sub(1, p)))));
  }
}

/**
 * -sum over the classes of t log p; targets are distributions (one-hot rows). `labelSmoothing` s makes t (1 - s) +
 * s / classes of t.
 */
export class CategoricalCrossentropy extends Loss<typeof smoothedFields> {
  static override readonly className: string = 'CategoricalCrossentropy';
  static override readonly fields = smoothedFields;
  override readonly kind = 'categorical';
  override readonly fromLogits = this.settings.fromLogits;

  constructor(config?: CrossentropyArgs) {
    super(config);
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const { labelSmoothing, fromLogits } = this.settings;
    const [target, output] = aligned(yTrue, yPred, this.name);
    const classes = output.shape[output.rank - 1];
    const t = labelSmoothing > 0 ? add(mul(target, 1 - labelSmoothing), labelSmoothing / classes) : target;
    const logits = fromLogits ? output : logitsOf(output, 'softmax');
    if (logits) return softmaxCrossEntropy(logits, t);
    // As Keras: rows are made to sum to 1 before they are clipped.
    const p = clipped(div(output, sum(output, -1, true)));
    return neg(sum(mul(t, log(p)), -1));
  }
}

/** -log p of the class whose number is the target; a number that is no class fails. */
export class SparseCategoricalCrossentropy extends Loss<typeof fields> {
  static override readonly className: string = 'SparseCategoricalCrossentropy';
  static override readonly fields = fields;
  override readonly sparse = true;
  override readonly kind = 'categorical';
  override readonly fromLogits = this.settings.fromLogits;

  constructor(config?: SparseCrossentropyArgs) {
    super(config);
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const output = floating(yPred);
    const labels = classNumbers(yTrue, output, this.name);
    const logits = this.settings.fromLogits ? output : logitsOf(output, 'softmax');
    // log p is as good a logit as any: softmax(log p) = p / sum p.
    return softmaxCrossEntropy(logits ?? log(clipped(div(output, sum(output, -1, true)))), labels);
  }
}
