// An activation function as a layer.

import type { Tensor } from '../../tensor/tensor.js';
import { activation } from '../activations/index.js';
import type { Arguments } from '../config/fields.js';
import { Layer, type LayerArgs } from './layer.js';

const fields = {
  /** A name or a function. */
  activation: activation(),
};

/** Options of `layers.activation`. */
export type ActivationArgs = LayerArgs & Arguments<typeof fields>;

/** activation(x). */
export class Activation extends Layer<typeof fields> {
  static override readonly className: string = 'Activation';
  static override readonly fields = fields;

  constructor(config: ActivationArgs) {
    super(config);
  }

  override call(inputs: Tensor): Tensor {
    return this.settings.activation(this.floating(inputs));
  }
}
