// Models: what sequential, functional and subclassed models share. A model is a layer of layers with inputs and
// outputs; compiling gives it an optimizer, losses and metrics.

import { ArgumentError, HebbError } from '../../contract/errors.js';
import { showShape } from '../../tensor/shapes.js';
import type { FileOptions } from '../../io/files.js';
import type { IOHandler, SaveResult } from '../../io/handlers.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import type { History } from '../callbacks/history.js';
import type { CallbackList } from '../callbacks/list.js';
import type { Config } from '../config/fields.js';
import type { Layer } from '../layers/index.js';
import type { Optimizer } from '../optimizers/index.js';
import { saveCheckpoint } from '../saving/checkpoint.js';
import { resumeFrom } from '../saving/newest.js';
import { saveModel, type SaveOptions } from '../saving/save.js';
import { loadWeights, saveWeights, type LoadWeightsOptions } from '../saving/weights.js';
import { compileModel, checkTarget, type Compiled, type CompileArgs, type ListProgram } from './compiled.js';
import { evaluateTensors, evaluateTensorsAsync, predictionProgram } from './evaluation.js';
import { checkCount, toExamples, toInputs, type Examples, type ExampleSet } from './examples.js';
import type { Place, Resumption } from './place.js';
import { printSummary } from './summary.js';
import { fit, trainOnBatch, type FitArgs } from './training.js';

/** Shape with null for the batch dimension and others that are not known. */
export type BatchShape = readonly (number | null)[];

/** Output of a layer in a forward pass that is looked at layer by layer. */
export interface LayerOutput {
  readonly layer: string;
  readonly output: Tensor;
}

/** Arguments of `model.evaluate`. */
export interface EvaluateArgs {
  /** Examples a batch; default 32. The result does not depend on it, but for rounding. */
  batchSize?: number;
  signal?: AbortSignal;
}

/** Arguments of `model.predict`. */
export interface PredictArgs {
  /** Examples a batch; default 512. The result does not depend on it. */
  batchSize?: number;
  signal?: AbortSignal;
}

const unbatched = (list: Tensor[]): Tensor | Tensor[] => (list.length === 1 ? list[0] : list);

/** A trainable model; made by `sequential`. */
export abstract class Model {
  /** Whether a `fit` is under way. */
  isTraining = false;
  /** Set by a callback to end `fit` after the epoch (or, with batch hooks, the batch) that is under way. */
  stopTraining = false;
  /** What the last `fit` returned or is collecting. */
  history: History | null = null;

  /** @internal Where the last `fit` has come to; null before the first. */
  place_: (() => Place) | null = null;
  /** @internal The callbacks of the last `fit`. */
  callbacks_: CallbackList | null = null;
  /** @internal What the next `fit` goes on from. */
  resumption_: Resumption | null = null;

  private compiled: Compiled | null = null;
  private userDefinedMetadata: object | undefined;
  /** By batch size and precision. */
  private readonly predictions = new Map<string, ListProgram>();

  protected constructor(readonly name: string) {}

  /** Name of the class, as it is saved: 'Sequential'. */
  abstract getClassName(): string;
  /** Name and layers, from which an equal model without its weights can be made. */
  abstract getConfig(): Config;
  /** All layers, in the order in which data meets them. */
  abstract get layers(): readonly Layer[];
  /** Shapes of the inputs; throws while they are not known. */
  abstract get inputShapes(): readonly BatchShape[];
  abstract get outputShapes(): readonly BatchShape[];
  abstract get outputNames(): readonly string[];
  /** Makes the weights for inputs of these shapes, if they are not there yet. */
  abstract build(inputShapes?: readonly BatchShape[]): void;
  abstract get built(): boolean;
  /** @internal The computation: outputs for a batch. */
  abstract forward(inputs: readonly Tensor[], training: boolean): readonly Tensor[];
  /** @internal The same without training, with each layer's output. */
  abstract trace_(inputs: readonly Tensor[]): LayerOutput[];

  get weights(): readonly Variable[] {
    return [...this.trainableWeights, ...this.nonTrainableWeights];
  }

  get trainableWeights(): readonly Variable[] {
    return this.layers.flatMap((l) => l.trainableWeights);
  }

  get nonTrainableWeights(): readonly Variable[] {
    return this.layers.flatMap((l) => l.nonTrainableWeights);
  }

  /** @internal Regularizers' losses. */
  penalties(): Tensor[] {
    return this.layers.flatMap((l) => l.penalties());
  }

  get optimizer(): Optimizer {
    return this.compiled_('optimizer').optimizer;
  }

  /** Names of what `evaluate` returns, the loss first. */
  get metricsNames(): readonly string[] {
    return this.compiled_('metricsNames').testing.names;
  }

  /**
   * Gives the model its optimizer, loss and metrics.
   * @throws ArgumentError if one of them is not known; the nearest name is suggested
   */
  compile(args: CompileArgs): void {
    if (!this.built) this.build();
    const compiled = compileModel(this, args);
    this.compiled?.dispose();
    this.compiled = compiled;
  }

