// Pictures for a saved model: what size it wants, and how it wants them scaled.

import { Tensor } from '../../tensor/tensor.js';
import { UsageError } from '../errors.js';
import type { SavedModel } from '../saved-model.js';

/**
 * Height and width of the pictures that a model takes: `[28, 28]`, `[28, 28, 1]` or `[784]`.
 * @throws UsageError if it takes none
 */
export function pictureSize({ inputShape, path }: SavedModel): { height: number; width: number } {
  const [height, width, channels = 1] = inputShape;
  const side = Math.sqrt(height);
  if (inputShape.length === 1 && Number.isInteger(side)) return { height: side, width: side };
  if ((inputShape.length === 2 || inputShape.length === 3) && channels === 1) return { height, width };
  throw new UsageError(`${path} takes no grey pictures, but an input of shape [${inputShape.join(', ')}]`);
}

/**
 * Pixels of 0 to 255 as the input of a model. Models of `hebb train` scale them themselves; of others it is assumed that
 * they want 0 to 1, as is usual.
 * @param shape [pictures, height, width]
 * @throws UsageError if the model wants another size
 */
export function asPictures(saved: SavedModel, pixels: Uint8Array, shape: readonly number[]): Tensor {
  const { height, width } = pictureSize(saved);
  if (shape[1] !== height || shape[2] !== width) {
    throw new UsageError(`${saved.path} takes pictures of ${width}x${height}, got ${shape[2]}x${shape[1]}`);
  }
  const whole = [shape[0], ...saved.inputShape];
  return saved.metadata
    ? new Tensor(pixels, whole, 'uint8')
    : new Tensor(
        Float32Array.from(pixels, (value) => value / 255),
        whole,
        'float32',
      );
}
