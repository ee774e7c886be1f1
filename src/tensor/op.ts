// What an op is, and who interprets it now. Ops run on the current interpreter: eager (at once) or a trace (into a
// graph). Tapes stand above it: each records the ops whose inputs it follows, so that gradients can be taken; the ops
// of a gradient rule run on the same interpreter and are recorded by the outer tapes, which makes higher orders work.

import type { KernelCall } from '../contract/calls.js';
import { ArgumentError } from '../contract/errors.js';
import { eager } from './eager.js';
import type { Tensor, TensorSpec } from './tensor.js';
import type { Variable } from './variable.js';

/** What a gradient rule can use. */
export interface GradientContext<P> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly params: P;
  /** Which inputs' gradients are wanted. */
  readonly needs: readonly boolean[];
}

/**
 * The vector-Jacobian product of an op: from the gradients of its outputs (null: none arrived) the gradients of its
 * inputs, each of the shape of the input (null: none). Written in ops.
 */
export type GradientRule<P> = (
  dy: readonly (Tensor | null)[],
  context: GradientContext<P>,
) => readonly (Tensor | null)[];

/** An op, told in one place. */
export interface Op<P = undefined> {
  readonly name: string;
  /** Shapes and dtypes of the outputs; throws ArgumentError. */
  readonly infer: (inputs: readonly TensorSpec[], params: P) => readonly TensorSpec[];
  /**
   * The kernel calls that compute it, run in order. Operands are numbered inputs first, then outputs; all are
   * contiguous. Not called for aliases.
   */
  readonly lower: (
    inputs: readonly TensorSpec[],
    outputs: readonly TensorSpec[],
    params: P,
  ) => readonly KernelCall[];
  /** null: the op is not differentiable; what it returns counts as a constant. */
  readonly gradient: GradientRule<P> | null;
  /** The output is the first input's elements under another shape: nothing is computed. */
  readonly alias?: true;
  /** Inputs (Variables) that the op writes in place: the state of a generator. */
  readonly updates?: readonly number[];
}

/** Executes or records ops. */
export interface Interpreter {
  run<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Tensor[];
  assign(variable: Variable, value: Tensor): void;
  /** The Variable's value of now, as a tensor that stays as it is. */
  read(variable: Variable): Tensor;
  /** The error for reading elements of Variables, where their values are not known. */
  refuseRead?(what: string): Error;
}

/** One recorded op. */
export interface TapeRecord {
  readonly op: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  backward(dy: readonly (Tensor | null)[], needs: readonly boolean[]): readonly (Tensor | null)[];
}

/** Follows the watched tensors and what is computed from them. */
export class Tape {
  readonly records: TapeRecord[] = [];
  private readonly followed = new Set<number>();

  watch(t: Tensor): void {
    this.followed.add(t.id);
  }

  follows(t: Tensor): boolean {
    return this.followed.has(t.id);
  }

  record(record: TapeRecord): void {
    this.records.push(record);
    for (const out of record.outputs) this.followed.add(out.id);
  }
}

/** Stands for the tapes outside a computation that has no gradient: refuses what one of them follows. */
class RefusingTape extends Tape {
  constructor(
    private readonly outer: readonly Tape[],
    private readonly refuse: (op: string) => Error,
  ) {
    super();
  }

  override follows(t: Tensor): boolean {
    return this.outer.some((tape) => tape.follows(t));
  }

  override record(record: TapeRecord): void {
    throw this.refuse(record.op);
  }
}

// null: eager, which cannot be named here, as eager.ts and this file import each other.
let interpreter: Interpreter | null = null;
let tapes: Tape[] = [];
let scope = '';

export function currentInterpreter(): Interpreter {
  return interpreter ?? eager;
}

/** Runs `body` with ops going to `next`. */
export function withInterpreter<R>(next: Interpreter, body: () => R): R {
  const before = interpreter;
  const tapesBefore = tapes;
  interpreter = next;
  // A traced function is a unit of its own: tapes outside do not look into it.
  tapes = [];
  try {
    return body();
  } finally {
    interpreter = before;
    tapes = tapesBefore;
  }
}

/** Runs `body` with `tape` recording. */
export function withTape<R>(tape: Tape, body: () => R): R {
  tapes = [...tapes, tape];
  try {
    return body();
  } finally {
    tapes = tapes.slice(0, -1);
  }
}

/** Runs `body` without any tape: what it computes is not followed. */
export function withoutTapes<R>(body: () => R): R {
  const before = tapes;
  tapes = [];
  try {
    return body();
  } finally {
    tapes = before;
  }
}

/**
 * Runs `body`, through which no gradient can be taken: an op in it whose input is followed by a tape of now throws what
 * `refuse` makes of its name. Tapes that `body` starts itself are not concerned.
 */
export function withTapesRefusing<R>(refuse: (op: string) => Error, body: () => R): R {
  const before = tapes;
  if (tapes.length > 0) tapes = [new RefusingTape(before, refuse)];
  try {
    return body();
  } finally {
    tapes = before;
  }
}

/** Whether a tape follows `t`; without `t`, whether there is a tape at all. */
export function isFollowed(t?: Tensor): boolean {
  return t ? tapes.some((tape) => tape.follows(t)) : tapes.length > 0;
}

/** Runs `body` inside a named scope, usually a layer; errors and programs name it. */
export function withScope<R>(name: string, body: () => R): R {
  const before = scope;
  scope = before ? `${before}/${name}` : name;
  try {
    return body();
  } finally {
    scope = before;
  }
}

export function currentScope(): string {
  return scope;
}

/** Runs an op on the current interpreter and records it on the tapes that follow one of its inputs. */
export function runOp<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Tensor[] {
  let outputs: Tensor[];
  try {
    outputs = (interpreter ?? eager).run(op, inputs, params);
  } catch (error) {
    if (scope && error instanceof ArgumentError && !error.message.startsWith(scope)) {
      error.message = `${scope}: ${error.message}`;
    }
    throw error;
  }
  if (tapes.length > 0 && op.gradient) record(op, op.gradient, inputs, outputs, params);
  return outputs;
}

/** The same for ops of one output. */
export function runOp1<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Tensor {
  return runOp(op, inputs, params)[0];
}

function record<P>(
  op: Op<P>,
  gradient: GradientRule<P>,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  params: P,
): void {
  let saved: readonly Tensor[] | null = null;
  for (const tape of tapes) {
    if (!inputs.some((t) => tape.follows(t))) continue;
    // Variables change: the rule must see the values of now.
    const values = (saved ??= inputs.map(followedSnapshot));
    tape.record({
      op: op.name,
      inputs,
      outputs,
      backward: (dy, needs) => gradient(dy, { inputs: values, outputs, params, needs }),
    });
  }
}

/**
 * The present value of a Variable, followed by every tape that follows the Variable: gradients of gradients pass
 * through what a rule has saved. Other tensors are returned as they are.
 */
export function followedSnapshot(t: Tensor): Tensor {
  const value = t.snapshot_();
  if (value !== t) recordCustom('read', [t], [value], (dy) => dy);
  return value;
}

/** Records a computation whose gradient is given by a function (customGrad). */
export function recordCustom(
  op: string,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  backward: TapeRecord['backward'],
): void {
  for (const tape of tapes) {
    if (inputs.some((t) => tape.follows(t))) tape.record({ op, inputs, outputs, backward });
  }
}
