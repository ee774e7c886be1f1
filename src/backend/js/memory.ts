// The backend's own memory: the registers of expressions, and behind them all values of a program that is small.
//
// These arrays are constants of the module, and loops that are to be fast name them, instead of getting them as
// parameters: V8 then has their addresses and lengths in the code. An array that it does not know makes it load and check
// kind, length and address again at each element, which takes two thirds of the time of a loop like a[i] = b[i] + c[i].

import { arenaUnitBytes, limits } from '../../contract/instructions.js';
import type { ComputeDType, DType } from '../../contract/dtypes.js';

/** Points that an expression is evaluated at in one go: what keeps its registers in the first-level cache. */
export const blockSize = 256;

/** Registers of work space behind those of an expression. */
export const workRegisters = { result: limits.registers, reduce: limits.registers + 1 } as const;

const registerBytes = (limits.registers + 2) * blockSize * 8;
/** Bytes for the values of a small program. */
const programBytes = 1 << 16;

const memory = new ArrayBuffer(registerBytes + programBytes);

export const float32s = new Float32Array(memory);
export const float64s = new Float64Array(memory);
export const int32s = new Int32Array(memory);
export const bytes = new Uint8Array(memory);

/** The memory as elements of a dtype. */
export const memoryOf = {
  float32: float32s,
  float64: float64s,
  int32: int32s,
  uint8: bytes,
  bool: bytes,
} as const satisfies Record<DType, unknown>;

/** A block of values in an expression, or an array of them. */
export type Register = (typeof memoryOf)[ComputeDType];

/**
 * Place of a register in memoryOf[dtype]. Registers of all dtypes lie over each other: nothing in them outlives a unit
 * of a kernel.
 */
export const registerAt = (register: number): number => register * blockSize;

/** Lays buffers out in the memory of a small program, one behind the other. */
export class ProgramMemory {
  private end = registerBytes;

  /** The byte at which a buffer of that many bytes lies; null if there is no room left. */
  place(length: number): number | null {
    const at = this.end;
    if (length > memory.byteLength - at) return null;
    this.end += Math.ceil(length / arenaUnitBytes) * arenaUnitBytes;
    return at;
  }
}
