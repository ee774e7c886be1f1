// Checks programs before they are run, so that executors can trust every word: sections, buffers, views, opcodes,
// fields, dtypes, expressions, loops, and that no operand ever reaches outside its buffer, wherever loops move it.
// Nothing here throws, whatever the words are. Most of it is driven by the table of instructions.

import { dtypeBytes, dtypeCode, dtypes } from './dtypes.js';
import { fieldList, fieldNames, headerAt, tailOf } from './decoding.js';
import {
  accessBits,
  arenaUnitBytes,
  bufferKinds,
  bufferWords,
  headerWords,
  instructionHeaderWords,
  instructionNames,
  limits,
  precisions,
  programErrors,
  programMagic,
  programVersion,
  randomKinds,
  reduceKinds,
  stepWords,
  tailOffsets,
  viewWords,
  type Field,
  type InstructionName,
  type ProgramErrorName,
} from './instructions.js';
import { gridSizes, operandRanges } from './operands.js';
import { microCode, microNames, microOperations, type MicroOperation } from './micro-operations.js';

/** Why a program is refused: a code of `programErrors`, and the word at fault. */
export interface ProgramFault {
  readonly code: number;
  readonly at: number;
}

/** Checks a whole program. @returns null if it is sound */
export function checkProgram(words: Int32Array): ProgramFault | null {
  return new Checker(words).check();
}

/** A loop whose body is being checked. */
interface OpenLoop {
  /** Word offset behind the body. */
  readonly end: number;
  /** Place of the loop's moves, and how many there are. */
  readonly moves: number;
  readonly moveCount: number;
  readonly count: number;
}

class Checker {
  private fault: ProgramFault | null = null;
  /** How far loops may have moved each view. */
  private lowestMove = new Float64Array(0);
  private highestMove = new Float64Array(0);

  constructor(private readonly words: Int32Array) {}

  check(): ProgramFault | null {
    if (this.headerIsSound() && this.buffersAreSound() && this.viewsAreSound()) this.codeIsSound();
    return this.fault;
  }

  /** Notes the first fault; returns false so that it can be returned. */
  private refuse(name: ProgramErrorName, at: number): false {
    this.fault ??= { code: programErrors[name].code, at };
    return false;
  }

  private header(field: keyof typeof headerAt): number {
    return this.words[headerAt[field]];
  }

  private headerIsSound(): boolean {
    const { words } = this;
    if (words.length < 2) return this.refuse('truncated', 0);
    if (this.header('magic') !== programMagic) return this.refuse('foreign', headerAt.magic);
    if (this.header('version') !== programVersion) return this.refuse('foreign', headerAt.version);
    if (words.length < headerWords || this.header('totalWords') > words.length) {
      return this.refuse('truncated', headerAt.totalWords);
    }
    const total = this.header('totalWords');
    const section = (at: 'constantsAt' | 'buffersAt' | 'viewsAt' | 'codeAt', length: number): boolean => {
      const start = this.header(at);
      const sound = start >= headerWords && length >= 0 && start + length <= total;
      return sound || this.refuse('section', headerAt[at]);
    };
    if (this.header('arenaUnits') < 0) return this.refuse('buffer', headerAt.arenaUnits);
    return (
      section('constantsAt', this.header('constantCount') * 2) &&
      section('buffersAt', this.header('bufferCount') * bufferWords) &&
      section('viewsAt', this.header('viewCount') * viewWords) &&
      section('codeAt', this.header('codeWords'))
    );
  }

  private buffersAreSound(): boolean {
    const { words } = this;
    const arenaBytes = this.header('arenaUnits') * arenaUnitBytes;
    const bound = new Set<number>();
    for (let b = 0; b < this.header('bufferCount'); b++) {
      const at = this.header('buffersAt') + b * bufferWords;
      const dtype = words[at];
      const kind = words[at + 1];
      const length = words[at + 2];
      const place = words[at + 3];
      if (dtype < 0 || dtype >= dtypes.length || length < 0 || place < 0) return this.refuse('buffer', at);
      if (kind === bufferKinds.arena) {
        const end = place * arenaUnitBytes + length * dtypeBytes[dtypes[dtype]];
        if (end > arenaBytes) return this.refuse('buffer', at);
      } else if (kind === bufferKinds.bound) {
        // Each number among the bound arrays stands for one buffer.
        if ((place & 3) === 0 || place >> 2 >= this.header('boundCount') || bound.has(place >> 2)) {
          return this.refuse('buffer', at);
        }
        bound.add(place >> 2);
      } else return this.refuse('buffer', at);
    }
    return bound.size === this.header('boundCount') || this.refuse('buffer', headerAt.boundCount);
  }

