// Where new weights get their first values from, other than initializers: from a file that is being loaded. Shapes are
// compared before memory is taken, and no random numbers are drawn for values that would be thrown away.

import type { DType } from '../../contract/dtypes.js';
import type { Shape } from '../../tensor/shapes.js';
import type { Tensor } from '../../tensor/tensor.js';

/**
 * Gives a weight its first value, of that shape and dtype; null leaves it to its initializer.
 * @throws where the weight should not be made
 */
export type WeightSource = (name: string, shape: Shape, dtype: DType) => Tensor | null;

let source: WeightSource | null = null;

/** Runs `body`; layers that make their weights meanwhile take the values from `from`. */
export function withWeightSource<R>(from: WeightSource, body: () => R): R {
  const before = source;
  source = from;
  try {
    return body();
  } finally {
    source = before;
  }
}

/** The value that the present source has for a weight. */
export function givenWeight(name: string, shape: Shape, dtype: DType): Tensor | null {
  return source?.(name, shape, dtype) ?? null;
}
