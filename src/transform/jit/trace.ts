// The interpreter that records: while a function is traced, every op becomes kernel calls of a graph, and tensors stand
// for values of that graph. Variables are read through the trace: an op sees what was assigned to it before, or else
// its home. What is assigned is written home at the end of the block of code, at boundaries and around loops, so that
// at each boundary all Variables hold the values of a completed step.

import { sizeOf, type KernelCall } from '../../contract/calls.js';
import type { DType } from '../../contract/dtypes.js';
import { HebbError, type Source } from '../../contract/errors.js';
import { identity } from '../../contract/expression.js';
import { userLine } from '../../backend/failure.js';
import { currentScope, withInterpreter, type Interpreter, type Op } from '../../tensor/op.js';
import { Tensor, type Symbolic, type TensorSpec } from '../../tensor/tensor.js';
import { Variable } from '../../tensor/variable.js';
import { Graph, type Instruction, type Loop, type ValueId } from './graph.js';
import { mapOperands } from './operands.js';

/** What a tensor of a traced function holds instead of elements. */
class TracedValue implements Symbolic {
  constructor(
    readonly trace: Trace,
    readonly id: ValueId,
    readonly source: Source,
  ) {}

  readError(what: string): Error {
    return refusal(what, this.source);
  }
}

/** A number given to a traced function: an op's operand like any tensor, but no number to calculate with. */
class TracedNumber extends Tensor {
  [Symbol.toPrimitive](): never {
    throw (this.content_('conversion to a number') as Symbolic).readError('conversion to a number');
  }
}

function refusal(what: string, source?: Source): Error {
  const made = source && userLine(source.trace?.stack);
  return new HebbError(
    `${what}: this value is known only when the program runs, not while jit traces the function` +
      `${userLine(new Error().stack) && ` (read${userLine(new Error().stack)})`}` +
      `${made ? `; it was made by ${source.op}${made}` : ''}. ` +
      'Return the tensor and read it outside, compute with ops (where, maximum, ...) instead of if and numbers, or ' +
      'run the function without jit (models: compile({runEagerly: true})).',
  );
}

/** The operands of ops that convert what they load, so that any dtype will do. */
function converts(call: KernelCall): boolean {
  return call.kernel === 'map' || call.kernel === 'reduce';
}

export class Trace implements Interpreter {
  readonly graph = new Graph();
  private block: Instruction[] = this.graph.code;
  private loops: readonly Loop[] = [];
  /** Where in the block values of Variables are read: as early as may be, so that fusion is free to move their users. */
  private readAt = 0;
  /** The values of Variables at this point of the code. */
  private readonly current = new Map<Variable, ValueId>();
  /** Variables whose value is not yet written to their homes. */
  private readonly assigned = new Set<Variable>();
  private readonly homes = new Map<Variable, ValueId>();
  private readonly constants = new Map<object, ValueId>();
  /** Values that stand for numbers: float64 in memory, whatever the tensor says. */
  private readonly numbers = new Set<ValueId>();

  /** Runs `body` with ops going to this trace, deep enough stacks for the user's line to be found in them. */
  record<R>(body: (trace: this) => R): R {
    const limited = Error as unknown as { stackTraceLimit?: number };
    const before = limited.stackTraceLimit;
    limited.stackTraceLimit = 40;
    try {
      return withInterpreter(this, () => body(this));
    } finally {
      limited.stackTraceLimit = before;
    }
  }

  /** A tensor for argument number `index`. */
  argument(index: number, spec: TensorSpec): Tensor {
    const value = this.graph.value(spec.dtype, sizeOf(spec.shape), { kind: 'argument', index });
    return this.tensor(value.id, spec, this.source('argument'));
  }

  /**
   * A rank-0 tensor for argument number `index`, a plain number. Like a captured number it is rounded only by the op
   * that uses it, so it is kept as float64.
   */
  number(index: number, dtype: DType): Tensor {
    const value = this.graph.value('float64', 1, { kind: 'argument', index });
    this.numbers.add(value.id);
    return new TracedNumber(new TracedValue(this, value.id, this.source('argument')), [], dtype);
  }