  private viewsAreSound(): boolean {
    const { words } = this;
    for (let v = 0; v < this.header('viewCount'); v++) {
      const at = this.header('viewsAt') + v * viewWords;
      const buffer = words[at];
      if (buffer < 0 || buffer >= this.header('bufferCount')) return this.refuse('view', at);
      const length = words[this.header('buffersAt') + buffer * bufferWords + 2];
      if (words[at + 1] < 0 || words[at + 1] > length) return this.refuse('view', at);
    }
    return true;
  }

  private codeIsSound(): boolean {
    const { words } = this;
    const codeEnd = this.header('codeAt') + this.header('codeWords');
    const open: OpenLoop[] = [];
    for (let at = this.header('codeAt'); at < codeEnd;) {
      const end = open.length > 0 ? open[open.length - 1].end : codeEnd;
      const length = at + instructionHeaderWords <= end ? words[at + 1] : 0;
      if (length < instructionHeaderWords || length > end - at) {
        return this.refuse(open.length > 0 ? 'loop' : 'length', at);
      }
      const name = instructionNames[words[at]];
      if (name === undefined) return this.refuse('opcode', at);
      if (!this.instructionIsSound(name, at, length, open)) return false;
      at += length;
      while (open.length > 0 && open[open.length - 1].end === at) this.close(open.pop()!);
    }
    return true;
  }

  private instructionIsSound(name: InstructionName, at: number, length: number, open: OpenLoop[]): boolean {
    const { words } = this;
    const tail = at + tailOffsets[name];
    if (tail > at + length) return this.refuse('length', at + 1);
    const first = at + instructionHeaderWords;
    const names = fieldNames[name];
    const fields: Record<string, number> = {};
    for (let i = 0; i < names.length; i++) fields[names[i]] = words[first + i];
    const definitions = fieldList[name];
    for (let i = 0; i < names.length; i++) {
      if (!this.fieldIsSound(definitions[i], words[first + i], fields, first + i)) return false;
    }
    const sound =
      this.tailIsSound(name, at, length, fields) &&
      this.rulesHold(name, at, fields) &&
      this.operandsAreInside(name, at, fields);
    return sound && (name !== 'loop' || this.enter(at, length, fields, open));
  }

  private fieldIsSound(
    field: Field,
    value: number,
    fields: Readonly<Record<string, number>>,
    at: number,
  ): boolean {
    switch (field.kind) {
      case 'view': {
        if (value === -1 && field.optional) return true;
        if (!this.viewExists(value)) return this.refuse('operand', at);
        const { dtypes: allowed } = field;
        const dtype = this.dtypeCodeOf(value);
        if (
          allowed === 'compute'
            ? dtype !== fields.dtype
            : allowed !== 'any' && !allowed.includes(dtypes[dtype])
        ) {
          return this.refuse('dtype', at);
        }
        return field.access === 'in' || this.isWritable(value) || this.refuse('access', at);
      }
      case 'size':
        return value >= 0 || this.refuse('field', at);
      case 'integer':
        return true;
      case 'flag':
        return value === 0 || value === 1 || this.refuse('field', at);
      case 'constant':
        return (value >= 0 && value < this.header('constantCount')) || this.refuse('field', at);
      case 'dtype':
        return field.dtypes.some((dtype) => dtypeCode[dtype] === value) || this.refuse('field', at);
      case 'code':
        return Object.values(field.codes).includes(value) || this.refuse('field', at);
    }
  }

  private viewExists(view: number): boolean {
    return view >= 0 && view < this.header('viewCount');
  }

  private bufferOf(view: number): number {
    return this.header('buffersAt') + this.words[this.header('viewsAt') + view * viewWords] * bufferWords;
  }

  private dtypeCodeOf(view: number): number {
    return this.words[this.bufferOf(view)];
  }

  private isWritable(view: number): boolean {
    const buffer = this.bufferOf(view);
    return this.words[buffer + 1] === bufferKinds.arena || (this.words[buffer + 3] & accessBits.write) !== 0;
  }

