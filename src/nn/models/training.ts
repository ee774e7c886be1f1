// Training: `fit` and `trainOnBatch`. Without batch hooks whole epochs (or all of them) are one program; with them each
// step is one.

import { ArgumentError, HebbError } from '../../contract/errors.js';
import { gather, permutation } from '../../ops/index.js';
import { range } from '../../tensor/create.js';
import { defaultGenerator, Generator } from '../../tensor/generator.js';
import type { Tensor } from '../../tensor/tensor.js';
import { repeat } from '../../transform/index.js';
import type { Callback, CallbackHooks, FitParams, Logs } from '../callbacks/callback.js';
import { History } from '../callbacks/history.js';
import { CallbackList } from '../callbacks/list.js';
import { EpochPrinter } from '../callbacks/printer.js';
import type { Compiled, Program } from './compiled.js';
import { diagnose } from './diagnosis.js';
import { evaluateFigures } from './evaluation.js';
import { checkCount, splitOff, toExamples, type Examples, type ExampleSet } from './examples.js';
import type { Model } from './model.js';
import type { Figures } from './steps.js';

/** Arguments of `model.fit`. */
export interface FitArgs {
  /** Examples a step; default 32. The last batch of an epoch may be smaller. */
  batchSize?: number;
  /** Number of the epoch after the last one to run; default 1. */
  epochs?: number;
  /** Number of the first epoch; default 0. */
  initialEpoch?: number;
  /** 0 prints nothing (the default), 1 and 2 print a line an epoch. */
  verbose?: 0 | 1 | 2;
  /** Objects with hooks, or instances of Callback. */
  callbacks?: CallbackHooks | Callback | readonly (CallbackHooks | Callback)[];
  /** Fraction of the examples, taken from the end before shuffling, to validate on after each epoch. */
  validationSplit?: number;
  /** [x, y] to validate on after each epoch. */
  validationData?: readonly [Examples, Examples] | { readonly xs: Examples; readonly ys: Examples };
  /** Examples a step of validation; default: batchSize. */
  validationBatchSize?: number;
  /** Whether to go through the examples in a new random order each epoch; default true. */
  shuffle?: boolean;
  /** Aborts training after the step that is under way: `fit` rejects with the signal's reason. */
  signal?: AbortSignal;
  /** 'stop' (the default): a loss that is NaN or infinite ends training with an error, before the update. */
  onNaN?: 'stop' | 'continue';
}

const fitOptions: readonly (keyof FitArgs)[] = [
  'batchSize',
  'epochs',
  'initialEpoch',
  'verbose',
  'callbacks',
  'validationSplit',
  'validationData',
  'validationBatchSize',
  'shuffle',
  'signal',
  'onNaN',
];

/** Milliseconds between two calls of onProgress. */
const progressInterval = 100;

interface Plan {
  readonly set: ExampleSet;
  readonly validation: ExampleSet | null;
  readonly batchSize: number;
  readonly validationBatchSize: number;
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly shuffle: boolean;
  readonly checked: boolean;
  readonly signal: AbortSignal | undefined;
}

function planOf(model: Model, x: Examples, y: Examples, args: FitArgs): Plan {
  for (const name of Object.keys(args)) {
    if (!(fitOptions as readonly string[]).includes(name)) {
      throw new ArgumentError(`fit: unknown option '${name}'; expected one of ${fitOptions.join(', ')}.`);
    }
  }
  const { batchSize = 32, epochs = 1, initialEpoch = 0 } = args;
  checkCount(batchSize, 'fit: batchSize');
  checkCount(epochs, 'fit: epochs');
  if (!Number.isInteger(initialEpoch) || initialEpoch < 0 || initialEpoch > epochs) {
    throw new ArgumentError(
      `fit: expected an initialEpoch from 0 to epochs (${epochs}), got ${initialEpoch}.`,
    );
  }
  let set = toExamples(x, y, 'fit');
  let validation: ExampleSet | null = null;
  if (args.validationData) {
    const data = args.validationData;
    const [vx, vy] = 'xs' in data ? [data.xs, data.ys] : data;
    validation = toExamples(vx, vy, 'fit: validationData');
  } else if (args.validationSplit) {
    ({ training: set, validation } = splitOff(set, args.validationSplit));
  }
  model.checkExamples(set);
  if (validation) model.checkExamples(validation);
  return {
    set,
    validation,
    batchSize: Math.min(batchSize, set.count),
    validationBatchSize: args.validationBatchSize ?? batchSize,
    epochs,
    initialEpoch,
    shuffle: args.shuffle ?? true,
    checked: args.onNaN !== 'continue',
    signal: args.signal,
  };
}

