// Deleting neurons of a trained network: what it can do without them. A network that generalises spreads what it knows,
// one that has learned its examples by heart breaks sooner (Morcos et al. 2018).

import { ArgumentError } from '../contract/errors.js';
import type { Layer } from '../nn/layers/index.js';
import type { Model } from '../nn/models/index.js';
import { mul, permutation } from '../ops/index.js';
import { tensor } from '../tensor/create.js';
import type { Variable } from '../tensor/variable.js';
import { checkPositiveCount } from './values.js';

/**
 * Runs `body` while neurons of a hidden dense layer are deleted: their outgoing weights are 0, so that nothing after the
 * layer hears of them. Afterwards the weights are as before, also where `body` throws.
 * @param layer name or number of the layer; the next layer with weights must take its outputs one by one (dense)
 * @param neurons numbers of the neurons to delete
 * @returns what `body` returns
 * @throws ArgumentError if there is no such layer or neuron
 * @example withoutNeurons(model, 0, [3], () => model.evaluate(x, y))
 */
export function withoutNeurons<R>(
  model: Model,
  layer: string | number,
  neurons: readonly number[],
  body: () => R,
): R {
  const kernel = outgoingWeights(model, layer);
  const [units] = kernel.shape;
  const kept = new Float64Array(units).fill(1);
  for (const neuron of neurons) {
    if (!Number.isInteger(neuron) || neuron < 0 || neuron >= units) {
      throw new ArgumentError(`withoutNeurons: expected neurons from 0 to ${units - 1}, got ${neuron}.`);
    }
    kept[neuron] = 0;
  }
  const before = kernel.clone();
  kernel.assign(mul(before, tensor(kept, [units, 1]).cast(kernel.dtype)));
  try {
    return body();
  } finally {
    kernel.assign(before);
  }
}

/** The weights through which the outputs of a layer go on, [units, ...]. */
function outgoingWeights(model: Model, identifier: string | number): Variable {
  const layer = model.getLayer(identifier);
  const { layers } = model;
  const next: Layer | undefined = layers.slice(layers.indexOf(layer) + 1).find((l) => l.weights.length > 0);
  const units = layer.weights[0]?.shape.at(-1);
  const kernel = next?.weights[0];
  if (units === undefined || kernel?.rank !== 2 || kernel.shape[0] !== units) {
    throw new ArgumentError(
      `withoutNeurons: expected a hidden dense layer whose outputs the next dense layer takes; ${layer.name} is none.`,
    );
  }
  return kernel;
}

/** Options of `ablationCurve`. */
export interface AblationArgs {
  /** Name or number of the layer. */
  layer: string | number;
  /** How many neurons to delete, one point of the curve each; default: none to all in ten steps. */
  counts?: readonly number[];
  /** Random groups of each size, whose figures are averaged; default 5. */
  repeats?: number;
  /** Of the groups; default: drawn from the default generator. */
  seed?: number;
}

/** A point of an ablation curve. */
export interface AblationPoint {
  /** Neurons deleted. */
  readonly deleted: number;
  /** The same as a fraction of the layer. */
  readonly fraction: number;
  /** Mean over the groups. */
  readonly figure: number;
  /** The least and the greatest. */
  readonly range: readonly [number, number];
}

/**
 * How a figure falls while more and more neurons are deleted in random order.
 * @param figure what the network can do, for example its accuracy on test data; called while neurons are missing
 */
export function ablationCurve(model: Model, figure: () => number, args: AblationArgs): AblationPoint[] {
  const { layer, repeats = 5, seed } = args;
  checkPositiveCount(repeats, 'ablationCurve: repeats');
  const [units] = outgoingWeights(model, layer).shape;
  const counts = args.counts ?? Array.from({ length: 11 }, (_, i) => Math.round((i * units) / 10));
  const orders = Array.from({ length: repeats }, (_, i) => [
    ...permutation(units, seed === undefined ? undefined : seed + i).dataSync(),
  ]);
  return counts.map((deleted) => {
    const figures = orders.map((order) => withoutNeurons(model, layer, order.slice(0, deleted), figure));
    return {
      deleted,
      fraction: deleted / units,
      figure: figures.reduce((sum, value) => sum + value, 0) / repeats,
      range: [Math.min(...figures), Math.max(...figures)],
    };
  });
}

/**
 * How much each single neuron matters: what is lost of a figure when it alone is deleted, one number a neuron.
 * @param figure as for `ablationCurve`
 */
export function importanceOfNeurons(model: Model, figure: () => number, layer: string | number): number[] {
  const whole = figure();
  const [units] = outgoingWeights(model, layer).shape;
  return Array.from({ length: units }, (_, neuron) => whole - withoutNeurons(model, layer, [neuron], figure));
}
