// From what users write (numbers, nested arrays, typed arrays) to tensors. Plain numbers have no dtype of their own:
// they take the other operand's where it can hold them.

import {
  arrayHolds,
  isFloat,
  newArray,
  type DType,
  type FloatDType,
  type TypedArray,
} from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { sizeOf } from '../contract/calls.js';
import {
  describe,
  firstElement,
  flatten,
  innermostDType,
  isTypedArray,
  nestedShape,
  typedArrayDType,
  type NestedNumbers,
} from './nested.js';
import { checkShape, showShape, type Shape } from './shapes.js';
import { Tensor } from './tensor.js';

/** What ops take: a tensor, or values from which one is made. */
export type TensorLike = Tensor | NestedNumbers;

let floatDType: FloatDType = 'float32';

/** The dtype of tensors made from plain numbers without another one; float32 unless `setDefaultDtype` was called. */
export function defaultDtype(): FloatDType {
  return floatDType;
}

/**
 * Sets the dtype that plain numbers, `zeros`, random tensors and new layers get when none is given.
 * @throws ArgumentError unless it is 'float32' or 'float64'
 */
export function setDefaultDtype(dtype: FloatDType): void {
  if (!isFloat(dtype)) {
    throw new ArgumentError(`setDefaultDtype: expected 'float32' or 'float64', got ${describe(dtype)}.`);
  }
  floatDType = dtype;
}

/** Constants that were made lately, by dtype: loops use the same few numbers again and again. */
const constants = new Map<DType, Map<number, Tensor>>();
const constantsKept = 256;

/** A number as a tensor of rank 0, to be used as an operand; never handed out. */
export function constant(value: number, dtype: DType): Tensor {
  let known = constants.get(dtype);
  if (!known) constants.set(dtype, (known = new Map()));
  // A Map takes -0 for 0.
  const negativeZero = value === 0 && Object.is(value, -0);
  let t = negativeZero ? undefined : known.get(value);
  if (t === undefined) {
    const array = newArray(dtype, 1);
    array[0] = value;
    t = new Tensor(array, [], dtype);
    t.kept = true;
    if (known.size >= constantsKept) known.clear();
    if (!negativeZero) known.set(value, t);
  }
  return t;
}

function holds(dtype: DType, value: number): boolean {
  if (isFloat(dtype)) return true;
  if (!Number.isInteger(value)) return false;
  if (dtype === 'int32') return value >= -0x80000000 && value <= 0x7fffffff;
  return dtype === 'uint8' && value >= 0 && value <= 255;
}

/** The dtype of plain numbers beside an operand of `other`: that one, else int32 for integers, else float32. */
function weakDType(values: ArrayLike<number>, other: DType): DType {
  if (isFloat(other)) return other;
  let dtype: DType = other;
  for (let i = 0; i < values.length; i++) {
    if (holds(dtype, values[i])) continue;
    dtype = holds('int32', values[i]) ? 'int32' : 'float32';
    if (dtype === 'float32') break;
  }
  return dtype;
}

/**
 * An operand as a tensor.
 * @param what the op, for messages
 * @param beside dtype of the operand beside it, which plain numbers take
 */
export function convert(x: TensorLike, what: string, beside?: DType): Tensor {
  if (x instanceof Tensor) return x;
  if (typeof x === 'number') {
    if (beside === undefined) return constant(x, floatDType);
    return constant(x, isFloat(beside) ? beside : weakDType([x], beside));
  }
  if (typeof x === 'boolean') return constant(Number(x), 'bool');
  if (beside === undefined || isTypedArray(x) || !Array.isArray(x)) return fromValues(x, what);
  if (innermostDType(x) || typeof firstElement(x) !== 'number') return fromValues(x, what);
  const shape = nestedShape(x);
  const flat = flatten(x, shape, what);
  const dtype = weakDType(flat, beside);
  return new Tensor(convertElements(flat, dtype, what), shape, dtype);
}

