// Optimizers: factories with a config object (`optimizers`), tfjs' factories (`train`), and names.

import { Registry, type Registrable, type Saved } from '../config/registry.js';
import { AdadeltaOptimizer, AdagradOptimizer, type AdadeltaArgs, type AdagradArgs } from './adagrad.js';
import { AdamaxOptimizer, AdamOptimizer, type AdamArgs, type AdamaxArgs } from './adam.js';
import { Optimizer } from './optimizer.js';
import { RMSPropOptimizer, type RMSPropArgs } from './rmsprop.js';
import { MomentumOptimizer, SGDOptimizer, type MomentumArgs, type SGDArgs } from './sgd.js';

export { Optimizer, optimizerFields } from './optimizer.js';
export type { Gradients, NamedTensor, Slot, UpdateInputs } from './optimizer.js';
export {
  AdadeltaOptimizer,
  AdagradOptimizer,
  AdamOptimizer,
  AdamaxOptimizer,
  MomentumOptimizer,
  RMSPropOptimizer,
  SGDOptimizer,
};
export type { AdadeltaArgs, AdagradArgs, AdamArgs, AdamaxArgs, MomentumArgs, RMSPropArgs, SGDArgs };
export { train } from './train.js';

/** A name ('sgd', 'momentum', 'rmsprop', 'adam', ...), a saved optimizer, or an instance. */
export type OptimizerIdentifier = string | Saved | Optimizer;

const registry = new Registry<Optimizer>('optimizer');
registry.register(SGDOptimizer);
registry.register(MomentumOptimizer);
registry.register(RMSPropOptimizer);
registry.register(AdamOptimizer);
registry.register(AdamaxOptimizer);
registry.register(AdagradOptimizer);
// tfjs' name has a learning rate other than its factory's.
registry.add('Adadelta', (config) => new AdadeltaOptimizer({ learningRate: 1, ...config }));

/** Makes a class known by its `className`. */
export function registerOptimizer(type: Registrable<Optimizer>): void {
  registry.register(type);
}

/**
 * An optimizer from a name, a config or an instance.
 * @throws ArgumentError if the name is not known; the nearest is suggested
 */
export function resolveOptimizer(identifier: OptimizerIdentifier, what = 'optimizer'): Optimizer {
  return registry.resolve(identifier, (x): x is Optimizer => x instanceof Optimizer, what);
}

/** Options of `optimizers.sgd`: Keras' way to ask for momentum. */
export type SGDWithMomentumArgs = SGDArgs & { momentum?: number; nesterov?: boolean };

/** Factories of optimizers. */
export const optimizers = {
  /** Gradient descent; with `momentum` (and `nesterov`) as `momentum`. Learning rate 0.01 unless given. */
  sgd: ({ momentum = 0, nesterov = false, ...config }: SGDWithMomentumArgs = {}):
    SGDOptimizer | MomentumOptimizer =>
    momentum === 0
      ? new SGDOptimizer(config)
      : new MomentumOptimizer({ ...config, momentum, useNesterov: nesterov }),
  /** Gradient descent with momentum (0.9 unless given). */
  momentum: (config?: MomentumArgs): MomentumOptimizer => new MomentumOptimizer(config),
  /** RMSProp. Learning rate 0.001 unless given. */
  rmsprop: (config?: RMSPropArgs): RMSPropOptimizer => new RMSPropOptimizer(config),
  /** Adam. Learning rate 0.001 unless given. */
  adam: (config?: AdamArgs): AdamOptimizer => new AdamOptimizer(config),
  /** Adamax. Learning rate 0.002 unless given. */
  adamax: (config?: AdamaxArgs): AdamaxOptimizer => new AdamaxOptimizer(config),
  /** Adagrad. Learning rate 0.01 unless given. */
  adagrad: (config?: AdagradArgs): AdagradOptimizer => new AdagradOptimizer(config),
  /** Adadelta. Learning rate 0.001 unless given. */
  adadelta: (config?: AdadeltaArgs): AdadeltaOptimizer => new AdadeltaOptimizer(config),
};
