// The network of `hebb train`: what the options ask for, with what is usual for pictures or tables where they do not say.

import { ArgumentError } from '../contract/errors.js';
import { resolveActivation } from '../nn/activations/index.js';
import { layers, type Layer } from '../nn/layers/index.js';
import { sequential, type Model } from '../nn/models/index.js';
import { resolveOptimizer, type Optimizer } from '../nn/optimizers/index.js';
import { UsageError } from './errors.js';
import type { Values } from './options.js';
import type { Problem } from './problem.js';
import type { describeTrain } from './train-options.js';

/** What `hebb train` is told. */
export type TrainValues = Values<(typeof describeTrain)['options']>;

/** The options with a value for each, but for the epochs, which depend on how many examples there are. */
export interface Settings {
  readonly batchSize: number;
  readonly hidden: readonly number[];
  readonly activation: string;
  readonly dropout: number;
  readonly optimizer: string;
  readonly learningRate: number | null;
  readonly validationSplit: number;
}

const usual = {
  pictures: { batchSize: 128, hidden: [512], optimizer: 'rmsprop', validationSplit: 0 },
  table: { batchSize: 32, hidden: [64, 32], optimizer: 'adam', validationSplit: 0.2 },
};

/** What the options say, or what is usual. */
export function settingsOf(values: TrainValues, kind: keyof typeof usual): Settings {
  const standard = usual[kind];
  return {
    batchSize: values['batch-size'] ?? standard.batchSize,
    hidden: values.hidden ?? standard.hidden,
    activation: values.activation,
    dropout: values.dropout,
    optimizer: values.optimizer ?? standard.optimizer,
    learningRate: values['learning-rate'],
    validationSplit: values['validation-split'] ?? standard.validationSplit,
  };
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

/** @throws UsageError if there is none of that name */
export function makeOptimizer({ optimizer, learningRate }: Settings): Optimizer {
  const identifier = learningRate === null ? optimizer : { className: optimizer, config: { learningRate } };
  return asUsage(() => resolveOptimizer(identifier, '--optimizer'));
}

/** @throws UsageError if the activation is not known */
export function makeHiddenLayers({ hidden, activation: name, dropout }: Settings): Layer[] {
  const activation = asUsage(() => resolveActivation(name, '--activation'));
  return hidden.flatMap((units) => [
    layers.dense({ units, activation }),
    ...(dropout > 0 ? [layers.dropout({ rate: dropout })] : []),
  ]);
}

/** The compiled model: the problem's first layers, the hidden ones, and the one whose output it wants. */
export function makeModel(problem: Problem, hidden: readonly Layer[], optimizer: Optimizer): Model {
  const { first, output } = problem;
  const model = sequential({
    layers: [
      ...first,
      ...hidden,
      'classes' in output
        ? layers.dense({ units: output.classes, activation: 'softmax' })
        : layers.dense({ units: 1 }),
    ],
  });
  if ('classes' in output) {
    model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  } else model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
}

/** `784-512(relu)-10(softmax)` */
export function describeNetwork({ width, output }: Problem, settings: Settings): string {
  const { hidden, activation, dropout } = settings;
  const kind = dropout > 0 ? `${activation}, dropout ${dropout}` : activation;
  const last = 'classes' in output ? `${output.classes}(softmax)` : '1';
  return [width, ...hidden.map((units) => `${units}(${kind})`), last].join('-');
}
