// The instruction set: each kernel once, with its operands, dtypes, parameters and meaning. scripts/generate.mjs makes
// the C++ header and the AssemblyScript constants from this file, the sweeps in test/ are made from it, and encoding,
// checking and printing read it. The definition of what a kernel computes is src/backend/js/<kernel>.ts.
//
// A program is one Int32Array:
//
//   header | constants | buffers | views | code          (sections at word offsets that the header states)
//
//   constant   2 words: a float64, low word first
//   buffer     4 words: dtype code, kind (arena or bound), length in elements, place
//              place of an arena buffer: its offset in the arena in units of 64 bytes; of a bound buffer: its number
//              among the arrays given to a run, times 4, plus access bits (1 read, 2 written)
//   view       2 words: buffer number, offset of the first element
//   instruction  word 0 opcode, word 1 length in words (itself included), word 2 source (a number that names the op,
//              layer and line it came from in the program's table of sources), then its fields in the order below,
//              one word each, then its tail, if it has one.
//
// Strides and offsets count elements. A view may be used by several instructions; a loop moves a view by adding its
// stride times the turn to the view's offset (views moved by no loop stay).

import type { ComputeDType, DType } from './dtypes.js';

/** First header word of every program, and the version of this layout. */
export const programMagic = 0x42424548; // 'HEBB', little-endian
export const programVersion = 1;

/** Header words, in order. Offsets and counts are in words and entries. */
export const headerFields = [
  'magic',
  'version',
  'totalWords',
  'constantsAt',
  'constantCount',
  'buffersAt',
  'bufferCount',
  'viewsAt',
  'viewCount',
  'codeAt',
  'codeWords',
  'boundCount',
  'arenaUnits',
  'reserved0',
  'reserved1',
  'reserved2',
] as const;

export const headerWords = headerFields.length;
export const bufferWords = 4;
export const viewWords = 2;
/** The arena is laid out in units of this many bytes. */
export const arenaUnitBytes = 64;

export const bufferKinds = { arena: 0, bound: 1 } as const;
export const accessBits = { read: 1, write: 2 } as const;

/** Limits that every executor can rely on once a program is checked. */
export const limits = {
  /** Dimensions of a map or copy after merging. */
  rank: 8,
  /** Registers of an expression. */
  registers: 32,
  /** Operands (inputs and outputs) of an expression. */
  operands: 24,
  /** Steps of an expression. */
  steps: 256,
  /** Nested loops. */
  loopDepth: 6,
  /** Elements of a buffer, points of a grid (a product of sizes), and absolute value of an offset or stride. */
  elements: 0x7fffffff,
} as const;

/** Sums and maxima over rows run over this many logical lanes: lane l takes elements l, l + 16, l + 32, ... */
export const reduceLanes = 16;
/** ... within chunks of this many elements; the chunks' results are combined in order. */
export const reduceChunk = 1024;

export const reduceKinds = { sum: 0, prod: 1, max: 2, min: 3, argMax: 4, argMin: 5, any: 6, all: 7 } as const;
export type ReduceKind = keyof typeof reduceKinds;

/**
 * What `random` draws. `uniform`: low + (high - low) * u, u in [0, 1) with 24 (float32) or 53 (float64) random bits;
 * int32: floor of that. `normal`: mean low, standard deviation high. `truncatedNormal`: the same, redrawn from within
 * two standard deviations (by inverting the distribution function). `permutation`: the numbers 0 .. n-1 shuffled.
 */
export const randomKinds = { uniform: 0, normal: 1, truncatedNormal: 2, permutation: 3 } as const;
export type RandomKind = keyof typeof randomKinds;

/** What `gemm` does to its operands before multiplying. bfloat16 is float32 only; accumulation stays float32. */
export const precisions = { full: 0, bfloat16: 1 } as const;
export type Precision = keyof typeof precisions;

/**
 * Kinds of fields. `view`: a view number; `in`, `out`, `inout` say what is done with it, `optional` allows -1 for none,
 * `dtypes` what its buffer may hold ('compute' = the instruction's `dtype` field, 'any' = all).
 * `size`: 0 or more. `integer`: any int32. `constant`: a place in the constants. `code`: one of `codes`.
 */
export type Field =
  | {
      readonly kind: 'view';
      readonly access: 'in' | 'out' | 'inout';
      readonly optional?: boolean;
      readonly dtypes: readonly DType[] | 'compute' | 'any';
    }
  | { readonly kind: 'size' }
  | { readonly kind: 'integer' }
  | { readonly kind: 'flag' }
  | { readonly kind: 'constant' }
  | { readonly kind: 'dtype'; readonly dtypes: readonly ComputeDType[] | readonly DType[] }
  | { readonly kind: 'code'; readonly codes: Readonly<Record<string, number>> };

