// Layers that only change the shape: flatten and reshape.

import { reshape, transpose } from '../../ops/index.js';
import { ArgumentError } from '../../contract/errors.js';
import { showShape } from '../../tensor/shapes.js';
import type { Tensor } from '../../tensor/tensor.js';
import { choice, shape as shapeField, type Arguments } from '../config/fields.js';
import { Layer, type BatchShape, type LayerArgs } from './layer.js';

const flattenFields = {
  /** Where the channels of the input are; 'channelsFirst' moves them to the end before flattening. */
  dataFormat: choice(['channelsLast', 'channelsFirst'])('channelsLast'),
};

/** Options of `layers.flatten`. */
export type FlattenArgs = LayerArgs & Arguments<typeof flattenFields>;

/** The product of dimensions; null if one is not known. */
function product(dims: BatchShape): number | null {
  return dims.reduce((n, d) => (n === null || d === null ? null : n * d), 1);
}

/** [batch, a, b, ...] -> [batch, a * b * ...]. */
export class Flatten extends Layer<typeof flattenFields> {
  static override readonly className: string = 'Flatten';
  static override readonly fields = flattenFields;
  protected override inputSpec = { minRank: 1 };

  constructor(config?: FlattenArgs | null) {
    super(config);
  }

  override call(inputs: Tensor): Tensor {
    const [batch, ...features] = inputs.shape;
    const { rank } = inputs;
    const moves = this.settings.dataFormat === 'channelsFirst' && rank > 2;
    const axes = inputs.shape.map((_, i) => (i === 0 ? 0 : i === rank - 1 ? 1 : i + 1));
    return reshape(moves ? transpose(inputs, axes) : inputs, [batch, product(features) as number]);
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return [inputShape[0], product(inputShape.slice(1))];
  }
}

const reshapeFields = {
  /** The new shape of one example; one dimension may be -1 (or null): it follows from the others. */
  targetShape: shapeField(),
};

/** Options of `layers.reshape`. */
export type ReshapeArgs = LayerArgs & Arguments<typeof reshapeFields>;

/** [batch, ...] -> [batch, ...targetShape]. */
export class Reshape extends Layer<typeof reshapeFields> {
  static override readonly className: string = 'Reshape';
  static override readonly fields = reshapeFields;

  constructor(config: ReshapeArgs) {
    super(config);
    const { targetShape } = this.settings;
    if (targetShape.filter((d) => d === null || d < 0).length > 1) {
      throw new ArgumentError(
        `${this.name}: targetShape: expected at most one -1, got ${showShape(targetShape)}.`,
      );
    }
  }

  override call(inputs: Tensor): Tensor {
    return reshape(inputs, this.computeOutputShape(inputs.shape) as readonly number[]);
  }

  override computeOutputShape([batch, ...features]: BatchShape): BatchShape {
    const target = this.settings.targetShape.map((d) => (d === null || d < 0 ? null : d));
    const size = product(features);
    if (size === null) return [batch, ...target];
    const known = target.reduce<number>((n, d) => n * (d ?? 1), 1);
    const open = target.includes(null);
    if (open ? known === 0 || size % known !== 0 : known !== size) {
      throw new ArgumentError(
        `${this.name}: cannot reshape examples of shape ${showShape(features)} (${size} elements) to ` +
          `${showShape(this.settings.targetShape)}.`,
      );
    }
    return [batch, ...target.map((d) => d ?? size / known)];
  }
}
