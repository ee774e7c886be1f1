// Evaluates elementwise expressions: a block of points at a time, one loop per step over registers that hold one value
// a point. 256 points keep the registers of an ordinary expression in the first-level cache, and make the cost of
// calling a loop small against running it.

import type { ComputeDType } from '../../contract/dtypes.js';
import type { DecodedExpression, DecodedOperand } from '../../contract/decoding.js';
import { limits, stepWords } from '../../contract/instructions.js';
import { microCode, microNames } from '../../contract/micro-operations.js';
import { loadFrom, storeTo, type Load, type Register, type Store } from './conversion.js';
import { floatLoops } from './float-loops.js';
import { integerLoops } from './integer-loops.js';
import { registerArray, RowWalk, type View, type Views } from './kernel.js';

/** Points that an expression is evaluated at in one go, at most. */
export const blockSize = 256;

/** Registers are shared by all expressions: nothing in them outlives a unit. */
const registers: Partial<Record<ComputeDType, Register[]>> = {};

function registersOf(dtype: ComputeDType): Register[] {
  return (registers[dtype] ??= Array.from({ length: limits.registers }, () =>
    registerArray(dtype, blockSize),
  ));
}

type Loop = (n: number, out: Register, a: Register, b: Register, c: Register) => void;

interface Step {
  /** Null for loads and stores, which have an operand. */
  readonly loop: Loop | null;
  readonly operand: Operand | null;
  readonly out: Register;
  readonly a: Register;
  readonly b: Register;
  readonly c: Register;
}

/** An operand and how it steps through the grid. */
class Operand {
  /** Stride of the last dimension; where `rows` is null, from any point of the grid to the next. */
  private readonly stride: number;
  private readonly rows: RowWalk | null;
  private readonly rowLength: number;

  constructor(
    private readonly view: View,
    strides: ArrayLike<number>,
    dims: readonly number[],
    private readonly load: Load | null,
    private readonly store: Store | null,
  ) {
    const last = dims.length - 1;
    this.rowLength = last < 0 ? 1 : dims[last];
    // Dimensions of size 1 have no say in whether the operand is stepped through evenly.
    const sizes = dims.map((size, d) => ({ size, stride: strides[d] })).filter((d) => d.size !== 1);
    this.stride = last < 0 ? 0 : strides[last];
    const even = sizes.every((d, i) => i === 0 || sizes[i - 1].stride === d.stride * d.size);
    this.rows = even ? null : new RowWalk(dims, strides);
    if (even && sizes.length > 0) this.stride = sizes[sizes.length - 1].stride;
  }

  /** Loads points start .. start+n-1, counted in row-major order, into `register`, or stores them from it. */
  move(register: Register, start: number, n: number): void {
    const { rows, view, stride, rowLength } = this;
    const move = this.load ?? this.store!;
    if (rows === null) {
      move(register, 0, n, view.array, view.offset + start * stride, stride);
      return;
    }
    const row = Math.floor(start / rowLength);
    rows.seek(row);
    let column = start - row * rowLength;
    for (let done = 0; done < n;) {
      const run = Math.min(rowLength - column, n - done);
      move(register, done, run, view.array, view.offset + rows.offset + column * stride, stride);
      done += run;
      column = 0;
      rows.next();
    }
  }
}

/** An expression over a grid, ready to be evaluated anywhere in it. */
export class ExpressionPlan {
  /** What is stored to the output whose view is -1, at the points of the last block. */
  readonly result: Register;
  /** Steps but for constants: the work of one point. */
  readonly stepCount: number;
  private readonly steps: Step[] = [];
  private readonly constants: { readonly register: Register; readonly value: number }[] = [];

  constructor(
    expression: DecodedExpression,
    dtype: ComputeDType,
    dims: readonly number[],
    views: Views,
    constants: Float64Array,
  ) {
    const pool = registersOf(dtype);
    const loops = (dtype === 'int32' ? integerLoops : floatLoops) as unknown as Readonly<
      Record<string, Loop>
    >;
    const operandOf = (o: DecodedOperand, stores: boolean): Operand => {
      const view = views[o.view];
      const load = stores ? null : loadFrom(view.dtype, dtype);
      return new Operand(view, o.strides, dims, load, stores ? storeTo(view.dtype, dtype) : null);
    };
    const { inputs, outputs, steps } = expression;
    const idle = pool[0];
    this.result = idle;
    for (let s = 0; s < steps.length; s += stepWords) {
      const code = steps[s];
      const out = pool[steps[s + 1]];
      const a = steps[s + 2];
      if (code === microCode.load) {
        const operand = operandOf(inputs[a], false);
        this.steps.push({ loop: null, operand, out, a: idle, b: idle, c: idle });
      } else if (code === microCode.store) {
        const target = outputs[steps[s + 3] - inputs.length];
        if (target.view < 0) {
          this.result = pool[a];
          if (overwritten(steps, s, a)) {
            this.result = registerArray(dtype, blockSize);
            this.steps.push({
              loop: loops.copy,
              operand: null,
              out: this.result,
              a: pool[a],
              b: idle,
              c: idle,
            });
          }
        } else {
          const operand = operandOf(target, true);
          this.steps.push({ loop: null, operand, out: pool[a], a: idle, b: idle, c: idle });
        }
      } else if (code === microCode.constant) {
        this.constants.push({ register: out, value: toInteger(constants[a], dtype) });
      } else {
        const [b, c] = [pool[steps[s + 3]] ?? idle, pool[steps[s + 4]] ?? idle];
        this.steps.push({ loop: loops[microNames[code]], operand: null, out, a: pool[a], b, c });
      }
    }
    this.stepCount = this.steps.length;
  }

  /** Sets the constants for blocks of up to `n` points; to be called at the start of each unit. */
  prepare(n: number): void {
    const count = Math.min(n, blockSize);
    const { constants } = this;
    for (let k = 0; k < constants.length; k++) {
      const { register, value } = constants[k];
      for (let i = 0; i < count; i++) register[i] = value;
    }
  }

  /** Evaluates points start .. start+n-1 of the grid; n is at most blockSize. */
  evaluate(start: number, n: number): void {
    const { steps } = this;
    for (let s = 0; s < steps.length; s++) {
      const step = steps[s];
      if (step.loop !== null) step.loop(n, step.out, step.a, step.b, step.c);
      else step.operand!.move(step.out, start, n);
    }
  }

  /** Evaluates points start .. end-1 of the grid, block by block. */
  evaluateAll(start: number, end: number): void {
    this.prepare(end - start);
    for (let p = start; p < end; p += blockSize) this.evaluate(p, Math.min(blockSize, end - p));
  }
}

/** Whether a step after `at` writes to `register`. */
function overwritten(steps: Int32Array, at: number, register: number): boolean {
  for (let s = at + stepWords; s < steps.length; s += stepWords) {
    if (steps[s] !== microCode.store && steps[s + 1] === register) return true;
  }
  return false;
}

/** A constant of an int32 expression is converted as a load would be: towards zero, saturating, NaN to 0. */
function toInteger(value: number, dtype: ComputeDType): number {
  if (dtype !== 'int32') return value;
  return value !== value ? 0 : Math.max(-2147483648, Math.min(2147483647, Math.trunc(value)));
}
