// Writes programs: buffers, views, instructions and loops, in the layout that instructions.ts states.

import { dtypeCode, type DType } from './dtypes.js';
import { mergeDimensions, type Evaluation, type Grid, type GridOperand, type KernelCall } from './calls.js';
import { ArgumentError } from './errors.js';
import { registerCode } from './expression.js';
import {
  accessBits,
  bufferKinds,
  bufferWords,
  fieldOffsets,
  headerWords,
  limits,
  opcodes,
  precisions,
  programMagic,
  programVersion,
  randomKinds,
  reduceKinds,
  stepWords,
  viewWords,
} from './instructions.js';
import { microCode } from './micro-operations.js';

/** Where an operand of a call lies: a buffer and the first element in it. */
export interface Place {
  readonly buffer: number;
  readonly offset: number;
}

/** @throws ArgumentError where the operands cannot be walked in as many dimensions as an instruction can have */
function fewDimensions(dims: readonly number[], strides: readonly (readonly number[])[]): Grid {
  const grid = mergeDimensions(dims, strides);
  if (grid.dims.length > limits.rank) {
    throw new ArgumentError(
      `an operation over shape [${dims.join(', ')}] walks ${grid.dims.length} dimensions that cannot be merged; ` +
        `expected at most ${limits.rank}: reshape its operands so that neighbouring dimensions become one.`,
    );
  }
  return grid;
}

/** A growing run of words. */
class Words {
  words = new Int32Array(256);
  length = 0;

  push(...values: number[]): void {
    this.reserve(values.length);
    for (const v of values) this.words[this.length++] = v;
  }

  append(values: ArrayLike<number>): void {
    this.reserve(values.length);
    this.words.set(values, this.length);
    this.length += values.length;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.words.length) return;
    const grown = new Int32Array(Math.max(this.words.length * 2, this.length + count));
    grown.set(this.words.subarray(0, this.length));
    this.words = grown;
  }
}

/** Writes one program, then `finish()`; `reset()` starts another in the same memory. */
export class ProgramWriter {
  private readonly constants = new Words();
  private readonly buffers = new Words();
  private readonly views = new Words();
  private readonly code = new Words();
  private readonly viewNumbers = new Map<number, number>();
  private readonly double = new Float64Array(1);
  private readonly doubleWords = new Int32Array(this.double.buffer);
  private boundCount = 0;
  private arenaUnits = 0;

  reset(): void {
    for (const section of [this.constants, this.buffers, this.views, this.code]) section.length = 0;
    this.viewNumbers.clear();
    this.boundCount = 0;
    this.arenaUnits = 0;
  }

  /** Adds a constant and returns its place. */
  constant(value: number): number {
    this.double[0] = value;
    this.constants.push(this.doubleWords[0], this.doubleWords[1]);
    return this.constants.length / 2 - 1;
  }

  /** A buffer in the arena, at `unit` * 64 bytes; the arena grows to `end` units in all. */
  arenaBuffer(dtype: DType, length: number, unit: number, end: number): number {
    this.buffers.push(dtypeCode[dtype], bufferKinds.arena, length, unit);
    this.arenaUnits = Math.max(this.arenaUnits, end);
    return this.buffers.length / bufferWords - 1;
  }

  /** A buffer that a run binds; its number among the bound ones is the order of these calls. */
  boundBuffer(dtype: DType, length: number, access: 'read' | 'write' | 'both'): number {
    const bits = access === 'read' ? accessBits.read : access === 'write' ? accessBits.write : 3;
    this.buffers.push(dtypeCode[dtype], bufferKinds.bound, length, this.boundCount++ * 4 + bits);
    return this.buffers.length / bufferWords - 1;
  }

  /** A view of its own, which a loop may move. */
  newView(buffer: number, offset: number): number {
    this.views.push(buffer, offset);
    return this.views.length / viewWords - 1;
  }

  /** The shared view of that place; never one that a loop moves. */
  view(buffer: number, offset: number): number {
    const key = buffer * 2 ** 32 + offset;
    let view = this.viewNumbers.get(key);
    if (view === undefined) this.viewNumbers.set(key, (view = this.newView(buffer, offset)));
    return view;
  }

  /**
   * Starts a loop; the instructions up to `endLoop` are its body.
   * @returns what `endLoop` wants
   */
  beginLoop(
    count: number,
    countView: number,
    moves: readonly { readonly view: number; readonly stride: number }[],
    source = 0,
  ): number {
    const at = this.code.length;
    this.code.push(opcodes.loop, 3 + 4 + 2 * moves.length, source, count, countView, 0, moves.length);
    for (const m of moves) this.code.push(m.view, m.stride);
    return at;
  }

  endLoop(at: number): void {
    this.code.words[at + fieldOffsets.loop.bodyWords] = this.code.length - at - this.code.words[at + 1];
  }

  /**
   * Encodes one call.
   * @param viewOf gives the view of an operand's element `offset`
   * @param source number of the call's source
   */
  call(call: KernelCall, viewOf: (operand: number, offset: number) => number, source = 0): void {
    const at = this.code.length;
    this.code.push(opcodes[call.kernel], 0, source);
    this.fields(call, viewOf);
    this.code.words[at + 1] = this.code.length - at;
  }

