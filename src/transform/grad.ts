// Gradients by reverse-mode differentiation. A tape records the ops reached from the watched tensors; walked backwards,
// each op's rule turns the gradients of its outputs into those of its inputs (the chain rule), and what arrives at a
// tensor from several ops is added up. Rules are written in ops, and run with their own tape off and outer tapes on, so
// gradients can be differentiated again. The functions are those of tfjs.

import { ArgumentError } from '../contract/errors.js';
import { add, clone } from '../ops/index.js';
import { convert, type TensorLike } from '../tensor/convert.js';
import { onesLike } from '../tensor/create.js';
import { followedSnapshot, recordCustom, Tape, withoutTapes, withTape } from '../tensor/op.js';
import { sameShape, showShape } from '../tensor/shapes.js';
import { Tensor } from '../tensor/tensor.js';
import { Variable } from '../tensor/variable.js';
import { rememberVariable } from './named.js';

/**
 * Gradients of `outputs` by `targets`.
 * @param seeds the gradient of each output
 * @returns one of each target's shape, or null where no output depends on it
 */
export function backpropagate(
  tape: Tape,
  outputs: readonly Tensor[],
  seeds: readonly Tensor[],
  targets: readonly Tensor[],
): (Tensor | null)[] {
  // Forwards: what is computed from the targets.
  const reached = new Set(targets.map((t) => t.id));
  for (const record of tape.records) {
    if (record.inputs.some((t) => reached.has(t.id))) for (const t of record.outputs) reached.add(t.id);
  }
  // Backwards: dL/dx = sum over the ops that use x of (dL/dy dy/dx).
  const gradients = new Map<number, Tensor>();
  const accumulate = (t: Tensor, gradient: Tensor): void => {
    const sum = gradients.get(t.id);
    gradients.set(t.id, sum ? add(sum, gradient) : gradient);
  };
  outputs.forEach((y, i) => accumulate(y, seeds[i]));
  for (let r = tape.records.length - 1; r >= 0; r--) {
    const { op, inputs, outputs: made, backward } = tape.records[r];
    const dy = made.map((t) => gradients.get(t.id) ?? null);
    const needs = inputs.map((t) => reached.has(t.id));
    if (!needs.includes(true) || dy.every((g) => g === null)) continue;
    backward(dy, needs).forEach((dx, i) => {
      if (!dx || !needs[i]) return;
      if (!sameShape(dx.shape, inputs[i].shape)) {
        throw new ArgumentError(
          `the gradient of ${op} by its input ${i} has shape ${showShape(dx.shape)}: expected that of the input, ` +
            `${showShape(inputs[i].shape)}.`,
        );
      }
      accumulate(inputs[i], dx);
    });
  }
  return targets.map((t) => gradients.get(t.id) ?? null);
}

/** Runs `f` under `tape` and differentiates what it returns. */
function differentiate<Y extends Tensor>(
  what: string,
  tape: Tape,
  f: () => Y,
  targets: () => readonly Tensor[],
  dy: Tensor | null,
): { value: Y; gradients: (Tensor | null)[] } {
  const value = withTape(tape, f);
  if (!(value instanceof Tensor)) {
    throw new ArgumentError(`${what}: the function must return a tensor, it returned ${typeof value}.`);
  }
  if (dy && !sameShape(dy.shape, value.shape)) {
    throw new ArgumentError(
      `${what}: the shape of dy, ${showShape(dy.shape)}, must match the shape of what the function returned, ` +
        `${showShape(value.shape)}.`,
    );
  }
  return { value, gradients: backpropagate(tape, [value], [dy ?? onesLike(value)], targets()) };
}

function byInputs<Y extends Tensor>(
  what: string,
  f: (...x: Tensor[]) => Y,
  inputs: readonly Tensor[],
  dy: Tensor | null,
): { value: Y; gradients: Tensor[] } {
  const tape = new Tape();
  for (const x of inputs) tape.watch(x);
  const { value, gradients } = differentiate(
    what,
    tape,
    () => f(...inputs),
    () => inputs,
    dy,
  );
  const missing = gradients.indexOf(null);
  if (missing >= 0) {
    const x = inputs.length === 1 ? 'x' : `x${missing + 1}`;
    throw new ArgumentError(
      `${what}: Cannot compute gradient of y=f(x) with respect to ${x}: y does not depend on ${x} through ` +
        'differentiable ops. Make sure that the f you passed encloses all operations that lead from x to y.',
    );
  }
  return { value, gradients: gradients as Tensor[] };
}

