// Dropout: noise that keeps units from leaning on each other.

import { dropout } from '../../ops/index.js';
import { defaultGenerator, Generator } from '../../tensor/generator.js';
import type { Tensor } from '../../tensor/tensor.js';
import { fraction, maybe, seed, shape, type Arguments } from '../config/fields.js';
import { Layer, type CallOptions, type LayerArgs } from './layer.js';

const fields = {
  /** Probability of an input to be set to 0; 0 to 1. 0 and, as in tfjs, 1 pass the input on. */
  rate: fraction(),
  /** Shape of the mask, where 1 stands for a dimension that is dropped as a whole and null for the input's. */
  noiseShape: maybe(shape()),
  /** Seed of a generator of the layer's own, whose state goes on from call to call; default: the default generator. */
  seed,
};

/** Options of `layers.dropout`. */
export type DropoutArgs = LayerArgs & Arguments<typeof fields>;

/**
 * In training, sets inputs to 0 at random and divides the others by 1 - rate, so that sums keep their mean; otherwise
 * passes the input on. Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting".
 */
export class Dropout extends Layer<typeof fields> {
  static override readonly className: string = 'Dropout';
  static override readonly fields = fields;
  private readonly generator: Generator | null = null;

  constructor(config: DropoutArgs) {
    super(config);
    if (this.settings.seed === undefined) return;
    this.generator = new Generator(this.settings.seed, 0, `${this.name}/seed_generator_state`);
    this.generators.push(this.generator);
  }

  override call(inputs: Tensor, { training = false }: CallOptions): Tensor {
    const { rate, noiseShape } = this.settings;
    if (!training || rate === 0 || rate === 1) return inputs;
    return dropout(this.floating(inputs), rate, noiseShape, this.generator ?? defaultGenerator());
  }
}
