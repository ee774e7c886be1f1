// What optimizers share: the learning rate, the count of steps, the slots, their names and their saving. An optimizer
// itself states its options, its slots and its formula.

import { ArgumentError } from '../../contract/errors.js';
import type { ExpressionWriter, Scalar } from '../../contract/expression.js';
import { newArray, type DType } from '../../contract/dtypes.js';
import { currentBackend } from '../../backend/select.js';
import { constant } from '../../tensor/convert.js';
import { runOp, type Op } from '../../tensor/op.js';
import { sameShape, showShape } from '../../tensor/shapes.js';
import { Tensor } from '../../tensor/tensor.js';
import { Variable } from '../../tensor/variable.js';
import { variableGrads } from '../../transform/grad.js';
import { variableNamed } from '../../transform/named.js';
import { Configured } from '../config/configured.js';
import { positive, type Config, type Fields } from '../config/fields.js';
import { elementwiseUpdate } from './update.js';

/** A tensor with a name, as optimizers save their state. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/**
 * Gradients with what they belong to: by the variable's name, in a list with names, or as pairs. A gradient that is
 * null or undefined leaves its variable alone.
 */
export type Gradients =
  | Readonly<Record<string, Tensor | null | undefined>>
  | readonly { readonly name: string; readonly tensor: Tensor | null | undefined }[]
  | readonly (readonly [Tensor | null | undefined, Variable])[];

/** State of the size of the parameter: what is kept for each element. */
export interface Slot {
  /** The slot's variable is called `<parameter>/<name>`. */
  readonly name: string;
  /** Default: 0. */
  readonly initial?: number;
}

/** The formula of one element. */
export interface UpdateInputs {
  readonly e: ExpressionWriter;
  readonly weight: Scalar;
  readonly gradient: Scalar;
  readonly slots: readonly Scalar[];
  /** The learning rate, then what `stepScalars` adds. */
  readonly scalars: readonly Scalar[];
}

/** The options of every optimizer. */
export const optimizerFields = (learningRate: number) =>
  ({
    /** The step's factor. */
    learningRate: positive(learningRate),
  }) as const;

/** A rank-0 Variable that is not trained. */
export function scalarVariable(value: number, dtype: DType, name: string): Variable {
  const array = newArray(dtype, 1);
  array[0] = value;
  return new Variable(array, [], dtype, name, false);
}

const incremented = elementwiseUpdate('iterations', 1, (e, n) => [e.add(n, 1)]);

/**
 * Base class of optimizers. To write one: state `className` and `fields` (with `...optimizerFields(default)`), `slots`,
 * and `update`, the formula of one element.
 */
export abstract class Optimizer<F extends Fields = Fields> extends Configured<F> {
  /** float64, so that it reads back as it was set; programs read it each time they run. */
  readonly learningRateVariable: Variable;
  /** int32: number of completed updates. */
  readonly iterations: Variable;
  private readonly state = new Map<Variable, readonly Variable[]>();
  private updateOp: Op | null = null;

  constructor(config?: object | null) {
    super(config);
    const { learningRate } = this.settings as unknown as { learningRate: number };
    this.learningRateVariable = scalarVariable(learningRate, 'float64', 'learning_rate');
    this.iterations = scalarVariable(0, 'int32', 'iter');
  }

  /** What is kept for each parameter; constant once the options are read. */
  protected abstract get slots(): readonly Slot[];
  /** New value of the weight, then of each slot. */
  protected abstract update(inputs: UpdateInputs): readonly Scalar[];
  /** Rank-0 tensors beside the learning rate that the formula of this step needs, computed once a step. */
  protected stepScalars(): readonly Tensor[] {
    return [];
  }
  /** Number of `stepScalars`. */
  protected get stepScalarCount(): number {
    return 0;
  }
  /** Sets what follows from `iterations` after it was set. */
  protected restored(_iterations: number): void {}

