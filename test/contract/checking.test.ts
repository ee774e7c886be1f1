// The checker: sound programs pass, each kind of fault is found, and no words whatever make it throw or let an operand
// out of its buffer.

import { describe, expect, it } from 'vitest';
import { JsBackend } from '../../src/backend/js/backend.js';
import { programError } from '../../src/backend/failure.js';
import type { KernelCall } from '../../src/contract/calls.js';
import { checkProgram } from '../../src/contract/checking.js';
import { operandRanges } from '../../src/contract/operands.js';
import {
  boundBuffers,
  decodeInstructions,
  decodeProgram,
  headerAt,
  type DecodedInstruction,
} from '../../src/contract/decoding.js';
import { newArray } from '../../src/contract/dtypes.js';
import { ProgramWriter } from '../../src/contract/encoding.js';
import { expression } from '../../src/contract/expression.js';
import {
  fieldOffsets,
  programErrors,
  tailOffsets,
  type ProgramErrorName,
} from '../../src/contract/instructions.js';
import { microCode } from '../../src/contract/micro-operations.js';
import { denseEvaluation, operand, programOf, seeded } from '../support/building.js';
import { cases } from '../support/cases.js';

/** map in a loop in a loop, on views that move; then a gemm, a copy and a reduce on the arena. */
function sound(): Int32Array {
  const writer = new ProgramWriter();
  const x = writer.boundBuffer('float32', 40, 'read');
  const y = writer.boundBuffer('float32', 40, 'both');
  const count = writer.boundBuffer('int32', 1, 'read');
  const arena = writer.arenaBuffer('float32', 16, 0, 2);
  const from = writer.newView(x, 0);
  const to = writer.newView(y, 39 - 3);
  const outer = writer.beginLoop(3, -1, [{ view: from, stride: 12 }]);
  const inner = writer.beginLoop(4, writer.view(count, 0), [
    { view: from, stride: 4 },
    { view: to, stride: -12 },
  ]);
  const map: KernelCall = {
    kernel: 'map',
    dtype: 'float32',
    dims: [4],
    ...denseEvaluation(
      expression(1, (e, a) => e.add(e.sin(a), 2)),
      [4],
    ),
  };
  writer.call(map, (o) => (o === 0 ? from : to));
  writer.endLoop(inner);
  writer.call({ kernel: 'boundary' }, () => -1);
  writer.endLoop(outer);
  const view = (o: number, offset: number): number => writer.view([x, y, arena][o], offset);
  writer.call(
    {
      kernel: 'gemm',
      ...{ dtype: 'float32', precision: 'full', batch: 1, m: 4, n: 4, k: 10 },
      ...{ a: 0, lda: 10, strideA: 0, transposeA: false, b: 1, ldb: 4, strideB: 0, transposeB: false },
      ...{ out: 2, ldc: 4, strideC: 0 },
    },
    view,
  );
  writer.call(
    { kernel: 'copy', dims: [4, 4], input: operand(2, [4, 4], [1, 4]), out: operand(1, [4, 4]) },
    view,
  );
  writer.call(
    {
      kernel: 'reduce',
      ...{ kind: 'max', dtype: 'float32', outer: 2, length: 8, inner: 1, out: 1 },
      prologue: {
        expression: expression(1, (e, a) => e.abs(a)),
        inputs: [operand(2, [2, 8, 1])],
        outputs: [{ operand: -1, offset: 0, strides: [0, 0, 0] }],
      },
    },
    view,
  );
  return writer.finish();
}

/** The first instruction of a kind, as a place in the words. */
function find(words: Int32Array, name: DecodedInstruction['name'], nth = 0): number {
  const program = decodeProgram(words);
  const found = decodeInstructions(program).filter((i) => i.name === name)[nth];
  return program.header.codeAt + found.pc;
}

const errorOf = (words: Int32Array): string => {
  const fault = checkProgram(words);
  if (!fault) return 'none';
  const entry = Object.entries(programErrors).find(([, e]) => e.code === fault.code);
  return entry?.[0] ?? `code ${fault.code}`;
};

it('finds nothing wrong with sound programs', () => {
  expect(checkProgram(sound())).toBeNull();
  expect(checkProgram(new ProgramWriter().finish())).toBeNull();
  // Longer than the header says is allowed: the rest is not looked at.
  expect(checkProgram(Int32Array.of(...sound(), 7, 7, 7))).toBeNull();
});

