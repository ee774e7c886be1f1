// The base class of layers: name, weights, building on first use, checks of the input. A layer itself declares its
// options, makes its weights in `build` and is an equation in `call`.

import { cast } from '../../ops/index.js';
import { dtypes, isFloat, type DType, type FloatDType } from '../../contract/dtypes.js';
import { ArgumentError } from '../../contract/errors.js';
import { defaultDtype } from '../../tensor/convert.js';
import { eager } from '../../tensor/eager.js';
import type { Generator } from '../../tensor/generator.js';
import { withInterpreter, withScope } from '../../tensor/op.js';
import { sameShape, showShape, type Shape } from '../../tensor/shapes.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Variable } from '../../tensor/variable.js';
import { Configured } from '../config/configured.js';
import { saved } from '../config/registry.js';
import {
  choice,
  count,
  flag,
  shape as shapeField,
  showValue,
  text,
  type Config,
  type Fields,
} from '../config/fields.js';
import { resolveInitializer, type InitializerIdentifier } from '../initializers/index.js';
import { resolveRegularizer, type Regularizer, type RegularizerIdentifier } from '../regularizers/index.js';
import { nextName } from './names.js';
import { givenWeight } from './source.js';

/** Shape with null for the batch dimension and others that are not known. */
export type BatchShape = readonly (number | null)[];

/** Options that every layer takes. */
export interface LayerArgs {
  /** Default: the class in snake case with a number. */
  name?: string | null;
  /** Whether training changes the weights; default true. */
  trainable?: boolean | null;
  /** Dtype of the weights and of what is computed with them; default: `setDefaultDtype`'s. */
  dtype?: FloatDType | null;
  /** Shape of one example, for the first layer of a model. */
  inputShape?: BatchShape | null;
  /** The same with the batch dimension. */
  batchInputShape?: BatchShape | null;
  /** Batch dimension that goes with `inputShape`; default: any. */
  batchSize?: number | null;
  /** The same as `inputShape: [inputDim]`. */
  inputDim?: number | null;
  /** Values of the weights, set once they are made. */
  weights?: readonly Tensor[] | null;
  /** Penalty on the outputs, divided by the size of the batch. */
  activityRegularizer?: RegularizerIdentifier | null;
}

/** What `call` is told beside its inputs. */
export interface CallOptions {
  /** Whether the outputs are for training; default false. */
  readonly training?: boolean;
  /** Which time steps (or examples) count. */
  readonly mask?: Tensor | null;
}

/** What a layer expects of its input. */
export interface InputSpec {
  readonly rank?: number;
  readonly minRank?: number;
  /** Size of the last dimension. */
  readonly last?: number;
}

/** A penalty on a weight. */
interface Penalty {
  readonly regularizer: Regularizer;
  readonly variable: Variable;
}

const floatDType = choice<FloatDType>(['float32', 'float64']);

/**
 * Base class of layers. To write one: extend it, state `static className`, declare options in `static fields` (or take
 * them in the constructor), make weights in `build` with `addWeight`, compute in `call`, and say in
 * `computeOutputShape` what shape comes out (default: the input's).
 * @example
 * class Scale extends Layer {
 *   static override readonly className: string = 'Scale';
 *   private factor!: Variable;
 *   override build([, last]: BatchShape) {
 *     this.factor = this.addWeight('factor', [last!], null, 'ones');
 *   }
 *   override call(x: Tensor) {
 *     return x.mul(this.factor);
 *   }
 * }
 */
export abstract class Layer<F extends Fields = Fields> extends Configured<F> {
  protected static override readonly baseOptions: readonly string[] = [
    'name',
    'trainable',
    'dtype',
    'inputShape',
    'batchInputShape',
    'batchSize',
    'inputDim',
    'weights',
    'activityRegularizer',
  ] satisfies (keyof LayerArgs)[];

  readonly name: string;
  readonly dtype: FloatDType;
  /** Shape of the input if it was stated, with the batch dimension. */
  readonly batchInputShape: BatchShape | null;
  readonly activityRegularizer: Regularizer | null;
  /** Whether the weights are there. */
  built = false;
  /** What the input is checked against; `build` may sharpen it. */
  protected inputSpec: InputSpec = {};
  /** Generators of random numbers that belong to the layer: part of a checkpoint, not of its weights. */
  readonly generators: Generator[] = [];

  private isTrainable: boolean;
  private readonly trained: Variable[] = [];
  private readonly untrained: Variable[] = [];
  private readonly weightPenalties: Penalty[] = [];
  private activityPenalty: Tensor | null = null;
  private initialWeights: readonly Tensor[] | null;
  private builtFor: BatchShape | null = null;

