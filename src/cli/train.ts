// `hebb train`: loads pictures, trains a network of dense layers on them, tests it, and tells how it went.

import { backendInfo, environmentOptions, setBackend } from '../backend/select.js';
import { ArgumentError } from '../contract/errors.js';
import type { Dataset } from '../data/index.js';
import { resolveActivation } from '../nn/activations/index.js';
import { layers, type Layer } from '../nn/layers/index.js';
import { sequential, type Model } from '../nn/models/index.js';
import { resolveOptimizer, type Optimizer } from '../nn/optimizers/index.js';
import type { CallbackHooks, Logs } from '../nn/callbacks/index.js';
import { setDefaultDtype } from '../tensor/convert.js';
import { setSeed } from '../tensor/generator.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Call } from './command.js';
import { exitCodes, UsageError } from './errors.js';
import type { Values } from './options.js';
import { createReport, type BackendFacts, type Report } from './report.js';
import { interruptionCode, type Surroundings } from './terminal.js';
import type { describeTrain } from './train-options.js';
import { loadTrainingData } from './training-data.js';

type TrainOptions = (typeof describeTrain)['options'];
type TrainValues = Values<TrainOptions>;

/** Test images a step: enough to keep the kernels busy, few enough for the caches. */
const testBatchSize = 500;
/** Seeds that are drawn stay short enough to be typed again. */
const largestDrawnSeed = 2 ** 20;

/**
 * Trains and tests a network.
 * @returns the exit code
 */
export async function train(call: Call<TrainOptions>, surroundings: Surroundings): Promise<number> {
  const { values } = call;
  const { signal } = surroundings;
  const report = createReport(values.json, surroundings);
  // What was mistyped shall not come out after a download.
  const backend = chooseBackend(values);
  const seed = values.seed ?? Math.floor(Math.random() * largestDrawnSeed);
  setSeed(seed);
  setDefaultDtype(values.dtype);
  const optimizer = makeOptimizer(values);
  const hidden = makeHiddenLayers(values);
  try {
    const data = await loadTrainingData({
      name: call.words[0] ?? 'mnist',
      examples: values.examples,
      signal,
      onProgress: (progress) => report.download(progress),
    });
    report.data(data);
    const { dataset } = data;
    const model = makeModel(dataset, hidden, optimizer);
    report.start({
      dataset: dataset.name,
      network: describeNetwork(dataset, values),
      parameters: model.countParams(),
      optimizer: values.optimizer,
      learningRate: optimizer.learningRate,
      epochs: values.epochs,
      batchSize: values['batch-size'],
      seed,
      dtype: values.dtype,
      backend,
    });
    return await trainAndTest({ model, optimizer, dataset, values, backend, report, signal });
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

/** All that a training run needs. */
interface Training {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly dataset: Dataset;
  readonly values: TrainValues;
  readonly backend: BackendFacts;
  readonly report: Report;
  readonly signal: AbortSignal;
}

async function trainAndTest(training: Training): Promise<number> {
  const { model, optimizer, dataset, values, backend, report, signal } = training;
  const { name } = dataset;
  const { epochs } = values;
  const updates = (): number => optimizer.iterations.dataSync()[0];
  const watch = new Watch(name, epochs, report);
  const { images, labels } = dataset.train;
  try {
    await model.fit(images, labels, {
      epochs,
      batchSize: values['batch-size'],
      validationSplit: values['validation-split'],
      callbacks: watch,
      signal,
    });
    const { images: testImages, labels: testLabels } = dataset.test;
    const testing = await model.evaluateAsync(testImages, testLabels, { batchSize: testBatchSize, signal });
    const [testLoss, testAccuracy] = (testing as Tensor[]).map((figure) => figure.dataSync()[0]);
    report.result({
      dataset: name,
      testAccuracy,
      testLoss,
      testImages: testLabels.size,
      updates: updates(),
      secondsPerEpoch: watch.seconds,
      backend,
    });
    return exitCodes.ok;
  } catch (error) {
    const code = interruptionCode(signal);
    if (code === undefined) throw error;
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
    });
    return code;
  }
}

/** Takes the time of a training run and passes on how it goes. */
class Watch implements CallbackHooks {
  /** Of each epoch that is done. */
  readonly seconds: number[] = [];
  /** Updates an epoch. */
  steps = 1;
  private samples = 0;
  private epochBegan = 0;
  private trainingBegan = 0;

