// Tensor's methods: every function of this table becomes a method of the same name, whose first argument is the tensor
// itself. The types of the methods are those of the functions, so there is no second list.

import type { TypedArray } from '../contract/dtypes.js';
import { TensorBuffer } from '../tensor/buffer.js';
import type { TensorLike } from '../tensor/convert.js';
import { onesLike, zerosLike } from '../tensor/create.js';
import { toNested } from '../tensor/nested.js';
import { tensorToString } from '../tensor/printing.js';
import { Tensor, type NestedArray } from '../tensor/tensor.js';
import * as activations from './activations.js';
import * as arithmetic from './arithmetic.js';
import { cast } from './cast.js';
import * as comparison from './comparison.js';
import * as functions from './functions.js';
import * as indexing from './indexing.js';
import * as joining from './joining.js';
import * as matmul from './matmul.js';
import * as reduction from './reduction.js';
import * as shape from './shape.js';
import * as slicing from './slicing.js';
import * as softmax from './softmax.js';

/** The functions whose first argument is the tensor they are called on. */
export const methods = {
  add: arithmetic.add,
  sub: arithmetic.sub,
  mul: arithmetic.mul,
  div: arithmetic.div,
  divNoNan: arithmetic.divNoNan,
  floorDiv: arithmetic.floorDiv,
  mod: arithmetic.mod,
  pow: arithmetic.pow,
  maximum: arithmetic.maximum,
  minimum: arithmetic.minimum,
  squaredDifference: arithmetic.squaredDifference,
  neg: arithmetic.neg,
  abs: arithmetic.abs,
  sign: arithmetic.sign,
  square: arithmetic.square,
  sqrt: arithmetic.sqrt,
  rsqrt: arithmetic.rsqrt,
  reciprocal: arithmetic.reciprocal,

  equal: comparison.equal,
  notEqual: comparison.notEqual,
  less: comparison.less,
  lessEqual: comparison.lessEqual,
  greater: comparison.greater,
  greaterEqual: comparison.greaterEqual,
  logicalAnd: comparison.logicalAnd,
  logicalOr: comparison.logicalOr,
  logicalXor: comparison.logicalXor,
  logicalNot: comparison.logicalNot,

  exp: functions.exp,
  expm1: functions.expm1,
  log: functions.log,
  log1p: functions.log1p,
  sin: functions.sin,
  cos: functions.cos,
  tan: functions.tan,
  asin: functions.asin,
  acos: functions.acos,
  atan: functions.atan,
  atan2: functions.atan2,
  sinh: functions.sinh,
  cosh: functions.cosh,
  tanh: functions.tanh,
  asinh: functions.asinh,
  acosh: functions.acosh,
  atanh: functions.atanh,
  erf: functions.erf,
  floor: functions.floor,
  ceil: functions.ceil,
  round: functions.round,
  isNaN: functions.isNaN,
  isInf: functions.isInf,
  isFinite: functions.isFinite,
  step: functions.step,
  clipByValue: functions.clipByValue,

  relu: activations.relu,
  relu6: activations.relu6,
  sigmoid: activations.sigmoid,
  logSigmoid: activations.logSigmoid,
  softplus: activations.softplus,
  elu: activations.elu,
  selu: activations.selu,
  leakyRelu: activations.leakyRelu,
  prelu: activations.prelu,

  sum: reduction.sum,
  prod: reduction.prod,
  mean: reduction.mean,
  max: reduction.max,
  min: reduction.min,
  any: reduction.any,
  all: reduction.all,
  argMax: reduction.argMax,
  argMin: reduction.argMin,
  logSumExp: reduction.logSumExp,
  norm: reduction.norm,
  euclideanNorm: reduction.euclideanNorm,

  matMul: matmul.matMul,
  dot: matmul.dot,
  outerProduct: matmul.outerProduct,

  reshape: shape.reshape,
  flatten: shape.flatten,
  clone: shape.clone,
  expandDims: shape.expandDims,
  squeeze: shape.squeeze,
  cast,
  asType: cast,
  broadcastTo: shape.broadcastTo,
  transpose: shape.transpose,
  tile: shape.tile,

  slice: slicing.slice,
  stridedSlice: slicing.stridedSlice,
  reverse: slicing.reverse,
  pad: slicing.pad,
  mirrorPad: slicing.mirrorPad,
  unstack: joining.unstack,
  split: joining.split,

  gather: indexing.gather,
  unsortedSegmentSum: indexing.unsortedSegmentSum,

  softmax: softmax.softmax,
  logSoftmax: softmax.logSoftmax,

  zerosLike,
  onesLike,

  // Methods without a function of that name.
  reshapeAs: (x: TensorLike, other: Tensor): Tensor => shape.reshape(x, other.shape),
  toFloat: (x: TensorLike): Tensor => cast(x, 'float32'),
  toInt: (x: TensorLike): Tensor => cast(x, 'int32'),
  toBool: (x: TensorLike): Tensor => cast(x, 'bool'),
  as1D: (x: TensorLike): Tensor => shape.flatten(x),
  as2D: (x: TensorLike, ...to: [number, number]): Tensor => shape.reshape(x, to),
  as3D: (x: TensorLike, ...to: [number, number, number]): Tensor => shape.reshape(x, to),
  as4D: (x: TensorLike, ...to: [number, number, number, number]): Tensor => shape.reshape(x, to),
  as5D: (x: TensorLike, ...to: [number, number, number, number, number]): Tensor => shape.reshape(x, to),
  asScalar: (x: TensorLike): Tensor => shape.reshape(x, []),
} as const;