  /** Makes `t` result number `index`. */
  result(index: number, t: Tensor): void {
    const from = this.elements(t);
    const value = this.graph.value(t.dtype, t.size, { kind: 'result', index });
    this.block.push({ kind: 'move', from, to: value.id, source: this.source('return') });
  }

  /** Whether `t` is a value of this trace (and not one that is known already). */
  has(t: Tensor): boolean {
    return !(t instanceof Variable) && this.traced(t) !== null;
  }

  run<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Tensor[] {
    const specs = op.infer(inputs, params);
    const source = this.source(op.name);
    if (op.alias) return [this.tensor(this.valueOf(inputs[0]), specs[0], source)];
    const calls = op.lower(inputs, specs, params);
    const operands = inputs.map((t, i) => {
      if (op.updates?.includes(i)) return this.updated(t as Variable);
      return calls.every(converts) ? this.valueOf(t) : this.elements(t);
    });
    for (const spec of specs) {
      operands.push(this.graph.value(spec.dtype, sizeOf(spec.shape), { kind: 'computed' }, this.loops).id);
    }
    for (const call of calls)
      this.emit(
        mapOperands(call, (operand) => operands[operand]),
        source,
      );
    return specs.map((spec, i) => this.tensor(operands[inputs.length + i], spec, source));
  }

  assign(variable: Variable, value: Tensor): void {
    this.current.set(variable, this.elements(value));
    this.assigned.add(variable);
  }

  read(variable: Variable): Tensor {
    return this.tensor(this.valueOf(variable), variable, this.source('read'));
  }

  refuseRead(what: string): Error {
    return refusal(what);
  }

  /** Writes what was assigned to the Variables' homes. */
  flush(): void {
    for (const variable of this.assigned) {
      const from = this.current.get(variable)!;
      this.block.push({ kind: 'move', from, to: this.home(variable), source: this.source('assign') });
    }
    this.assigned.clear();
    this.readAt = this.block.length;
  }

  /** The end of a step. */
  boundary(): void {
    this.flush();
    this.emit({ kernel: 'boundary' }, this.source('boundary'));
    this.readAt = this.block.length;
  }

  /**
   * A loop. Variables carry their values from turn to turn through their homes.
   * @param count turns; with `turns`, a rank-0 int32, the most there may be
   * @param slices tensors of which turn t sees elements t * stride .. (t + 1) * stride - 1
   * @param body gets the slices and returns tensors
   * @returns for each tensor that the body returns, those of all turns one after the other; zeros for turns not made
   */
  loop(
    count: number,
    turns: Tensor | null,
    slices: readonly { readonly tensor: Tensor; readonly shape: readonly number[] }[],
    body: (slices: Tensor[]) => readonly Tensor[],
  ): Tensor[] {
    this.flush();
    const source = this.source('repeat');
    const outside = slices.map(({ tensor }) => this.elements(tensor));
    const turnsValue = turns ? this.elements(turns) : -1;
    const loop: Loop = { kind: 'loop', count, turns: turnsValue, source, body: [] };
    const before = { block: this.block, loops: this.loops };
    this.enter(loop.body, [...this.loops, loop]);
    const stacks: Tensor[] = [];
    try {
      const inside = slices.map(({ tensor, shape }, i) => {
        const stride = sizeOf(shape);
        const origin = { kind: 'slice', of: outside[i], loop, stride } as const;
        const value = this.graph.value(tensor.dtype, stride, origin, this.loops);
        return this.tensor(value.id, { shape, dtype: tensor.dtype }, source);
      });
      for (const result of body(inside)) {
        const from = this.elements(result);
        const { dtype, size } = result;
        const whole = this.graph.value(dtype, count * size, { kind: 'computed' }, before.loops);
        const origin = { kind: 'slice', of: whole.id, loop, stride: size } as const;
        const place = this.graph.value(dtype, size, origin, this.loops);
        this.block.push({ kind: 'move', from, to: place.id, source });
        if (turns) before.block.push(zeros(this.graph, whole.id, source));
        stacks.push(this.tensor(whole.id, { shape: [count, ...result.shape], dtype }, source));
      }
      this.flush();
    } finally {
      this.enter(before.block, before.loops);
    }
    this.block.push(loop);
    this.readAt = this.block.length;
    return stacks;
  }

