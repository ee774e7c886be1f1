// Writes a checked program into linear memory as assembly/run.ts wants it (layout.ts): slots of the views, and for each
// instruction a plan whose sizes and addresses are computed. Done once when a program is loaded, so that nothing is left
// to decode while it runs.

import {
  arenaUnitBytes,
  bufferKinds,
  bufferWords,
  fieldOffsets,
  opcodes,
  viewWords,
} from '../../contract/instructions.js';
import { headerAt } from '../../contract/decoding.js';
import * as layout from './layout.js';
import { bytesOf } from './evaluation.js';
import type { LinearMemory } from './memory.js';
import { writePlan } from './plans.js';

/** A program in linear memory. */
export interface Image {
  readonly address: number;
  /** First byte beyond it. */
  readonly end: number;
  /** Address of the words to which the views' addresses are written before a run. */
  readonly origins: number;
  /** Of each view: its buffer, and its offset in bytes. */
  readonly viewBuffers: Int32Array;
  readonly viewOffsets: Float64Array;
  /** Of each buffer: offset in the arena in bytes, or -1 - its number among the bound arrays. */
  readonly places: Float64Array;
  /** Buffers of the bound arrays. */
  readonly boundBuffers: readonly number[];
  readonly arenaBytes: number;
  /** Bytes of the area for packed operands of gemm, and the words that want its address. */
  readonly packedBytes: number;
  readonly packedWords: readonly number[];
  readonly hasBoundary: boolean;
  /** Rough nanoseconds of its longest instruction, and of all of them on one thread, with all turns of loops. */
  readonly longest: number;
  readonly total: number;
  /** Buffers that a program run to its end overwrites completely: what they held before does not matter. */
  readonly overwritten: ReadonlySet<number>;
}

/** Bytes that the image of a program needs at most: no word of code becomes more than 96. */
export function imageBound(words: Int32Array): number {
  const codeWords = words[headerAt.codeWords];
  return 256 + 8 * words[headerAt.viewCount] + 4 * (codeWords + 1) + 96 * codeWords;
}

/** Writes one image at a time; what it gives to the writers of plans is valid until the next. */
export class ImageWriter {
  /** The program. */
  words: Int32Array = new Int32Array(0);
  packedBytes = 0;
  packedWords: number[] = [];
  longest = 0;
  private total = 0;
  /** Turns that the instruction being written is run for, by the loops around it. */
  private turns = 1;
  private overwritten = new Set<number>();
  /** Loops around the instruction that is being written. */
  private depth = 0;
  private target: Int32Array = new Int32Array(0);
  private at = 0;
  private slots = 0;
  private buffersAt = 0;
  private viewsAt = 0;
  private readonly double = new Float64Array(1);
  private readonly doubleWords = new Int32Array(this.double.buffer);
  private readonly single = new Float32Array(1);
  private readonly singleWord = new Int32Array(this.single.buffer);

  /**
   * @param panelBytes see gemmPlanPanel of layout.ts
   * @param packers threads that may pack operands at the same time, each for itself
   */
  constructor(
    private readonly memory: LinearMemory,
    readonly panelBytes = 32,
    readonly packers = 1,
  ) {}

  /**
   * @param words a checked program
   * @param address where there is room for imageBound(words) bytes
   */
  write(words: Int32Array, address: number): Image {
    this.words = words;
    this.target = this.memory.words;
    this.packedBytes = 0;
    this.packedWords = [];
    this.longest = 0;
    this.total = 0;
    this.turns = 1;
    this.overwritten = new Set();
    this.depth = 0;
    this.buffersAt = words[headerAt.buffersAt];
    this.viewsAt = words[headerAt.viewsAt];
    const codeAt = words[headerAt.codeAt];
    const codeWords = words[headerAt.codeWords];
    const viewCount = words[headerAt.viewCount];

    this.at = address + layout.imageBytes;
    this.slots = this.reserve(4 * viewCount);
    const origins = this.reserve(4 * viewCount);
    const plans = this.reserve(4 * (codeWords + 1));
    this.put(address + layout.imageSlots, this.slots);
    this.put(address + layout.imageOrigins, origins);
    this.put(address + layout.imageViewCount, viewCount);
    this.put(address + layout.imagePlans, plans);

    const hasBoundary = this.writeCode(codeAt, codeWords, plans);
    return {
      address,
      end: this.at,
      origins,
      ...this.placesOf(viewCount, words[headerAt.bufferCount]),
      arenaBytes: words[headerAt.arenaUnits] * arenaUnitBytes,
      packedBytes: this.packedBytes,
      packedWords: this.packedWords,
      hasBoundary,
      longest: this.longest,
      total: this.total,
      overwritten: this.overwritten,
    };
  }

