// A map whose only result a reduce consumes becomes the prologue of that reduce: the mapped values never reach memory.

import type { ReduceCall } from '../../../contract/calls.js';
import type { Graph, Instruction, Kernel } from '../graph.js';
import { combine, type Pointwise } from './combine.js';
import { isMap, joinedSource } from './fuse-maps.js';
import { forEachSegment, type Segment } from './segment.js';

type ReduceKernel = Kernel & { readonly call: ReduceCall };

function isReduce(instruction: Instruction): instruction is ReduceKernel {
  return instruction.kind === 'kernel' && instruction.call.kernel === 'reduce';
}

function mergeProducer(graph: Graph, segment: Segment, consumer: ReduceKernel): Kernel | null {
  const { outer, length, inner, dtype, prologue } = consumer.call;
  const dims = [outer, length, inner];
  for (const input of prologue.inputs) {
    const producer = segment.writerOf(input.operand);
    if (!producer || !isMap(producer)) continue;
    // The expression of a reduce stores nothing, so nobody else may need what the map makes.
    if (producer.call.outputs.some((o) => segment.isReadBesides(o.operand, consumer))) continue;
    const position = segment.meeting(producer, consumer);
    if (position === null) continue;
    const both = combine(graph, producer.call, { ...prologue, dtype, dims } satisfies Pointwise, {
      dims,
      fixedDType: true,
      isKept: () => false,
    });
    if (!both) continue;
    const { expression, inputs, outputs } = both;
    const fused: Kernel = {
      kind: 'kernel',
      call: { ...consumer.call, prologue: { expression, inputs, outputs } },
      source: joinedSource(producer.source, consumer.source),
    };
    segment.replace(producer, consumer, fused, position);
    return fused;
  }
  return null;
}

export function fusePrologues(graph: Graph): void {
  forEachSegment(graph, (segment) => {
    for (const instruction of [...segment.items]) {
      let consumer: Kernel | null = instruction.kind === 'kernel' ? instruction : null;
      while (consumer && isReduce(consumer)) consumer = mergeProducer(graph, segment, consumer);
    }
  });
}
