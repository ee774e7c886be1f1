// From the graph of a traced function to a program: the passes, in order. Each is a file of passes/ and leaves a graph
// that computes the same to the bit.

import { encodeGraph, type Encoded } from './encode.js';
import type { Graph } from './graph.js';
import { Timeline } from './liveness.js';
import { coalesceMoves } from './passes/coalesce.js';
import { dropDeadCode } from './passes/dead-code.js';
import { fuseEpilogues } from './passes/epilogues.js';
import { fuseMaps } from './passes/fuse-maps.js';
import { shareDyingInputs } from './passes/in-place.js';
import { inlineConstants } from './passes/inline-constants.js';
import { fusePrologues } from './passes/prologues.js';
import { mergeSiblings } from './passes/siblings.js';
import { Places } from './places.js';
import { planArena, type ArenaPlan } from './plan.js';

export interface CompiledGraph extends Encoded {
  readonly arena: ArenaPlan;
  /** Which values share a place; for those who look into a plan. */
  readonly places: Places;
}

/** Compiles a graph, which is changed on the way. */
export function compileGraph(graph: Graph): CompiledGraph {
  inlineConstants(graph);
  dropDeadCode(graph);
  fuseMaps(graph);
  fusePrologues(graph);
  fuseEpilogues(graph);
  mergeSiblings(graph);
  const places = new Places(graph);
  coalesceMoves(graph, new Timeline(graph, places), places);
  const timeline = new Timeline(graph, places);
  shareDyingInputs(graph, timeline, places);
  const arena = planArena(graph, timeline, places);
  return { ...encodeGraph(graph, places, arena), arena, places };
}