  /** Writes all plans, with an end for each loop and one for the code, and joins them. */
  private writeCode(codeAt: number, codeWords: number, plans: number): boolean {
    const { words } = this;
    const order: number[] = [];
    const open: { readonly plan: number; readonly end: number; readonly turns: number }[] = [];
    let hasBoundary = false;
    for (let pc = 0; ;) {
      while (open.length > 0 && open[open.length - 1].end === pc) {
        const end = this.reserve(layout.loopEndPlanBytes);
        this.put(end + layout.planKernel, layout.kernelLoopEnd);
        const loop = open.pop()!;
        this.put(end + layout.loopEndPlanLoop, loop.plan);
        this.turns = loop.turns;
        this.depth--;
        order.push(end);
      }
      const isEnd = pc === codeWords;
      const plan = isEnd ? this.reserve(layout.planBody) : writePlan(this, codeAt + pc);
      if (isEnd) this.put(plan + layout.planKernel, layout.kernelEnd);
      order.push(plan);
      this.put(plan + layout.planPc, pc);
      this.put(plans + 4 * pc, plan);
      if (isEnd) break;
      const [opcode, length] = [words[codeAt + pc], words[codeAt + pc + 1]];
      if (opcode === opcodes.boundary) hasBoundary = true;
      pc += length;
      if (opcode === opcodes.loop) {
        this.depth++;
        const at = codeAt + pc - length;
        open.push({ plan, end: pc + words[at + fieldOffsets.loop.bodyWords], turns: this.turns });
        this.turns *= words[at + fieldOffsets.loop.count];
      }
    }
    for (let i = 0; i + 1 < order.length; i++) {
      const [plan, next] = [order[i], order[i + 1]];
      this.put(plan + layout.planNext, next);
      const kernel = this.target[(plan + layout.planKernel) >> 2];
      if (kernel === layout.kernelLoop) this.put(plan + layout.loopPlanBody, next);
      else if (kernel === layout.kernelLoopEnd) {
        this.put(this.target[(plan + layout.loopEndPlanLoop) >> 2] + layout.loopPlanAfter, next);
      }
    }
    return hasBoundary;
  }

  private placesOf(
    viewCount: number,
    bufferCount: number,
  ): Pick<Image, 'viewBuffers' | 'viewOffsets' | 'places' | 'boundBuffers'> {
    const { words } = this;
    const viewBuffers = new Int32Array(viewCount);
    const viewOffsets = new Float64Array(viewCount);
    for (let v = 0; v < viewCount; v++) {
      const at = this.viewsAt + v * viewWords;
      viewBuffers[v] = words[at];
      viewOffsets[v] = words[at + 1] * bytesOf[this.dtypeOf(v)];
    }
    const places = new Float64Array(bufferCount);
    const boundBuffers: number[] = [];
    for (let b = 0; b < bufferCount; b++) {
      const at = this.buffersAt + b * bufferWords;
      const bound = words[at + 1] === bufferKinds.bound;
      places[b] = bound ? -1 - (words[at + 3] >> 2) : words[at + 3] * arenaUnitBytes;
      if (bound) boundBuffers[words[at + 3] >> 2] = b;
    }
    return { viewBuffers, viewOffsets, places, boundBuffers };
  }

  /** Room for `bytes` bytes of zeros, at a multiple of 4. */
  reserve(bytes: number): number {
    const address = this.at;
    this.target.fill(0, address >> 2, (address + bytes) >> 2);
    this.at += bytes;
    return address;
  }

  put(address: number, value: number): void {
    this.target[address >> 2] = value;
  }

  putDouble(address: number, value: number): void {
    this.double[0] = value;
    this.target[address >> 2] = this.doubleWords[0];
    this.target[(address >> 2) + 1] = this.doubleWords[1];
  }

  /** Address of a view's slot; 0 for no view. */
  slotOf(view: number): number {
    return view < 0 ? 0 : this.slots + 4 * view;
  }

  /** Notes the rough nanoseconds of the instruction being written. */
  costs(nanoseconds: number): void {
    this.longest = Math.max(this.longest, nanoseconds);
    this.total += this.turns * (nanoseconds + 40);
  }

  /** Notes that the instruction being written sets `count` elements of a view, from its first on without gaps. */
  overwrites(view: number, count: number): void {
    if (view < 0 || this.depth > 0 || this.words[this.viewsAt + view * viewWords + 1] !== 0) return;
    const buffer = this.bufferOf(view);
    if (count >= this.words[this.buffersAt + buffer * bufferWords + 2]) this.overwritten.add(buffer);
  }

  bufferOf(view: number): number {
    return this.words[this.viewsAt + view * viewWords];
  }

  /** Code of a view's dtype. */
  dtypeOf(view: number): number {
    return this.words[this.buffersAt + this.bufferOf(view) * bufferWords];
  }

  /** Constant number `place`. */
  constant(place: number): number {
    const at = this.words[headerAt.constantsAt] + 2 * place;
    this.doubleWords[0] = this.words[at];
    this.doubleWords[1] = this.words[at + 1];
    return this.double[0];
  }

  /** Room for so many bytes, a multiple of 16, that begins at one, too. */
  reserveVectors(bytes: number): number {
    this.reserve(-this.at & 15);
    return this.reserve(bytes);
  }

  /** Vectors of constant number `place` in the compute dtype, at a place of their own. */
  splat(place: number, compute: number): number {
    const address = this.reserveVectors(layout.splatBytes);
    this.fillVectors(address, layout.splatBytes, place, compute);
    return address;
  }

  /** Fills whole vectors with constant number `place` in the compute dtype. */
  fillVectors(address: number, bytes: number, place: number, compute: number): void {
    const value = this.constant(place);
    if (compute === 4) {
      for (let at = 0; at < bytes; at += 8) this.putDouble(address + at, value);
      return;
    }
    this.single[0] = value;
    const word = compute === 3 ? this.singleWord[0] : toInteger(value);
    for (let at = 0; at < bytes; at += 4) this.put(address + at, word);
  }
}

/** Towards zero, saturating, NaN to 0. */
function toInteger(value: number): number {
  return value !== value ? 0 : Math.max(-2147483648, Math.min(2147483647, Math.trunc(value)));
}
