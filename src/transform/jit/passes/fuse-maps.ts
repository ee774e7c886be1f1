// Elementwise fusion: a map whose results another map over the same points reads is merged into it, so that a chain of
// elementwise ops is one pass over memory. What is needed elsewhere is stored as well.

import type { Source } from '../../../contract/errors.js';
import type { MapCall } from '../../../contract/calls.js';
import type { Graph, Instruction, Kernel } from '../graph.js';
import { combine, merged } from './combine.js';
import { forEachSegment, type Segment } from './segment.js';

/** A kernel that is a map. */
export type MapKernel = Kernel & { readonly call: MapCall };

export function isMap(instruction: Instruction): instruction is MapKernel {
  return instruction.kind === 'kernel' && instruction.call.kernel === 'map';
}

/** Most ops that the name of a merged instruction lists. */
const namedOps = 6;

/** The source of two instructions merged: both ops' names, and the layer and line of the one that weighs more. */
export function joinedSource(first: Source, second: Source, main: Source = second): Source {
  const names = [...first.op.split('+'), ...second.op.split('+')].filter((n, i, all) => n !== all[i - 1]);
  const op =
    names.length <= namedOps ? names : [...names.slice(0, namedOps - 1), '...', names[names.length - 1]];
  const shown = op.filter((n, i) => n !== '...' || op[i - 1] !== '...');
  return { op: shown.join('+'), scope: main.scope, trace: main.trace };
}

/** Merges the consumer with one of the maps it reads from; returns where the result stands, or -1. */
function fuseWithProducer(graph: Graph, segment: Segment, consumer: MapKernel): number {
  for (const input of consumer.call.inputs) {
    const producer = segment.writerOf(input.operand);
    if (!producer || !isMap(producer) || producer === consumer) continue;
    const position = segment.meeting(producer, consumer);
    if (position === null) continue;
    const both = combine(graph, producer.call, consumer.call, {
      isKept: (value) => segment.isReadBesides(value, consumer),
    });
    if (!both) continue;
    const fused: Kernel = {
      kind: 'kernel',
      call: { kernel: 'map', ...merged(both) },
      source: joinedSource(producer.source, consumer.source),
    };
    segment.replace(producer, consumer, fused, position);
    return segment.positionOf(fused);
  }
  return -1;
}

export function fuseMaps(graph: Graph): void {
  forEachSegment(graph, (segment) => {
    for (let at = 0; at < segment.items.length; at++) {
      const instruction = segment.items[at];
      if (!isMap(instruction)) continue;
      const moved = fuseWithProducer(graph, segment, instruction);
      // Look at the merged map again: it may have further producers.
      if (moved >= 0) at = moved - 1;
    }
  });
}
