// The graph of a traced function: values, and instructions over them in the order in which they run. Straight-line code
// with nested loops, and nothing else. Kernel calls are those of contract/calls.ts with operands numbered by value;
// whatever has to end up in a certain place (a Variable's home, a result) is moved there by a `move`, which the pass
// passes/coalesce.ts removes wherever the value can be made in that place to begin with.

import type { KernelCall } from '../../contract/calls.js';
import type { DType } from '../../contract/dtypes.js';
import type { Source } from '../../contract/errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';

/** Number of a value: its place in the graph's list. */
export type ValueId = number;

/** Where a value's elements lie. */
export type Origin =
  /** In the arena, unless a pass gives it another value's place. */
  | { readonly kind: 'computed' }
  /** In the array of an argument: leaf number `index` of the arguments. */
  | { readonly kind: 'argument'; readonly index: number }
  /** In the array of a tensor that the function captured. */
  | { readonly kind: 'constant'; readonly tensor: Tensor }
  /** In the home of a Variable: the one value that is written more than once. */
  | { readonly kind: 'variable'; readonly variable: Variable }
  /** In the array of result number `index`. */
  | { readonly kind: 'result'; readonly index: number }
  /** In another value: in turn t of the loop, from element t * stride on. */
  | { readonly kind: 'slice'; readonly of: ValueId; readonly loop: Loop; readonly stride: number };

export interface Value {
  readonly id: ValueId;
  readonly dtype: DType;
  /** In elements; always contiguous. Shapes are the tensors' business. */
  readonly length: number;
  readonly origin: Origin;
  /** The loops in whose bodies it is made, outermost first. */
  readonly loops: readonly Loop[];
}

export interface Kernel {
  readonly kind: 'kernel';
  /** Operands are values. */
  call: KernelCall;
  source: Source;
}

/** Copies all elements of one value to another of the same dtype and length. */
export interface Move {
  readonly kind: 'move';
  readonly from: ValueId;
  readonly to: ValueId;
  readonly source: Source;
}

export interface Loop {
  readonly kind: 'loop';
  /** Turns; the most there may be if `turns` is given. */
  readonly count: number;
  /** An int32 that says how many turns to make; -1: `count`. */
  readonly turns: ValueId;
  readonly source: Source;
  body: Instruction[];
}

export type Instruction = Kernel | Move | Loop;

export class Graph {
  readonly values: Value[] = [];
  code: Instruction[] = [];

  value(dtype: DType, length: number, origin: Origin, loops: readonly Loop[] = []): Value {
    const value = { id: this.values.length, dtype, length, origin, loops };
    this.values.push(value);
    return value;
  }
}

/** Calls `visit` for each block of code, the loops' bodies before the block that they stand in. */
export function forEachBlock(
  code: Instruction[],
  visit: (block: Instruction[], loop: Loop | null) => void,
  loop: Loop | null = null,
): void {
  for (const instruction of code) {
    if (instruction.kind === 'loop') forEachBlock(instruction.body, visit, instruction);
  }
  visit(code, loop);
}

/** Calls `visit` for every instruction in order, a loop before its body, with the loops that it stands in. */
export function forEachInstruction(
  code: readonly Instruction[],
  visit: (instruction: Instruction, loops: readonly Loop[]) => void,
  loops: readonly Loop[] = [],
): void {
  for (const instruction of code) {
    visit(instruction, loops);
    if (instruction.kind === 'loop') forEachInstruction(instruction.body, visit, [...loops, instruction]);
  }
}

/** Replaces the contents of a block in place, as others hold on to it. */
export function setBlock(block: Instruction[], instructions: readonly Instruction[]): void {
  block.length = 0;
  for (const instruction of instructions) block.push(instruction);
}