/**
 * What may follow the fields:
 * - `expression`: a map expression over a grid of `rank` dimensions. Words: inputCount, outputCount, stepCount,
 *   registerCount; then for each operand (inputs, then outputs): view, `rank` strides; then for each step 5 words:
 *   micro-operation, destination register, a, b, c. Registers are written before they are read; a register written by
 *   `constant` is written once. An output that is the very view and strides of an input is computed in place.
 * - `grid`: rank dimensions (words) and then the expression.
 * - `strided`: rank, dimensions, strides of the input, strides of the output.
 * - `moves`: pairs of view and stride.
 */
export type Tail = 'expression' | 'grid' | 'strided' | 'moves';

export interface InstructionDefinition {
  readonly meaning: string;
  readonly fields: Readonly<Record<string, Field>>;
  readonly tail?: Tail;
}

const floats = ['float32', 'float64'] as const;
const computes = ['int32', 'float32', 'float64'] as const;
const size = { kind: 'size' } as const;
const constant = { kind: 'constant' } as const;
const flag = { kind: 'flag' } as const;
const code = <C extends Readonly<Record<string, number>>>(codes: C) => ({ kind: 'code', codes }) as const;
const dtype = <D extends readonly DType[]>(list: D) => ({ kind: 'dtype', dtypes: list }) as const;
const view = <A extends 'in' | 'out' | 'inout', D extends readonly DType[] | 'compute' | 'any'>(
  access: A,
  list: D,
) => ({ kind: 'view', access, dtypes: list }) as const;
const optionalView = <A extends 'in' | 'out' | 'inout', D extends readonly DType[] | 'compute' | 'any'>(
  access: A,
  list: D,
) => ({ kind: 'view', access, dtypes: list, optional: true }) as const;

