// Linear memory and who has which part of it. WebAssembly allocates nothing itself: blocks for arenas, homes, loaded
// programs and work space are given out here, first fit from a list of free ones, neighbours joined when they come
// back. Memory grows in steps, up to the 4 GiB that 32-bit addresses reach, and never shrinks. It is shared memory: an
// engine that has WebAssembly threads makes it also where a page may not hand it to workers, so that one build serves
// everywhere; and views of shared memory stay right when it grows, only that they do not reach what is new.

import { HebbError } from '../../contract/errors.js';

const pageBytes = 65536;
/** Blocks begin at multiples of this, and have a multiple of it. */
const alignment = 64;
/** Kept free at the end: vector loops read some elements beyond what they use. */
const guardBytes = 256;
/** Least growth. */
const growthBytes = 4 * 2 ** 20;
/** All that 32-bit addresses reach but the last page, so that the address of the end is one too. */
const maximumPages = 65535;

/** A part of linear memory. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** Free memory from `start` to `end`. */
interface Gap {
  start: number;
  end: number;
}

const mebibytes = (bytes: number): string => `${Math.max(0.1, bytes / 2 ** 20).toFixed(1)} MiB`;

export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  /** Views of all memory; made again whenever it grows. */
  bytes!: Uint8Array;
  words!: Int32Array;
  private readonly maximumBytes: number;
  private readonly gaps: Gap[] = [];
  private used = 0;

  /**
   * @param base first address to give out
   * @param maximumBytes bound on all memory; for tests
   */
  constructor(base: number, maximumBytes = maximumPages * pageBytes) {
    const { memory, maximum } = reserve(Math.ceil((base + growthBytes) / pageBytes));
    this.memory = memory;
    this.maximumBytes = Math.min(maximumBytes, maximum * pageBytes);
    this.renewViews();
    this.gaps.push({ start: aligned(base), end: this.memory.buffer.byteLength - guardBytes });
  }

  /** Bytes that are given out. */
  get usedBytes(): number {
    return this.used;
  }

  /** Bytes of all memory. */
  get totalBytes(): number {
    return this.memory.buffer.byteLength;
  }

  /**
   * A block of at least `bytes` bytes, of unknown content.
   * @param what it is for, for the error
   * @throws HebbError if there is no room
   */
  allocate(bytes: number, what: string): Block {
    const size = aligned(Math.max(bytes, 1));
    let index = this.gaps.findIndex((gap) => gap.end - gap.start >= size);
    if (index < 0) {
      this.grow(size, what);
      index = this.gaps.length - 1;
    }
    const gap = this.gaps[index];
    const block = { address: gap.start, bytes: size };
    gap.start += size;
    if (gap.start === gap.end) this.gaps.splice(index, 1);
    this.used += size;
    return block;
  }

  /** The same, filled with zeros. */
  allocateZeroed(bytes: number, what: string): Block {
    const block = this.allocate(bytes, what);
    this.bytes.fill(0, block.address, block.address + block.bytes);
    return block;
  }

  /** Gives a block back. */
  free(block: Block): void {
    const { gaps } = this;
    const start = block.address;
    const end = start + block.bytes;
    this.used -= block.bytes;
    let index = 0;
    while (index < gaps.length && gaps[index].start < start) index++;
    const before = gaps[index - 1];
    const after = gaps[index];
    if (before?.end === start) {
      before.end = end;
      if (after?.start === end) {
        before.end = after.end;
        gaps.splice(index, 1);
      }
    } else if (after?.start === end) after.start = start;
    else gaps.splice(index, 0, { start, end });
  }

  /** Gives the end of a block back. @returns what is left of it */
  shrink(block: Block, bytes: number): Block {
    const size = aligned(Math.max(bytes, 1));
    if (size >= block.bytes) return block;
    this.free({ address: block.address + size, bytes: block.bytes - size });
    return { address: block.address, bytes: size };
  }

  /** Makes the last gap at least `bytes` long. */
  private grow(bytes: number, what: string): void {
    const last = this.gaps.at(-1);
    const end = this.totalBytes - guardBytes;
    const start = last?.end === end ? last.start : end;
    const least = start + bytes + guardBytes;
    const wanted = Math.min(
      Math.max(least, this.totalBytes + Math.max(growthBytes, this.totalBytes >> 3)),
      this.maximumBytes,
    );
    if (least > this.maximumBytes || (!this.growTo(wanted) && !this.growTo(least))) {
      throw new HebbError(
        `there is not enough WebAssembly memory: ${what} needs ${mebibytes(bytes)}, ` +
          `${mebibytes(this.used)} of at most ${mebibytes(this.maximumBytes)} are in use. Smaller batches need less.`,
      );
    }
    this.renewViews();
    const newEnd = this.totalBytes - guardBytes;
    if (last?.end === end) last.end = newEnd;
    else this.gaps.push({ start: end, end: newEnd });
  }

  private growTo(bytes: number): boolean {
    try {
      this.memory.grow(Math.ceil((bytes - this.totalBytes) / pageBytes));
      return true;
    } catch {
      return false; // the engine or the system has no more
    }
  }

  private renewViews(): void {
    this.bytes = new Uint8Array(this.memory.buffer);
    this.words = new Int32Array(this.memory.buffer);
  }
}

/** Shared memory, whose largest size has to be stated; where there is not as much address space, with a smaller one. */
function reserve(initial: number): { memory: WebAssembly.Memory; maximum: number } {
  for (let maximum = maximumPages; ; maximum >>= 1) {
    try {
      return { memory: new WebAssembly.Memory({ initial, maximum, shared: true }), maximum };
    } catch (error) {
      if (!(error instanceof RangeError) || maximum >> 1 < initial) throw error;
    }
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