  /** The factor of the step. Setting it takes effect at the next step, in compiled programs too. */
  get learningRate(): number {
    return this.learningRateVariable.dataSync()[0];
  }

  set learningRate(value: number) {
    positive().read(value, `${this.getClassName()}: learningRate`);
    this.learningRateVariable.assign(constant(value, 'float64'));
  }

  /** The same as setting `learningRate`. */
  setLearningRate(learningRate: number): void {
    this.learningRate = learningRate;
  }

  /** Makes the slots of these variables, where they are not there yet. */
  build(variables: readonly Variable[]): void {
    for (const variable of variables) this.slotsOf(variable);
  }

  /** All state: iterations, then the slots, slot by slot. */
  get variables(): readonly Variable[] {
    const all = [...this.state.values()];
    return [this.iterations, ...this.slots.flatMap((_, i) => all.map((slots) => slots[i]))];
  }

  private slotsOf(variable: Variable): readonly Variable[] {
    let slots = this.state.get(variable);
    if (!slots) {
      slots = this.slots.map(({ name, initial = 0 }) => {
        // Aligned, as programs write it at every step.
        const array = currentBackend().allocate(variable.dtype, variable.size);
        if (initial !== 0) array.fill(initial);
        return new Variable(array, variable.shape, variable.dtype, `${variable.name}/${name}`, false);
      });
      this.state.set(variable, slots);
    }
    return slots;
  }

  /**
   * One step: updates the variables by their gradients and counts it.
   * @throws ArgumentError if a name belongs to no variable, or a gradient has another shape or dtype than its variable
   */
  applyGradients(gradients: Gradients): void {
    const pairs = this.pairs(gradients);
    for (const [gradient, variable] of pairs) check(gradient, variable);
    this.updateOp ??= elementwiseUpdate(
      `${this.getClassName()} update`,
      2 + this.slots.length + 1 + this.stepScalarCount,
      (e, weight, gradient, ...rest) =>
        this.update({
          e,
          weight,
          gradient,
          slots: rest.slice(0, this.slots.length),
          scalars: rest.slice(this.slots.length),
        }),
    );
    const scalars = [this.learningRateVariable, ...this.stepScalars()];
    for (const [gradient, variable] of pairs) {
      const slots = this.slotsOf(variable);
      const [weight, ...kept] = runOp(this.updateOp, [variable, gradient, ...slots, ...scalars], undefined);
      variable.assign(weight);
      slots.forEach((slot, i) => slot.assign(kept[i]));
    }
    this.iterations.assign(runOp(incremented, [this.iterations], undefined)[0]);
  }

  private pairs(gradients: Gradients): (readonly [Tensor, Variable])[] {
    const pairs: (readonly [Tensor, Variable])[] = [];
    const add = (gradient: Tensor | null | undefined, variable: Variable): void => {
      if (gradient) pairs.push([gradient, variable]);
    };
    if (Array.isArray(gradients)) {
      for (const entry of gradients as readonly (
        NamedTensor | readonly [Tensor | null | undefined, Variable]
      )[]) {
        if (entry instanceof Array) add(entry[0], entry[1]);
        else add(entry.tensor, this.named(entry.name));
      }
    } else {
      for (const [name, tensor] of Object.entries(gradients as Record<string, Tensor | null | undefined>)) {
        add(tensor, this.named(name));
      }
    }
    return pairs;
  }

  private named(name: string): Variable {
    const variable = variableNamed(name) ?? [...this.state.keys()].find((v) => v.name === name);
    if (variable) return variable;
    throw new ArgumentError(
      `applyGradients: there is no variable '${name}' whose gradient was taken; pass [gradient, variable] pairs.`,
    );
  }