/** `model.fit`: see there. */
export async function fit(model: Model, x: Examples, y: Examples, args: FitArgs = {}): Promise<History> {
  const compiled = model.compiled_('fit');
  if (model.isTraining) throw new HebbError('fit: this model is being trained already; await the first fit.');
  args.signal?.throwIfAborted();
  const plan = planOf(model, x, y, args);
  const { set, batchSize } = plan;
  const printer = args.verbose ? [new EpochPrinter()] : [];
  const given =
    args.callbacks === undefined ? [] : Array.isArray(args.callbacks) ? args.callbacks : [args.callbacks];
  const callbacks = new CallbackList([...(given as readonly CallbackHooks[]), ...printer]);
  const steps = Math.ceil(set.count / batchSize);
  const params: FitParams = {
    epochs: plan.epochs,
    initialEpoch: plan.initialEpoch,
    steps,
    batchSize,
    samples: set.count,
    verbose: args.verbose ?? 0,
    doValidation: plan.validation !== null,
    metrics: compiled.training.names,
  };
  const history = new History(params);
  model.history = history;
  let start: Start = { epoch: plan.initialEpoch, step: 0 };
  let stepsBefore = stepsMade(compiled);
  model.isTraining = true;
  model.stopTraining = false;
  model.callbacks_ = callbacks;
  try {
    callbacks.begin(model, params);
    await callbacks.call('onTrainBegin');
    start = resume(model, plan, callbacks) ?? start;
    stepsBefore = stepsMade(compiled) - start.step;
    const stretch =
      !plan.validation &&
      start.step === 0 &&
      !callbacks.has('onEpochBegin', 'onEpochEnd', 'onBatchBegin', 'onBatchEnd');
    if (stretch) await runStretch(model, compiled, plan, start, callbacks, history);
    else await runEpochs(model, compiled, plan, start, callbacks, history);
    await callbacks.call('onTrainEnd');
  } catch (error) {
    throw diagnose(error, model, compiled, plan.set, { firstEpoch: start.epoch, steps, stepsBefore });
  } finally {
    model.isTraining = false;
    const place = model.place_?.();
    if (place) model.place_ = () => place;
  }
  return history;
}

/** Where a run begins. */
interface Start {
  readonly epoch: number;
  readonly step: number;
}

const stepsMade = (compiled: Compiled): number => compiled.optimizer.iterations.dataSync()[0];

/** Where a checkpoint that was restored says that training goes on; null where there was none. */
function resume(model: Model, plan: Plan, callbacks: CallbackList): Start | null {
  const { resumption_: resumption } = model;
  if (!resumption) return null;
  model.resumption_ = null;
  const { epoch, step, batchSize, samples, shuffle, stopped } = resumption.place;
  const isSame = batchSize === plan.batchSize && samples === plan.set.count && shuffle === plan.shuffle;
  if (step > 0 && !isSame) {
    const show = (size: number, count: number, shuffled: boolean): string =>
      `${count} examples in ${shuffled ? 'shuffled ' : ''}batches of ${size}`;
    throw new ArgumentError(
      `fit: the checkpoint was made within an epoch of ${show(batchSize, samples, shuffle)}; expected the same, got ` +
        `${show(plan.batchSize, plan.set.count, plan.shuffle)}.`,
    );
  }
  callbacks.loadStates(resumption.callbacks);
  model.stopTraining = stopped;
  return { epoch, step };
}