function checkFunction(what: string, f: unknown): void {
  if (typeof f !== 'function') {
    throw new ArgumentError(`${what}: The f passed in ${what}(f) must be a function, got ${typeof f}.`);
  }
}

function checkTensors(what: string, inputs: unknown, dy: unknown): void {
  if (!Array.isArray(inputs) || !inputs.every((x) => x instanceof Tensor)) {
    throw new ArgumentError(`${what}: expected tensors to differentiate by.`);
  }
  if (dy !== undefined && dy !== null && !(dy instanceof Tensor)) {
    throw new ArgumentError(`${what}: The dy passed in must be a tensor.`);
  }
}

/**
 * The derivative of `f`: `grad(f)(x)` is the gradient of f(x) by x, of x's shape. `f` takes a tensor and returns one; if
 * that is not a scalar, its sum is differentiated, or with `dy` the sum of f(x) * dy.
 * @throws ArgumentError if f(x) does not depend on x
 * @example grad(x => x.square())(tensor1d([2, 3])) // [4, 6]
 */
export function grad(f: (x: Tensor) => Tensor): (x: TensorLike, dy?: TensorLike | null) => Tensor {
  checkFunction('grad', f);
  return (x, dy) => {
    const seed = dy === undefined || dy === null ? null : convert(dy, 'grad');
    return byInputs('grad', f, [convert(x, 'grad')], seed).gradients[0];
  };
}

/** The same for a function of several tensors: `grads(f)([a, b])` gives a gradient for each. */
export function grads(
  f: (...args: Tensor[]) => Tensor,
): (args: readonly TensorLike[], dy?: TensorLike | null) => Tensor[] {
  checkFunction('grads', f);
  return (args, dy) => {
    if (!Array.isArray(args)) {
      throw new ArgumentError('grads: The args passed in grads(f)(args) must be an array of tensors.');
    }
    const inputs = (args as readonly TensorLike[]).map((x) => convert(x, 'grads'));
    const seed = dy === undefined || dy === null ? null : convert(dy, 'grads');
    return byInputs('grads', f, inputs, seed).gradients;
  };
}

/** Like `grad`, and the value of `f` with it. */
export function valueAndGrad<X extends Tensor, Y extends Tensor>(
  f: (x: X) => Y,
): (x: X, dy?: Y | null) => { value: Y; grad: Tensor } {
  checkFunction('valueAndGrad', f);
  return (x, dy) => {
    checkTensors('valueAndGrad', [x], dy);
    const { value, gradients } = byInputs('valueAndGrad', f as (...x: Tensor[]) => Y, [x], dy ?? null);
    return { value, grad: gradients[0] };
  };
}

/** Like `grads`, and the value of `f` with them. */
export function valueAndGrads<Y extends Tensor>(
  f: (...args: Tensor[]) => Y,
): (args: readonly Tensor[], dy?: Y | null) => { value: Y; grads: Tensor[] } {
  checkFunction('valueAndGrads', f);
  return (args, dy) => {
    checkTensors('valueAndGrads', args, dy);
    const { value, gradients } = byInputs('valueAndGrads', f, args, dy ?? null);
    return { value, grads: gradients };
  };
}

/** Follows every trainable Variable that an op meets. */
class VariableTape extends Tape {
  readonly met = new Set<Variable>();

  override follows(t: Tensor): boolean {
    if (t instanceof Variable && t.trainable && !this.met.has(t)) {
      this.met.add(t);
      this.watch(t);
    }
    return super.follows(t);
  }
}

/**
 * Value of `f`, and its gradients by Variables, in the order given; null where it does not depend on one.
 */
export function gradientsOf(
  f: () => Tensor,
  variables: readonly Variable[],
): { value: Tensor; gradients: (Tensor | null)[] } {
  const tape = new Tape();
  for (const variable of variables) tape.watch(variable);
  return differentiate('gradientsOf', tape, f, () => variables, null);
}

/**
 * Value of `f`, which returns a scalar, and its gradients by Variables, under the Variables' names.
 * @param varList default: the trainable Variables that `f` uses. Variables in it that are not trainable get null,
 *   those that the value does not depend on are left out.
 * @throws ArgumentError if none of the Variables is trainable or the value depends on none of them
 */
