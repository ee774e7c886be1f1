// Random initializers. With a seed they give the same values each time; without one they draw from the generator that
// `setSeed` seeds.

import { randomNormal, randomUniform, truncatedNormal } from '../../ops/index.js';
import type { DType } from '../../contract/dtypes.js';
import { sizeOf } from '../../contract/calls.js';
import type { Shape } from '../../tensor/shapes.js';
import type { Tensor } from '../../tensor/tensor.js';
import { choice, notNegative, number, positive, seed, type Arguments } from '../config/fields.js';
import { Initializer } from './initializer.js';

const uniformFields = {
  /** Smallest value; default -0.05. */
  minval: number(-0.05),
  /** Values lie below it; default 0.05. */
  maxval: number(0.05),
  /** Default: the default generator. */
  seed,
};

export type RandomUniformArgs = Arguments<typeof uniformFields>;

/** Evenly distributed from minval up to maxval. */
export class RandomUniform extends Initializer<typeof uniformFields> {
  static override readonly className: string = 'RandomUniform';
  static override readonly fields = uniformFields;

  constructor(config?: RandomUniformArgs | null) {
    super(config);
  }

  override apply(shape: Shape, dtype?: DType): Tensor {
    const { minval, maxval, seed } = this.settings;
    return randomUniform(shape, minval, maxval, dtype, seed);
  }
}

const normalFields = {
  /** Default 0. */
  mean: number(0),
  /** Standard deviation; default 0.05. */
  stddev: notNegative(0.05),
  /** Default: the default generator. */
  seed,
};

export type RandomNormalArgs = Arguments<typeof normalFields>;

/** Normally distributed. */
export class RandomNormal extends Initializer<typeof normalFields> {
  static override readonly className: string = 'RandomNormal';
  static override readonly fields = normalFields;

  constructor(config?: RandomNormalArgs | null) {
    super(config);
  }

  override apply(shape: Shape, dtype?: DType): Tensor {
    const { mean, stddev, seed } = this.settings;
    return randomNormal(shape, mean, stddev, dtype, seed);
  }
}

/** Normally distributed, none further than two standard deviations from the mean. */
export class TruncatedNormal extends Initializer<typeof normalFields> {
  static override readonly className: string = 'TruncatedNormal';
  static override readonly fields = normalFields;

  constructor(config?: RandomNormalArgs | null) {
    super(config);
  }

  override apply(shape: Shape, dtype?: DType): Tensor {
    const { mean, stddev, seed } = this.settings;
    return truncatedNormal(shape, mean, stddev, dtype, seed);
  }
}

/**
 * Inputs and outputs that a weight connects: of a matrix its rows and columns, of a convolution kernel [...positions,
 * inputs, outputs] each times the number of positions, else the root of the number of elements.
 */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: Math.sqrt(sizeOf(shape)), fanOut: Math.sqrt(sizeOf(shape)) };
  const positions = sizeOf(shape.slice(0, -2));
  const [inputs, outputs] = shape.slice(-2);
  return { fanIn: inputs * positions, fanOut: outputs * positions };
}

const scalingFields = {
  /** Variance times fan; default 1. */
  scale: positive(1),
  /** Whether the fan is the inputs, the outputs or their mean; default 'fanIn'. */
  mode: choice(['fanIn', 'fanOut', 'fanAvg'])('fanIn'),
  /** 'normal' and 'truncatedNormal' are the same: normal, cut off at two standard deviations; default 'normal'. */
  distribution: choice(['normal', 'uniform', 'truncatedNormal'])('normal'),
  /** Default: the default generator. */
  seed,
};

export type VarianceScalingArgs = Arguments<typeof scalingFields>;

/**
 * Values whose variance is scale / fan, so that signals keep their size from layer to layer: uniform up to
 * sqrt(3 scale / fan), or normal of standard deviation sqrt(scale / fan), cut off at twice that (which makes it 12 %
 * smaller; tfjs, unlike Keras, does not make up for it, nor is it made up for here).
 */
export class VarianceScaling extends Initializer<typeof scalingFields> {
  static override readonly className: string = 'VarianceScaling';
  static override readonly fields = scalingFields;

  constructor(config?: VarianceScalingArgs | null) {
    super(config);
  }

  override apply(shape: Shape, dtype?: DType): Tensor {
    const { scale, mode, distribution, seed } = this.settings;
    const { fanIn, fanOut } = fans(shape);
    const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[mode];
    const variance = scale / Math.max(1, fan);
    if (distribution !== 'uniform') return truncatedNormal(shape, 0, Math.sqrt(variance), dtype, seed);
    const limit = Math.sqrt(3 * variance);
    return randomUniform(shape, -limit, limit, dtype, seed);
  }
}
