// Lets an output of a map (or of a gemm's epilogue) take over the memory of an input that is needed for the last time,
// and the product of a gemm that of the epilogue's result: fewer buffers, and less cache to fill.

import type { Evaluation } from '../../../contract/calls.js';
import type { Graph, Kernel, ValueId } from '../graph.js';
import type { Timeline } from '../liveness.js';
import type { Places } from '../places.js';
import { callReads } from '../operands.js';
import { gridOf, sameWalk, worksInPlace } from './coalesce.js';

export function shareDyingInputs(graph: Graph, timeline: Timeline, places: Places): void {
  const sameKind = (a: ValueId, b: ValueId): boolean =>
    graph.values[a].dtype === graph.values[b].dtype && graph.values[a].length === graph.values[b].length;
  /** The last position at which a class is live. */
  const lastOf = (root: ValueId): number =>
    Math.max(...places.members(root).map((v) => timeline.span(v)?.last ?? -1));

  const shareProduct = (kernel: Kernel, at: number): void => {
    const call = kernel.call;
    if (call.kernel !== 'gemm' || !call.epilogue) return;
    const span = timeline.span(call.out);
    if (!places.isFree(call.out) || span?.first !== at || span.last !== at) return;
    const product = call.epilogue.inputs.find((o) => o.operand === call.out);
    for (const out of call.epilogue.outputs) {
      if (!sameKind(out.operand, call.out) || (product && !sameWalk(product, out, gridOf(call)))) continue;
      const base = places.base(out.operand);
      if (callReads(call).some((v) => v !== call.out && places.base(v) === base)) continue;
      places.join(call.out, out.operand);
      return;
    }
  };

  const shareInputs = (kernel: Kernel, evaluation: Evaluation, at: number): void => {
    for (const out of evaluation.outputs) {
      if (!places.isFree(out.operand) || places.members(places.root(out.operand)).length > 1) continue;
      const span = timeline.span(out.operand);
      const writers = timeline.accessesTo(out.operand).filter((a) => a.kind === 'write');
      if (span?.first !== at || writers.length !== 1) continue;
      for (const input of evaluation.inputs) {
        const root = places.root(input.operand);
        const taken = evaluation.outputs.some((o) => places.root(o.operand) === root);
        if (taken || !places.isFree(root) || lastOf(root) !== at || !sameKind(root, out.operand)) continue;
        if (!sameWalk(input, out, gridOf(kernel.call))) continue;
        if (!worksInPlace(kernel.call, out.operand, (v) => v !== out.operand && places.base(v) === root))
          continue;
        places.join(out.operand, root);
        break;
      }
    }
  };

  timeline.instructions.forEach((instruction, at) => {
    if (instruction.kind !== 'kernel') return;
    const call = instruction.call;
    shareProduct(instruction, at);
    if (call.kernel === 'map') shareInputs(instruction, call, at);
    else if (call.kernel === 'gemm' && call.epilogue) shareInputs(instruction, call.epilogue, at);
  });
}
