// Homes and bindings of backends that compute in JavaScript's own memory (native and js).

import { arrayHolds, newArray, type DType, type TypedArray } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import type { BoundBuffer } from '../contract/program.js';
import type { Binding, Home } from './backend.js';

/** A typed array as the home of a Variable. */
export class ArrayHome implements Home {
  readonly dtype: DType;
  readonly length: number;
  private memory: TypedArray | null;

  /** @param memory the array itself, which is not copied; default: a new one of zeros */
  constructor(dtype: DType, length: number, memory: TypedArray = newArray(dtype, length)) {
    this.dtype = dtype;
    this.length = length;
    this.memory = memory;
  }

  get array(): TypedArray | null {
    return this.memory;
  }

  read(into: TypedArray = newArray(this.dtype, this.length)): TypedArray {
    into.set(this.held());
    return into;
  }

  write(from: TypedArray): void {
    if (from.length !== this.length) {
      throw new ArgumentError(`expected ${this.length} elements to write, got ${from.length}`);
    }
    this.held().set(from);
  }

  release(): void {
    this.memory = null;
  }

  private held(): TypedArray {
    if (this.memory === null) throw new ArgumentError('the memory of this variable has been released');
    return this.memory;
  }
}

/**
 * The arrays behind the bindings of a run.
 * @throws ArgumentError if there are too few or too many, one has the wrong dtype or is too short
 */
export function boundArrays(bindings: readonly Binding[], bound: readonly BoundBuffer[]): TypedArray[] {
  if (bindings.length !== bound.length) {
    throw new ArgumentError(`expected ${bound.length} arrays to bind, got ${bindings.length}`);
  }
  return bindings.map((binding, i) => {
    const { dtype, length } = bound[i];
    const array = ArrayBuffer.isView(binding) ? binding : binding.array;
    if (array === null) {
      throw new ArgumentError(`array ${i} lies in the memory of another backend, or has been released`);
    }
    if (!arrayHolds(dtype, array)) {
      throw new ArgumentError(
        `array ${i}: expected a typed array for ${dtype}, got ${array.constructor.name}`,
      );
    }
    if (array.length < length) {
      throw new ArgumentError(`array ${i}: expected at least ${length} elements, got ${array.length}`);
    }
    return array;
  });
}
