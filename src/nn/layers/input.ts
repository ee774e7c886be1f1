// Where data comes in: the input layer, and rescaling of what comes.

import { add, mul } from '../../ops/index.js';
import { ArgumentError } from '../../contract/errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import { number, type Arguments } from '../config/fields.js';
import { Layer, type LayerArgs } from './layer.js';

/** Options of `layers.inputLayer`: `inputShape` or `batchInputShape`. */
export type InputLayerArgs = LayerArgs;

/** States the shape of a model's input; passes it on. */
export class InputLayer extends Layer {
  static override readonly className: string = 'InputLayer';
  static override readonly fields = {};

  constructor(config: InputLayerArgs) {
    super(config);
    if (!this.batchInputShape) {
      throw new ArgumentError(
        `${this.name}: expected inputShape or batchInputShape, e.g. {inputShape: [784]}.`,
      );
    }
    this.inputSpec = { rank: this.batchInputShape.length };
  }

  override call(inputs: Tensor): Tensor {
    return inputs;
  }
}

const rescalingFields = {
  /** What the input is multiplied by. */
  scale: number(),
  /** What is added then; default 0. */
  offset: number(0),
};

/** Options of `layers.rescaling`. */
export type RescalingArgs = LayerArgs & Arguments<typeof rescalingFields>;

/** x * scale + offset, in floats: `rescaling({scale: 1 / 255})` makes images of bytes fit for training. */
export class Rescaling extends Layer<typeof rescalingFields> {
  static override readonly className: string = 'Rescaling';
  static override readonly fields = rescalingFields;

  constructor(config: RescalingArgs) {
    super(config);
  }

  override call(inputs: Tensor): Tensor {
    const { scale, offset } = this.settings;
    const scaled = mul(this.floating(inputs), scale);
    return offset === 0 ? scaled : add(scaled, offset);
  }
}
