// One elementwise evaluation out of two, of which the second reads what the first writes. Possible if both walk the
// same points in the same order, and if leaving out the store and the load between them changes no bit.

import {
  mergeDimensions,
  restride,
  rowMajor,
  sizeOf,
  type Evaluation,
  type GridOperand,
} from '../../../contract/calls.js';
import type { ComputeDType, DType } from '../../../contract/dtypes.js';
import { registerCode, type ExpressionOperation } from '../../../contract/expression.js';
import { limits } from '../../../contract/instructions.js';
import { EvaluationBuilder } from '../evaluation.js';
import type { Graph, ValueId } from '../graph.js';

/** An evaluation with its grid. */
export interface Pointwise extends Evaluation {
  readonly dtype: ComputeDType;
  readonly dims: readonly number[];
}

export interface CombineOptions {
  /** The grid of the result; default: whatever suits both. */
  readonly dims?: readonly number[];
  /** Whether the result must compute in the second one's dtype. */
  readonly fixedDType?: boolean;
  /** Whether a value that the first one writes is needed elsewhere, so that it has to be stored as well. */
  readonly isKept: (value: ValueId) => boolean;
}

/** Operations that give whole numbers from 0 to 255 for such numbers, exactly, in any dtype. */
const smallOperations: ReadonlySet<string> = new Set<ExpressionOperation>([
  'copy',
  'abs',
  'not',
  'min',
  'max',
  'equal',
  'notEqual',
  'less',
  'lessEqual',
  'greater',
  'greaterEqual',
  'and',
  'or',
  'select',
]);

/** Whether all its values are whole numbers from 0 to 255, so that it computes the same in every dtype. */
function isSmall(e: Evaluation, dtypeOf: (value: ValueId) => DType): boolean {
  return (
    e.inputs.every((o) => dtypeOf(o.operand) === 'bool' || dtypeOf(o.operand) === 'uint8') &&
    e.expression.nodes.every((n) =>
      n.operation === 'constant'
        ? Number.isInteger(n.value) && n.value >= 0 && n.value <= 255
        : smallOperations.has(n.operation),
    )
  );
}

/** Whether an operand visits consecutive elements from the first on, in the order of the grid. */
export function isRowMajor(operand: GridOperand, dims: readonly number[]): boolean {
  const expected = rowMajor(dims);
  return operand.offset === 0 && operand.strides.every((s, d) => dims[d] === 1 || s === expected[d]);
}

/** The coarsest grid of which both are: row-major, the same points; null if there is none. */
export function commonGrid(a: readonly number[], b: readonly number[]): number[] | null {
  if (sizeOf(a) !== sizeOf(b) || sizeOf(a) === 0) return null;
  const ends = new Set<number>();
  for (const dims of [a, b]) {
    let size = 1;
    for (let d = dims.length - 1; d >= 0; d--) ends.add((size *= dims[d]));
  }
  ends.delete(1);
  const result: number[] = [];
  let last = 1;
  for (const end of [...ends].sort((x, y) => x - y)) {
    if (end % last !== 0) return null;
    result.unshift(end / last);
    last = end;
  }
  return result;
}

/** The operands over another grid of the same points; null if one of them has no strides there. */
export function overGrid(
  operands: readonly GridOperand[],
  dims: readonly number[],
  target: readonly number[],
): GridOperand[] | null {
  const result: GridOperand[] = [];
  for (const o of operands) {
    const strides = restride(dims, o.strides, target);
    if (!strides) return null;
    result.push({ ...o, strides });
  }
  return result;
}

/** The same evaluation over the fewest dimensions. */
export function merged(p: Pointwise): Pointwise {
  const operands = [...p.inputs, ...p.outputs];
  const grid = mergeDimensions(
    p.dims,
    operands.map((o) => o.strides),
  );
  const all = operands.map((o, i) => ({ ...o, strides: grid.strides[i] }));
  return {
    ...p,
    dims: grid.dims,
    inputs: all.slice(0, p.inputs.length),
    outputs: all.slice(p.inputs.length),
  };
}

/** `before` and then `after` in one; null if that is not possible. */
export function combine(
  graph: Graph,
  before: Pointwise,
  after: Pointwise,
  options: CombineOptions,
): Pointwise | null {
  // Fewer dimensions have more grids in common.
  const first = merged(before);
  const second = merged(after);
  const dtypeOf = (value: ValueId): DType => graph.values[value].dtype;
  const small = isSmall(first, dtypeOf);
  let dtype = second.dtype;
  if (first.dtype !== second.dtype && !small) {
    if (options.fixedDType || !isSmall(second, dtypeOf)) return null;
    dtype = first.dtype;
  }
  const dims = options.dims ?? commonGrid(first.dims, second.dims);
  if (!dims || sizeOf(dims) !== sizeOf(first.dims) || sizeOf(dims) !== sizeOf(second.dims)) return null;
  const firstInputs = overGrid(first.inputs, first.dims, dims);
  const firstOutputs = overGrid(first.outputs, first.dims, dims);
  const secondInputs = overGrid(second.inputs, second.dims, dims);
  const secondOutputs = overGrid(second.outputs, second.dims, dims);
  if (!firstInputs || !firstOutputs || !secondInputs || !secondOutputs) return null;

  const builder = new EvaluationBuilder(dtype, dtypeOf);
  const results = builder.inline(
    first.expression,
    firstInputs.map((o) => builder.input(o)),
  );
  const written = new Map<ValueId, number>();
  first.outputs.forEach((o, i) => written.set(o.operand, i));

  const inputs: number[] = [];
  for (const o of secondInputs) {
    const i = written.get(o.operand);
    if (i === undefined) {
      inputs.push(builder.input(o));
      continue;
    }
    const length = graph.values[o.operand].length;
    if (length !== sizeOf(dims) || !isRowMajor(o, dims) || !isRowMajor(firstOutputs[i], dims)) return null;
    // What the store and the load between the two would have made of the value.
    const stored = dtypeOf(o.operand);
    if (stored === 'bool') inputs.push(builder.asBoolean(results[i]));
    else if (stored === dtype || stored === 'float64' || small) inputs.push(results[i]);
    else return null;
  }
  const outputs = builder
    .inline(second.expression, inputs)
    .map((ref, i) => ({ ref, operand: secondOutputs[i] }));
  firstOutputs.forEach((operand, i) => {
    if (options.isKept(operand.operand)) outputs.push({ ref: results[i], operand });
  });
  const result: Pointwise = { dtype, dims, ...builder.finish(outputs) };
  if (merged(result).dims.length > limits.rank || !registerCode(result.expression)) return null;
  return result;
}
