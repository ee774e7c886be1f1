// Small maps over grids of the same size become one instruction, though neither reads what the other writes: for the few
// elements that a bias or a counter has, an instruction costs more than its work.

import { sizeOf } from '../../../contract/calls.js';
import type { Graph, Kernel } from '../graph.js';
import { combine, merged } from './combine.js';
import { isMap, joinedSource, type MapKernel } from './fuse-maps.js';
import { forEachSegment, type Segment } from './segment.js';

/** Most points of maps that are put together. */
const smallGrid = 1024;

/** Merges a map with one that stands before it; returns where the result stands, or -1. */
function mergeWithSibling(graph: Graph, segment: Segment, second: MapKernel): number {
  const points = sizeOf(second.call.dims);
  if (points > smallGrid) return -1;
  for (let at = segment.positionOf(second) - 1; at >= 0; at--) {
    const first = segment.items[at];
    if (!isMap(first) || first.call.dtype !== second.call.dtype || sizeOf(first.call.dims) !== points)
      continue;
    const position = segment.meeting(first, second);
    if (position === null) continue;
    const both = combine(graph, first.call, second.call, {
      isKept: (value) => segment.isReadBesides(value, second),
    });
    if (!both) continue;
    const fused: Kernel = {
      kind: 'kernel',
      call: { kernel: 'map', ...merged(both) },
      source: joinedSource(first.source, second.source),
    };
    segment.replace(first, second, fused, position);
    return segment.positionOf(fused);
  }
  return -1;
}

export function mergeSiblings(graph: Graph): void {
  forEachSegment(graph, (segment) => {
    for (let at = 0; at < segment.items.length; at++) {
      const instruction = segment.items[at];
      if (!isMap(instruction)) continue;
      const moved = mergeWithSibling(graph, segment, instruction);
      if (moved >= 0) at = moved - 1;
    }
  });
}
