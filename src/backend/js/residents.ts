// The values of a small program, as long as it runs in the backend's own memory (memory.ts): moved in when it goes on, and
// out when it stops, so that programs may take turns. A network of a dozen weights trains twice as fast there.

import type { DecodedProgram } from '../../contract/decoding.js';
import { dtypeBytes, type TypedArray } from '../../contract/dtypes.js';
import type { Residence } from './kernel.js';
import { bytes, memoryOf, ProgramMemory } from './memory.js';

export class Residents {
  /** The arrays bound to the program, in the order of their numbers. */
  bound: readonly TypedArray[] | null = null;
  /** What the arena holds while the program does not advance. */
  private readonly arena: Uint8Array;

  private constructor(
    private readonly program: DecodedProgram,
    private readonly arenaAt: number,
    /** Of each buffer. */
    readonly places: readonly Residence[],
  ) {
    this.arena = new Uint8Array(program.arenaBytes);
  }

  /** A place for each buffer of the program; null if there is not as much room. */
  static of(program: DecodedProgram): Residents | null {
    const memory = new ProgramMemory();
    const arenaAt = memory.place(program.arenaBytes);
    if (arenaAt === null) return null;
    const places: Residence[] = [];
    for (const { dtype, length, arenaByte, bound } of program.buffers) {
      const size = length * dtypeBytes[dtype];
      const from = bound >= 0 ? memory.place(size) : arenaAt + arenaByte;
      if (from === null) return null;
      places.push({ from, to: from + size });
    }
    return new Residents(program, arenaAt, places);
  }

  moveIn(): void {
    bytes.set(this.arena, this.arenaAt);
    for (const { array, memory, at } of this.moves()) memory.set(array, at);
  }

  moveOut(): void {
    this.arena.set(bytes.subarray(this.arenaAt, this.arenaAt + this.arena.length));
    for (const { array, memory, at, writable } of this.moves()) {
      if (writable) array.set(memory.subarray(at, at + array.length));
    }
  }

  /** For each bound buffer its array and where it belongs. */
  private moves(): { array: TypedArray; memory: TypedArray; at: number; writable: boolean }[] {
    const { buffers } = this.program;
    return buffers.flatMap(({ dtype, length, bound, writable }, number) => {
      if (bound < 0) return [];
      const memory = memoryOf[dtype];
      const array = this.bound![bound].subarray(0, length);
      return [{ array, memory, at: this.places[number].from / memory.BYTES_PER_ELEMENT, writable }];
    });
  }
}
