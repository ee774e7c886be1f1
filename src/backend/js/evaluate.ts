// Evaluates elementwise expressions: a block of points at a time, one loop per step over registers that hold one value
// a point. What of an operand already lies in the backend's own memory, point after point in the compute dtype, is read
// and written there, like a register.

import type { ComputeDType } from '../../contract/dtypes.js';
import type { DecodedExpression, DecodedOperand } from '../../contract/decoding.js';
import { stepWords } from '../../contract/instructions.js';
import { microCode, microNames, microOperations } from '../../contract/micro-operations.js';
import { float32Loops, float64Loops, int32Loops, type Loop } from './generated/loops.js';
import { View, type Views } from './kernel.js';
import { blockSize, memoryOf, registerAt, workRegisters } from './memory.js';
import { evenStride, Operand } from './operand.js';

const loopsOf: Readonly<Record<ComputeDType, Readonly<Record<string, Loop>>>> = {
  float32: float32Loops,
  float64: float64Loops,
  int32: int32Loops,
};

/** A step: a loop over places in the backend's memory, or, where that is null, an operand that is moved to or from `out`. */
interface Step {
  readonly loop: Loop | null;
  readonly operand: Operand | null;
  readonly out: View;
  readonly a: View;
  readonly b: View;
  readonly c: View;
}

/** An expression over a grid, ready to be evaluated anywhere in it. */
export class ExpressionPlan {
  /** Where, in memoryOf[dtype], the last block's values for the output whose view is -1 are. */
  readonly result: View;
  /** The work of one point. */
  readonly stepCount: number;
  private readonly steps: readonly Step[];
  private readonly constants: readonly { readonly register: View; readonly value: number }[];
  private readonly memory: Float32Array | Float64Array | Int32Array;

  constructor(
    expression: DecodedExpression,
    dtype: ComputeDType,
    dims: readonly number[],
    views: Views,
    constants: Float64Array,
  ) {
    const made = new Planning(expression, dtype, dims, views, constants);
    this.steps = made.steps;
    this.constants = made.constants;
    this.result = made.result;
    this.stepCount = made.steps.length;
    this.memory = memoryOf[dtype];
  }

  /** Sets the constants for blocks of up to `n` points; to be called at the start of each unit. */
  prepare(n: number): void {
    const count = Math.min(n, blockSize);
    const { constants, memory } = this;
    for (let k = 0; k < constants.length; k++) {
      const { register, value } = constants[k];
      for (let i = 0; i < count; i++) memory[register.offset + i] = value;
    }
  }

  /** Evaluates points start .. start+n-1 of the grid; n is at most blockSize. */
  evaluate(start: number, n: number): void {
    const { steps } = this;
    for (let s = 0; s < steps.length; s++) {
      const { loop, out, a, b, c, operand } = steps[s];
      if (loop === null) operand!.move(out.offset + start * out.walk, start, n);
      else if (start === 0) loop(n, out.offset, a.offset, b.offset, c.offset);
      else {
        loop(
          n,
          out.offset + start * out.walk,
          a.offset + start * a.walk,
          b.offset + start * b.walk,
          c.offset + start * c.walk,
        );
      }
    }
  }

  /** Evaluates points start .. end-1 of the grid, block by block. */
  evaluateAll(start: number, end: number): void {
    this.prepare(end - start);
    if (start === 0 && end <= blockSize) {
      if (end > 0) this.evaluate(0, end);
      return;
    }
    for (let p = start; p < end; p += blockSize) this.evaluate(p, Math.min(blockSize, end - p));
  }
}

/** Makes the steps of an ExpressionPlan. */
class Planning {
  readonly steps: Step[] = [];
  readonly constants: { readonly register: View; readonly value: number }[] = [];
  readonly result: View;
  /** Where the value is that each register of the expression holds: the register, or an operand in its stead. */
  private readonly places: View[] = [];
  private readonly words: Int32Array;

  constructor(
    private readonly expression: DecodedExpression,
    private readonly dtype: ComputeDType,
    private readonly dims: readonly number[],
    private readonly views: Views,
    constants: Float64Array,
  ) {
    const { inputs, outputs, steps } = expression;
    this.words = steps;
    const idle = this.register(0);
    this.result = idle;
    for (let s = 0; s < steps.length; s += stepWords) {
      const [code, to, a, b, c] = steps.subarray(s, s + stepWords);
      if (code === microCode.load) {
        const input = inputs[a];
        const inPlace = this.isReadAfterStore(s) ? null : this.inPlace(input);
        this.places[to] = inPlace ?? this.register(to);
        if (inPlace === null) this.move(input, this.places[to], 'load');
      } else if (code === microCode.store) {
        const output = outputs[b - inputs.length];
        if (output.view < 0) this.result = this.kept(s, a);
        else if (this.places[a] !== this.inPlace(output)) this.move(output, this.places[a], 'store');
      } else if (code === microCode.constant) {
        this.places[to] = this.register(to);
        this.constants.push({ register: this.places[to], value: toInteger(constants[a], dtype) });
      } else {
        const [A, B, C] = [this.places[a], this.places[b] ?? idle, this.places[c] ?? idle];
        this.places[to] = this.target(s) ?? this.register(to);
        const loop = loopsOf[dtype][microNames[code]];
        this.steps.push({ loop, operand: null, out: this.places[to], a: A, b: B, c: C });
      }
    }
  }