  /**
   * Computes the gradients of `f` by the variables and applies them.
   * @param f returns the cost, a rank-0 tensor
   * @param returnCost whether to return the cost (before the update)
   * @param varList default: the trainable Variables that `f` uses
   */
  minimize(f: () => Tensor, returnCost?: false, varList?: readonly Variable[]): null;
  minimize(f: () => Tensor, returnCost: boolean, varList?: readonly Variable[]): Tensor | null;
  minimize(f: () => Tensor, returnCost = false, varList?: readonly Variable[]): Tensor | null {
    const { value, grads } = this.computeGradients(f, varList);
    this.applyGradients(grads);
    return returnCost ? value : null;
  }

  /** Value and gradients of `f` by the variables' names, as `variableGrads`. */
  computeGradients(
    f: () => Tensor,
    varList?: readonly Variable[],
  ): { value: Tensor; grads: Record<string, Tensor> } {
    return variableGrads(f, varList);
  }

  /** The state: `iter`, then the slots, slot by slot, each over all parameters. */
  getWeights(): Promise<NamedTensor[]> {
    return new Promise((resolve) =>
      resolve(this.variables.map((variable) => ({ name: variable.name, tensor: variable.snapshot_() }))),
    );
  }

  /**
   * Sets the state as `getWeights` returned it. The optimizer has to know its parameters: build it (or its model) first.
   * Slots are matched by name, else by their order.
   * @throws ArgumentError if number or shapes do not fit; then nothing is changed
   */
  async setWeights(weights: readonly NamedTensor[]): Promise<void> {
    const own = this.variables;
    const given = this.accepted(weights);
    if (given.length !== own.length) {
      throw new ArgumentError(
        `${this.getClassName()}.setWeights: expected ${own.length} tensors (${own.map((v) => v.name).join(', ')}), got ` +
          `${given.length}; build the optimizer with the model's trainable weights first.`,
      );
    }
    const byName = new Map(given.map((w) => [w.name, w.tensor]));
    const matched = own.every((v) => byName.has(v.name));
    const tensors = own.map((v, i) => (matched ? (byName.get(v.name) as Tensor) : given[i].tensor));
    own.forEach((variable, i) => {
      if (sameShape(variable.shape, tensors[i].shape)) return;
      throw new ArgumentError(
        `${this.getClassName()}.setWeights: ${variable.name} has shape ${showShape(variable.shape)}, got ` +
          `${showShape(tensors[i].shape)}.`,
      );
    });
    const values = await Promise.all(tensors.map((t) => t.data()));
    own.forEach((variable, i) => {
      const array = newArray(variable.dtype, variable.size);
      array.set(values[i]);
      variable.assign(new Tensor(array, variable.shape, variable.dtype));
    });
    this.restored(values[0][0]);
  }

  /** @internal The state as TensorFlow.js expects it in a file. */
  savedState_(): readonly NamedTensor[] {
    return this.variables.map((variable) => ({ name: variable.name, tensor: variable.snapshot_() }));
  }

  /** @internal Everything that training (or a callback) changes and that does not follow from the rest. */
  get state_(): readonly Variable[] {
    return [...this.variables, this.learningRateVariable];
  }

  /** @internal To be called once `state_` was written from outside. */
  restored_(): void {
    this.restored(this.iterations.dataSync()[0]);
  }

  /** What `setWeights` looks at; optimizers drop what other libraries save and they do not need. */
  protected accepted(weights: readonly NamedTensor[]): readonly NamedTensor[] {
    return weights;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), learningRate: this.learningRate };
  }

  /** Marks the state disposed. Never needed. */
  dispose(): void {
    for (const variable of this.variables) variable.dispose();
    this.learningRateVariable.dispose();
  }
}

function check(gradient: Tensor, variable: Variable): void {
  if (sameShape(gradient.shape, variable.shape) && gradient.dtype === variable.dtype) return;
  throw new ArgumentError(
    `applyGradients: the gradient of ${variable.name} should be ${variable.dtype} of shape ` +
      `${showShape(variable.shape)}, got ${gradient.dtype} of shape ${showShape(gradient.shape)}.`,
  );
}