  private enter(block: Instruction[], loops: readonly Loop[]): void {
    this.block = block;
    this.loops = loops;
    this.readAt = block.length;
    this.current.clear();
  }

  private source(op: string): Source {
    return { op, scope: currentScope(), trace: new Error(op) };
  }

  private emit(call: KernelCall, source: Source): void {
    this.block.push({ kind: 'kernel', call, source });
  }

  private tensor(value: ValueId, { shape, dtype }: TensorSpec, source: Source): Tensor {
    return new Tensor(new TracedValue(this, value, source), shape, dtype);
  }

  private traced(t: Tensor): TracedValue | null {
    const content = t.content_('jit');
    if (ArrayBuffer.isView(content)) return null;
    if (content instanceof TracedValue && content.trace === this) return content;
    throw content.readError('jit');
  }

  /** The value that `t` stands for here. */
  private valueOf(t: Tensor): ValueId {
    if (t instanceof Variable) return this.current.get(t) ?? this.readHome(t);
    return this.traced(t)?.id ?? this.constant(t);
  }

  /** The same, in memory in the tensor's own dtype. */
  private elements(t: Tensor): ValueId {
    const value = this.valueOf(t);
    if (!this.numbers.has(value)) return value;
    const out = this.graph.value(t.dtype, 1, { kind: 'computed' }, this.loops).id;
    const scalar = (operand: ValueId) => ({ operand, offset: 0, strides: [] });
    const dtype = t.dtype === 'float64' ? 'float64' : 'float32';
    const ends = { inputs: [scalar(value)], outputs: [scalar(out)] };
    this.emit({ kernel: 'map', dtype, dims: [], expression: identity, ...ends }, this.source('cast'));
    return out;
  }

  private constant(tensor: Tensor): ValueId {
    const array = tensor.content_('jit') as object;
    const known = this.constants.get(array);
    if (known !== undefined && this.graph.values[known].dtype === tensor.dtype) return known;
    const { id } = this.graph.value(tensor.dtype, tensor.size, { kind: 'constant', tensor });
    this.constants.set(array, id);
    return id;
  }

  private home(variable: Variable): ValueId {
    let home = this.homes.get(variable);
    if (home === undefined) {
      home = this.graph.value(variable.dtype, variable.size, { kind: 'variable', variable }).id;
      this.homes.set(variable, home);
    }
    return home;
  }

  private readHome(variable: Variable): ValueId {
    const from = this.home(variable);
    const to = this.graph.value(variable.dtype, variable.size, { kind: 'computed' }, this.loops).id;
    this.block.splice(this.readAt++, 0, { kind: 'move', from, to, source: this.source('read') });
    this.current.set(variable, to);
    return to;
  }

  /** The home of a Variable that an op updates in place. */
  private updated(variable: Variable): ValueId {
    if (this.assigned.has(variable)) this.flush();
    // What was read before stays what it was; who reads from now on reads the home again, after the op.
    this.current.delete(variable);
    this.readAt = this.block.length + 1;
    return this.home(variable);
  }
}

/** An instruction that sets a value to zeros. */
function zeros(graph: Graph, value: ValueId, source: Source): Instruction {
  const { dtype, length } = graph.values[value];
  const compute = dtype === 'float32' || dtype === 'float64' ? dtype : 'int32';
  const expression = { inputs: 0, nodes: [{ operation: 'constant', value: 0 } as const], outputs: [0] };
  const outputs = [{ operand: value, offset: 0, strides: [1] }];
  const call = { kernel: 'map', dtype: compute, dims: [length], expression, inputs: [], outputs } as const;
  return { kind: 'kernel', call, source };
}