  private register(number: number): View {
    return new View(-1, registerAt(number), this.dtype, null, 0);
  }

  private move(operand: DecodedOperand, register: View, access: 'load' | 'store'): void {
    const moved = new Operand(this.views[operand.view], operand, this.dims, this.dtype, access);
    this.steps.push({ loop: null, operand: moved, out: register, a: register, b: register, c: register });
  }

  /** The operand's view, if a loop can go over it as over a register. */
  private inPlace(operand: DecodedOperand): View | null {
    const view = this.views[operand.view];
    const fits = view.residence !== null && view.dtype === this.dtype;
    return fits && evenStride(operand.strides, this.dims) === 1 ? view : null;
  }

  /** The registers that the step at `s` reads. */
  private reads(s: number): Int32Array {
    const code = this.words[s];
    const count = code === microCode.store ? 1 : microOperations[microNames[code]].arity;
    return this.words.subarray(s + 2, s + 2 + count);
  }

  /** The view that the step at `s` stores to, if it does. */
  private storesTo(s: number): View | null {
    if (this.words[s] !== microCode.store) return null;
    const { view } = this.expression.outputs[this.words[s + 3] - this.expression.inputs.length];
    return view < 0 ? null : this.views[view];
  }

  /** Whether the value loaded at `s` is read after a store has come over the place that it was loaded from. */
  private isReadAfterStore(s: number): boolean {
    const { words } = this;
    const register = words[s + 1];
    const source = this.views[this.expression.inputs[words[s + 2]].view];
    let isOver = false;
    for (let t = s + stepWords; t < words.length; t += stepWords) {
      if (isOver && this.reads(t).includes(register)) return true;
      const stored = this.storesTo(t);
      if (stored !== null) isOver ||= overlap(stored, source);
      else if (words[t] !== microCode.store && words[t + 1] === register) return false;
    }
    return false;
  }

  /** The output that the step at `s` can write to at once: its result is stored there, and nothing is read there later. */
  private target(s: number): View | null {
    const { words } = this;
    const { inputs, outputs } = this.expression;
    const register = words[s + 1];
    let target: View | null = null;
    for (let t = s + stepWords; t < words.length && target === null; t += stepWords) {
      if (words[t] === microCode.store) {
        const output = outputs[words[t + 3] - inputs.length];
        if (words[t + 2] === register && output.view >= 0) target = this.inPlace(output);
      } else if (words[t + 1] === register) break;
    }
    if (target === null) return null;
    for (let t = s; t < words.length; t += stepWords) {
      if (words[t] === microCode.load && overlap(this.views[inputs[words[t + 2]].view], target)) return null;
      for (const read of this.reads(t)) {
        const place = this.places[read];
        // The step itself may read the very elements that it writes.
        const isRead = t === s ? place !== target : read !== register;
        if (isRead && place?.walk === 1 && overlap(place, target)) return null;
      }
    }
    return target;
  }

  /** Where the result in register `a` stays until the block is taken. */
  private kept(s: number, a: number): View {
    const { words } = this;
    const place = this.places[a];
    for (let t = s + stepWords; t < words.length; t += stepWords) {
      if (words[t] === microCode.store || words[t + 1] !== a || place.walk === 1) continue;
      const kept = this.register(workRegisters.result);
      this.steps.push({
        loop: loopsOf[this.dtype].copy,
        operand: null,
        out: kept,
        a: place,
        b: place,
        c: place,
      });
      return kept;
    }
    return place;
  }
}

/** Whether the buffers of two views share memory. */
function overlap({ residence: a }: View, { residence: b }: View): boolean {
  return a !== null && b !== null && a.from < b.to && b.from < a.to;
}

/** A constant of an int32 expression is converted as a load would be: towards zero, saturating, NaN to 0. */
function toInteger(value: number, dtype: ComputeDType): number {
  if (dtype !== 'int32') return value;
  return value !== value ? 0 : Math.max(-2147483648, Math.min(2147483647, Math.trunc(value)));
}