  /** Length and contents of what follows the fields. */
  private tailIsSound(
    name: InstructionName,
    at: number,
    length: number,
    fields: Readonly<Record<string, number>>,
  ): boolean {
    const tail = at + tailOffsets[name];
    const end = at + length;
    const hasRank = 'rank' in fields;
    if (hasRank && fields.rank > limits.rank) return this.refuse('field', at);
    switch (tailOf(name)) {
      case undefined:
        return tail === end || this.refuse('length', at + 1);
      case 'moves':
        return tail + 2 * fields.moveCount === end || this.refuse('length', at + 1);
      case 'strided':
        if (tail + 3 * fields.rank !== end) return this.refuse('length', at + 1);
        return this.sizesAreSound(tail, fields.rank);
      case 'grid':
        if (tail + fields.rank > end) return this.refuse('length', at + 1);
        return (
          this.sizesAreSound(tail, fields.rank) &&
          this.expressionIsSound(name, at, tail + fields.rank, end, fields.rank, fields.dtype)
        );
      case 'expression':
        return this.expressionIsSound(name, at, tail, end, 3, fields.dtype);
    }
  }

  private sizesAreSound(at: number, count: number): boolean {
    for (let i = at; i < at + count; i++) if (this.words[i] < 0) return this.refuse('field', i);
    return true;
  }

  private expressionIsSound(
    name: InstructionName,
    at: number,
    start: number,
    end: number,
    rank: number,
    dtype: number,
  ): boolean {
    const { words } = this;
    if (start + 4 > end) return this.refuse('length', at + 1);
    const inputs = words[start];
    const outputs = words[start + 1];
    const stepCount = words[start + 2];
    const registers = words[start + 3];
    if (inputs < 0 || outputs < 0 || inputs + outputs > limits.operands)
      return this.refuse('expression', start);
    if (stepCount < 0 || stepCount > limits.steps) return this.refuse('expression', start + 2);
    if (registers < 0 || registers > limits.registers) return this.refuse('expression', start + 3);
    const steps = start + 4 + (inputs + outputs) * (1 + rank);
    if (steps + stepCount * stepWords !== end) return this.refuse('length', at + 1);

    for (let o = 0; o < inputs + outputs; o++) {
      const place = start + 4 + o * (1 + rank);
      // The value that reduce consumes is its one output, and has no view.
      const isValue = name === 'reduce' && o >= inputs;
      if (isValue ? words[place] !== -1 : !this.viewExists(words[place]))
        return this.refuse('operand', place);
      if (o >= inputs && !isValue && !this.isWritable(words[place])) return this.refuse('access', place);
    }
    if (name === 'reduce' && outputs !== 1) return this.refuse('expression', start + 1);
    return this.stepsAreSound(name, steps, end, inputs, outputs, registers, dtype);
  }

  private stepsAreSound(
    name: InstructionName,
    start: number,
    end: number,
    inputs: number,
    outputs: number,
    registers: number,
    dtype: number,
  ): boolean {
    const { words } = this;
    // Bits: registers that have been written, and those that hold constants.
    let written = 0;
    let constant = 0;
    let stored = false;
    const isInteger = dtypes[dtype] === 'int32';
    const isRead = (register: number): boolean =>
      register >= 0 && register < registers && ((written >>> register) & 1) === 1;
    for (let at = start; at < end; at += stepWords) {
      const code = words[at];
      const out = words[at + 1];
      const a = words[at + 2];
      const micro: MicroOperation | undefined = microOperations[microNames[code]];
      if (micro === undefined || (isInteger && micro.types === 'float')) return this.refuse('expression', at);
      if (code === microCode.store) {
        const target = words[at + 3] - inputs;
        if (!isRead(a) || target < 0 || target >= outputs) return this.refuse('expression', at);
        stored = true;
        continue;
      }
      if (code === microCode.load && (a < 0 || a >= inputs)) return this.refuse('expression', at);
      if (code === microCode.constant && (a < 0 || a >= this.header('constantCount'))) {
        return this.refuse('expression', at);
      }
      for (let o = 0; o < micro.arity; o++) {
        if (!isRead(words[at + 2 + o])) return this.refuse('expression', at);
      }
      const isWritten = out >= 0 && out < registers;
      const isTaken = code === microCode.constant ? written : constant;
      if (!isWritten || ((isTaken >>> out) & 1) === 1) return this.refuse('expression', at);
      written |= 1 << out;
      if (code === microCode.constant) constant |= 1 << out;
    }
    return stored || name !== 'reduce' || this.refuse('expression', start);
  }