/**
 * Keeps `model.place_` up to date, from here on.
 * @param start the place of now
 * @param several whether more than one epoch runs before the next call
 */
function follow(model: Model, compiled: Compiled, plan: Plan, start: Start, several: boolean): void {
  const { batchSize, shuffle } = plan;
  const samples = plan.set.count;
  const steps = Math.ceil(samples / batchSize);
  const base = stepsMade(compiled) - start.step;
  model.place_ = () => {
    const done = stepsMade(compiled) - base;
    const epochs = several ? Math.floor(done / steps) : 0;
    return {
      epoch: start.epoch + epochs,
      step: done - epochs * steps,
      batchSize,
      samples,
      shuffle,
      stopped: model.stopTraining,
    };
  };
}

/** The program of `epochs` epochs in a row; results are the figures of each epoch. */
function epochsProgram(compiled: Compiled, plan: Plan, epochs: number): Program {
  const { batchSize, shuffle, checked } = plan;
  return compiled.program('fit', `${epochs} ${batchSize} ${shuffle} ${checked}`, (inputs, targets) =>
    repeat(epochs, [], () => {
      const generator = shuffle ? defaultGenerator() : null;
      return compiled.steps.epoch(inputs, targets, batchSize, generator, compiled.training, checked);
    }),
  );
}

/** Runs epochs as one program and returns the figures of each. */
async function run(
  compiled: Compiled,
  plan: Plan,
  first: number,
  epochs: number,
  callbacks: CallbackList,
): Promise<Logs[]> {
  const { inputs, targets, count } = plan.set;
  const steps = Math.ceil(count / plan.batchSize);
  const figures = compiled.training;
  const program = epochsProgram(compiled, plan, epochs);
  const reports = callbacks.has('onProgress');
  const results = await program.runAsync([inputs, targets], {
    signal: plan.signal,
    interval: progressInterval,
    onProgress: reports
      ? (done: number): void => {
          const epoch = Math.min(Math.floor(done / steps), epochs - 1);
          callbacks.progress({
            epoch: first + epoch,
            step: done - epoch * steps,
            steps,
            logs: readFigures(figures),
          });
        }
      : undefined,
  });
  return logsOf(figures.names, results, epochs);
}

/** The figures of `rows` epochs from tensors of shape [rows]. */
function logsOf(names: readonly string[], results: readonly Tensor[], rows: number): Logs[] {
  const columns = results.map((t) => t.dataSync());
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(names.map((n, i) => [n, columns[i][row]])),
  );
}

/** The figures as they stand, read between two stretches of steps. */
function readFigures(figures: Figures): Logs {
  const results = figures.results();
  return Object.fromEntries(figures.names.map((name, i) => [name, results[i].dataSync()[0]]));
}

/** No hook is called between epochs: they are all one program. */
async function runStretch(
  model: Model,
  compiled: Compiled,
  plan: Plan,
  start: Start,
  callbacks: CallbackList,
  history: History,
): Promise<void> {
  const epochs = plan.epochs - start.epoch;
  if (epochs <= 0 || model.stopTraining) return;
  follow(model, compiled, plan, start, true);
  const logs = await run(compiled, plan, start.epoch, epochs, callbacks);
  logs.forEach((log, i) => history.add(start.epoch + i, log));
}

/** Epoch by epoch, with validation and hooks between. */
async function runEpochs(
  model: Model,
  compiled: Compiled,
  plan: Plan,
  start: Start,
  callbacks: CallbackList,
  history: History,
): Promise<void> {
  const byStep = callbacks.has('onBatchBegin', 'onBatchEnd');
  follow(model, compiled, plan, start, false);
  for (let epoch = start.epoch; epoch < plan.epochs && !model.stopTraining; epoch++) {
    plan.signal?.throwIfAborted();
    await callbacks.call('onEpochBegin', epoch);
    const step = epoch === start.epoch ? start.step : 0;
    const logs =
      byStep || step > 0
        ? await runSteps(model, compiled, plan, { epoch, step }, callbacks)
        : (await run(compiled, plan, epoch, 1, callbacks))[0];
    if (plan.validation) {
      const figures = await evaluateFigures(compiled, plan.validation, plan.validationBatchSize, plan.signal);
      for (const [name, value] of Object.entries(figures)) logs[`val_${name}`] = value;
    }
    history.add(epoch, logs);
    follow(model, compiled, plan, { epoch: epoch + 1, step: 0 }, false);
    await callbacks.call('onEpochEnd', epoch, logs);
  }
}