  /** @internal What `compile` made; null before. */
  get compiledOrNull_(): Compiled | null {
    return this.compiled;
  }

  /** @internal */
  compiled_(what: string): Compiled {
    if (!this.compiled) {
      throw new HebbError(`${what}: the model is not compiled; call model.compile({optimizer, loss}) first.`);
    }
    return this.compiled;
  }

  /**
   * Trains for a number of epochs, off the main thread where the backend can.
   * @param x inputs, [examples, ...]; integers stay integers until the first layer converts them
   * @param y targets, [examples, ...]
   * @returns the figures of each epoch
   * @throws ArgumentError on shapes that do not fit; NonFiniteLossError where the loss is NaN; the signal's reason
   */
  fit(x: Examples, y: Examples, args?: FitArgs): Promise<History> {
    return fit(this, x, y, args);
  }

  /** One update on one batch; the loss, then the metrics, of that batch. */
  trainOnBatch(x: Examples, y: Examples): Promise<number | number[]> {
    return trainOnBatch(this, x, y);
  }

  /** Loss (and metrics, then as a list) over the examples, as rank-0 tensors. */
  evaluate(x: Examples, y: Examples, args: EvaluateArgs = {}): Tensor | Tensor[] {
    const compiled = this.compiled_('evaluate');
    return unbatched(
      evaluateTensors(compiled, this.examples('evaluate', x, y, args.batchSize), args.batchSize ?? 32),
    );
  }

  /** The same, off the main thread where the backend can. */
  async evaluateAsync(x: Examples, y: Examples, args: EvaluateArgs = {}): Promise<Tensor | Tensor[]> {
    const compiled = this.compiled_('evaluateAsync');
    const set = this.examples('evaluateAsync', x, y, args.batchSize);
    return unbatched(await evaluateTensorsAsync(compiled, set, args.batchSize ?? 32, args.signal));
  }

  /** Outputs for the inputs, [examples, ...]. */
  predict(x: Examples, args: PredictArgs = {}): Tensor | Tensor[] {
    const inputs = this.checkedInputs('predict', x, args.batchSize);
    return unbatched(this.prediction(inputs, args)(inputs));
  }

  /** The same, off the main thread where the backend can. */
  async predictAsync(x: Examples, args: PredictArgs = {}): Promise<Tensor | Tensor[]> {
    const inputs = this.checkedInputs('predictAsync', x, args.batchSize);
    return unbatched(await this.prediction(inputs, args).runAsync([inputs], { signal: args.signal }));
  }

  /** Outputs for one batch, however large. */
  predictOnBatch(x: Examples): Tensor | Tensor[] {
    const inputs = this.checkedInputs('predictOnBatch', x);
    return unbatched(this.prediction(inputs, { batchSize: Math.max(inputs[0].shape[0], 1) })(inputs));
  }

  private prediction(inputs: readonly Tensor[], args: PredictArgs): ListProgram {
    const batchSize = Math.min(args.batchSize ?? 512, Math.max(inputs[0].shape[0], 1));
    const precision = this.compiled?.args.precision;
    const key = `${batchSize} ${precision}`;
    let program = this.predictions.get(key);
    if (!program) this.predictions.set(key, (program = predictionProgram(this, batchSize, precision)));
    return program;
  }

  private examples(what: string, x: Examples, y: Examples, batchSize = 32): ExampleSet {
    checkCount(batchSize, `${what}: batchSize`);
    const set = toExamples(x, y, what);
    this.checkExamples(set);
    return set;
  }

  private checkedInputs(what: string, x: Examples, batchSize = 32): readonly Tensor[] {
    checkCount(batchSize, `${what}: batchSize`);
    const inputs = toInputs(x, what);
    if (!this.built) this.build(inputs.map((t) => [null, ...t.shape.slice(1)]));
    this.checkInputs(inputs);
    return inputs;
  }

  /** @internal Throws unless the examples fit the model's inputs, outputs and losses. */
  checkExamples(set: ExampleSet): void {
    this.checkInputs(set.inputs);
    const { steps } = this.compiled_('fit');
    if (set.targets.length !== this.outputShapes.length) {
      throw new ArgumentError(
        `y: expected ${this.outputShapes.length} tensors, one for each output, got ${set.targets.length}.`,
      );
    }
    set.targets.forEach((t, i) => checkTarget(t, this.outputShapes[i], steps.outputs[i].loss));
  }

  private checkInputs(inputs: readonly Tensor[]): void {
    const shapes = this.inputShapes;
    if (inputs.length !== shapes.length) {
      throw new ArgumentError(
        `x: expected ${shapes.length} tensors, one for each input, got ${inputs.length}.`,
      );
    }
    inputs.forEach((t, i) => {
      const expected = shapes[i];
      const fits =
        t.rank === expected.length &&
        expected.every((d, axis) => axis === 0 || d === null || d === t.shape[axis]);
      if (fits) return;
      const features = (shape: BatchShape): number =>
        shape.slice(1).reduce<number>((n, d) => n * (d ?? 1), 1);
      const hint =
        features(t.shape) === features(expected)
          ? `; the number of features is right: reshape x to ${showShape([t.shape[0], ...expected.slice(1)])}, or begin the model with layers.flatten() or layers.reshape()`
          : t.rank === expected.length - 1
            ? '; the batch dimension may be missing'
            : '';
      throw new ArgumentError(
        `${this.layers[0]?.name ?? this.name}: expected input of shape ${showShape([null, ...expected.slice(1)])}, got ${showShape(t.shape)}${hint}.`,
      );
    });
  }

