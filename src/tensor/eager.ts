// The eager interpreter: an op is a program of one or a few instructions, encoded and run at once. The words of the
// last few calls of an op are kept, as loops call it with the same shapes and parameters again and again: encoding
// costs several times what looking them up does.

import { sizeOf } from '../contract/calls.js';
import type { TypedArray } from '../contract/dtypes.js';
import { ProgramWriter } from '../contract/encoding.js';
import { currentBackend } from '../backend/select.js';
import { currentScope, type Interpreter, type Op } from './op.js';
import { sameShape } from './shapes.js';
import { Tensor, type TensorSpec } from './tensor.js';
import type { Variable } from './variable.js';

/** An encoded call: what it was encoded for, and the program. */
interface Encoded {
  readonly inputs: readonly TensorSpec[];
  readonly params: unknown;
  readonly outputs: readonly TensorSpec[];
  readonly words: Int32Array;
}

const writer = new ProgramWriter();
const cache = new WeakMap<object, Encoded[]>();
const cachedCalls = 8;

/** Whether parameters are the same: objects whose entries are the same primitives or the same lists of numbers. */
function sameParams(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  for (const name in a) {
    const x = (a as Record<string, unknown>)[name];
    const y = (b as Record<string, unknown>)[name];
    if (!Object.is(x, y) && !(isList(x) && isList(y) && sameShape(x, y))) return false;
  }
  for (const name in b) if (!(name in a)) return false;
  return true;
}

function isList(x: unknown): x is readonly number[] {
  return Array.isArray(x) || x instanceof Int32Array;
}

function matches(encoded: Encoded, inputs: readonly TensorSpec[], params: unknown): boolean {
  if (encoded.inputs.length !== inputs.length || !sameParams(encoded.params, params)) return false;
  for (let i = 0; i < inputs.length; i++) {
    if (encoded.inputs[i].dtype !== inputs[i].dtype || !sameShape(encoded.inputs[i].shape, inputs[i].shape))
      return false;
  }
  return true;
}

function encode<P>(op: Op<P>, inputs: readonly TensorSpec[], params: P): Encoded {
  const outputs = op.infer(inputs, params);
  const calls = op.alias ? [] : op.lower(inputs, outputs, params);
  writer.reset();
  const buffers = [
    ...inputs.map((t, i) =>
      writer.boundBuffer(t.dtype, sizeOf(t.shape), op.updates?.includes(i) ? 'both' : 'read'),
    ),
    ...outputs.map((t) => writer.boundBuffer(t.dtype, sizeOf(t.shape), 'write')),
  ];
  for (const call of calls) writer.call(call, (operand, offset) => writer.view(buffers[operand], offset));
  const specs = inputs.map(({ shape, dtype }) => ({ shape, dtype }));
  return { inputs: specs, params, outputs, words: writer.finish() };
}

function encodedCall<P>(op: Op<P>, inputs: readonly TensorSpec[], params: P): Encoded {
  let entries = cache.get(op);
  if (!entries) cache.set(op, (entries = []));
  for (const entry of entries) if (matches(entry, inputs, params)) return entry;
  const entry = encode(op, inputs, params);
  if (entries.length >= cachedCalls) entries.pop();
  entries.unshift(entry);
  return entry;
}

/** Runs ops at once on the current backend. */
export const eager: Interpreter = {
  run<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Tensor[] {
    if (op.alias) {
      const [spec] = op.infer(inputs, params);
      return [new Tensor(inputs[0].snapshot_().array_(op.name), spec.shape, spec.dtype)];
    }
    const encoded = encodedCall(op, inputs, params);
    const backend = currentBackend();
    const arrays: TypedArray[] = [];
    for (const t of inputs) arrays.push(t.array_(op.name));
    const outputs: Tensor[] = [];
    for (const spec of encoded.outputs) {
      const array = backend.allocate(spec.dtype, sizeOf(spec.shape));
      arrays.push(array);
      outputs.push(new Tensor(array, spec.shape, spec.dtype));
    }
    op.updates?.forEach((i) => (arrays[i] = (inputs[i] as Variable).writableArray_()));
    backend.execute(encoded.words, arrays, op.name, currentScope());
    return outputs;
  },

  assign(variable: Variable, value: Tensor): void {
    variable.write_(value.array_('assign'));
  },

  read(variable: Variable): Tensor {
    return variable.shareElements_();
  },
};
