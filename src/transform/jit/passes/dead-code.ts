// Drops instructions whose results nobody needs, and outputs that nobody reads. What has an effect stays: writes to
// Variables and results, generators moved on, checks, boundaries.

import type { KernelCall } from '../../../contract/calls.js';
import type { Graph, Instruction, ValueId } from '../graph.js';
import { setBlock } from '../graph.js';
import { hasEffect, reads, writes } from '../operands.js';

/** The call without the outputs that are not needed. */
function withoutDeadOutputs(call: KernelCall, isNeeded: (value: ValueId) => boolean): KernelCall {
  switch (call.kernel) {
    case 'map': {
      const kept = call.outputs.map((o) => isNeeded(o.operand));
      if (kept.every(Boolean)) return call;
      const { expression } = call;
      return {
        ...call,
        expression: { ...expression, outputs: expression.outputs.filter((_, i) => kept[i]) },
        outputs: call.outputs.filter((_, i) => kept[i]),
      };
    }
    case 'crossEntropy':
      return {
        ...call,
        loss: call.loss >= 0 && isNeeded(call.loss) ? call.loss : -1,
        delta: call.delta >= 0 && isNeeded(call.delta) ? call.delta : -1,
      };
    default:
      return call;
  }
}

export function dropDeadCode(graph: Graph): void {
  const needed = new Set<ValueId>();
  for (const { id, origin } of graph.values) {
    if (origin.kind === 'result' || origin.kind === 'variable') needed.add(id);
  }
  // To write a slice is to write what it is a slice of.
  const isNeeded = (value: ValueId): boolean => {
    const { origin } = graph.values[value];
    return needed.has(value) || (origin.kind === 'slice' && isNeeded(origin.of));
  };
  const need = (value: ValueId): void => {
    needed.add(value);
    const { origin } = graph.values[value];
    if (origin.kind === 'slice') need(origin.of);
  };
  const sweep = (block: Instruction[]): void => {
    const kept: Instruction[] = [];
    for (let at = block.length - 1; at >= 0; at--) {
      const instruction = block[at];
      if (instruction.kind === 'loop') sweep(instruction.body);
      const stays =
        instruction.kind === 'loop'
          ? instruction.body.length > 0
          : hasEffect(instruction) || writes(instruction).some(isNeeded);
      if (!stays) continue;
      if (instruction.kind === 'kernel') instruction.call = withoutDeadOutputs(instruction.call, isNeeded);
      reads(instruction).forEach(need);
      kept.push(instruction);
    }
    setBlock(block, kept.reverse());
  };
  sweep(graph.code);
}
