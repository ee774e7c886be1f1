// How a model was compiled, in TensorFlow.js' form: names of losses and metrics where names will do, else class and
// config; the optimizer with its options.

import { ArgumentError } from '../../contract/errors.js';
import { FormatError, quoted } from '../../io/errors.js';
import { isObject, type Json, type JsonObject } from '../../io/json.js';
import { showValue, type Config } from '../config/fields.js';
import type { Saved } from '../config/registry.js';
import { FunctionLoss, resolveLoss, type LossIdentifier } from '../losses/index.js';
import { lossRegistry } from '../losses/registry.js';
import { Metric, type MetricIdentifier } from '../metrics/index.js';
import { metricRegistry } from '../metrics/registry.js';
import type { Compiled, CompileArgs } from '../models/compiled.js';
import { camelCase, fromKeras, snakeCase, toKeras } from './config.js';

type Named = { readonly name: string; getClassName(): string; getConfig(): Config };

/** A name where it says all, else `{class_name, config}`. */
function shortest(object: Named, standard: () => { getConfig(): Config }): Json {
  const isStandard = JSON.stringify(standard().getConfig()) === JSON.stringify(object.getConfig());
  return isStandard ? snakeCase(object.name) : toKeras(object);
}

function savedLoss(identifier: LossIdentifier): Json {
  const loss = resolveLoss(identifier);
  const className = loss.getClassName();
  if (loss instanceof FunctionLoss || !lossRegistry.has(className)) {
    throw new ArgumentError(
      `save: the loss ${quoted(loss.name)} is a function and cannot be saved; make it a class that extends Loss and ` +
        'registerClass it, or save without includeOptimizer.',
    );
  }
  return shortest(loss, () => lossRegistry.make(className));
}

function savedMetric(identifier: MetricIdentifier): Json {
  if (typeof identifier === 'string') return snakeCase(identifier);
  if (
    typeof identifier === 'function' &&
    (metricRegistry.has(identifier.name) || lossRegistry.has(identifier.name))
  ) {
    return snakeCase(identifier.name);
  }
  if (identifier instanceof Metric && metricRegistry.has(identifier.getClassName()))
    return toKeras(identifier);
  if (typeof identifier === 'object' && 'className' in identifier) {
    const { className, config = {} } = identifier;
    return toKeras({ getClassName: () => className, getConfig: () => config as Config });
  }
  throw new ArgumentError(
    `save: the metric ${showValue(identifier)} cannot be saved; make it a class that extends Metric and registerClass it, ` +
      'or save without includeOptimizer.',
  );
}

/**
 * Loss, metrics and optimizer of a compiled model.
 * @throws ArgumentError if a loss or a metric is a function
 */
export function trainingConfigOf({ args, optimizer }: Compiled): JsonObject {
  const { loss, metrics = [] } = args;
  const isRecord =
    typeof loss === 'object' && Object.getPrototypeOf(loss) === Object.prototype && !('className' in loss);
  const losses = Array.isArray(loss)
    ? (loss as readonly LossIdentifier[]).map(savedLoss)
    : isRecord
      ? Object.fromEntries(
          Object.entries(loss as Record<string, LossIdentifier>).map(([k, v]) => [k, savedLoss(v)]),
        )
      : savedLoss(loss as LossIdentifier);
  const list = (Array.isArray(metrics) ? metrics : [metrics]) as readonly MetricIdentifier[];
  return { loss: losses, metrics: list.map(savedMetric), optimizer_config: toKeras(optimizer) };
}

/** What Keras writes into the config of an optimizer and Hebb has no option for, where it says nothing. */
const idle = ['name', 'amsgrad', 'nesterov', 'jitCompile', 'isLegacyOptimizer', 'useEma', 'decay'];

function readIdentifier(given: Json, source: string, what: string): string | Saved {
  if (typeof given === 'string') return camelCase(given);
  return fromKeras(given, source, what);
}

/**
 * The arguments of `compile` from a file.
 * @throws FormatError
 */
export function readTrainingConfig(given: object, source: string): CompileArgs {
  const { loss, metrics, optimizer_config: optimizer, ...rest } = given as JsonObject;
  for (const name of ['loss_weights', 'sample_weight_mode', 'weighted_metrics']) {
    const value = rest[name];
    const isEmpty = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
    if (!isEmpty) throw new FormatError(source, `its training config has ${name}, which Hebb does not know`);
  }
  const { className, config } = fromKeras(optimizer, source, 'optimizer');
  for (const name of idle) {
    // RMSProp has an option called decay.
    if (name === 'name' || config[name] === false || (config[name] === 0 && className !== 'RMSProp'))
      delete config[name];
  }
  const read = (value: Json): string | Saved => readIdentifier(value, source, 'loss');
  const losses: CompileArgs['loss'] = Array.isArray(loss)
    ? loss.map(read)
    : isObject(loss) && typeof loss.class_name !== 'string'
      ? Object.fromEntries(Object.entries(loss).map(([name, value]) => [name, read(value)]))
      : read(loss);
  return { optimizer: { className, config }, loss: losses, metrics: readMetrics(metrics, source) };
}

function readMetrics(given: Json | undefined, source: string): (string | Saved)[] {
  if (given === undefined || given === null) return [];
  // By output: TensorFlow.js writes {} where there are none.
  const list = isObject(given) && Object.keys(given).length <= 1 ? Object.values(given).flat() : given;
  if (!Array.isArray(list))
    throw new FormatError(source, `expected its metrics to be a list, got ${quoted(given)}`);
  return list.map((metric) => readIdentifier(metric, source, 'metrics'));
}