/** The program of one step: its figures are those of the batch alone. */
function stepProgram(compiled: Compiled, checked: boolean): Program {
  return compiled.program('trainOnBatch', `${checked}`, (inputs, targets) => {
    compiled.batch.reset();
    compiled.steps.train(inputs, targets, [compiled.batch], checked);
    return compiled.batch.results();
  });
}

/** The same, with the batch picked from all examples. */
function pickedStepProgram(compiled: Compiled, checked: boolean): Program {
  return compiled.program('fit step', `${checked}`, (inputs, targets, indices) => {
    const pick = (t: Tensor): Tensor => gather(t, indices[0]);
    compiled.batch.reset();
    compiled.steps.train(inputs.map(pick), targets.map(pick), [compiled.batch, compiled.training], checked);
    return compiled.batch.results();
  });
}

/** The order of the examples of an epoch: a new one, or that of the epoch that was interrupted. */
function drawOrder({ steps }: Compiled, count: number, again: boolean): Tensor {
  const generator = again ? new Generator(0) : defaultGenerator();
  if (again) generator.state.assign(steps.epochStart);
  else steps.epochStart.assign(generator.state);
  return permutation(count, generator);
}

/** Step by step, each awaited, with the hooks of batches. */
async function runSteps(
  model: Model,
  compiled: Compiled,
  plan: Plan,
  { epoch, step: first }: Start,
  callbacks: CallbackList,
): Promise<Logs> {
  const { inputs, targets, count } = plan.set;
  const program = pickedStepProgram(compiled, plan.checked);
  const order = plan.shuffle ? drawOrder(compiled, count, first > 0) : range(0, count, 1, 'int32');
  const steps = Math.ceil(count / plan.batchSize);
  if (first === 0) compiled.training.reset();
  for (let batch = first; batch < steps && !model.stopTraining; batch++) {
    plan.signal?.throwIfAborted();
    const size = Math.min(plan.batchSize, count - batch * plan.batchSize);
    await callbacks.call('onBatchBegin', batch, { batch, size });
    const indices = order.slice([batch * plan.batchSize], [size]);
    const results = await program.runAsync([inputs, targets, [indices]]);
    const logs: Logs = { batch, size };
    compiled.batch.names.forEach((name, i) => (logs[name] = results[i].dataSync()[0]));
    await callbacks.call('onBatchEnd', batch, logs);
    callbacks.progress({ epoch, step: batch + 1, steps, logs });
  }
  return readFigures(compiled.training);
}

/** `model.trainOnBatch`: one step on a batch; the loss, then the metrics, of that batch before the update. */
export async function trainOnBatch(model: Model, x: Examples, y: Examples): Promise<number | number[]> {
  const compiled = model.compiled_('trainOnBatch');
  if (model.isTraining)
    throw new HebbError('trainOnBatch: this model is being trained by fit; await it first.');
  const set = toExamples(x, y, 'trainOnBatch');
  model.checkExamples(set);
  const program = stepProgram(compiled, true);
  const stepsBefore = compiled.optimizer.iterations.dataSync()[0];
  try {
    const results = await program.runAsync([set.inputs, set.targets]);
    const numbers = results.map((t) => t.dataSync()[0]);
    return numbers.length === 1 ? numbers[0] : numbers;
  } catch (error) {
    throw diagnose(error, model, compiled, set, { firstEpoch: 0, steps: 1, stepsBefore });
  }
}
