// Losses by name, for compile and for loading.

import type { Tensor } from '../../tensor/tensor.js';
import { Registry, type Registrable, type Saved } from '../config/registry.js';
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  SparseCategoricalCrossentropy,
} from './crossentropy.js';
import { FunctionLoss, Loss } from './loss.js';
import { HalfSquaredError, MeanAbsoluteError, MeanSquaredError, SumOfSquaredErrors } from './regression.js';

/** A function of targets and outputs; its result, of whatever shape, is averaged. */
export type LossCallback = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** A factory of `losses`, as it is. */
export type LossFactory = (config?: never) => Loss;

/** A name in tfjs' or Keras' spelling, a saved loss, an instance, a factory, or a function of one's own. */
export type LossIdentifier = string | Saved | Loss | LossFactory | LossCallback;

/** Losses by name. */
export const lossRegistry = new Registry<Loss>('loss');
lossRegistry.register(MeanSquaredError, 'mse');
lossRegistry.register(MeanAbsoluteError, 'mae');
lossRegistry.register(SumOfSquaredErrors, 'sse');
lossRegistry.register(HalfSquaredError);
lossRegistry.register(BinaryCrossentropy, 'bce');
lossRegistry.register(CategoricalCrossentropy);
lossRegistry.register(SparseCategoricalCrossentropy);

/** Functions that stand for a loss: factories, which users also pass as they are. */
const functions = new Map<unknown, string>();

/** @internal Passing `f` means the loss of that name. */
export function standsFor(f: unknown, className: string): void {
  functions.set(f, className);
}

/**
 * A loss from a name, a config, an instance or a function.
 * @throws ArgumentError if the name is not known; the nearest is suggested
 */
export function resolveLoss(identifier: LossIdentifier, what = 'loss'): Loss {
  const known = functions.get(identifier);
  if (known !== undefined) return lossRegistry.make(known);
  if (typeof identifier === 'function') return new FunctionLoss(identifier as LossCallback);
  return lossRegistry.resolve(identifier, (x): x is Loss => x instanceof Loss, what);
}

/** Makes a class known by its `className`. */
export function registerLoss(type: Registrable<Loss>): void {
  lossRegistry.register(type);
}
