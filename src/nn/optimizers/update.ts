// Updates as elementwise ops: one pass over a parameter, its gradient and its slots, whatever the optimizer.

import { sizeOf, type GridOperand } from '../../contract/calls.js';
import { computeDType } from '../../contract/dtypes.js';
import { expression, type ExpressionWriter, type Scalar } from '../../contract/expression.js';
import type { Op } from '../../tensor/op.js';
import type { TensorSpec } from '../../tensor/tensor.js';

/**
 * An op whose outputs have the shape and dtype of its first input and are computed from all inputs element by element
 * (inputs of one element are broadcast) in that dtype. One kernel call, eager or compiled; not differentiable.
 * @param inputs number of inputs
 * @param write the formula: gets the vocabulary and one scalar an input, returns one a output
 */
export function elementwiseUpdate(
  name: string,
  inputs: number,
  write: (e: ExpressionWriter, ...inputs: Scalar[]) => readonly Scalar[],
): Op {
  const formula = expression(inputs, write);
  return {
    name,
    infer: ([{ shape, dtype }]) => formula.outputs.map((): TensorSpec => ({ shape, dtype })),
    lower: (specs, outputs) => {
      const size = sizeOf(specs[0].shape);
      const operand = (spec: TensorSpec, number: number): GridOperand => ({
        operand: number,
        offset: 0,
        strides: [sizeOf(spec.shape) === 1 ? 0 : 1],
      });
      return [
        {
          kernel: 'map',
          dtype: computeDType(specs[0].dtype),
          dims: [size],
          expression: formula,
          inputs: specs.map(operand),
          outputs: outputs.map((_, i) => ({ operand: specs.length + i, offset: 0, strides: [1] })),
        },
      ];
    },
    gradient: null,
  };
}
