// The cases of the conformance sweep as one file of bytes, for the C++ tests (native/test/replay_test.cc): programs, the
// arrays they are bound to, and what the definition makes of them.

import { JsBackend } from '../../src/backend/js/backend.js';
import { dtypeCode, type TypedArray } from '../../src/contract/dtypes.js';
import { cases, copies, type Case } from './cases.js';
import { asProgram } from './executing.js';
import { largeCases } from './large-cases.js';
import { trainingProgram } from './training-program.js';

/** As a buffer's word has it: bit 0 for reading, bit 1 for writing. */
const access = { read: 1, write: 2, both: 3 } as const;

/** Cases with more bytes than this are left out: they are for memory that no cache holds. */
const mostBytes = 4 << 20;

/** Collects words and bytes; everything begins at a multiple of 4 bytes. */
class Bytes {
  private readonly parts: Uint8Array[] = [];

  words(...words: number[]): void {
    this.bytes(new Uint8Array(Int32Array.from(words).buffer));
  }
  doubles(...numbers: number[]): void {
    this.bytes(new Uint8Array(Float64Array.from(numbers).buffer));
  }
  /** Padded to whole words. */
  bytes(bytes: Uint8Array): void {
    this.parts.push(bytes, new Uint8Array(-bytes.length & 3));
  }
  finish(): Uint8Array {
    return Buffer.concat(this.parts);
  }
}

const bytesOf = (a: TypedArray): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength);

/** A run with loops, boundaries and an arena as a case: what can be paused and aborted. */
function trainingCase(): Case {
  const { program, arrays } = trainingProgram();
  const { words, bound } = program;
  return {
    name: 'training program',
    covers: ['loop'],
    words,
    arrays: arrays().map((array, i) => ({ dtype: bound[i].dtype, array, access: bound[i].access })),
    outputs: [],
    // Sums of hundreds of products, in another order of rounding.
    tolerance: { ulp: 0, absolute: 1e-9 },
  };
}

/** The arrays after the definition has run the case. */
function defined(js: JsBackend, c: Case): TypedArray[] {
  const arrays = copies(c);
  const run = js.load(asProgram(c.words)).start(arrays);
  const status = run.advance();
  if (status !== 'done') throw new Error(`${c.name}: ${status}`);
  run.close();
  return arrays;
}

/** All cases, with the results of the js backend. */
export function exportCases(): Uint8Array {
  const js = new JsBackend();
  const bytes = (c: Case): number => c.arrays.reduce((sum, a) => sum + a.array.byteLength, 0);
  const list = [...cases(), ...largeCases().filter((c) => bytes(c) <= mostBytes), trainingCase()];
  const out = new Bytes();
  out.words(list.length);
  for (const c of list) {
    const name = new TextEncoder().encode(c.name);
    out.words(name.length);
    out.bytes(name);
    out.doubles(c.tolerance.ulp, c.tolerance.absolute ?? 0);
    out.words(c.words.length, ...c.words);
    out.words(c.arrays.length);
    const wanted = defined(js, c);
    c.arrays.forEach((a, i) => {
      out.words(dtypeCode[a.dtype], access[a.access ?? 'both'], a.array.byteLength);
      out.bytes(bytesOf(a.array));
      out.bytes(bytesOf(wanted[i]));
    });
  }
  return out.finish();
}
