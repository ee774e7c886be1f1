// Small classification problems and models for the tests of training: the same for a seed, quick on every backend.

import { layers } from '../../src/nn/layers/index.js';
import { sequential, type CompileArgs, type Sequential } from '../../src/nn/models/index.js';
import { tensor } from '../../src/tensor/create.js';
import { setSeed } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import '../../src/ops/index.js';
import { seeded } from './building.js';

/** Inputs and class numbers. */
export interface Problem {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly features: number;
  readonly classes: number;
}

/** Examples around one centre a class, as bytes; class numbers as bytes. */
export function problem(count = 70, features = 6, classes = 3): Problem {
  const random = seeded(count + features);
  const pixels = new Uint8Array(count * features);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = i % classes;
    for (let f = 0; f < features; f++) {
      const centre = f % classes === labels[i] ? 170 : 70;
      pixels[i * features + f] = centre + (random() - 0.5) * 100;
    }
  }
  return {
    x: tensor(pixels, [count, features], 'uint8'),
    y: tensor(labels, [count], 'uint8'),
    features,
    classes,
  };
}

export interface ModelOptions extends Partial<CompileArgs> {
  /** Seeds weights, shuffling and dropout; default 1. */
  readonly seed?: number;
  readonly hidden?: number;
  /** Dropout and an L2 penalty on the way; default true. */
  readonly regularized?: boolean;
}

/** Dense - dropout - softmax, compiled with RMSprop; what is drawn depends on the seed. */
export function classifier(
  { features, classes }: Problem,
  { seed = 1, hidden = 8, regularized = true, ...compile }: ModelOptions = {},
): Sequential {
  setSeed(seed);
  const model = sequential({
    layers: [
      layers.rescaling({ scale: 1 / 255, inputShape: [features] }),
      layers.dense({
        units: hidden,
        activation: 'relu',
        ...(regularized ? { kernelRegularizer: 'l2' } : {}),
        name: 'hidden',
      }),
      ...(regularized ? [layers.dropout({ rate: 0.25, name: 'noise' })] : []),
      layers.dense({ units: classes, activation: 'softmax', name: 'classes' }),
    ],
  });
  model.compile({
    optimizer: 'rmsprop',
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
    ...compile,
  });
  return model;
}

/** The elements of all weights. */
export const weightsOf = (model: Sequential): number[][] =>
  model.getWeights().map((w) => Array.from(w.dataSync()));
