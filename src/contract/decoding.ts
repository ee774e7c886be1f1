// Reads programs: the sections of a checked program as plain objects, and its instructions with their fields by name.
// For the TypeScript executor, the printer and the tests; checking.ts reads the words itself, as it trusts none.

import { dtypes, type ComputeDType, type DType } from './dtypes.js';
import {
  accessBits,
  arenaUnitBytes,
  bufferKinds,
  bufferWords,
  headerFields,
  instructionHeaderWords,
  instructionNames,
  instructions,
  stepWords,
  tailOffsets,
  viewWords,
  type Field,
  type InstructionDefinition,
  type InstructionName,
  type Tail,
} from './instructions.js';
import type { BoundBuffer } from './program.js';

export type Header = Record<(typeof headerFields)[number], number>;

/** Place of each header word. */
export const headerAt = Object.fromEntries(headerFields.map((name, index) => [name, index])) as Header;

export interface DecodedBuffer {
  readonly dtype: DType;
  /** In elements. */
  readonly length: number;
  /** Offset in the arena in bytes; -1 for a bound buffer. */
  readonly arenaByte: number;
  /** Number among the arrays given to a run; -1 for a buffer in the arena. */
  readonly bound: number;
  readonly writable: boolean;
}

export interface DecodedView {
  readonly buffer: number;
  readonly offset: number;
}

export interface DecodedProgram {
  readonly words: Int32Array;
  readonly header: Header;
  readonly constants: Float64Array;
  readonly buffers: readonly DecodedBuffer[];
  readonly views: readonly DecodedView[];
  readonly arenaBytes: number;
}

/** An operand of an expression or copy: its view and its strides along the grid. */
export interface DecodedOperand {
  readonly view: number;
  readonly strides: Int32Array;
}

export interface DecodedExpression {
  readonly inputs: readonly DecodedOperand[];
  readonly outputs: readonly DecodedOperand[];
  /** stepWords words a step. */
  readonly steps: Int32Array;
  readonly registers: number;
}

/** An instruction of a program. What its kind of tail does not have is left out. */
export interface DecodedInstruction {
  readonly name: InstructionName;
  /** Word offset in the code; the first word of the code is 0. */
  readonly pc: number;
  /** In words. */
  readonly length: number;
  readonly source: number;
  readonly fields: Readonly<Record<string, number>>;
  /** Of the grid of a map or copy. */
  readonly dims?: Int32Array;
  readonly expression?: DecodedExpression;
  /** Strides of the input and the output of a copy. */
  readonly strided?: readonly [Int32Array, Int32Array];
  readonly moves?: readonly { readonly view: number; readonly stride: number }[];
}

/** The header words by name. */
export function decodeHeader(words: Int32Array): Header {
  // Spelled out: an object made key by key costs an eager op a microsecond.
  return {
    magic: words[headerAt.magic],
    version: words[headerAt.version],
    totalWords: words[headerAt.totalWords],
    constantsAt: words[headerAt.constantsAt],
    constantCount: words[headerAt.constantCount],
    buffersAt: words[headerAt.buffersAt],
    bufferCount: words[headerAt.bufferCount],
    viewsAt: words[headerAt.viewsAt],
    viewCount: words[headerAt.viewCount],
    codeAt: words[headerAt.codeAt],
    codeWords: words[headerAt.codeWords],
    boundCount: words[headerAt.boundCount],
    arenaUnits: words[headerAt.arenaUnits],
    reserved0: words[headerAt.reserved0],
    reserved1: words[headerAt.reserved1],
    reserved2: words[headerAt.reserved2],
  };
}

/** Everything but the code. */
export function decodeProgram(words: Int32Array): DecodedProgram {
  const header = decodeHeader(words);
  const constants = new Float64Array(header.constantCount);
  // By words: a float64 at an odd word offset has no view of its own.
  new Int32Array(constants.buffer).set(
    words.subarray(header.constantsAt, header.constantsAt + 2 * header.constantCount),
  );
  const buffers: DecodedBuffer[] = [];
  for (let b = 0; b < header.bufferCount; b++) {
    const at = header.buffersAt + b * bufferWords;
    const bound = words[at + 1] === bufferKinds.bound;
    const place = words[at + 3];
    buffers.push({
      dtype: dtypes[words[at]],
      length: words[at + 2],
      arenaByte: bound ? -1 : place * arenaUnitBytes,
      bound: bound ? place >> 2 : -1,
      writable: !bound || (place & accessBits.write) !== 0,
    });
  }
  const views: DecodedView[] = [];
  for (let v = 0; v < header.viewCount; v++) {
    const at = header.viewsAt + v * viewWords;
    views.push({ buffer: words[at], offset: words[at + 1] });
  }
  return { words, header, constants, buffers, views, arenaBytes: header.arenaUnits * arenaUnitBytes };
}