export function variableGrads(
  f: () => Tensor,
  varList?: readonly Variable[] | null,
): { value: Tensor; grads: Record<string, Tensor> } {
  checkFunction('variableGrads', f);
  if (varList && !(Array.isArray(varList) && varList.every((v) => v instanceof Variable))) {
    throw new ArgumentError('variableGrads: The varList passed in must be an array of variables.');
  }
  const given = varList?.filter((v) => v.trainable);
  if (given?.length === 0) {
    throw new ArgumentError(
      'variableGrads() expects at least one of the input variables to be trainable, but none of the ' +
        `${varList!.length} variables is trainable.`,
    );
  }
  const tape = given ? new Tape() : new VariableTape();
  for (const variable of given ?? []) tape.watch(variable);
  const variables = (): readonly Variable[] => given ?? [...(tape as VariableTape).met];
  const { value, gradients } = differentiate('variableGrads', tape, f, variables, null);
  if (!gradients.some((g) => g !== null)) {
    throw new ArgumentError(
      'variableGrads: Cannot find a connection between any variable and the result of the loss function y=f(x). ' +
        'Please make sure the operations that use variables are inside the function f passed to minimize().',
    );
  }
  if (value.rank !== 0) {
    throw new ArgumentError(
      `The f passed in variableGrads(f) must return a scalar, but it returned a rank-${value.rank} tensor.`,
    );
  }
  const named: Record<string, Tensor> = {};
  variables().forEach((v, i) => {
    const gradient = gradients[i];
    if (!gradient) return;
    named[v.name] = gradient;
    rememberVariable(v);
  });
  // As in tfjs, whose types do not say it either.
  for (const v of varList ?? []) if (!v.trainable) named[v.name] = null as unknown as Tensor;
  return { value, grads: named };
}

/** Keeps tensors that a custom gradient needs. */
export type GradSaveFunc = (saved: readonly Tensor[]) => void;

/** What a function with a gradient of its own returns. */
export interface CustomGradient<Y extends Tensor> {
  readonly value: Y;
  /** From the gradient of `value` and the saved tensors the gradients by the inputs, each of the input's shape. */
  readonly gradFunc: (dy: Y, saved: Tensor[]) => Tensor | readonly Tensor[];
}

/**
 * Gives a function a gradient of its own: `f` takes tensors and, last, `save`, and returns the value with `gradFunc`. The
 * ops inside `f` are not differentiated.
 * @throws ArgumentError if what `f` or `gradFunc` return is not as described
 */
export function customGrad<Y extends Tensor>(
  f: (x: Tensor, save: GradSaveFunc) => CustomGradient<Y>,
): (x: Tensor) => Y;
export function customGrad<Y extends Tensor>(
  f: (a: Tensor, b: Tensor, save: GradSaveFunc) => CustomGradient<Y>,
): (a: Tensor, b: Tensor) => Y;
export function customGrad<Y extends Tensor>(
  f: (...args: (Tensor | GradSaveFunc)[]) => CustomGradient<Y>,
): (...args: Tensor[]) => Y;
export function customGrad<Y extends Tensor>(
  f: (...args: never[]) => CustomGradient<Y>,
): (...args: Tensor[]) => Y {
  checkFunction('customGrad', f);
  return (...inputs) => {
    checkTensors('customGrad', inputs, null);
    const kept: Tensor[] = [];
    const save: GradSaveFunc = (tensors) => void kept.push(...tensors);
    const call = f as (...args: (Tensor | GradSaveFunc)[]) => CustomGradient<Y>;
    const result = withoutTapes(() => call(...inputs, save));
    if (!(result?.value instanceof Tensor)) {
      throw new ArgumentError(
        'The function f passed in customGrad(f) must return an object where `obj.value` is a tensor.',
      );
    }
    if (typeof result.gradFunc !== 'function') {
      throw new ArgumentError(
        'The function f passed in customGrad(f) must return an object where `obj.gradFunc` is a function.',
      );
    }
    const saved = kept.map(followedSnapshot);
    const { value, gradFunc } = result;
    // What is returned must be a tensor of its own, so that tapes follow it through here only.
    const own = inputs.some((x) => x.id === value.id) ? (withoutTapes(() => clone(value)) as Y) : value;
    recordCustom('customGrad', inputs, [own], ([dy]) => {
      const returned = gradFunc(dy as Y, saved);
      const list = Array.isArray(returned) ? (returned as readonly Tensor[]) : [returned as Tensor];
      if (list.length !== inputs.length || !list.every((g) => g instanceof Tensor)) {
        throw new ArgumentError(
          'The function f passed in customGrad(f) must return an object where `obj.gradFunc` is a function that ' +
            `returns one tensor for each input: expected ${inputs.length}, got ${list.length}.`,
        );
      }
      return list;
    });
    return own;
  };
}