  constructor(config?: LayerArgs | null) {
    const given: LayerArgs = config ?? {};
    const name = text(nextNameUnless(given.name, new.target)).read(given.name, 'layer: name');
    super(config, name);
    this.name = name;
    this.isTrainable = flag(true).read(given.trainable, `${name}: trainable`);
    this.dtype = floatDType(defaultDtype()).read(given.dtype, `${name}: dtype`);
    this.batchInputShape = inputShapeOf(given, name);
    this.initialWeights = given.weights ?? null;
    this.activityRegularizer = given.activityRegularizer
      ? resolveRegularizer(given.activityRegularizer, `${name}: activityRegularizer`)
      : null;
  }

  get className(): string {
    return this.getClassName();
  }

  /** Makes the weights for inputs of this shape. */
  build(_inputShape: BatchShape): void {}

  /** The equation. */
  abstract call(inputs: Tensor | readonly Tensor[], options: CallOptions): Tensor;

  /** Shape of the output for an input of this shape. */
  computeOutputShape(inputShape: BatchShape): BatchShape {
    return inputShape;
  }

  /**
   * Computes the outputs for a batch, after making the weights if it is the first.
   * @throws ArgumentError if the input does not fit, with what was expected
   */
  apply(inputs: Tensor, options?: CallOptions): Tensor;
  apply(inputs: readonly Tensor[], options?: CallOptions): Tensor;
  apply(inputs: Tensor | readonly Tensor[], options: CallOptions = {}): Tensor {
    const list = (Array.isArray(inputs) ? inputs : [inputs]) as readonly Tensor[];
    return withScope(this.name, () => {
      for (const input of list) this.checkInput(input.shape);
      this.ensureBuilt(list[0].shape);
      for (const input of list) this.checkInput(input.shape);
      const own = list.map((input) => (isFloat(input.dtype) ? this.floating(input) : input));
      const output = this.call(Array.isArray(inputs) ? own : own[0], options);
      if (this.activityRegularizer) {
        this.activityPenalty = this.activityRegularizer.apply(output).div(output.shape[0]);
      }
      return output;
    });
  }

  /** `x` in the layer's dtype: integers, and floats of another dtype, are converted. */
  protected floating(x: Tensor): Tensor {
    return x.dtype === this.dtype ? x : cast(x, this.dtype);
  }

  /** Makes the weights if they are not there yet. */
  ensureBuilt(inputShape: BatchShape): void {
    if (this.built) return;
    // Weights have values at once, also where the layer is first used in a function that is being traced.
    withInterpreter(eager, () => {
      this.build(inputShape);
      this.built = true;
      if (this.initialWeights) this.setWeights(this.initialWeights);
    });
    this.initialWeights = null;
    this.builtFor = inputShape;
  }

  private checkInput(given: Shape): void {
    const { rank, minRank = 0, last } = this.inputSpec;
    const lastGiven = given[given.length - 1];
    const fits =
      (rank === undefined || given.length === rank) &&
      given.length >= minRank &&
      (last === undefined || lastGiven === last);
    if (fits) return;
    const expected = this.expectedShape();
    const examples = given.slice(1).reduce((n, d) => n * d, 1);
    let hint = '';
    if (last !== undefined && given.length > 2 && examples === last) {
      hint = '; add layers.flatten() or reshape';
    } else if (given.length < Math.max(minRank, rank ?? 0)) {
      hint = '; the batch dimension may be missing';
    }
    throw new ArgumentError(
      `${this.name}: expected input of shape ${expected}, got ${showShape(given)}${hint}.`,
    );
  }

  private expectedShape(): string {
    const { rank, minRank = 0, last } = this.inputSpec;
    const known = this.builtFor ?? this.batchInputShape;
    if (known && known.length >= minRank && (rank === undefined || known.length === rank)) {
      return showShape([null, ...known.slice(1)]);
    }
    const dims: (number | null)[] = new Array<null>(Math.max(rank ?? 0, minRank, 1)).fill(null);
    if (last !== undefined) dims[dims.length - 1] = last;
    return `${showShape(dims)}${rank === undefined ? ' or of a higher rank' : ''}`;
  }

  /**
   * Makes a weight; call it in `build`.
   * @param name the Variable is called `<layer>/<name>`
   * @param dtype null: the layer's
   * @param initializer default: 'glorotUniform'
   * @param trainable default true
   */
  protected addWeight(
    name: string,
    shape: Shape,
    dtype?: DType | null,
    initializer: InitializerIdentifier = 'glorotUniform',
    regularizer?: Regularizer | null,
    trainable = true,
  ): Variable {
    const what = `${this.name}: weight ${name}`;
    if (!shape.every((d) => Number.isInteger(d) && d >= 0)) {
      throw new ArgumentError(
        `${what}: its shape is not known: ${showShape(shape)}; state the layer's inputShape.`,
      );
    }
    const type = choice(dtypes)(this.dtype).read(dtype, `${what}: dtype`);
    const initial =
      givenWeight(`${this.name}/${name}`, shape, type) ??
      resolveInitializer(initializer, what).apply(shape, type);
    if (!sameShape(initial.shape, shape) || initial.dtype !== type) {
      throw new ArgumentError(
        `${what}: its initializer should return ${type} of shape ${showShape(shape)}, got ${initial.dtype} of shape ` +
          `${showShape(initial.shape)}.`,
      );
    }
    const variable = new Variable(initial.dataSync(), [...shape], type, `${this.name}/${name}`, trainable);
    (trainable ? this.trained : this.untrained).push(variable);
    if (regularizer) this.weightPenalties.push({ regularizer, variable });
    return variable;
  }