/** All instructions; an opcode is an instruction's place in this list. */
export const instructions = {
  map: {
    meaning:
      'Evaluates the expression at every point of the grid. Operands may have any dtype: loads convert to the ' +
      'compute dtype (float64 to float32 rounds to nearest), stores convert to the dtype of the buffer: to bool, ' +
      'x != 0; from a float to int32 or uint8, towards zero, saturating, NaN to 0; from int32 to uint8, the low 8 bits.',
    fields: { dtype: dtype(computes), rank: size },
    tail: 'grid',
  },
  reduce: {
    meaning:
      'out[o, i] = reduction over r of the expression at (o, r, i), a grid of outer x length x inner. The ' +
      'expression stores to one output whose view is -1: the value to be reduced. Sums and products: the elements of ' +
      'a chunk (reduceChunk along r) are taken by 16 lanes where inner is 1 (lane l: elements l, l+16, ... of the ' +
      'chunk, from the neutral element; then lanes are added pairwise: l and l+8, then l+4, l+2, l+1), one after ' +
      'the other where inner is not 1; chunk results are combined in order, starting with the first chunk. Every ' +
      'addition rounds to the compute dtype. max and min propagate NaN; argMax and argMin write int32, the first of ' +
      'equals, the first NaN if there is one; any and all write bool; the others convert as map stores do. A length of 0 gives the neutral element ' +
      '(sum 0, prod 1, max -Infinity or int32 lowest, min likewise, any 0, all 1); argMax needs a length of 1.',
    fields: {
      kind: code(reduceKinds),
      dtype: dtype(computes),
      outer: size,
      length: size,
      inner: size,
      out: view('out', 'any'),
    },
    tail: 'expression',
  },
  gemm: {
    meaning:
      'out[b, m, n] = sum over k of A[b, m, k] * B[b, k, n], then the epilogue. A is stored [m, k] with leading ' +
      'dimension lda, or [k, m] if transposeA is 1; B [k, n] or [n, k] if transposeB is 1; out [m, n] with ldc. ' +
      'strideA, strideB, strideC step from one batch entry to the next (0: the same for all). Each output is one ' +
      'chain of multiply-adds with k ascending from 0, fused where the instruction set has it. The epilogue, if it ' +
      'has steps, is a map over the grid (batch, m, n), evaluated once `out` is complete there; it usually has `out` ' +
      'as an input and often as an output.',
    fields: {
      dtype: dtype(floats),
      precision: code(precisions),
      batch: size,
      m: size,
      n: size,
      k: size,
      a: view('in', 'compute'),
      lda: size,
      strideA: size,
      transposeA: flag,
      b: view('in', 'compute'),
      ldb: size,
      strideB: size,
      transposeB: flag,
      out: view('out', 'compute'),
      ldc: size,
      strideC: size,
    },
    tail: 'expression',
  },
  gather: {
    meaning:
      'out[o, j, i] = in[o, indices[j], i] over outer x count x inner; in is [outer, axis, inner]. Elements are ' +
      'moved, not converted. An index outside 0 .. axis-1 fails.',
    fields: {
      outer: size,
      axis: size,
      count: size,
      inner: size,
      input: view('in', 'any'),
      indices: view('in', ['int32'] as const),
      out: view('out', 'any'),
    },
  },
  scatterAdd: {
    meaning:
      'out[o, indices[j], i] += updates[o, j, i], j ascending, over outer x count x inner; out is [outer, axis, ' +
      'inner] and is zeroed first. An index outside 0 .. axis-1 fails.',
    fields: {
      dtype: dtype(computes),
      outer: size,
      axis: size,
      count: size,
      inner: size,
      updates: view('in', 'compute'),
      indices: view('in', ['int32'] as const),
      out: view('out', 'compute'),
    },
  },
  copy: {
    meaning:
      'out[p] = in[p] at every point p of a grid, each side with its own strides (negative and 0 allowed for the ' +
      'input): transpose, slice, reverse, broadcast, concat, pad. Both buffers have one dtype; elements are moved.',
    fields: { input: view('in', 'any'), out: view('out', 'any'), rank: size },
    tail: 'strided',
  },
  random: {
    meaning:
      'Fills out with `count` random numbers of Philox 4x32-10 (Salmon et al. 2011) and adds 1 to the draw counter. ' +
      'state is [key low, key high, draw low, draw high]; block i of a draw is philox(counter = [i, 0, draw low, draw ' +
      'high], key). float32 and int32 uniforms take one word an element (block e >> 2, word e & 3; int32 uses all 32 ' +
      'bits), float64 and the normal kinds two (block e >> 1, words 2 (e & 1) and the next). Arithmetic is ' +
      'float64 with + - * / sqrt only (src/contract/random.ts), rounded to the dtype at the end, so the bits are ' +
      'the same everywhere. permutation is Fisher-Yates from the end: position i (n-1 down to 1) swaps with word * ' +
      '(i + 1) >> 32, word number n-1-i.',
    fields: {
      kind: code(randomKinds),
      dtype: dtype(['int32', 'float32', 'float64'] as const),
      count: size,
      low: constant,
      high: constant,
      state: view('inout', ['int32'] as const),
      out: view('out', 'compute'),
    },
  },
  softmax: {
    meaning:
      'For each of `rows` rows of `columns` elements: out = exp(x - max) / sum of exp(x - max), or with `log` ' +
      'x - max - log(sum). The sum runs over lanes and chunks as in reduce. A row with NaN or +Infinity gives NaN.',
    fields: {
      dtype: dtype(floats),
      log: flag,
      rows: size,
      columns: size,
      input: view('in', 'compute'),
      out: view('out', 'compute'),
    },
  },
  crossEntropy: {
    meaning:
      'Softmax cross-entropy of rows of logits z. Labels are class numbers (int32, uint8: one a row) if sparse, ' +
      'else a distribution y a row (compute dtype). With m the largest z, loss[row] = sum of y * (log(sum of ' +
      'exp(z - m)) - (z - m)); delta[row, c] = softmax(z)[c] * (sum of y) - y[c], its gradient by the logits. ' +
      'Either output may be left out. A label outside 0 .. columns-1 fails. Sums run over lanes and chunks as in reduce.',
    fields: {
      dtype: dtype(floats),
      sparse: flag,
      rows: size,
      columns: size,
      logits: view('in', 'compute'),
      labels: view('in', ['uint8', 'int32', 'float32', 'float64'] as const),
      loss: optionalView('out', 'compute'),
      delta: optionalView('out', 'compute'),
    },
  },
  loop: {
    meaning:
      'Runs the `bodyWords` words of code that follow it `count` times, or, where countView is given, as often as ' +
      'that int32 says, at most `count` (more, or a negative number, fails). In turn t every listed view stands ' +
      't * stride elements further on.',
    fields: {
      count: size,
      countView: optionalView('in', ['int32'] as const),
      bodyWords: size,
      moveCount: size,
    },
    tail: 'moves',
  },
  boundary: {
    meaning:
      'Marks the end of a step: all Variables hold the values of a completed step. Counts progress; a run that was ' +
      'asked to stop, or is past its deadline, stops here with the status yielded or aborted.',
    fields: {},
  },
  check: {
    meaning: 'Fails if one of the `count` elements is NaN or infinite.',
    fields: { dtype: dtype(floats), count: size, input: view('in', 'compute') },
  },
} as const satisfies Record<string, InstructionDefinition>;

export type InstructionName = keyof typeof instructions;

/** Names in the order of their opcodes. */
export const instructionNames = Object.keys(instructions) as InstructionName[];

/** name -> opcode. */
export const opcodes = Object.fromEntries(instructionNames.map((name, index) => [name, index])) as Record<
  InstructionName,
  number
