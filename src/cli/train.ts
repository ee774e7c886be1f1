// `hebb train`: loads pictures or a table, trains a network of dense layers on them, tests it, and tells how it went.

import type { Model, Place } from '../nn/models/index.js';
import type { Optimizer } from '../nn/optimizers/index.js';
import { setDefaultDtype } from '../tensor/convert.js';
import { setSeed } from '../tensor/generator.js';
import type { Tensor } from '../tensor/tensor.js';
import { chooseBackend } from './backend-choice.js';
import type { Call } from './command.js';
import { exitCodes, UsageError } from './errors.js';
import {
  describeNetwork,
  makeHiddenLayers,
  makeModel,
  makeOptimizer,
  settingsOf,
  type Settings,
  type TrainValues,
} from './network.js';
import { pictureProblem } from './pictures.js';
import { scoresOf, type Problem } from './problem.js';
import { createReport, type BackendFacts, type Report } from './report.js';
import { beginSaving, openSaving, savingCallbacks, type Saving } from './saving.js';
import { isTableFile, readTable } from './table/file.js';
import { tableProblem } from './table/problem.js';
import { interruptionCode, type Surroundings } from './terminal.js';
import type { describeTrain } from './train-options.js';
import { loadTrainingData } from './training-data.js';
import { Watch } from './watch.js';

type TrainOptions = (typeof describeTrain)['options'];

/** Test examples a step: enough to keep the kernels busy, few enough for the caches. */
const testBatchSize = 500;
/** Seeds that are drawn stay short enough to be typed again. */
const largestDrawnSeed = 2 ** 20;

/**
 * Trains and tests a network.
 * @returns the exit code
 */
export async function train(call: Call<TrainOptions>, surroundings: Surroundings): Promise<number> {
  const { values } = call;
  const name = call.words[0] ?? 'mnist';
  const { signal } = surroundings;
  const report = createReport(values.json, surroundings);
  // What was mistyped shall not come out after a download.
  checkTableOptions(name, values);
  const backend = chooseBackend(values.backend, values.threads);
  const saving = await openSaving(values);
  const seed = saving?.seed ?? values.seed ?? Math.floor(Math.random() * largestDrawnSeed);
  setSeed(seed);
  setDefaultDtype(values.dtype);
  const settings = settingsOf(values, isTableFile(name) ? 'table' : 'pictures');
  const optimizer = makeOptimizer(settings);
  const hidden = makeHiddenLayers(settings);
  try {
    const problem = await loadProblem(name, values, settings, report, signal);
    const model = makeModel(problem, hidden, optimizer);
    const place = beginSaving(saving, model, problem, seed);
    const epochs = values.epochs ?? problem.epochs;
    report.start({
      dataset: problem.name,
      network: describeNetwork(problem, settings),
      parameters: model.countParams(),
      optimizer: settings.optimizer,
      learningRate: optimizer.learningRate,
      epochs,
      batchSize: settings.batchSize,
      seed,
      dtype: values.dtype,
      backend,
    });
    if (saving && place) {
      report.resumed({ file: saving.file, ...place, updates: optimizer.iterations.dataSync()[0] });
    }
    const training = { model, optimizer, problem, settings, epochs, backend, report, signal, saving, place };
    return await trainAndTest(training);
  } catch (error) {
    const code = interruptionCode(signal);
    if (code === undefined) {
      report.failed();
      throw error;
    }
    report.stopped(null);
    return code;
  }
}

/** Options that say something about the columns of a table are refused where there are none. */
function checkTableOptions(name: string, values: TrainValues): void {
  if (isTableFile(name)) return;
  const given = (['target', 'task', 'header'] as const).find((option) => values[option] !== null);
  const option = given ?? (values.ignore.length > 0 ? 'ignore' : undefined);
  if (option !== undefined) throw new UsageError(`--${option} is for CSV files, and ${name} is none`);
}

/** Loads what is to be learnt, and tells what it is. */
async function loadProblem(
  name: string,
  values: TrainValues,
  settings: Settings,
  report: Report,
  signal: AbortSignal,
): Promise<Problem> {
  const { examples } = values;
  if (isTableFile(name)) {
    const table = await readTable(name, values.header);
    signal.throwIfAborted();
    const { target, task, ignore } = values;
    const { validationSplit } = settings;
    const problem = tableProblem(table, { target, task, ignore, validationSplit, examples });
    report.table(problem.facts);
    return problem;
  }
  const onProgress: Parameters<typeof loadTrainingData>[0]['onProgress'] = (progress) =>
    report.download(progress);
  const data = await loadTrainingData({ name, examples, signal, onProgress });
  report.data(data);
  return pictureProblem(data.dataset);
}

/** All that a training run needs. */
interface Training {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly problem: Problem;
  readonly settings: Settings;
  readonly epochs: number;
  readonly backend: BackendFacts;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly saving: Saving | null;
  /** What training goes on from; null at the beginning. */
  readonly place: Place | null;
}

async function trainAndTest(training: Training): Promise<number> {
  const { model, optimizer, problem, settings, epochs, backend, report, signal, saving } = training;
  const saved = saving?.file ?? null;
  const { name, thing, test, validation } = problem;
  const updates = (): number => optimizer.iterations.dataSync()[0];
  const updatesBefore = updates();
  const watch = new Watch(name, epochs, report, training.place);
  const { inputs, targets } = problem.train;
  try {
    await model.fit(inputs, targets, {
      epochs,
      batchSize: settings.batchSize,
      ...(validation
        ? {
            validationData: [validation.inputs, validation.targets] as const,
            validationBatchSize: testBatchSize,
          }
        : { validationSplit: problem.thing === 'image' ? settings.validationSplit : 0 }),
      callbacks: [watch, ...savingCallbacks(saving)],
      signal,
    });
    const outputs = test && (await model.predictAsync(test.inputs, { batchSize: testBatchSize, signal }));
    report.result({
      dataset: name,
      thing,
      scores: test && scoresOf(problem, outputs as Tensor, test.targets),
      updates: updates(),
      updatesBefore,
      secondsPerEpoch: watch.seconds,
      saved,
      backend,
    });
    return exitCodes.ok;
  } catch (error) {
    const code = interruptionCode(signal);
    if (code === undefined) throw error;
    if (saved !== null) await model.saveCheckpoint(saved);
    const { steps } = watch;
    const made = updates();
    const epoch = Math.min(Math.floor(made / steps), epochs - 1);
    report.stopped({
      dataset: name,
      epoch: epoch + 1,
      epochs,
      step: made - epoch * steps,
      steps,
      updates: made,
      saved,
    });
    return code;
  }
}