/** All instructions of a checked program, in the order of the code; the bodies of loops follow their loop. */
export function decodeInstructions(program: DecodedProgram): DecodedInstruction[] {
  const { codeAt, codeWords } = program.header;
  const list: DecodedInstruction[] = [];
  for (let pc = 0; pc < codeWords; pc += program.words[codeAt + pc + 1]) {
    list.push(decodeInstruction(program.words, codeAt, pc));
  }
  return list;
}

/** Names of the fields of each instruction, in order. */
export const fieldNames = Object.fromEntries(
  instructionNames.map((name) => [name, Object.keys(instructions[name].fields)]),
) as Record<InstructionName, string[]>;

/** The definitions of an instruction's fields, in order. */
export const fieldList = Object.fromEntries(
  instructionNames.map((name) => [name, Object.values(instructions[name].fields)]),
) as Record<InstructionName, Field[]>;

/** What follows the fields of an instruction. */
export function tailOf(name: InstructionName): Tail | undefined {
  const definition: InstructionDefinition = instructions[name];
  return definition.tail;
}

/** The instruction whose first word is word `pc` of the code that begins at word `codeAt`. */
export function decodeInstruction(words: Int32Array, codeAt: number, pc: number): DecodedInstruction {
  const at = codeAt + pc;
  const name = instructionNames[words[at]];
  const names = fieldNames[name];
  const fields: Record<string, number> = {};
  for (let i = 0; i < names.length; i++) fields[names[i]] = words[at + instructionHeaderWords + i];
  const common = { name, pc, length: words[at + 1], source: words[at + 2], fields };
  const { rank } = fields;
  const tail = at + tailOffsets[name];
  switch (tailOf(name)) {
    case undefined:
      return common;
    case 'expression':
      return Object.assign(common, { expression: decodeExpression(words, tail, 3) });
    case 'grid': {
      const dims = words.slice(tail, tail + rank);
      return Object.assign(common, { dims, expression: decodeExpression(words, tail + rank, rank) });
    }
    case 'strided': {
      const part = (nth: number): Int32Array => words.slice(tail + nth * rank, tail + (nth + 1) * rank);
      return Object.assign(common, { dims: part(0), strided: [part(1), part(2)] as const });
    }
    case 'moves': {
      const moves = Array.from({ length: fields.moveCount }, (_, m) => ({
        view: words[tail + 2 * m],
        stride: words[tail + 2 * m + 1],
      }));
      return Object.assign(common, { moves });
    }
  }
}

function decodeExpression(words: Int32Array, at: number, rank: number): DecodedExpression {
  const inputCount = words[at];
  const operandCount = inputCount + words[at + 1];
  const stepCount = words[at + 2];
  const inputs: DecodedOperand[] = [];
  const outputs: DecodedOperand[] = [];
  let place = at + 4;
  for (let o = 0; o < operandCount; o++) {
    const strides = words.slice(place + 1, place + 1 + rank);
    (o < inputCount ? inputs : outputs).push({ view: words[place], strides });
    place += 1 + rank;
  }
  const steps = words.slice(place, place + stepCount * stepWords);
  return { inputs, outputs, steps, registers: words[at + 3] };
}

/** The dtype that an instruction computes in: its field `dtype`. */
export function dtypeOf(instruction: DecodedInstruction): ComputeDType {
  return dtypes[instruction.fields.dtype] as ComputeDType;
}

/** The dimensions of the grid that an instruction's expression is evaluated over. */
export function gridOf(instruction: DecodedInstruction): readonly number[] {
  const f = instruction.fields;
  switch (instruction.name) {
    case 'reduce':
      return [f.outer, f.length, f.inner];
    case 'gemm':
      return [f.batch, f.m, f.n];
    default:
      return instruction.dims ? [...instruction.dims] : [];
  }
}

/** What the arrays given to a run of a checked program must be, in order. */
export function boundBuffers(words: Int32Array): BoundBuffer[] {
  const { buffersAt, bufferCount, boundCount } = decodeHeader(words);
  const bound = new Array<BoundBuffer>(boundCount);
  for (let at = buffersAt; at < buffersAt + bufferCount * bufferWords; at += bufferWords) {
    if (words[at + 1] !== bufferKinds.bound) continue;
    const place = words[at + 3];
    const bits = place & 3;
    const access = bits === accessBits.read ? 'read' : bits === accessBits.write ? 'write' : 'both';
    bound[place >> 2] = { dtype: dtypes[words[at]], length: words[at + 2], access };
  }
  return bound;
}
