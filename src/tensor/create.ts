// Making tensors: from values, filled with one number, sequences, the identity matrix; and Variables.

import { computeDType, dtypes, newArray, type DType } from '../contract/dtypes.js';
import { ArgumentError } from '../contract/errors.js';
import { rowMajor, sizeOf } from '../contract/calls.js';
import { expression, type Expression } from '../contract/expression.js';
import { convert, convertElements, defaultDtype, fromValues, type TensorLike } from './convert.js';
import { eager } from './eager.js';
import { describe, type NestedNumbers } from './nested.js';
import { currentInterpreter, runOp1, type Op } from './op.js';
import { checkShape, showShape, type Shape } from './shapes.js';
import { Tensor } from './tensor.js';
import { Variable } from './variable.js';

/** How `tensor` makes one. */
export interface TensorOptions {
  readonly dtype?: DType;
  /** false: the typed array given becomes the tensor's memory; do not write to it afterwards. Default true. */
  readonly copy?: boolean;
}

/** Throws unless `dtype` is one. */
export function checkDType(dtype: DType, what: string): DType {
  if (!dtypes.includes(dtype)) {
    throw new ArgumentError(`${what}: expected a dtype (${dtypes.join(', ')}), got ${describe(dtype)}.`);
  }
  return dtype;
}

function make(
  values: TensorLike,
  shape: Shape | undefined,
  options: DType | TensorOptions | undefined,
  what: string,
): Tensor {
  const { dtype, copy } = typeof options === 'object' ? options : { dtype: options, copy: true };
  if (dtype !== undefined) checkDType(dtype, what);
  if (values instanceof Tensor) {
    throw new ArgumentError(
      `${what}: expected values, got a tensor; use clone(), reshape() or cast() on it.`,
    );
  }
  return fromValues(values, what, { shape, dtype, copy });
}

/**
 * A tensor of the values given: a number, nested arrays or a typed array, which is copied.
 *
 * Without a dtype, booleans give bool, typed arrays their own dtype (Uint8Array: uint8), numbers float32 (or what
 * `setDefaultDtype` says).
 * @param shape default: the nesting's
 * @throws ArgumentError on ragged arrays, a wrong number of elements, elements that are no numbers, or that an
 * integer dtype cannot hold
 * @example tensor([1, 2, 3, 4], [2, 2])
 * @example tensor(bytes, [60000, 28, 28], { copy: false })
 */
export function tensor(values: NestedNumbers, shape?: Shape, options?: DType | TensorOptions): Tensor {
  return make(values, shape, options, 'tensor');
}

/** A tensor of rank 0. */
export function scalar(value: number | boolean, dtype?: DType): Tensor {
  if (typeof value !== 'number' && typeof value !== 'boolean') {
    throw new ArgumentError(`scalar: expected a number or a boolean, got ${describe(value)}.`);
  }
  return make(value, [], dtype, 'scalar');
}

function ofRank(
  rank: number,
  values: NestedNumbers,
  shape: Shape | undefined,
  options: DType | TensorOptions | undefined,
): Tensor {
  const what = `tensor${rank}d`;
  if (shape && shape.length !== rank) {
    throw new ArgumentError(`${what}: expected a shape of ${rank} dimensions, got ${showShape(shape)}.`);
  }
  const t = make(values, shape, options, what);
  if (t.rank !== rank) {
    throw new ArgumentError(
      `${what}: expected values nested ${rank} deep, or a flat array and a shape, got shape ${showShape(t.shape)}.`,
    );
  }
  return t;
}

/** A tensor of rank 1. */
export function tensor1d(values: NestedNumbers, options?: DType | TensorOptions): Tensor {
  return ofRank(1, values, undefined, options);
}

/** A tensor of rank 2, from nested arrays or from a flat array and a shape. */
export function tensor2d(values: NestedNumbers, shape?: Shape, options?: DType | TensorOptions): Tensor {
  return ofRank(2, values, shape, options);
}

/** A tensor of rank 3. */
export function tensor3d(values: NestedNumbers, shape?: Shape, options?: DType | TensorOptions): Tensor {
  return ofRank(3, values, shape, options);
}

/** A tensor of rank 4. */
export function tensor4d(values: NestedNumbers, shape?: Shape, options?: DType | TensorOptions): Tensor {
  return ofRank(4, values, shape, options);
}

/** A tensor of rank 5. */
export function tensor5d(values: NestedNumbers, shape?: Shape, options?: DType | TensorOptions): Tensor {
  return ofRank(5, values, shape, options);
}

/** A tensor of rank 6. */
export function tensor6d(values: NestedNumbers, shape?: Shape, options?: DType | TensorOptions): Tensor {
  return ofRank(6, values, shape, options);
}

/**
 * A Variable that starts with the value given, which is copied.
 * @param trainable whether training changes it; default true
 * @param dtype default: the value's
 */