  /** What the table cannot say. */
  private rulesHold(name: InstructionName, at: number, f: Readonly<Record<string, number>>): boolean {
    let points = 1;
    for (const size of gridSizes(this.words, at, name, f)) if (size > 0) points *= size;
    if (points > limits.elements) return this.refuse('field', at);
    switch (name) {
      case 'reduce': {
        const search = f.kind === reduceKinds.argMax || f.kind === reduceKinds.argMin;
        const truth = f.kind === reduceKinds.any || f.kind === reduceKinds.all;
        const needed = search ? dtypeCode.int32 : truth ? dtypeCode.bool : this.dtypeCodeOf(f.out);
        if (this.dtypeCodeOf(f.out) !== needed) return this.refuse('dtype', at);
        return !search || f.length > 0 || f.outer * f.inner === 0 || this.refuse('field', at);
      }
      case 'gemm':
        return (
          f.precision !== precisions.bfloat16 || f.dtype === dtypeCode.float32 || this.refuse('field', at)
        );
      case 'gather':
      case 'copy':
        return this.dtypeCodeOf(f.input) === this.dtypeCodeOf(f.out) || this.refuse('dtype', at);
      case 'random':
        return f.kind !== randomKinds.permutation || f.dtype === dtypeCode.int32 || this.refuse('field', at);
      case 'crossEntropy': {
        const labels = this.dtypeCodeOf(f.labels);
        const sound = f.sparse
          ? labels === dtypeCode.int32 || labels === dtypeCode.uint8
          : labels === f.dtype;
        return sound || this.refuse('dtype', at);
      }
      default:
        return true;
    }
  }

  /** Whether every operand stays in its buffer in every turn of the loops around. */
  private operandsAreInside(name: InstructionName, at: number, f: Readonly<Record<string, number>>): boolean {
    for (const { view, lowest, highest } of operandRanges(this.words, at, name, f)) {
      if (lowest > highest) continue;
      const offset = this.words[this.header('viewsAt') + view * viewWords + 1];
      const first = offset + lowest + (this.lowestMove[view] ?? 0);
      const last = offset + highest + (this.highestMove[view] ?? 0);
      if (first < 0 || last >= this.words[this.bufferOf(view) + 2]) return this.refuse('bounds', at);
    }
    return true;
  }

  private enter(at: number, length: number, f: Readonly<Record<string, number>>, open: OpenLoop[]): boolean {
    const around =
      open.length > 0 ? open[open.length - 1].end : this.header('codeAt') + this.header('codeWords');
    const end = at + length + f.bodyWords;
    if (open.length === limits.loopDepth || end > around) return this.refuse('loop', at);
    const moves = at + tailOffsets.loop;
    for (let m = 0; m < f.moveCount; m++) {
      if (!this.viewExists(this.words[moves + 2 * m])) return this.refuse('operand', moves + 2 * m);
      // No buffer is as long, and sums of what is left are exact.
      const reach = Math.max(f.count - 1, 0) * Math.abs(this.words[moves + 2 * m + 1]);
      if (reach > limits.elements) return this.refuse('bounds', moves + 2 * m);
    }
    if (this.lowestMove.length === 0) {
      this.lowestMove = new Float64Array(this.header('viewCount'));
      this.highestMove = new Float64Array(this.header('viewCount'));
    }
    const loop = { end, moves, moveCount: f.moveCount, count: f.count };
    this.move(loop, 1);
    open.push(loop);
    return true;
  }

  private close(loop: OpenLoop): void {
    this.move(loop, -1);
  }

  /** Adds what a loop may move its views by (times 1), or takes it away again (times -1). */
  private move(loop: OpenLoop, times: number): void {
    const turns = Math.max(loop.count - 1, 0);
    for (let m = loop.moves; m < loop.moves + 2 * loop.moveCount; m += 2) {
      const reach = turns * this.words[m + 1];
      const range = reach < 0 ? this.lowestMove : this.highestMove;
      range[this.words[m]] += times * reach;
    }
  }
}
