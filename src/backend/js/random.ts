// random: numbers from Philox words; the arithmetic is in contract/random.ts, the rest is which words make which
// element. Any element can be made without those before it.

import { dtypeOf, type DecodedInstruction } from '../../contract/decoding.js';
import { randomKinds } from '../../contract/instructions.js';
import { philox4x32 } from '../../contract/philox.js';
import {
  normalDeviate,
  scaleWord,
  truncatedNormalDeviate,
  uniform24,
  uniform32,
  uniform53,
} from '../../contract/random.js';
import type { ComputeDType, TypedArray } from '../../contract/dtypes.js';
import type { Kernel, View, Views } from './kernel.js';

/** Elements of a unit; a multiple of 4, so that units begin with a block of words. */
const elementsPerUnit = 1 << 14;
const block = new Uint32Array(4);

export class RandomKernel implements Kernel {
  readonly units: number;
  readonly work: number;
  private readonly kind: number;
  private readonly dtype: ComputeDType;
  private readonly count: number;
  private readonly low: number;
  private readonly high: number;
  private readonly state: View;
  private readonly out: View;

  constructor(instruction: DecodedInstruction, views: Views, constants: Float64Array) {
    const { kind, count, low, high, state, out } = instruction.fields;
    this.kind = kind;
    this.dtype = dtypeOf(instruction);
    this.count = count;
    this.low = constants[low];
    this.high = constants[high];
    this.state = views[state];
    this.out = views[out];
    this.units = Math.max(1, Math.ceil(count / elementsPerUnit));
    this.work = Math.min(count, elementsPerUnit) * 30;
  }

  readonly run = (unit: number): number => {
    const first = unit * elementsPerUnit;
    const end = Math.min(this.count, first + elementsPerUnit);
    const out = this.out.array;
    const at = this.out.offset;
    if (this.kind === randomKinds.permutation) this.shuffle(out, at, first, end);
    else if (this.kind !== randomKinds.uniform || this.dtype === 'float64')
      this.fillFromPairs(out, at, first, end);
    else this.fillFromWords(out, at, first, end);
    if (unit === this.units - 1) this.countDraw();
    return 0;
  };

  /** Block number `i` of this draw, into `block`. */
  private draw(i: number): void {
    const state = this.state.array;
    const s = this.state.offset;
    philox4x32(i, 0, state[s + 2], state[s + 3], state[s], state[s + 1], block);
  }

  /** float32 and int32 uniforms: a word an element. */
  private fillFromWords(out: TypedArray, at: number, first: number, end: number): void {
    const { low, high } = this;
    for (let e = first; e < end; e++) {
      if ((e & 3) === 0) this.draw(e >>> 2);
      const word = block[e & 3];
      if (this.dtype === 'int32') {
        const x = Math.floor(low + (high - low) * uniform32(word));
        out[at + e] = Math.max(-2147483648, Math.min(2147483647, x));
      } else out[at + e] = low + (high - low) * uniform24(word);
    }
  }

  /** The others: two words an element. */
  private fillFromPairs(out: TypedArray, at: number, first: number, end: number): void {
    const { kind, low, high } = this;
    const integer = this.dtype === 'int32';
    for (let e = first; e < end; e++) {
      if ((e & 1) === 0) this.draw(e >>> 1);
      const word0 = block[2 * (e & 1)];
      const word1 = block[2 * (e & 1) + 1];
      let x: number;
      if (kind === randomKinds.uniform) x = low + (high - low) * uniform53(word0, word1);
      else if (kind === randomKinds.normal) x = low + high * normalDeviate(word0, word1);
      else x = low + high * truncatedNormalDeviate(word0, word1);
      out[at + e] = integer ? Math.max(-2147483648, Math.min(2147483647, Math.trunc(x))) : x;
    }
  }

  /** Steps first .. end-1 of Fisher-Yates: step s swaps position n-1-s with one that word s picks. */
  private shuffle(out: TypedArray, at: number, first: number, end: number): void {
    const n = this.count;
    if (first === 0) for (let i = 0; i < n; i++) out[at + i] = i;
    for (let step = first; step < end; step++) {
      if ((step & 3) === 0) this.draw(step >>> 2);
      const i = n - 1 - step;
      if (i < 1) break;
      const j = scaleWord(block[step & 3], i + 1);
      const kept = out[at + i];
      out[at + i] = out[at + j];
      out[at + j] = kept;
    }
  }

  /** Adds 1 to the 64-bit draw counter. */
  private countDraw(): void {
    const state = this.state.array;
    const s = this.state.offset;
    state[s + 2] = (state[s + 2] + 1) | 0;
    if (state[s + 2] === 0) state[s + 3] = (state[s + 3] + 1) | 0;
  }
}