export function variable(initialValue: TensorLike, trainable = true, name?: string, dtype?: DType): Variable {
  const value = convert(initialValue, 'variable');
  const type = dtype === undefined ? value.dtype : checkDType(dtype, 'variable');
  const array = convertElements(value.array_('variable'), type, 'variable');
  return new Variable(array, [...value.shape], type, name, trainable);
}

interface FillParams {
  readonly shape: Shape;
  readonly value: number;
  readonly dtype: DType;
}

const constantExpressions = new Map<number, Expression>();

/** The expression without inputs whose value is `value`. */
function constantExpression(value: number): Expression {
  let e = constantExpressions.get(value);
  if (!e || Object.is(value, -0)) {
    e = expression(0, (w) => w.constant(value));
    if (constantExpressions.size < 64 && !Object.is(value, -0)) constantExpressions.set(value, e);
  }
  return e;
}

const fillOp: Op<FillParams> = {
  name: 'fill',
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  lower: (_, [out], { value }) => [
    {
      kernel: 'map',
      dtype: computeDType(out.dtype),
      dims: out.shape,
      expression: constantExpression(value),
      inputs: [],
      outputs: [{ operand: 0, offset: 0, strides: rowMajor(out.shape) }],
    },
  ],
  gradient: null,
};

/**
 * A tensor filled with one value.
 * @param dtype default: bool for a boolean, else float32 (or what `setDefaultDtype` says)
 */
export function fill(shape: Shape, value: number | boolean, dtype?: DType): Tensor {
  const type = checkDType(dtype ?? (typeof value === 'boolean' ? 'bool' : defaultDtype()), 'fill');
  checkShape(shape, 'fill');
  const [element] = convertElements(Float64Array.of(Number(value)), type, 'fill');
  const size = sizeOf(shape);
  // In a trace, an op instead of an array, which the program would have to carry.
  if (size > 1 && currentInterpreter() !== eager) {
    return runOp1(fillOp, [], { shape: [...shape], value: element, dtype: type });
  }
  const array = newArray(type, size);
  if (element !== 0 || Object.is(element, -0)) array.fill(element);
  return new Tensor(array, [...shape], type);
}

/** Zeros; float32 unless another dtype is given. */
export function zeros(shape: Shape, dtype: DType = defaultDtype()): Tensor {
  return fill(shape, 0, dtype);
}

/** Ones; float32 unless another dtype is given. */
export function ones(shape: Shape, dtype: DType = defaultDtype()): Tensor {
  return fill(shape, 1, dtype);
}

/** Zeros of the shape and dtype of `x`. */
export function zerosLike(x: TensorLike): Tensor {
  const { shape, dtype } = convert(x, 'zerosLike');
  return fill(shape, 0, dtype);
}

/** Ones of the shape and dtype of `x`. */
export function onesLike(x: TensorLike): Tensor {
  const { shape, dtype } = convert(x, 'onesLike');
  return fill(shape, 1, dtype);
}

/**
 * The identity matrix: ones on the diagonal, or as much of it as a rectangle has.
 * @param numColumns default: `numRows`
 * @param batchShape dimensions before the matrix's own, along which it is repeated
 */
export function eye(
  numRows: number,
  numColumns = numRows,
  batchShape: Shape = [],
  dtype: DType = defaultDtype(),
): Tensor {
  const shape = [...batchShape, numRows, numColumns];
  checkShape(shape, 'eye');
  const array = newArray(checkDType(dtype, 'eye'), sizeOf(shape));
  const matrix = numRows * numColumns;
  for (let start = 0; start < array.length; start += matrix) {
    for (let i = 0; i < Math.min(numRows, numColumns); i++) array[start + i * (numColumns + 1)] = 1;
  }
  return new Tensor(array, shape, dtype);
}

/** `num` numbers from `start` to `stop`, both included, evenly spaced. */
export function linspace(start: number, stop: number, num: number): Tensor {
  if (!Number.isInteger(num) || num <= 0) {
    throw new ArgumentError(`linspace: expected a number of values that is an integer above 0, got ${num}.`);
  }
  const dtype = defaultDtype();
  const array = newArray(dtype, num);
  const step = num > 1 ? (stop - start) / (num - 1) : 0;
  for (let i = 0; i < num; i++) array[i] = start + i * step;
  if (num > 1) array[num - 1] = stop;
  return new Tensor(array, [num], dtype);
}

/**
 * The numbers from `start`, in steps of `step`, before `stop`.
 * @param step default 1, which counts down if `stop` lies below `start`; any other that leads away from `stop` gives
 * an empty tensor
 */
export function range(start: number, stop: number, step = 1, dtype: DType = defaultDtype()): Tensor {
  const by = step === 1 && stop < start ? -1 : step;
  if (by === 0 || ![start, stop, by].every(Number.isFinite)) {
    throw new ArgumentError(
      `range: expected finite numbers and a step other than 0, got start ${start}, stop ${stop}, step ${by}.`,
    );
  }
  const count = Math.max(0, Math.ceil((stop - start) / by));
  checkShape([count], 'range');
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = start + i * by;
  const type = checkDType(dtype, 'range');
  return new Tensor(convertElements(values, type, 'range'), [count], type);
}
