// A map that reads the result of a gemm becomes the epilogue of that gemm: bias, activation, or the activation's
// derivative are computed while the tile is in the cache.

import { sizeOf, type Evaluation, type GemmCall, type GridOperand } from '../../../contract/calls.js';
import { identity } from '../../../contract/expression.js';
import type { Graph, Instruction, Kernel } from '../graph.js';
import { combine, isRowMajor, type Pointwise } from './combine.js';
import { isMap, joinedSource, type MapKernel } from './fuse-maps.js';
import { forEachSegment, type Segment } from './segment.js';

type GemmKernel = Kernel & { readonly call: GemmCall };

/**
 * What may go into an epilogue. A map that streams several matrices besides the product (an optimizer's update) gains
 * nothing there and takes the cache from the product's operands: measured, RMSprop in the epilogue of a 784x512 weight
 * gradient was not faster than on its own. A small one always gains its own instruction.
 */
const epilogueLimits = { fullOperands: 2, smallProduct: 4096 } as const;

function isGemm(instruction: Instruction): instruction is GemmKernel {
  return instruction.kind === 'kernel' && instruction.call.kernel === 'gemm';
}

/** What the gemm does after its product: its epilogue, or nothing. */
function present(gemm: GemmCall, dims: readonly number[]): Pointwise {
  const { dtype, out, m, n } = gemm;
  if (gemm.epilogue) return { ...gemm.epilogue, dtype, dims };
  const product: GridOperand = { operand: out, offset: 0, strides: [m * n, n, 1] };
  return { dtype, dims, expression: identity, inputs: [product], outputs: [product] };
}

function isWorthIt(gemm: GemmCall, epilogue: Evaluation, dims: readonly number[]): boolean {
  const { batch, m, n } = gemm;
  if (batch * m * n <= epilogueLimits.smallProduct) return true;
  const full = [...epilogue.inputs, ...epilogue.outputs].filter(
    (o) => o.operand !== gemm.out && isRowMajor(o, dims),
  );
  return full.length <= epilogueLimits.fullOperands;
}

function mergeIntoProducer(graph: Graph, segment: Segment, consumer: MapKernel): Kernel | null {
  for (const input of consumer.call.inputs) {
    const producer = segment.writerOf(input.operand);
    if (!producer || !isGemm(producer)) continue;
    const gemm = producer.call;
    const dims = [gemm.batch, gemm.m, gemm.n];
    if (gemm.ldc !== gemm.n || (gemm.batch > 1 && gemm.strideC !== gemm.m * gemm.n) || sizeOf(dims) === 0)
      continue;
    if (gemm.epilogue && input.operand === gemm.out) continue;
    const position = segment.meeting(producer, consumer);
    if (position === null) continue;
    const both = combine(graph, present(gemm, dims), consumer.call, {
      dims,
      isKept: (value) => value !== gemm.out && segment.isReadBesides(value, consumer),
    });
    if (!both || both.dtype !== gemm.dtype) continue;
    const { expression, inputs, outputs } = both;
    const epilogue: Evaluation = { expression, inputs, outputs };
    if (!isWorthIt(gemm, epilogue, dims)) continue;
    const fused: Kernel = {
      kind: 'kernel',
      call: { ...gemm, epilogue },
      source: joinedSource(producer.source, consumer.source, producer.source),
    };
    segment.replace(producer, consumer, fused, position);
    return fused;
  }
  return null;
}

export function fuseEpilogues(graph: Graph): void {
  forEachSegment(graph, (segment) => {
    for (const instruction of [...segment.items]) {
      if (isMap(instruction)) mergeIntoProducer(graph, segment, instruction);
    }
  });
}
