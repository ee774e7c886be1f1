// Metrics by name, losses as metrics, and which metric 'accuracy' means.

import { ArgumentError } from '../../contract/errors.js';
import { unknownName } from '../../platform/suggest.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Registry, type Registrable, type Saved } from '../config/registry.js';
import type { Loss } from '../losses/loss.js';
import { lossRegistry } from '../losses/registry.js';
import {
  BinaryAccuracy,
  CategoricalAccuracy,
  categoricalMatches,
  SparseCategoricalAccuracy,
  sparseCategoricalMatches,
} from './accuracy.js';
import { FunctionMetric, Mean, Metric, type MetricCallback } from './metric.js';

/** A name, a saved metric, an instance, or a function with a value for each example. */
export type MetricIdentifier = string | Saved | Metric | MetricCallback;

/** Metrics by name. */
export const metricRegistry = new Registry<Metric>('metric');
metricRegistry.register(Mean);
metricRegistry.register(BinaryAccuracy);
metricRegistry.register(CategoricalAccuracy);
metricRegistry.register(SparseCategoricalAccuracy);

/** Names whose meaning depends on the model, with tfjs' label. */
const chosen: Readonly<Record<string, string>> = {
  accuracy: 'acc',
  acc: 'acc',
  crossentropy: 'ce',
  ce: 'ce',
};

/** A loss as a metric: its mean over all examples. */
export function lossMetric(loss: Loss, name: string = loss.name): Metric {
  return new FunctionMetric((yTrue, yPred) => loss.call(yTrue, yPred), name);
}

/** Whether targets are class numbers for these outputs. */
function hasClassNumbers(yTrue: Tensor, yPred: Tensor): boolean {
  return yTrue.rank < yPred.rank || (yTrue.shape[yTrue.rank - 1] === 1 && yPred.shape[yPred.rank - 1] !== 1);
}

function accuracyOf(loss: Loss | null, outputShape: readonly (number | null)[] | null): Metric {
  const name = chosen.accuracy;
  if (loss?.sparse) return new SparseCategoricalAccuracy({ name });
  if (loss?.kind === 'binary' || outputShape?.[outputShape.length - 1] === 1) {
    // A probability of 0.5 is a logit of 0.
    return new BinaryAccuracy({ name, threshold: loss?.fromLogits ? 0 : 0.5 });
  }
  if (loss?.kind === 'categorical') return new CategoricalAccuracy({ name });
  return new FunctionMetric(
    (t, p) => (hasClassNumbers(t, p) ? sparseCategoricalMatches(t, p) : categoricalMatches(t, p)),
    name,
  );
}

function crossentropyOf(loss: Loss | null, outputShape: readonly (number | null)[] | null): Metric {
  const fromLogits = loss?.fromLogits ?? false;
  const binary = loss?.kind === 'binary' || outputShape?.[outputShape.length - 1] === 1;
  const type = binary ? 'binary' : loss?.sparse ? 'sparseCategorical' : 'categorical';
  return lossMetric(lossRegistry.make(`${type}Crossentropy`, { fromLogits }), chosen.crossentropy);
}

/**
 * A metric from a name, a config, an instance or a function. An instance is cloned, so that training and validation,
 * which run side by side, do not count into one sum. Names of losses give their means.
 * @param loss the loss of the output that the metric watches; with the shape it decides what 'accuracy' means
 * @throws ArgumentError if the name is not known; the nearest is suggested
 */
export function resolveMetric(
  identifier: MetricIdentifier,
  loss: Loss | null = null,
  outputShape: readonly (number | null)[] | null = null,
): Metric {
  if (typeof identifier === 'function') return new FunctionMetric(identifier);
  if (identifier instanceof Metric) return identifier.clone();
  if (typeof identifier === 'string') {
    const label = chosen[identifier.toLowerCase()];
    if (label === chosen.accuracy) return accuracyOf(loss, outputShape);
    if (label === chosen.crossentropy) return crossentropyOf(loss, outputShape);
    if (metricRegistry.has(identifier)) return metricRegistry.make(identifier, { name: identifier });
    if (lossRegistry.has(identifier)) return lossMetric(lossRegistry.make(identifier), identifier);
    const names = ['accuracy', ...lossRegistry.known, ...metricRegistry.known];
    throw new ArgumentError(`metrics: ${unknownName('metric', identifier, names)}.`);
  }
  return metricRegistry.resolve(identifier, (x): x is Metric => x instanceof Metric, 'metrics');
}

/** Makes a class known by its `className`. */
export function registerMetric(type: Registrable<Metric>): void {
  metricRegistry.register(type);
}