describe('finds', () => {
  const header = (field: keyof typeof headerAt, value: number) => (words: Int32Array) => {
    words[headerAt[field]] = value;
  };
  const inBuffer = (buffer: number, word: number, value: number) => (words: Int32Array) => {
    words[words[headerAt.buffersAt] + buffer * 4 + word] = value;
  };
  const inView = (view: number, word: number, value: number) => (words: Int32Array) => {
    words[words[headerAt.viewsAt] + view * 2 + word] = value;
  };
  const inCode = (name: DecodedInstruction['name'], offset: number, value: number) => (words: Int32Array) => {
    words[find(words, name) + offset] = value;
  };
  const map = tailOffsets.map;
  // dims, counts (4), input (2), output (2), then the steps: constant, load, sin, add, store
  const step = (n: number): number => map + 1 + 4 + 4 + n * 5;

  const faults: [string, ProgramErrorName, (words: Int32Array) => void][] = [
    ['another magic number', 'foreign', header('magic', 5)],
    ['another version', 'foreign', header('version', 2)],
    ['a total beyond the array', 'truncated', header('totalWords', 100_000)],
    ['a total that cuts the code off', 'section', (w) => (w[headerAt.totalWords] -= 1)],
    ['a section in the header', 'section', header('viewsAt', 3)],
    ['a negative count', 'section', header('bufferCount', -1)],
    ['constants beyond the end', 'section', header('constantCount', 1_000_000)],
    ['a negative arena', 'buffer', header('arenaUnits', -1)],
    ['an unknown dtype', 'buffer', inBuffer(0, 0, 5)],
    ['an unknown kind', 'buffer', inBuffer(0, 1, 2)],
    ['a negative length', 'buffer', inBuffer(0, 2, -4)],
    ['a buffer beyond the arena', 'buffer', inBuffer(3, 3, 2)],
    ['a bound number twice', 'buffer', inBuffer(1, 3, 3)],
    ['a bound number too large', 'buffer', inBuffer(1, 3, 4 * 9 + 3)],
    ['a bound buffer without access', 'buffer', inBuffer(1, 3, 4)],
    ['fewer bound buffers than stated', 'buffer', header('boundCount', 4)],
    ['a view of no buffer', 'view', inView(0, 0, 9)],
    ['a view behind its buffer', 'view', inView(0, 1, 41)],
    ['a view before its buffer', 'view', inView(0, 1, -1)],
    ['an unknown opcode', 'opcode', inCode('gemm', 0, 99)],
    ['an instruction of length 0', 'length', inCode('gemm', 1, 0)],
    ['an instruction that is too long', 'length', inCode('gemm', 1, 1000)],
    ['an instruction that is one word off', 'length', inCode('copy', 1, tailOffsets.copy + 7)],
    ['a dtype that a kernel does not have', 'field', inCode('gemm', fieldOffsets.gemm.dtype, 2)],
    ['a flag that is neither 0 nor 1', 'field', inCode('gemm', fieldOffsets.gemm.transposeA, 2)],
    ['an unknown kind of reduce', 'field', inCode('reduce', fieldOffsets.reduce.kind, 8)],
    ['a negative size', 'field', inCode('gemm', fieldOffsets.gemm.k, -1)],
    ['a negative dimension', 'field', inCode('map', map, -4)],
    ['too many dimensions', 'field', inCode('copy', fieldOffsets.copy.rank, 9)],
    ['more points than can be counted', 'field', inCode('reduce', fieldOffsets.reduce.length, 2 ** 30)],
    ['bfloat16 in float64', 'dtype', inCode('gemm', fieldOffsets.gemm.dtype, 4)],
    ['an operand that is no view', 'operand', inCode('gemm', fieldOffsets.gemm.a, 77)],
    ['an operand that is left out', 'operand', inCode('gemm', fieldOffsets.gemm.out, -1)],
    ['an input of an expression that is no view', 'operand', inCode('map', map + 5, -1)],
    ['a place where argMax cannot go', 'dtype', inCode('reduce', fieldOffsets.reduce.kind, 4)],
    ['writing to what is bound for reading', 'access', inCode('gemm', fieldOffsets.gemm.out, 3)],
    ['a leading dimension too large', 'bounds', inCode('gemm', fieldOffsets.gemm.lda, 11)],
    ['a stride that leaves the buffer', 'bounds', inCode('copy', tailOffsets.copy + 2, 7)],
    ['a negative stride that does', 'bounds', inCode('copy', tailOffsets.copy + 2, -1)],
    ['a view that a loop moves out', 'bounds', inCode('loop', tailOffsets.loop + 1, 13)],
    ['a view that a loop moves out backwards', 'bounds', inCode('loop', tailOffsets.loop + 1, -1)],
    ['a view that a loop moves very far', 'bounds', inCode('loop', tailOffsets.loop + 1, 0x7fffffff)],
    ['a turn too many', 'bounds', inCode('loop', fieldOffsets.loop.count, 4)],
    ['a moved view that is not there', 'operand', inCode('loop', tailOffsets.loop, 50)],
    ['a body beyond the code', 'loop', inCode('loop', fieldOffsets.loop.bodyWords, 10_000)],
    ['a body that cuts an instruction', 'loop', inCode('loop', fieldOffsets.loop.bodyWords, 20)],
    ['an unknown micro-operation', 'expression', inCode('map', step(2), 900)],
    ['a load of no operand', 'expression', inCode('map', step(1) + 2, 1)],
    ['a store to an input', 'expression', inCode('map', step(4) + 3, 0)],
    ['a constant that is not there', 'expression', inCode('map', step(0) + 2, 44)],
    ['a register that is not there', 'expression', inCode('map', step(2) + 1, 31)],
    ['a register that nothing has written', 'expression', inCode('map', step(2), microCode.store)],
    ['writing over a constant', 'expression', inCode('map', step(2) + 1, 0)],
    ['more registers than there are', 'expression', inCode('map', map + 4, 33)],
    [
      'a value that reduce does not get',
      'expression',
      inCode('reduce', tailOffsets.reduce + 4 + 8 + 10, microCode.copy),
    ],
  ];
  it.each(faults)('%s', (_name, error, damage) => {
    const words = sound();
    damage(words);
    expect(errorOf(words)).toBe(error);
  });

  it('every error that there is', () => {
    expect(new Set(faults.map(([, error]) => error))).toEqual(
      new Set(Object.keys(programErrors).filter((name) => name !== 'none')),
    );
  });

  it('loops that are nested too deeply', () => {
    const nest = (depth: number): Int32Array => {
      const writer = new ProgramWriter();
      const loops = Array.from({ length: depth }, () => writer.beginLoop(1, -1, []));
      for (const loop of loops.reverse()) writer.endLoop(loop);
      return writer.finish();
    };
    expect(errorOf(nest(6))).toBe('none');
    expect(errorOf(nest(7))).toBe('loop');
  });

  it('what only an instruction can know', () => {
    const arrays = (types: ('int32' | 'float32' | 'float64' | 'bool')[]) =>
      types.map((dtype) => ({ dtype, array: newArray(dtype, 4) }));
    const gather = (types: ('int32' | 'float32' | 'float64')[]): Int32Array =>
      programOf(arrays(types), [
        { kernel: 'gather', ...{ outer: 1, axis: 4, count: 4, inner: 1, input: 0, indices: 1, out: 2 } },
      ]);
    expect(errorOf(gather(['float32', 'int32', 'float32']))).toBe('none');
    expect(errorOf(gather(['float32', 'int32', 'float64']))).toBe('dtype');
    expect(errorOf(gather(['float32', 'float32', 'float32']))).toBe('dtype');
    const crossEntropy = (labels: 'int32' | 'float32' | 'float64', sparse: boolean): Int32Array =>
      programOf(arrays(['float32', labels, 'float32']), [
        {
          kernel: 'crossEntropy',
          ...{ dtype: 'float32', sparse, rows: 2, columns: 2, logits: 0, labels: 1, loss: 2, delta: -1 },
        },
      ]);
    expect(errorOf(crossEntropy('int32', true))).toBe('none');
    expect(errorOf(crossEntropy('float32', true))).toBe('dtype');
    expect(errorOf(crossEntropy('float32', false))).toBe('none');
    expect(errorOf(crossEntropy('float64', false))).toBe('dtype');
    const permutation = (dtype: 'int32' | 'float32'): Int32Array =>
      programOf(arrays(['int32', dtype]), [
        { kernel: 'random', ...{ kind: 'permutation', dtype, count: 4, low: 0, high: 0, state: 0, out: 1 } },
      ]);
    expect(errorOf(permutation('int32'))).toBe('none');
    expect(errorOf(permutation('float32'))).toBe('field');
    const floor = expression(1, (e, x) => e.floor(x));
    const map = (dtype: 'int32' | 'float32'): Int32Array =>
      programOf(arrays([dtype, dtype]), [
        { kernel: 'map', dtype, dims: [4], ...denseEvaluation(floor, [4]) },
      ]);
    expect(errorOf(map('float32'))).toBe('none');
    expect(errorOf(map('int32'))).toBe('expression');
  });
});