  /** The layer of that name, or at that place. */
  getLayer(nameOrIndex: string | number): Layer {
    const layer =
      typeof nameOrIndex === 'number'
        ? this.layers[nameOrIndex]
        : this.layers.find((l) => l.name === nameOrIndex);
    if (!layer) {
      const names = this.layers.map((l) => l.name).join(', ');
      throw new ArgumentError(
        `getLayer: there is no layer ${JSON.stringify(nameOrIndex)}; the model has ${names}.`,
      );
    }
    return layer;
  }

  /** Values of all weights, layer by layer. */
  getWeights(): Tensor[] {
    return this.layers.flatMap((l) => l.getWeights());
  }

  /**
   * Sets all weights, in the order of `getWeights`.
   * @throws ArgumentError if their number or a shape is wrong; then nothing is changed
   */
  setWeights(weights: readonly Tensor[]): void {
    const own = this.layers.flatMap((l) => l.weights);
    if (own.length !== weights.length) {
      throw new ArgumentError(`setWeights: the model has ${own.length} weights, got ${weights.length}.`);
    }
    own.forEach((v, i) => {
      if (showShape(v.shape) === showShape(weights[i].shape)) return;
      throw new ArgumentError(
        `setWeights: ${v.name} has shape ${showShape(v.shape)}, got ${showShape(weights[i].shape)} at place ${i}.`,
      );
    });
    own.forEach((v, i) => v.assign(weights[i].cast(v.dtype)));
  }

  /**
   * Keeps something of one's own with the model: it is saved in model.json and there again after loading.
   * @param metadata what JSON can say; names of classes, for example
   */
  setUserDefinedMetadata(metadata: object): void {
    this.userDefinedMetadata = metadata;
  }

  /** What `setUserDefinedMetadata`, or the file the model was loaded from, has given; undefined for nothing. */
  getUserDefinedMetadata(): object | undefined {
    return this.userDefinedMetadata;
  }

  /**
   * Saves the model in TensorFlow.js' layers format: `model.json` and `weights.bin` in a directory.
   * @param target `file://directory`, or a handler such as `io.withSaveHandler` makes
   * @returns when and how much was saved
   * @throws ArgumentError if the model has no weights yet, or (with `includeOptimizer`) a loss that is a function
   * @example await model.save('file://digits', { includeOptimizer: true });
   */
  save(target: string | IOHandler, options?: SaveOptions): Promise<SaveResult> {
    return saveModel(this, target, options);
  }

  /**
   * Saves the weights by name in a safetensors file, which appears under its name only when it is whole.
   * @throws ArgumentError if the model has no weights yet
   */
  saveWeights(path: string): Promise<void> {
    return saveWeights(this, path);
  }

  /**
   * Loads weights by name from a safetensors file, or from a checkpoint.
   * @throws FormatError if the file is damaged or its weights do not fit; then nothing is changed
   */
  loadWeights(path: string, options?: LoadWeightsOptions): Promise<void> {
    return loadWeights(this, path, options);
  }

  /**
   * Saves all that training changes in one file: weights, the optimizer's state, generators, the place in the training.
   * Between epochs and steps of a `fit` it is called by `callbacks.modelCheckpoint`; after one (also after one that was
   * aborted) it can be called by hand.
   */
  saveCheckpoint(path: string): Promise<void> {
    return saveCheckpoint(this, path);
  }

  /**
   * Restores a checkpoint: the next `fit` goes on where it was made, in the middle of an epoch if need be, and ends with
   * the same bits as if it had never stopped. The model has to be compiled as it was.
   * @param path a file, or a directory: the newest whole checkpoint in it
   * @returns the place from which training goes on; null (and nothing is changed) where there is no checkpoint
   * @throws FormatError if the file is damaged, or of another model; then nothing is changed
   */
  resumeFrom(path: string, options?: FileOptions): Promise<Place | null> {
    return resumeFrom(this, path, options);
  }

  /** Number of single weights. */
  countParams(): number {
    return this.weights.reduce((n, v) => n + v.size, 0);
  }

  /**
   * Prints the layers, their output shapes and numbers of parameters.
   * @param lineLength characters a line; default 72
   * @param positions ends of the columns, as fractions or characters
   * @param printFn what prints a line; default console.log
   */
  summary(lineLength?: number, positions?: readonly number[], printFn?: (line: string) => void): void {
    printSummary(this, lineLength, positions, printFn);
  }

  /** Gives back the programs and marks the weights disposed. Never needed. */
  dispose(): void {
    this.compiled?.dispose();
    for (const program of this.predictions.values()) program.dispose();
    this.predictions.clear();
    for (const weight of this.weights) weight.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