  /** Whether training changes the weights. Models look at it when they are compiled. */
  get trainable(): boolean {
    return this.isTrainable;
  }

  set trainable(value: boolean) {
    this.isTrainable = flag().read(value, `${this.name}: trainable`);
  }

  /** All weights, those that are trained first. */
  get weights(): readonly Variable[] {
    return [...this.trained, ...this.untrained];
  }

  get trainableWeights(): readonly Variable[] {
    return this.isTrainable ? [...this.trained] : [];
  }

  get nonTrainableWeights(): readonly Variable[] {
    return this.isTrainable ? [...this.untrained] : this.weights;
  }

  /** Penalties of the regularizers, rank 0: those on weights as they are, that on the outputs of the last call. */
  penalties(): Tensor[] {
    const list = this.weightPenalties.map(({ regularizer, variable }) => regularizer.apply(variable));
    return this.activityPenalty ? [...list, this.activityPenalty] : list;
  }

  /** The same as `penalties()`, under Keras' name. */
  get losses(): readonly Tensor[] {
    return this.penalties();
  }

  /** Values of the weights, trained ones first. */
  getWeights(): Tensor[] {
    return this.weights.map((w) => w.snapshot_());
  }

  /**
   * Sets the weights, in the order of `getWeights`; other dtypes are converted.
   * @throws ArgumentError if their number or a shape is wrong; then nothing is changed
   */
  setWeights(weights: readonly Tensor[]): void {
    const own = this.weights;
    if (!Array.isArray(weights)) {
      throw new ArgumentError(
        `${this.name}.setWeights: expected a list of tensors, got ${showValue(weights)}.`,
      );
    }
    if (weights.length !== own.length) {
      const hint = this.built ? '' : '; it has none before it is built';
      const names = own.length > 0 ? ` (${own.map((w) => w.name).join(', ')})` : '';
      throw new ArgumentError(
        `${this.name}.setWeights: expected ${own.length} tensors${names}, got ${weights.length}${hint}.`,
      );
    }
    own.forEach((variable, i) => {
      if (sameShape(variable.shape, weights[i].shape)) return;
      throw new ArgumentError(
        `${this.name}.setWeights: ${variable.name} has shape ${showShape(variable.shape)}, got ` +
          `${showShape(weights[i].shape)}.`,
      );
    });
    own.forEach((variable, i) => {
      const { dtype } = variable;
      variable.assign(weights[i].dtype === dtype ? weights[i] : cast(weights[i], dtype));
    });
  }

  /** Number of single weights. */
  countParams(): number {
    return this.weights.reduce((n, w) => n + w.size, 0);
  }

  override getConfig(): Config {
    const { name, dtype, batchInputShape, activityRegularizer } = this;
    return {
      name,
      trainable: this.isTrainable,
      dtype,
      ...(batchInputShape ? { batchInputShape } : {}),
      ...(activityRegularizer ? { activityRegularizer: saved(activityRegularizer) } : {}),
      ...super.getConfig(),
    };
  }

  /** Marks the weights disposed. Never needed. */
  dispose(): void {
    for (const weight of this.weights) weight.dispose();
  }
}

function nextNameUnless(name: string | null | undefined, type: { className: string; name: string }): string {
  return name === undefined || name === null ? nextName(type.className || type.name) : name;
}

function inputShapeOf(config: LayerArgs, name: string): BatchShape | null {
  const { batchInputShape, inputShape, inputDim, batchSize } = config;
  const unknown = (shape: BatchShape): BatchShape => shape.map((d) => (d === -1 ? null : d));
  if (batchInputShape) return unknown(shapeField().read(batchInputShape, `${name}: batchInputShape`));
  const batch =
    batchSize === undefined || batchSize === null ? null : count().read(batchSize, `${name}: batchSize`);
  if (inputShape) return [batch, ...unknown(shapeField().read(inputShape, `${name}: inputShape`))];
  if (inputDim !== undefined && inputDim !== null)
    return [batch, count().read(inputDim, `${name}: inputDim`)];
  return null;
}