it('says which word is at fault, in a sentence', () => {
  const words = sound();
  const at = find(words, 'gemm') + fieldOffsets.gemm.a;
  words[at] = 99;
  expect(checkProgram(words)).toEqual({ code: programErrors.operand.code, at });
  expect(programError(programErrors.operand.code, at).message).toBe(
    `The program cannot be loaded: an operand names a view that is not there (word ${at}).`,
  );
});

it('operand ranges are the least and greatest of all places that are touched', () => {
  // Offsets computed point by point for what is written out in the words.
  const words = sound();
  const program = decodeProgram(words);
  const copy = decodeInstructions(program).find((i) => i.name === 'copy')!;
  const ranges = operandRanges(words, program.header.codeAt + copy.pc, 'copy', copy.fields);
  const touched = (strides: Int32Array): number[] =>
    Array.from({ length: 16 }, (_, p) => Math.floor(p / 4) * strides[0] + (p % 4) * strides[1]);
  copy.strided!.forEach((strides, side) => {
    expect(ranges[side].lowest).toBe(Math.min(...touched(strides)));
    expect(ranges[side].highest).toBe(Math.max(...touched(strides)));
    expect(ranges[side].written).toBe(side === 1);
  });
  const gemm = decodeInstructions(program).find((i) => i.name === 'gemm')!;
  const [a, b, out] = operandRanges(words, program.header.codeAt + gemm.pc, 'gemm', gemm.fields);
  expect([a.highest, b.highest, out.highest]).toEqual([39, 39, 15]);
  const nothing = operandRanges(words, program.header.codeAt + gemm.pc, 'gemm', { ...gemm.fields, k: 0 });
  expect(nothing.map((r) => r.highest < r.lowest)).toEqual([true, true, false]);
});