  private fields(call: KernelCall, viewOf: (operand: number, offset: number) => number): void {
    const code = this.code;
    switch (call.kernel) {
      case 'map': {
        const operands = [...call.inputs, ...call.outputs];
        const grid = fewDimensions(
          call.dims,
          operands.map((o) => o.strides),
        );
        code.push(dtypeCode[call.dtype], grid.dims.length);
        code.append(grid.dims);
        this.evaluation(call, grid.strides, viewOf);
        return;
      }
      case 'reduce':
        code.push(reduceKinds[call.kind], dtypeCode[call.dtype], call.outer, call.length, call.inner);
        code.push(viewOf(call.out, 0));
        this.evaluation(call.prologue, null, viewOf);
        return;
      case 'gemm':
        code.push(dtypeCode[call.dtype], precisions[call.precision], call.batch, call.m, call.n, call.k);
        code.push(viewOf(call.a, 0), call.lda, call.strideA, Number(call.transposeA));
        code.push(viewOf(call.b, 0), call.ldb, call.strideB, Number(call.transposeB));
        code.push(viewOf(call.out, 0), call.ldc, call.strideC);
        if (call.epilogue) this.evaluation(call.epilogue, null, viewOf);
        else code.push(0, 0, 0, 0);
        return;
      case 'gather':
        code.push(call.outer, call.axis, call.count, call.inner);
        code.push(viewOf(call.input, 0), viewOf(call.indices, 0), viewOf(call.out, 0));
        return;
      case 'scatterAdd':
        code.push(dtypeCode[call.dtype], call.outer, call.axis, call.count, call.inner);
        code.push(viewOf(call.updates, 0), viewOf(call.indices, 0), viewOf(call.out, 0));
        return;
      case 'copy': {
        const grid = fewDimensions(call.dims, [call.input.strides, call.out.strides]);
        code.push(viewOf(call.input.operand, call.input.offset), viewOf(call.out.operand, call.out.offset));
        code.push(grid.dims.length);
        code.append(grid.dims);
        code.append(grid.strides[0]);
        code.append(grid.strides[1]);
        return;
      }
      case 'random':
        code.push(randomKinds[call.kind], dtypeCode[call.dtype], call.count);
        code.push(
          this.constant(call.low),
          this.constant(call.high),
          viewOf(call.state, 0),
          viewOf(call.out, 0),
        );
        return;
      case 'softmax':
        code.push(dtypeCode[call.dtype], Number(call.log), call.rows, call.columns);
        code.push(viewOf(call.input, 0), viewOf(call.out, 0));
        return;
      case 'crossEntropy':
        code.push(dtypeCode[call.dtype], Number(call.sparse), call.rows, call.columns);
        code.push(viewOf(call.logits, 0), viewOf(call.labels, 0));
        code.push(call.loss < 0 ? -1 : viewOf(call.loss, 0), call.delta < 0 ? -1 : viewOf(call.delta, 0));
        return;
      case 'check':
        code.push(dtypeCode[call.dtype], call.count, viewOf(call.input, 0));
        return;
      case 'boundary':
        return;
    }
  }

  private evaluation(
    e: Evaluation,
    strides: readonly (readonly number[])[] | null,
    viewOf: (operand: number, offset: number) => number,
  ): void {
    const steps = registerCode(e.expression);
    if (!steps) throw new Error('An elementwise expression needs more registers than an instruction has.');
    const code = this.code;
    code.push(e.inputs.length, e.outputs.length, steps.stepCount, steps.registers);
    const operand = (o: GridOperand, index: number): void => {
      code.push(o.operand < 0 ? -1 : viewOf(o.operand, o.offset));
      code.append(strides ? strides[index] : o.strides);
    };
    e.inputs.forEach(operand);
    e.outputs.forEach((o, index) => operand(o, e.inputs.length + index));
    const firstConstant = this.constants.length / 2;
    for (const value of steps.constants) this.constant(value);
    const at = code.length;
    code.append(steps.steps);
    for (let s = at; s < code.length; s += stepWords) {
      if (code.words[s] === microCode.constant) code.words[s + 2] += firstConstant;
    }
  }

  /** The program's words: a new array, or a part of `into` if that is long enough. */
  finish(into?: Int32Array): Int32Array {
    const constantsAt = headerWords;
    const buffersAt = constantsAt + this.constants.length;
    const viewsAt = buffersAt + this.buffers.length;
    const codeAt = viewsAt + this.views.length;
    const total = codeAt + this.code.length;
    const words = into && into.length >= total ? into.subarray(0, total) : new Int32Array(total);
    words.set([programMagic, programVersion, total, constantsAt, this.constants.length / 2, buffersAt]);
    words.set([this.buffers.length / bufferWords, viewsAt, this.views.length / viewWords, codeAt], 6);
    words.set([this.code.length, this.boundCount, this.arenaUnits, 0, 0, 0], 10);
    words.set(this.constants.words.subarray(0, this.constants.length), constantsAt);
    words.set(this.buffers.words.subarray(0, this.buffers.length), buffersAt);
    words.set(this.views.words.subarray(0, this.views.length), viewsAt);
    words.set(this.code.words.subarray(0, this.code.length), codeAt);
    return words;
  }
}