>;

/** Words of an instruction before its fields: opcode, length, source. */
export const instructionHeaderWords = 3;

/** Words of one step of an expression: micro-operation, destination, a, b, c. */
export const stepWords = 5;

/** instruction -> field -> word offset from the instruction's first word. */
export const fieldOffsets = Object.fromEntries(
  instructionNames.map((name) => [
    name,
    Object.fromEntries(
      Object.keys(instructions[name].fields).map((field, index) => [field, instructionHeaderWords + index]),
    ),
  ]),
) as { [N in InstructionName]: Record<keyof (typeof instructions)[N]['fields'], number> };

/** instruction -> word offset of its tail. */
export const tailOffsets = Object.fromEntries(
  instructionNames.map((name) => [
    name,
    instructionHeaderWords + Object.keys(instructions[name].fields).length,
  ]),
) as Record<InstructionName, number>;

/** How a run ended, or why it paused. */
export const statuses = { done: 0, yielded: 1, aborted: 2, failed: 3 } as const;
export type Status = keyof typeof statuses;

/**
 * The state of a run: an Int32Array of `stateWords` words that JavaScript owns, so that a run can be paused, resumed
 * and looked at in the same way on every executor. All zero is the start.
 */
export const stateFields = [
  /** Word offset in the code of the instruction to run next (or running). */
  'pc',
  /** First unit of that instruction that is not done yet. */
  'unit',
  /** Loops entered; their turns and counts follow, the outermost first, and the pc of each loop instruction. */
  'depth',
  'turn0',
  'turn1',
  'turn2',
  'turn3',
  'turn4',
  'turn5',
  'count0',
  'count1',
  'count2',
  'count3',
  'count4',
  'count5',
  'loopPc0',
  'loopPc1',
  'loopPc2',
  'loopPc3',
  'loopPc4',
  'loopPc5',
  /** Boundaries passed since the start. */
  'progress',
  /** Written by JavaScript while a run is on: 0 go on, 1 pause at the next boundary, 2 abort at the next boundary. */
  'request',
  /** Error code, and up to two numbers that explain it; the failed instruction is at pc. */
  'error',
  'detail0',
  'detail1',
  'reserved0',
  'reserved1',
  'reserved2',
  'reserved3',
  'reserved4',
  'reserved5',
] as const;
export const stateWords = stateFields.length;
export const stateAt = Object.fromEntries(stateFields.map((name, index) => [name, index])) as Record<
  (typeof stateFields)[number],
  number
>;
export const requests = { none: 0, pause: 1, abort: 2 } as const;

/** Why an instruction failed while running. detail0 and detail1 are explained by the sentence. */
export const runErrors = {
  none: { code: 0, sentence: 'no error' },
  indexOutOfRange: { code: 1, sentence: 'index {0} is outside 0 .. {1}' },
  labelOutOfRange: { code: 2, sentence: 'label {0} is outside 0 .. {1}' },
  notFinite: { code: 3, sentence: 'a value is NaN or infinite (element {0})' },
  loopCount: { code: 4, sentence: 'a loop was asked for {0} turns, it may make 0 .. {1}' },
  outOfMemory: { code: 5, sentence: 'there was not enough memory for a work space of {0} KiB' },
} as const;

/** Why a program is refused when it is loaded. The word offset where the fault stands comes with it. */
export const programErrors = {
  none: { code: 0, sentence: 'no error' },
  truncated: { code: 1, sentence: 'it is shorter than its header says' },
  foreign: { code: 2, sentence: 'it is not a Hebb program, or one of another version' },
  section: { code: 3, sentence: 'a section lies outside the program' },
  buffer: {
    code: 4,
    sentence: 'a buffer has an unknown dtype or kind, a negative length or a place outside the arena',
  },
  view: { code: 5, sentence: 'a view names a buffer that is not there or starts outside it' },
  opcode: { code: 6, sentence: 'an instruction has an unknown opcode' },
  length: { code: 7, sentence: 'an instruction has the wrong number of words' },
  field: { code: 8, sentence: 'a field of an instruction has a value that it cannot have' },
  operand: { code: 9, sentence: 'an operand names a view that is not there' },
  dtype: { code: 10, sentence: 'an operand has a dtype that the instruction does not take' },
  access: { code: 11, sentence: 'an instruction writes to a buffer that is bound for reading only' },
  bounds: { code: 12, sentence: 'an operand reaches outside its buffer' },
  expression: {
    code: 13,
    sentence: 'an expression is malformed: unknown micro-operation, register or operand',
  },
  loop: { code: 14, sentence: 'a loop is malformed, too deeply nested or cut off' },
} as const;
export type ProgramErrorName = keyof typeof programErrors;
