// What `compile` makes of its arguments: optimizer, losses, metrics, and the programs made from them so far.

import { ArgumentError } from '../../contract/errors.js';
import { jit, type Jitted, type RunOptions } from '../../transform/index.js';
import { atPrecision, checkPrecision, type MatMulPrecision } from '../../tensor/precision.js';
import type { Tensor } from '../../tensor/tensor.js';
import { resolveLoss, type LossFunction, type LossIdentifier } from '../losses/index.js';
import { resolveMetric, type MetricIdentifier } from '../metrics/index.js';
import { resolveOptimizer, type Optimizer, type OptimizerIdentifier } from '../optimizers/index.js';
import { showShape } from '../../tensor/shapes.js';
import type { Model } from './model.js';
import { Figures, Steps, type OutputPlan, type WatchedMetric } from './steps.js';

/** Arguments of `model.compile`. */
export interface CompileArgs {
  /** A name ('sgd', 'rmsprop', 'adam', ...) with its default learning rate, or an optimizer. */
  optimizer: OptimizerIdentifier;
  /** A name, a loss or a function (yTrue, yPred) => tensor; a list or a record by name for several outputs. */
  loss: LossIdentifier | readonly LossIdentifier[] | Readonly<Record<string, LossIdentifier>>;
  /** Names, metrics or functions, shown beside the loss. */
  metrics?: MetricIdentifier | readonly MetricIdentifier[];
  /** Runs steps op by op, for models whose control flow reads values; slow. Default: false. */
  runEagerly?: boolean;
  /**
   * Of the products of float32 matrices in training, evaluation and prediction: 'bf16' rounds their operands to
   * bfloat16, and sums in float32; weights and the rest stay float32. Default: what `setPrecision` says, 'float32'.
   */
  precision?: MatMulPrecision;
}

/** A function of lists of tensors, as written in ops. */
export type ListFunction = (...lists: (readonly Tensor[])[]) => Tensor[];

/** The same, compiled. */
export type ListProgram = Jitted<(readonly Tensor[])[], Tensor[]>;

/** How `Program.runAsync` runs. */
export type ProgramRunOptions = RunOptions;

/** A step function with its program; with `runEagerly` it runs op by op instead. */
export class Program {
  private readonly jitted: ListProgram;

  constructor(
    private readonly f: ListFunction,
    name: string,
    private readonly eagerly: boolean,
  ) {
    this.jitted = jit(f, { name });
  }

  run(...lists: (readonly Tensor[])[]): Tensor[] {
    return this.eagerly ? this.f(...lists) : this.jitted(...lists);
  }

  /** Off the main thread where the backend can. */
  async runAsync(lists: (readonly Tensor[])[], options?: ProgramRunOptions): Promise<Tensor[]> {
    options?.signal?.throwIfAborted();
    return this.eagerly ? this.f(...lists) : this.jitted.runAsync(lists, options);
  }

  dispose(): void {
    this.jitted.dispose();
  }
}

/** A compiled model. */
export class Compiled {
  readonly steps: Steps;
  readonly training: Figures;
  readonly testing: Figures;
  /** The figures of one batch alone. */
  readonly batch: Figures;
  private readonly programs = new Map<string, Program>();

  constructor(
    readonly model: Model,
    readonly args: CompileArgs,
    readonly optimizer: Optimizer,
    outputs: readonly OutputPlan[],
    figures: () => Figures,
  ) {
    this.steps = new Steps(model, outputs, optimizer);
    this.training = figures();
    this.testing = figures();
    this.batch = figures();
  }

  /** The program of `f`, made the first time that it is asked for under this name and key. */
  program(name: string, key: string, f: ListFunction): Program {
    let program = this.programs.get(`${name} ${key}`);
    if (!program) {
      const { precision, runEagerly = false } = this.args;
      const step: ListFunction = (...lists) => atPrecision(precision, () => f(...lists));
      program = new Program(step, name, runEagerly);
      this.programs.set(`${name} ${key}`, program);
    }
    return program;
  }

