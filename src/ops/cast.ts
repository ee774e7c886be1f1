// From one dtype to another.

import { computeDType, isFloat, promote, type ComputeDType, type DType } from '../contract/dtypes.js';
import { sizeOf } from '../contract/calls.js';
import { identity } from '../contract/expression.js';
import { convert, type TensorLike } from '../tensor/convert.js';
import { checkDType } from '../tensor/create.js';
import { runOp1, type Op } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { clone } from './shape.js';

function castOp(dtype: DType): Op {
  return {
    name: 'cast',
    infer: ([x]) => [{ shape: x.shape, dtype }],
    lower: ([x]) => [
      {
        kernel: 'map',
        // The wider of the two: nothing is lost before the store converts.
        dtype: promote(computeDType(x.dtype), computeDType(dtype)) as ComputeDType,
        dims: [sizeOf(x.shape)],
        expression: identity,
        inputs: [{ operand: 0, offset: 0, strides: [1] }],
        outputs: [{ operand: 1, offset: 0, strides: [1] }],
      },
    ],
    // From float to float; integers are constant between their jumps.
    gradient: isFloat(dtype)
      ? ([dy], { inputs: [x] }) => [dy && isFloat(x.dtype) ? castTo(dy, x.dtype) : null]
      : null,
  };
}

const castOps: Readonly<Record<DType, Op>> = {
  bool: castOp('bool'),
  uint8: castOp('uint8'),
  int32: castOp('int32'),
  float32: castOp('float32'),
  float64: castOp('float64'),
};

/** x as `dtype`; x itself if it is that already. */
export function castTo(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : runOp1(castOps[dtype], [x], undefined);
}

/** An operand as a float tensor: integers as float32. */
export function convertToFloat(x: TensorLike, what: string): Tensor {
  const input = convert(x, what);
  return isFloat(input.dtype) ? input : castTo(input, 'float32');
}

/**
 * x as `dtype`. Floats become integers by cutting off the fraction (too large ones saturate, NaN gives 0), int32
 * becomes uint8 by its low 8 bits, and bool is whether the element is not 0.
 */
export function cast(x: TensorLike, dtype: DType): Tensor {
  const input = convert(x, 'cast');
  return input.dtype === checkDType(dtype, 'cast') ? clone(input) : castTo(input, dtype);
}
