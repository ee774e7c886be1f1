// Elementwise ops from an expression: shapes broadcast, dtypes promote, and gradient rules see neither, as both are
// undone here, once. This file only declares functions, so that the ops' files, which import one another for their
// gradients, can be loaded in any order.

import { computeDType, isFloat, promote, type ComputeDType, type DType } from '../contract/dtypes.js';
import { rowMajor } from '../contract/calls.js';
import { expression, type Expression, type ExpressionWriter, type Scalar } from '../contract/expression.js';
import { convert, convertPair, type TensorLike } from '../tensor/convert.js';
import { runOp1, type GradientRule, type Op } from '../tensor/op.js';
import { broadcastShapes, broadcastStrides, sameShape, type Shape } from '../tensor/shapes.js';
import type { Tensor, TensorSpec } from '../tensor/tensor.js';
import { castTo } from './cast.js';
import { sum } from './reduction.js';
import { reshape } from './shape.js';

/**
 * How dtypes go through an op:
 * - `numeric`: computes in what the inputs promote to, which is the result's dtype (int32 for bool)
 * - `float`: the same, but at least float32
 * - `compare`: computes in what the inputs promote to; the result is bool
 * - `test`: computes in at least float32; the result is bool
 * - `select`: the first input is a condition, the others promote, also to bool
 */
export type ElementwiseKind = 'numeric' | 'float' | 'compare' | 'test' | 'select';

/**
 * The gradient by one input: from the gradient `dy` of the output, the output `y` and the inputs, in ops. It may be of
 * the output's shape and of any float dtype.
 */
export type ElementwiseRule = (dy: Tensor, y: Tensor, ...inputs: Tensor[]) => Tensor;

function promoted(inputs: readonly TensorSpec[], from: number): DType {
  let dtype: DType = 'bool';
  for (let i = from; i < inputs.length; i++) dtype = promote(dtype, inputs[i].dtype);
  return dtype;
}

function computesIn(kind: ElementwiseKind, inputs: readonly TensorSpec[]): ComputeDType {
  const dtype = promoted(inputs, kind === 'select' ? 1 : 0);
  if (kind !== 'float' && kind !== 'test') return computeDType(dtype);
  return isFloat(dtype) ? dtype : 'float32';
}

function resultDType(kind: ElementwiseKind, inputs: readonly TensorSpec[]): DType {
  switch (kind) {
    case 'compare':
    case 'test':
      return 'bool';
    case 'float':
      return computesIn(kind, inputs);
    case 'select':
      return promoted(inputs, 1);
    case 'numeric': {
      const dtype = promoted(inputs, 0);
      return dtype === 'bool' ? 'int32' : dtype;
    }
  }
}

/** Sums a gradient over the dimensions along which `target` was broadcast, and casts it to the target's dtype. */
export function unbroadcast(gradient: Tensor, target: TensorSpec): Tensor {
  let g = gradient;
  if (!sameShape(g.shape, target.shape)) {
    const added = g.rank - target.shape.length;
    const axes: number[] = [];
    for (let d = 0; d < g.rank; d++) if (d < added || target.shape[d - added] !== g.shape[d]) axes.push(d);
    g = reshape(sum(g, axes), target.shape);
  }
  return castTo(g, target.dtype);
}

function gradientRule(rules: readonly (ElementwiseRule | null)[]): GradientRule<undefined> {
  return ([dy], { inputs, outputs, needs }) =>
    inputs.map((x, i) => {
      const rule = rules[i];
      if (!dy || !rule || !needs[i] || !isFloat(x.dtype)) return null;
      return unbroadcast(rule(dy, outputs[0], ...inputs), x);
    });
}

/**
 * Defines an elementwise op.
 * @param rules the gradient by each input (null: none); null if the op is not differentiable
 */
export function elementwise(
  name: string,
  kind: ElementwiseKind,
  evaluate: Expression,
  rules: readonly (ElementwiseRule | null)[] | null,
): Op {
  return {
    name,
    infer: (inputs) => {
      let shape: Shape = inputs[0].shape;
      for (let i = 1; i < inputs.length; i++) {
        if (!sameShape(shape, inputs[i].shape)) shape = broadcastShapes(shape, inputs[i].shape, name);
      }
      return [{ shape, dtype: resultDType(kind, inputs) }];
    },
    lower: (inputs, [out]) => [
      {
        kernel: 'map',
        dtype: computesIn(kind, inputs),
        dims: out.shape,
        expression: evaluate,
        inputs: inputs.map((x, operand) => ({
          operand,
          offset: 0,
          strides: broadcastStrides(x.shape, out.shape),
        })),
        outputs: [{ operand: inputs.length, offset: 0, strides: rowMajor(out.shape) }],
      },
    ],
    gradient: rules && gradientRule(rules),
  };
}

/** A function of one tensor. */
export type UnaryFunction = (x: TensorLike) => Tensor;

/** A function of two tensors, which broadcast. */
export type BinaryFunction = (a: TensorLike, b: TensorLike) => Tensor;

/** Defines an elementwise function of one tensor. */
export function unary(
  name: string,
  kind: ElementwiseKind,
  write: (e: ExpressionWriter, x: Scalar) => Scalar,
  rule: ElementwiseRule | null,
): UnaryFunction {
  const op = elementwise(name, kind, expression(1, write), rule && [rule]);
  return (x) => runOp1(op, [convert(x, name)], undefined);
}

/** Defines an elementwise function of two tensors. */
export function binary(
  name: string,
  kind: ElementwiseKind,
  write: (e: ExpressionWriter, a: Scalar, b: Scalar) => Scalar,
  rules: readonly [ElementwiseRule | null, ElementwiseRule | null] | null,
): BinaryFunction {
  const op = elementwise(name, kind, expression(2, write), rules);
  return (a, b) => runOp1(op, convertPair(a, b, name), undefined);
}
