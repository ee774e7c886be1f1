// Layers: factories and names.

import { Registry, type Registrable, type Saved } from '../config/registry.js';
import { Activation, type ActivationArgs } from './activation.js';
import { Dense, type DenseArgs } from './dense.js';
import { Dropout, type DropoutArgs } from './dropout.js';
import { InputLayer, Rescaling, type InputLayerArgs, type RescalingArgs } from './input.js';
import { Layer } from './layer.js';
import { Flatten, Reshape, type FlattenArgs, type ReshapeArgs } from './shape.js';

export { Layer, type BatchShape, type CallOptions, type InputSpec, type LayerArgs } from './layer.js';
export { resetNames } from './names.js';
export { Activation, Dense, Dropout, Flatten, InputLayer, Rescaling, Reshape };
export type {
  ActivationArgs,
  DenseArgs,
  DropoutArgs,
  FlattenArgs,
  InputLayerArgs,
  RescalingArgs,
  ReshapeArgs,
};

const registry = new Registry<Layer>('layer');
registry.register(InputLayer);
registry.register(Dense);
registry.register(Activation);
registry.register(Dropout);
registry.register(Flatten);
registry.register(Reshape);
registry.register(Rescaling);

/** Makes a class known by its `className`. */
export function registerLayer(type: Registrable<Layer>): void {
  registry.register(type);
}

/**
 * A layer from `{className, config}`, or an instance.
 * @throws ArgumentError if the class is not known; the nearest is suggested
 */
export function resolveLayer(identifier: string | Saved | Layer, what?: string): Layer {
  return registry.resolve(identifier, (x): x is Layer => x instanceof Layer, what);
}

/** Factories of layers. */
export const layers = {
  /** Where data comes in: states its shape. */
  inputLayer: (config: InputLayerArgs): InputLayer => new InputLayer(config),
  /** activation(x . kernel + bias). */
  dense: (config: DenseArgs): Dense => new Dense(config),
  /** An activation function. */
  activation: (config: ActivationArgs): Activation => new Activation(config),
  /** Sets inputs to 0 at random while training. */
  dropout: (config: DropoutArgs): Dropout => new Dropout(config),
  /** [batch, a, b, ...] -> [batch, a * b * ...]. */
  flatten: (config?: FlattenArgs): Flatten => new Flatten(config),
  /** [batch, ...] -> [batch, ...targetShape]. */
  reshape: (config: ReshapeArgs): Reshape => new Reshape(config),
  /** x * scale + offset. */
  rescaling: (config: RescalingArgs): Rescaling => new Rescaling(config),
};
