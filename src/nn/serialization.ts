// Classes of one's own, made known by name: so they can be given by name and loaded from files.

import { ArgumentError } from '../contract/errors.js';
import { showValue } from './config/fields.js';
import { sealBuiltIn, type Registrable } from './config/registry.js';
import { Initializer, registerInitializer } from './initializers/index.js';
import { Layer, registerLayer } from './layers/index.js';
import { Loss, registerLoss } from './losses/index.js';
import { Metric, registerMetric } from './metrics/index.js';
import { Optimizer, registerOptimizer } from './optimizers/index.js';
import { Regularizer, registerRegularizer } from './regularizers/index.js';

type Base = abstract new (...args: never[]) => unknown;

/** Base class -> how its subclasses are registered. */
const families: readonly (readonly [Base, (type: Registrable<never>) => void])[] = [
  [Layer, registerLayer],
  [Initializer, registerInitializer],
  [Regularizer, registerRegularizer],
  [Loss, registerLoss],
  [Metric, registerMetric],
  [Optimizer, registerOptimizer],
];

// All families are loaded by now: what comes later comes through registerClass.
sealBuiltIn();

/**
 * Makes a class known by its static `className`: a layer, initializer, regularizer, loss, metric or optimizer.
 * @throws ArgumentError if it is none of them, or has no `className`
 */
export function registerClass(type: Registrable<unknown>): void {
  for (const [base, register] of families) {
    if (typeof type === 'function' && type.prototype instanceof base)
      return register(type as Registrable<never>);
  }
  throw new ArgumentError(
    'registerClass: expected a subclass of Layer, Initializer, Regularizer, Loss, Metric or Optimizer, got ' +
      `${showValue(type)}.`,
  );
}
