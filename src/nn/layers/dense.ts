// The fully connected layer.

import { add, matMul, reshape } from '../../ops/index.js';
import { ArgumentError } from '../../contract/errors.js';
import { showShape } from '../../tensor/shapes.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import { activation } from '../activations/index.js';
import { count, flag, maybe, type Arguments } from '../config/fields.js';
import { initializer } from '../initializers/index.js';
import { regularizer } from '../regularizers/index.js';
import { Layer, type BatchShape, type InputSpec, type LayerArgs } from './layer.js';

const fields = {
  /** Number of outputs. */
  units: count(),
  /** A name or a function; default 'linear'. */
  activation: activation('linear'),
  /** Whether there is a bias; default true. */
  useBias: flag(true),
  /** How the kernel begins; default 'glorotNormal', as in tfjs (Keras: 'glorotUniform'). */
  kernelInitializer: initializer('glorotNormal'),
  /** How the bias begins; default 'zeros'. */
  biasInitializer: initializer('zeros'),
  /** Penalty on the kernel. */
  kernelRegularizer: maybe(regularizer()),
  /** Penalty on the bias. */
  biasRegularizer: maybe(regularizer()),
};

/** Options of `layers.dense`. */
export type DenseArgs = LayerArgs & Arguments<typeof fields>;

/** activation(x . kernel + bias), on the last axis of x: [batch, ..., inputs] -> [batch, ..., units]. */
export class Dense extends Layer<typeof fields> {
  static override readonly className: string = 'Dense';
  static override readonly fields = fields;
  protected override inputSpec: InputSpec = { minRank: 2 };

  /** [inputs, units]. */
  private kernel!: Variable;
  /** [units]. */
  private bias: Variable | null = null;

  constructor(config: DenseArgs) {
    super(config);
  }

  override build(inputShape: BatchShape): void {
    const inputs = inputShape[inputShape.length - 1];
    if (inputs === null) {
      throw new ArgumentError(
        `${this.name}: expected the last dimension to be known, got ${showShape(inputShape)}.`,
      );
    }
    const { units, useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer } =
      this.settings;
    this.kernel = this.addWeight('kernel', [inputs, units], null, kernelInitializer, kernelRegularizer);
    if (useBias) this.bias = this.addWeight('bias', [units], null, biasInitializer, biasRegularizer);
    this.inputSpec = { minRank: 2, last: inputs };
  }

  override call(inputs: Tensor): Tensor {
    const x = this.floating(inputs);
    const product = matMulLast(x, this.kernel);
    return this.settings.activation(this.bias ? add(product, this.bias) : product);
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return [...inputShape.slice(0, -1), this.settings.units];
  }
}

/** x [..., n] times w [n, m], as one product of matrices. */
function matMulLast(x: Tensor, w: Tensor): Tensor {
  if (x.rank === 2) return matMul(x, w);
  const [n, m] = w.shape;
  const leading = x.shape.slice(0, -1);
  const rows = leading.reduce((product, d) => product * d, 1);
  return reshape(matMul(reshape(x, [rows, n]), w), [...leading, m]);
}
