// What initializers share, and those that draw nothing.

import { eye, fill, ones, zeros } from '../../tensor/create.js';
import { ArgumentError } from '../../contract/errors.js';
import type { DType } from '../../contract/dtypes.js';
import { showShape, type Shape } from '../../tensor/shapes.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Configured } from '../config/configured.js';
import { number, type Arguments, type Fields } from '../config/fields.js';

/** Base class of initializers. */
export abstract class Initializer<F extends Fields = Fields> extends Configured<F> {
  constructor(config?: object | null) {
    super(config);
  }

  /**
   * The first value of a weight.
   * @param dtype default: `setDefaultDtype`'s
   */
  abstract apply(shape: Shape, dtype?: DType): Tensor;
}

/** All 0. */
export class Zeros extends Initializer {
  static override readonly className: string = 'Zeros';
  static override readonly fields = {};

  override apply(shape: Shape, dtype?: DType): Tensor {
    return zeros(shape, dtype);
  }
}

/** All 1. */
export class Ones extends Initializer {
  static override readonly className: string = 'Ones';
  static override readonly fields = {};

  override apply(shape: Shape, dtype?: DType): Tensor {
    return ones(shape, dtype);
  }
}

const constantFields = {
  /** The value of every element. */
  value: number(),
};

export type ConstantArgs = Arguments<typeof constantFields>;

/** All the same. */
export class Constant extends Initializer<typeof constantFields> {
  static override readonly className: string = 'Constant';
  static override readonly fields = constantFields;

  constructor(config: ConstantArgs) {
    super(config);
  }

  override apply(shape: Shape, dtype?: DType): Tensor {
    return fill(shape, this.settings.value, dtype);
  }
}

const identityFields = {
  /** The value on the diagonal; default 1. */
  gain: number(1),
};

export type IdentityArgs = Arguments<typeof identityFields>;

/** `gain` times the identity matrix; for square matrices. */
export class Identity extends Initializer<typeof identityFields> {
  static override readonly className: string = 'Identity';
  static override readonly fields = identityFields;

  constructor(config?: IdentityArgs | null) {
    super(config);
  }

  override apply(shape: Shape, dtype?: DType): Tensor {
    if (shape.length !== 2 || shape[0] !== shape[1]) {
      throw new ArgumentError(`identity: expected the shape of a square matrix, got ${showShape(shape)}.`);
    }
    const { gain } = this.settings;
    const matrix = eye(shape[0], shape[0], [], dtype);
    return gain === 1 ? matrix : matrix.mul(gain);
  }
}
