// Homes in linear memory: a Variable's elements where programs read and write them without copying.

import { dtypeBytes, newArray, type DType, type TypedArray } from '../../contract/dtypes.js';
import { ArgumentError } from '../../contract/errors.js';
import type { Home } from '../backend.js';
import type { Block, LinearMemory } from './memory.js';

/** The bytes of a typed array. */
export function bytesIn(array: TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

export class WasmHome implements Home {
  readonly array = null;
  /** Where the elements are; freed by whoever made this when it is released or no longer reachable. */
  readonly block: Block;
  private released = false;

  /** @param onRelease told when the memory is given back, which it does not do itself */
  constructor(
    readonly dtype: DType,
    readonly length: number,
    readonly memory: LinearMemory,
    private readonly onRelease: (home: WasmHome, block: Block) => void,
  ) {
    this.block = memory.allocateZeroed(length * dtypeBytes[dtype], 'a variable');
  }

  /** Where the elements are. */
  get address(): number {
    if (this.released) throw new ArgumentError('the memory of this variable has been released');
    return this.block.address;
  }

  read(into: TypedArray = newArray(this.dtype, this.length)): TypedArray {
    const bytes = this.length * dtypeBytes[this.dtype];
    bytesIn(into).set(this.memory.bytes.subarray(this.address, this.address + bytes));
    return into;
  }

  write(from: TypedArray): void {
    if (from.length !== this.length) {
      throw new ArgumentError(`expected ${this.length} elements to write, got ${from.length}`);
    }
    this.memory.bytes.set(bytesIn(from), this.address);
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    this.onRelease(this, this.block);
  }
}
