// Regularizers: penalties on weights or outputs, added to the loss.

import { abs, add, mul, square, sum } from '../../ops/index.js';
import { constant } from '../../tensor/convert.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Configured } from '../config/configured.js';
import { notNegative, resolved, type Arguments, type Fields } from '../config/fields.js';
import { Registry, saved, type Registrable, type Saved } from '../config/registry.js';

/** Base class of regularizers. */
export abstract class Regularizer<F extends Fields = Fields> extends Configured<F> {
  constructor(config?: object | null) {
    super(config);
  }

  /** The penalty of `x`: a rank-0 tensor. */
  abstract apply(x: Tensor): Tensor;
}

/** A name ('l1', 'l2', 'l1l2'), a saved regularizer or an instance. */
export type RegularizerIdentifier = string | Saved | Regularizer;

const l1Fields = {
  /** Factor of the sum of absolute values. */
  l1: notNegative(0.01),
};
const l2Fields = {
  /** Factor of the sum of squares. */
  l2: notNegative(0.01),
};
const l1l2Fields = { ...l1Fields, ...l2Fields };

export type L1Args = Arguments<typeof l1Fields>;
export type L2Args = Arguments<typeof l2Fields>;
export type L1L2Args = Arguments<typeof l1l2Fields>;

/** l1 * sum |x| + l2 * sum x^2. */
export class L1L2 extends Regularizer<typeof l1l2Fields> {
  static override readonly className: string = 'L1L2';
  static override readonly fields = l1l2Fields;

  constructor(config?: L1L2Args | null) {
    super(config);
  }

  override apply(x: Tensor): Tensor {
    const { l1, l2 } = this.settings;
    const absolute = l1 > 0 ? mul(sum(abs(x)), l1) : null;
    const squares = l2 > 0 ? mul(sum(square(x)), l2) : null;
    if (absolute && squares) return add(absolute, squares);
    return absolute ?? squares ?? constant(0, x.dtype);
  }
}

const registry = new Registry<Regularizer>('regularizer');
registry.register(L1L2);
registry.add('L1', (config) => regularizers.l1(config));
registry.add('L2', (config) => regularizers.l2(config));

/** Makes a class known by its `className`. */
export function registerRegularizer(type: Registrable<Regularizer>): void {
  registry.register(type);
}

/**
 * A regularizer from a name, a config or an instance.
 * @throws ArgumentError if the name is not known; the nearest is suggested
 */
export function resolveRegularizer(identifier: RegularizerIdentifier, what?: string): Regularizer {
  return registry.resolve(identifier, (x): x is Regularizer => x instanceof Regularizer, what);
}

/** An option that takes a regularizer. */
export const regularizer = resolved<Regularizer, RegularizerIdentifier>(resolveRegularizer, saved);

/** Factories of regularizers. */
export const regularizers = {
  /** l1 * sum |x|; l1 is 0.01 unless given. */
  l1: (config?: L1Args): L1L2 => new L1L2({ l1: 0.01, ...config, l2: 0 }),
  /** l2 * sum x^2; l2 is 0.01 unless given. */
  l2: (config?: L2Args): L1L2 => new L1L2({ l2: 0.01, ...config, l1: 0 }),
  /** l1 * sum |x| + l2 * sum x^2; each is 0.01 unless given. */
  l1l2: (config?: L1L2Args): L1L2 => new L1L2(config),
};
