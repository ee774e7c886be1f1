// What structures a training loop: repeat, boundary, checkFinite. In a jitted function they become instructions of the
// program, so that whole epochs run without returning to JavaScript; elsewhere they do the same at once.

import { ArgumentError, HebbError } from '../contract/errors.js';
import { isFloat } from '../contract/dtypes.js';
import { sizeOf } from '../contract/calls.js';
import { expandDims, reshape, slice, stack } from '../ops/index.js';
import { zeros } from '../tensor/create.js';
import { currentInterpreter, isFollowed, runOp, withTapesRefusing, type Op } from '../tensor/op.js';
import { showShape } from '../tensor/shapes.js';
import { Tensor } from '../tensor/tensor.js';
import { Trace } from './jit/trace.js';

/**
 * A tensor that is cut along its first axis: turn t sees rows t * rows .. (t + 1) * rows - 1, as [rows, ...]. A plain
 * tensor is cut into single rows, without the first axis.
 */
export type Slice = Tensor | { readonly tensor: Tensor; readonly rows: number };

/** A number of turns, or one known only when the program runs: `value`, a rank-0 int32 of at most `max`. */
export type Count = number | { readonly max: number; readonly value: Tensor };

/** Slices by name, or in a list. */
export type Slices = readonly Slice[] | Readonly<Record<string, Slice>>;

/** The tensors that the body gets for its slices. */
export type Sliced<S extends Slices> = { -readonly [K in keyof S]: Tensor };

interface Cut {
  readonly tensor: Tensor;
  readonly rows: number;
  readonly shape: readonly number[];
}

function noGradient(op: string): Error {
  return new HebbError(
    'repeat: gradients cannot be taken through a number of turns that is known only when the program runs ' +
      `(${op} in its body uses a tensor that is being followed); take them inside the body, or give the number.`,
  );
}

function cutOf(name: string, given: Slice, count: number, refuses: boolean): Cut {
  const single = given instanceof Tensor;
  const tensor = single ? given : given.tensor;
  const rows = single ? 1 : given.rows;
  if (!(tensor instanceof Tensor) || !Number.isInteger(rows) || rows < 1) {
    throw new ArgumentError(
      `repeat: expected slice ${name} to be a tensor, or {tensor, rows} with rows >= 1.`,
    );
  }
  if (tensor.rank === 0 || tensor.shape[0] < count * rows) {
    throw new ArgumentError(
      `repeat: expected slice ${name} to have at least ${count * rows} rows (${count} turns of ${rows}), ` +
        `got a tensor of shape ${showShape(tensor.shape)}.`,
    );
  }
  if (refuses && isFollowed(tensor)) throw noGradient('the slice');
  const row = tensor.shape.slice(1);
  return { tensor, rows, shape: single ? row : [rows, ...row] };
}

/** Rows of a cut in turn t. */
function part({ tensor, rows, shape }: Cut, t: number): Tensor {
  if (rows === tensor.shape[0]) return reshape(tensor, shape);
  const begin = tensor.shape.map((_, d) => (d === 0 ? t * rows : 0));
  return reshape(slice(tensor, begin, [rows, ...tensor.shape.slice(1)]), shape);
}

/**
 * Runs `body` count times. Variables carry state from turn to turn. In a jitted function this is one loop of the
 * program, however many turns it makes; but under a gradient tape the turns are written out one after the other, as what each
 * of them computes is kept for the way back. As everywhere, no gradient passes through what is assigned to a Variable.
 * @param slices what turn t sees a part of; extra rows are left over
 * @param body gets the parts and returns tensors, of the same shapes each turn
 * @returns for each tensor that `body` returns, those of all turns stacked along a new first axis. Turns that a run-time
 *   count leaves out are zeros. Without any turn (count 0) an empty list.
 * @throws ArgumentError if a slice has too few rows; HebbError if a gradient is taken through turns whose
 *   number is known only when the program runs
 */
export function repeat<const S extends Slices>(
  count: Count,
  slices: S,
  body: (slices: Sliced<S>) => readonly Tensor[] | void,
): Tensor[] {
  const max = typeof count === 'number' ? count : count.max;
  const value = typeof count === 'number' ? null : count.value;
  if (!Number.isInteger(max) || max < 0) {
    throw new ArgumentError(`repeat: expected a whole number of turns, got ${max}.`);
  }
  if (value && (value.dtype !== 'int32' || value.size !== 1)) {
    throw new ArgumentError(
      `repeat: expected the number of turns as a rank-0 int32, got ${value.dtype} of shape ${showShape(value.shape)}.`,
    );
  }
  if (max === 0) return [];
  const names = Object.keys(slices) as (keyof S & string)[];
  const interpreter = currentInterpreter();
  const isTraced = interpreter instanceof Trace;
  const refuses = isTraced && value !== null;
  const cuts = names.map((name) =>
    cutOf(name, (slices as Readonly<Record<string, Slice>>)[name], max, refuses),
  );
  const named = (parts: readonly Tensor[]): Sliced<S> =>
    (Array.isArray(slices)
      ? [...parts]
      : Object.fromEntries(names.map((name, i) => [name, parts[i]]))) as Sliced<S>;
  const turn = (parts: readonly Tensor[]): readonly Tensor[] => body(named(parts)) ?? [];
  const run = refuses ? (parts: readonly Tensor[]) => withTapesRefusing(noGradient, () => turn(parts)) : turn;

  // One turn is no loop: what is around it can be fused with it.
  if (max === 1 && !value) return run(cuts.map((cut) => part(cut, 0))).map((t) => expandDims(t, 0));
  if (isTraced && (refuses || !isFollowed())) return interpreter.loop(max, value, cuts, run);
  const turns = value ? value.dataSync()[0] : max;
  if (turns < 0 || turns > max) {
    throw new HebbError(`repeat: a loop was asked for ${turns} turns, it may make 0 .. ${max}.`);
  }
  const results: (readonly Tensor[])[] = [];
  for (let t = 0; t < turns; t++) results.push(run(cuts.map((cut) => part(cut, t))));
  if (turns === 0) {
    return shapesOf(cuts, run).map(({ shape, dtype }) => zeros([max, ...shape], dtype));
  }
  return results[0].map((first, i) => {
    const column = results.map((r) => r[i]);
    while (column.length < max) column.push(zeros(first.shape, first.dtype));
    return stack(column);
  });
}

/** What the body would return, from a trace of it that is thrown away. */
function shapesOf(
  cuts: readonly Cut[],
  run: (parts: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  return new Trace().record((trace) =>
    run(cuts.map((cut, i) => trace.argument(i, { shape: cut.shape, dtype: cut.tensor.dtype }))),
  );
}

/**
 * Marks the end of a step in a jitted function: all Variables hold what was assigned to them. Background runs report
 * progress, are aborted and let others read Variables here. Elsewhere it does nothing.
 */
export function boundary(): void {
  const interpreter = currentInterpreter();
  if (interpreter instanceof Trace) interpreter.boundary();
}

/**
 * Fails if an element of `tensor` is NaN or infinite; in a jitted function, when the program gets there.
 * @param what names the value in the error
 * @throws RunError
 */
export function checkFinite(tensor: Tensor, what: string): void {
  const { dtype } = tensor;
  if (!isFloat(dtype)) return;
  const check: Op = {
    name: what,
    infer: () => [],
    lower: ([x]) => [{ kernel: 'check', dtype, count: sizeOf(x.shape), input: 0 }],
    gradient: null,
  };
  runOp(check, [tensor], undefined);
}