/** Two operands as tensors; plain numbers take the dtype of the other. */
export function convertPair(a: TensorLike, b: TensorLike, what: string): [Tensor, Tensor] {
  if (a instanceof Tensor) return [a, b instanceof Tensor ? b : convert(b, what, a.dtype)];
  if (b instanceof Tensor) return [convert(a, what, b.dtype), b];
  const first = convert(a, what);
  return [first, convert(b, what, typeof a === 'boolean' ? undefined : first.dtype)];
}

/** How values become a tensor. */
export interface ValuesOptions {
  readonly shape?: Shape;
  readonly dtype?: DType;
  /** false: use the typed array itself. */
  readonly copy?: boolean;
}

/**
 * A tensor of the values given.
 * @throws ArgumentError on ragged arrays, elements that are no numbers, a shape of another size, or numbers that the
 * dtype cannot hold
 */
export function fromValues(values: NestedNumbers, what: string, options: ValuesOptions = {}): Tensor {
  const { copy = true } = options;
  if (options.shape) checkShape(options.shape, what);
  if (isTypedArray(values)) {
    const shape = options.shape ?? [values.length];
    checkCount(values.length, shape, what);
    const dtype = options.dtype ?? typedArrayDType(values);
    return new Tensor(
      copy ? convertElements(values, dtype, what) : shared(values, dtype, what),
      shape,
      dtype,
    );
  }
  if (!copy) {
    throw new ArgumentError(`${what}: copy: false expects a typed array, got ${describe(values)}.`);
  }
  if (typeof values !== 'number' && typeof values !== 'boolean' && !Array.isArray(values)) {
    throw new ArgumentError(
      `${what}: expected a tensor, a number, a boolean, nested arrays of them or a typed array ` +
        `(Float32Array, Float64Array, Int32Array, Uint8Array), got ${describe(values)}.`,
    );
  }
  const inner = nestedShape(values);
  const flat = flatten(values, inner, what);
  const shape = options.shape ?? inner;
  checkCount(flat.length, shape, what);
  if (inner.length > 1 && options.shape && showShape(inner) !== showShape(shape)) {
    throw new ArgumentError(
      `${what}: the nested arrays have shape ${showShape(inner)}, but the shape given is ${showShape(shape)}; ` +
        'give the values as one flat array to shape them.',
    );
  }
  const dtype =
    options.dtype ??
    innermostDType(values) ??
    (typeof firstElement(values) === 'boolean' ? 'bool' : defaultDtype());
  return new Tensor(convertElements(flat, dtype, what), shape, dtype);
}

function checkCount(count: number, shape: Shape, what: string): void {
  if (count !== sizeOf(shape)) {
    throw new ArgumentError(
      `${what}: shape ${showShape(shape)} has ${sizeOf(shape)} elements, but ${count} values were given.`,
    );
  }
}

function shared(values: TypedArray | Uint8ClampedArray, dtype: DType, what: string): TypedArray {
  if (values instanceof Uint8ClampedArray || !arrayHolds(dtype, values)) {
    throw new ArgumentError(
      `${what}: copy: false cannot convert: a ${values.constructor.name} does not hold ${dtype}.`,
    );
  }
  return values;
}

/**
 * A new array of `dtype` with the elements of `from`: fractions are cut off for integers, bool is whether they are
 * not 0.
 * @throws ArgumentError if an integer dtype cannot hold an element (NaN, infinite, too large)
 */
export function convertElements(
  from: TypedArray | Uint8ClampedArray,
  dtype: DType,
  what: string,
): TypedArray {
  const out = newArray(dtype, from.length);
  if (dtype === 'bool') {
    for (let i = 0; i < from.length; i++) out[i] = from[i] !== 0 ? 1 : 0;
    return out;
  }
  const source = typedArrayDType(from);
  if (!isFloat(dtype) && source !== dtype && !(source === 'uint8' && dtype === 'int32')) {
    for (let i = 0; i < from.length; i++) {
      if (!holds(dtype, Math.trunc(from[i]))) {
        throw new ArgumentError(`${what}: ${dtype} cannot hold ${from[i]} (element ${i}).`);
      }
    }
  }
  out.set(from);
  return out;
}