describe('words at random', () => {
  const programs = [sound(), ...cases().map((c) => c.words)].filter((words) => words.length < 400);
  const wild = [0, 1, -1, 2, 3, 4, 7, 16, 40, 255, 65536, 0x7fffffff, -0x80000000];

  it('are refused or accepted, never thrown at; cut off anywhere, too', () => {
    const random = seeded(1);
    const pick = (n: number): number => Math.floor(random() * n);
    for (let round = 0; round < 30_000; round++) {
      let words = programs[pick(programs.length)].slice();
      for (let change = pick(4); change >= 0; change--) {
        const value = random() < 0.6 ? wild[pick(wild.length)] : pick(2 ** 32) | 0;
        words[pick(words.length)] = random() < 0.3 ? words[pick(words.length)] + pick(5) - 2 : value;
      }
      if (random() < 0.1) words = words.slice(0, pick(words.length));
      checkProgram(words); // throwing would fail the test
    }
    const words = sound();
    for (let length = 0; length < words.length; length++) {
      expect(checkProgram(words.subarray(0, length))).not.toBeNull();
    }
    expect(checkProgram(new Int32Array(1000))).not.toBeNull();
  });

  it('that are accepted run within their buffers', () => {
    const backend = new JsBackend();
    const random = seeded(2);
    const pick = (n: number): number => Math.floor(random() * n);
    let accepted = 0;
    for (let round = 0; round < 4000; round++) {
      const words = programs[pick(programs.length)].slice();
      const first = words[headerAt.codeAt];
      words[first + pick(words.length - first)] = wild[pick(9)];
      // Loops of a great many turns and arenas of gigabytes are allowed, but not today.
      if (checkProgram(words) || words[headerAt.arenaUnits] > 1000) continue;
      accepted++;
      const bound = boundBuffers(words);
      // Arrays that are longer than the buffers that they are bound to: what lies behind must not change.
      const arrays = bound.map((b) => newArray(b.dtype, b.length + 64).fill(1));
      const run = backend.load({ words, bound, sources: [] }).start(arrays);
      expect(['done', 'failed', 'yielded']).toContain(run.advance({ budget: 50, instructions: 500 }));
      run.close();
      bound.forEach((b, i) => expect(arrays[i].subarray(b.length).every((x) => x === 1)).toBe(true));
    }
    expect(accepted).toBeGreaterThan(200);
  });
});
