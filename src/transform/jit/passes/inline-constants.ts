// A captured tensor all of whose elements are one number becomes a constant of the expressions that read it: tensors
// are immutable, so the value is known. So does what maps compute from constants alone. What remains captured is bound
// as an array.

import { sizeOf, type Evaluation, type GridOperand, type MapCall } from '../../../contract/calls.js';
import type { ComputeDType, TypedArray } from '../../../contract/dtypes.js';
import { EvaluationBuilder } from '../evaluation.js';
import { forEachInstruction, type Graph, type ValueId } from '../graph.js';
import { isRowMajor } from './combine.js';
import { Uses } from './segment.js';

/** The number that all elements are, or null. Random data is left at its second element. */
function uniformValue(array: TypedArray): number | null {
  if (array.length === 0) return null;
  const first = array[0];
  for (let i = 1; i < array.length; i++) if (!Object.is(array[i], first)) return null;
  return first;
}

export function inlineConstants(graph: Graph): void {
  const uses = new Uses(graph);
  const known = new Map<ValueId, number | null>();
  const valueOf = (operand: GridOperand, dtype: ComputeDType): number | null => {
    const { id, origin, dtype: stored } = graph.values[operand.operand];
    if (origin.kind !== 'constant' && !known.has(id)) return null;
    // An int32 expression rounds constants as numbers, but loads floats towards zero, saturating.
    if (dtype === 'int32' && (stored === 'float32' || stored === 'float64')) return null;
    let value = known.get(id);
    if (value === undefined && origin.kind === 'constant') {
      known.set(id, (value = uniformValue(origin.tensor.array_('jit'))));
    }
    return value ?? null;
  };

  /** Notes the outputs of a map that are the same number everywhere. */
  const learn = ({ dtype, dims, expression, outputs }: MapCall): void => {
    expression.outputs.forEach((number, i) => {
      const node = number >= expression.inputs ? expression.nodes[number - expression.inputs] : null;
      const { operand } = outputs[i];
      const { length, dtype: stored } = graph.values[operand];
      if (node?.operation !== 'constant' || stored !== dtype || uses.writersOf(operand).length !== 1) return;
      if (length !== sizeOf(dims) || !isRowMajor(outputs[i], dims)) return;
      known.set(operand, dtype === 'float32' ? Math.fround(node.value) : node.value);
    });
  };

  const inline = <E extends Evaluation>(e: E, dtype: ComputeDType): E => {
    if (e.inputs.every((o) => valueOf(o, dtype) === null)) return e;
    const builder = new EvaluationBuilder(dtype, (value) => graph.values[value].dtype);
    const inputs = e.inputs.map((o) => {
      const value = valueOf(o, dtype);
      return value === null ? builder.input(o) : builder.constant(value);
    });
    const refs = builder.inline(e.expression, inputs);
    return { ...e, ...builder.finish(refs.map((ref, i) => ({ ref, operand: e.outputs[i] }))) };
  };

  forEachInstruction(graph.code, (instruction) => {
    if (instruction.kind !== 'kernel') return;
    const call = instruction.call;
    if (call.kernel === 'map') {
      const inlined = inline(call, call.dtype);
      instruction.call = inlined;
      learn(inlined);
    } else if (call.kernel === 'reduce') {
      instruction.call = { ...call, prologue: inline(call.prologue, call.dtype) };
    }
  });
}