type Method<F> = F extends (x: TensorLike, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

type Methods = { [Name in keyof typeof methods]: Method<(typeof methods)[Name]> };

for (const [name, f] of Object.entries(methods)) {
  define(name, function (this: Tensor, ...rest: unknown[]): unknown {
    return (f as (x: TensorLike, ...rest: unknown[]) => unknown)(this, ...rest);
  });
}

function define(name: string, value: (this: Tensor, ...rest: never[]) => unknown): void {
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}

define('concat', function (this: Tensor, others: Tensor | readonly Tensor[], axis?: number): Tensor {
  return joining.concat([this, ...(others instanceof Tensor ? [others] : others)], axis);
});
define('stack', function (this: Tensor, others: Tensor | readonly Tensor[], axis?: number): Tensor {
  return joining.stack([this, ...(others instanceof Tensor ? [others] : others)], axis);
});
define('where', function (this: Tensor, condition: TensorLike, other: TensorLike): Tensor {
  return comparison.where(condition, this, other);
});
define('arraySync', function (this: Tensor): NestedArray {
  return toNested(this.array_('arraySync'), this.shape, this.dtype);
});
define('array', async function (this: Tensor): Promise<NestedArray> {
  return toNested(await this.data(), this.shape, this.dtype);
});
define('bufferSync', function (this: Tensor): TensorBuffer {
  return new TensorBuffer(this.shape, this.dtype, this.dataSync());
});
define('buffer', async function (this: Tensor): Promise<TensorBuffer> {
  return new TensorBuffer(this.shape, this.dtype, await this.data());
});
define('bytes', async function (this: Tensor): Promise<Uint8Array> {
  const data: TypedArray = await this.data();
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
});
define('toString', function (this: Tensor, verbose?: boolean): string {
  return tensorToString(this, verbose);
});
define('print', function (this: Tensor, verbose?: boolean): void {
  print(this, verbose);
});

/** Writes a tensor's values to the console; with `verbose` its dtype and shape as well. */
export function print(x: Tensor, verbose = false): void {
  console.log(tensorToString(x, verbose));
}

declare module '../tensor/tensor.js' {
  interface Tensor extends Methods {
    /** This tensor and others, one after the other along `axis` (default 0). */
    concat(others: Tensor | readonly Tensor[], axis?: number): Tensor;
    /** This tensor and others of its shape, along a new dimension `axis` (default 0). */
    stack(others: Tensor | readonly Tensor[], axis?: number): Tensor;
    /** The elements of this tensor where `condition` is true, else those of `other`. */
    where(condition: TensorLike, other: TensorLike): Tensor;
    /** The values as nested arrays; a number (or boolean) for rank 0. */
    arraySync(): NestedArray;
    /** The values as nested arrays; of a Variable that is being trained, those of the last completed step. */
    array(): Promise<NestedArray>;
    /** The elements, copied, as a buffer. */
    bufferSync(): TensorBuffer;
    /** The elements, copied, as a buffer. */
    buffer(): Promise<TensorBuffer>;
    /** The elements' bytes, copied. */
    bytes(): Promise<Uint8Array>;
    /** The values as text; with `verbose` dtype, rank and shape as well. */
    toString(verbose?: boolean): string;
    /** Writes the values to the console; with `verbose` dtype and shape as well. */
    print(verbose?: boolean): void;
  }
}