  constructor(
    private readonly dataset: string,
    private readonly epochs: number,
    private readonly report: Report,
  ) {}

  setParams({ steps, samples }: { readonly steps: number; readonly samples: number }): void {
    this.steps = steps;
    this.samples = samples;
  }

  onTrainBegin(): void {
    this.trainingBegan = performance.now();
  }

  onEpochBegin(): void {
    this.epochBegan = performance.now();
  }

  onProgress({ epoch, step, steps, logs }: { epoch: number; step: number; steps: number; logs: Logs }): void {
    const now = performance.now();
    const inEpoch = (now - this.epochBegan) / 1000;
    // Of the whole run, with validation: what is still to come will be like it.
    const done = epoch * steps + step;
    const perStep = (now - this.trainingBegan) / 1000 / done;
    this.report.progress({
      epoch: epoch + 1,
      epochs: this.epochs,
      step,
      steps,
      samplesPerSecond: step > 0 ? ((step / steps) * this.samples) / inEpoch : null,
      secondsLeft: done > 0 ? (this.epochs * steps - done) * perStep : null,
      figures: logs,
    });
  }

  onEpochEnd(epoch: number, logs: Logs = {}): void {
    const seconds = (performance.now() - this.epochBegan) / 1000;
    this.seconds.push(seconds);
    this.report.epoch({
      dataset: this.dataset,
      epoch: epoch + 1,
      epochs: this.epochs,
      seconds,
      samplesPerSecond: this.samples / seconds,
      figures: logs,
    });
  }
}

/** Makes the backend: as the options say, else the environment, else the fastest there is. */
function chooseBackend({ backend, threads }: TrainValues): BackendFacts {
  const forced = backend !== null ? '--backend' : process.env.HEBB_BACKEND ? 'HEBB_BACKEND' : null;
  const { name: standard, notes } = backend === null ? backendInfo() : { name: backend, notes: [] };
  if (backend !== null || threads !== null) {
    const environment = environmentOptions();
    setBackend(standard, { ...environment, threads: threads ?? environment.threads });
  }
  const { name, isa, threads: used } = backendInfo();
  const why = notes.map((note) => `not ${note}`);
  if (forced !== null) why.push(`as ${forced} says`);
  else if (why.length === 0) why.push('the fastest there is');
  return { name, isa, threads: used, why };
}

/** Runs `make`; what it does not know is what an option says. */
function asUsage<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ArgumentError) throw new UsageError(error.message.replace(/\.$/, ''));
    throw error;
  }
}

function makeOptimizer({ optimizer, 'learning-rate': learningRate }: TrainValues): Optimizer {
  const identifier = learningRate === null ? optimizer : { className: optimizer, config: { learningRate } };
  return asUsage(() => resolveOptimizer(identifier, '--optimizer'));
}

function makeHiddenLayers({ hidden, activation: name, dropout }: TrainValues): Layer[] {
  const activation = asUsage(() => resolveActivation(name, '--activation'));
  return hidden.flatMap((units) => [
    layers.dense({ units, activation }),
    ...(dropout > 0 ? [layers.dropout({ rate: dropout })] : []),
  ]);
}

/** Pixels of 0 to 255 are scaled to 0 to 1 inside the program, a batch at a time: the images stay bytes in memory. */
function makeModel(dataset: Dataset, hidden: readonly Layer[], optimizer: Optimizer): Model {
  const model = sequential({
    layers: [
      layers.flatten({ inputShape: dataset.train.images.shape.slice(1) }),
      layers.rescaling({ scale: 1 / 255 }),
      ...hidden,
      layers.dense({ units: dataset.classNames.length, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** `784-512(relu)-10(softmax)` */
function describeNetwork({ train: { images }, classNames }: Dataset, values: TrainValues): string {
  const { hidden, activation, dropout } = values;
  const inputs = images.shape.slice(1).reduce((product, size) => product * size, 1);
  const kind = dropout > 0 ? `${activation}, dropout ${dropout}` : activation;
  return [inputs, ...hidden.map((units) => `${units}(${kind})`), `${classNames.length}(softmax)`].join('-');
}
