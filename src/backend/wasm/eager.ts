// Programs that are run once: eager ops. Operands are copied to one scratch area, results out of it. The images of recent
// programs are kept, since the same op on the same shapes comes again and again, and comparing its words costs less than
// checking and writing them.

import { boundBuffers } from '../../contract/decoding.js';
import { dtypeBytes, type TypedArray } from '../../contract/dtypes.js';
import { stateWords, statuses } from '../../contract/instructions.js';
import type { BoundBuffer } from '../../contract/program.js';
import { runError } from '../failure.js';
import { assertSound, checkBindings, isRead, placeViews } from './executable.js';
import { bytesIn } from './home.js';
import { imageBound, type Image, type ImageWriter } from './image.js';
import type { Block } from './memory.js';
import type { WasmModule } from './module.js';

/** Images kept. Most programs of one instruction take less than 2 KiB. */
const keptImages = 256;
/** A scratch area of more bytes is given back after its operation. */
const keptScratchBytes = 16 * 2 ** 20;
/** Programs of more words are not kept. */
const keptWords = 1024;

interface KeptProgram {
  readonly words: Int32Array;
  readonly image: Image;
  readonly block: Block;
  readonly bound: readonly BoundBuffer[];
  /** Of the bound arrays in the scratch area, and where the area for packed operands and the arena begin. */
  readonly offsets: readonly number[];
  readonly packedAt: number;
  readonly arenaAt: number;
  readonly scratchBytes: number;
}

const padded = (bytes: number): number => Math.ceil(bytes / 64) * 64;

export class EagerRunner {
  private readonly kept = new Map<number, KeptProgram>();
  private scratch: Block | null = null;
  private readonly addresses: number[] = [];
  private readonly state = new Int32Array(stateWords);

  constructor(
    private readonly module: WasmModule,
    private readonly writer: ImageWriter,
  ) {}

  /** Checks and runs a program; see Backend.execute. */
  execute(words: Int32Array, arrays: readonly TypedArray[], op: string, scope: string): void {
    const key = hashOf(words);
    const kept = this.kept.get(key);
    const isKept = kept !== undefined && sameWords(kept.words, words);
    const program = isKept ? kept : this.load(words);
    try {
      checkBindings(arrays, program.bound, this.module.memory);
      this.run(program, arrays, op, scope);
    } finally {
      if (!isKept) this.keep(key, program);
      if (this.scratch !== null && this.scratch.bytes > keptScratchBytes) {
        this.module.memory.free(this.scratch);
        this.scratch = null;
      }
    }
  }

  private load(words: Int32Array): KeptProgram {
    assertSound(words);
    const { memory } = this.module;
    const whole = memory.allocate(imageBound(words), 'an operation');
    const image = this.writer.write(words, whole.address);
    const block = memory.shrink(whole, image.end - image.address);
    const bound = boundBuffers(words);
    let at = 0;
    const offsets = bound.map((buffer) => {
      const offset = at;
      at += padded(buffer.length * dtypeBytes[buffer.dtype]);
      return offset;
    });
    const packedAt = at;
    const arenaAt = packedAt + padded(image.packedBytes);
    const scratchBytes = arenaAt + image.arenaBytes;
    return { words: words.slice(), image, block, bound, offsets, packedAt, arenaAt, scratchBytes };
  }

  private keep(key: number, program: KeptProgram): void {
    const { memory } = this.module;
    const former = this.kept.get(key);
    if (former) memory.free(former.block);
    this.kept.delete(key);
    if (program.words.length > keptWords) {
      memory.free(program.block);
      return;
    }
    if (this.kept.size >= keptImages) {
      // A Map's order is that of insertion: the oldest goes.
      const [oldest, { block }] = this.kept.entries().next().value!;
      memory.free(block);
      this.kept.delete(oldest);
    }
    this.kept.set(key, program);
  }

  /** Address of the scratch area, with room for `bytes`. */
  private scratchFor(bytes: number): number {
    if (this.scratch === null || this.scratch.bytes < bytes) {
      const { memory } = this.module;
      if (this.scratch) memory.free(this.scratch);
      this.scratch = null;
      this.scratch = memory.allocate(Math.max(bytes, 65536), 'an operation');
    }
    return this.scratch.address;
  }

  private run(program: KeptProgram, arrays: readonly TypedArray[], op: string, scope: string): void {
    const { module, addresses, state } = this;
    const { memory, stateAddress } = module;
    const { image, bound, offsets } = program;
    const scratch = this.scratchFor(program.scratchBytes);
    for (const word of image.packedWords) memory.words[word >> 2] = scratch + program.packedAt;
    for (let i = 0; i < bound.length; i++) {
      addresses[i] = scratch + offsets[i];
      if (isRead(image, bound[i], i)) copyIn(memory.bytes, addresses[i], arrays[i], bound[i].length);
    }
    placeViews(module, image, scratch + program.arenaAt, addresses);
    memory.words.fill(0, stateAddress >> 2, (stateAddress >> 2) + stateWords);
    const status = module.run(image.address, stateAddress, Number.MAX_VALUE, 0, 0x7fffffff);
    if (status === statuses.failed) {
      state.set(memory.words.subarray(stateAddress >> 2, (stateAddress >> 2) + stateWords));
      throw runError(state, { op, scope });
    }
    for (let i = 0; i < bound.length; i++) {
      if (bound[i].access !== 'read') copyOut(memory.bytes, addresses[i], arrays[i], bound[i].length);
    }
  }
}

function copyIn(memory: Uint8Array, address: number, array: TypedArray, length: number): void {
  memory.set(bytesIn(array).subarray(0, length * array.BYTES_PER_ELEMENT), address);
}

function copyOut(memory: Uint8Array, address: number, array: TypedArray, length: number): void {
  bytesIn(array).set(memory.subarray(address, address + length * array.BYTES_PER_ELEMENT));
}

/** A 32-bit hash: Fowler, Noll and Vo's, a word at a time. */
function hashOf(words: Int32Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i], 0x01000193) ^ (hash >>> 15);
  return hash;
}

function sameWords(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