  /** Gives back the memory of all programs. */
  dispose(): void {
    for (const program of this.programs.values()) program.dispose();
    this.programs.clear();
  }
}

function perOutput(args: CompileArgs, names: readonly string[]): LossIdentifier[] {
  const { loss } = args;
  if (loss === undefined || loss === null) {
    throw new ArgumentError(
      "compile: expected a loss, e.g. compile({optimizer: 'adam', loss: 'meanSquaredError'}).",
    );
  }
  if (Array.isArray(loss)) {
    if (loss.length !== names.length) {
      throw new ArgumentError(
        `compile: expected ${names.length} losses, one for each output, got ${loss.length}.`,
      );
    }
    return [...(loss as readonly LossIdentifier[])];
  }
  const record = loss as Readonly<Record<string, LossIdentifier>>;
  if (typeof loss === 'object' && names.every((n) => n in record)) return names.map((n) => record[n]);
  return names.map(() => loss as LossIdentifier);
}

/** Makes sense of the arguments of `compile`. */
export function compileModel(model: Model, args: CompileArgs): Compiled {
  if (args === undefined || args === null || typeof args !== 'object') {
    throw new ArgumentError(
      "compile: expected an object such as {optimizer: 'rmsprop', loss: 'categoricalCrossentropy', metrics: ['accuracy']}.",
    );
  }
  if (args.optimizer === undefined || args.optimizer === null) {
    throw new ArgumentError("compile: expected an optimizer, e.g. compile({optimizer: 'adam', loss: ...}).");
  }
  if (args.precision !== undefined) checkPrecision('compile: precision', args.precision);
  const optimizer = resolveOptimizer(args.optimizer);
  const losses = perOutput(args, model.outputNames).map((id) => resolveLoss(id));
  const outputs = losses.map((loss): OutputPlan => ({ loss, weight: 1 }));
  const metrics =
    args.metrics === undefined ? [] : Array.isArray(args.metrics) ? args.metrics : [args.metrics];
  const figures = (): Figures => {
    const watched: WatchedMetric[] = [];
    const names: string[] = [];
    losses.forEach((loss, output) => {
      const prefix = losses.length > 1 ? `${model.outputNames[output]}_` : '';
      for (const id of metrics as readonly MetricIdentifier[]) {
        const metric = resolveMetric(id, loss, model.outputShapes[output]);
        watched.push({ output, metric });
        names.push(prefix + metric.label);
      }
    });
    return new Figures(watched, names);
  };
  optimizer.build(model.trainableWeights);
  return new Compiled(model, args, optimizer, outputs, figures);
}

/** Throws unless a target fits the output and the loss; called once a fit, so that the sentence can be a good one. */
export function checkTarget(
  target: Tensor,
  outputShape: readonly (number | null)[],
  loss: LossFunction,
): void {
  if (!loss.checksTargets) return;
  const features = outputShape.slice(1);
  const given = target.shape.slice(1);
  if (loss.sparse) {
    const fits =
      given.length === features.length - 1 || (given.length === features.length && given.at(-1) === 1);
    if (fits) return;
    throw new ArgumentError(
      `y: expected class numbers of shape ${showShape([null, ...features.slice(0, -1)])} for this sparse loss, got ` +
        `${showShape(target.shape)}; for one-hot targets use 'categoricalCrossentropy'.`,
    );
  }
  const same = given.length === features.length && features.every((d, i) => d === null || d === given[i]);
  if (same || (given.length === 0 && features.length === 1 && features[0] === 1)) return;
  const hint =
    given.length === features.length - 1 && features.length > 0
      ? "; for class numbers use 'sparseCategoricalCrossentropy', or oneHot(y, classes)"
      : '';
  throw new ArgumentError(
    `y: expected targets of shape ${showShape([null, ...features])} as the output, got ${showShape(target.shape)}${hint}.`,
  );
}
