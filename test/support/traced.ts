// Traces functions for tests that look at graphs and plans.

import { dtypeBytes } from '../../src/contract/dtypes.js';
import { arenaUnitBytes } from '../../src/contract/instructions.js';
import type { Tensor, TensorSpec } from '../../src/tensor/tensor.js';
import type { CompiledGraph } from '../../src/transform/jit/compile.js';
import type { Graph, Instruction, ValueId } from '../../src/transform/jit/graph.js';
import { forEachInstruction } from '../../src/transform/jit/graph.js';
import { reads, writes } from '../../src/transform/jit/operands.js';
import { Trace } from '../../src/transform/jit/trace.js';

/** The graph of a function of tensors, as it is traced, before any pass. */
export function graphOf(inputs: readonly TensorSpec[], f: (...inputs: Tensor[]) => readonly Tensor[]): Graph {
  const trace = new Trace();
  trace.record(() => {
    const results = f(...inputs.map((spec, i) => trace.argument(i, spec)));
    trace.flush();
    results.forEach((t, i) => trace.result(i, t));
  });
  return trace.graph;
}

/** The kernels of a graph in order, by name; `loop` and `end` around a loop's body, `move` for moves. */
export function kernelsOf(graph: Graph): string[] {
  const names = (code: readonly Instruction[]): string[] =>
    code.flatMap((i) => {
      if (i.kind === 'loop') return ['loop', ...names(i.body), 'end'];
      return [i.kind === 'move' ? 'move' : i.call.kernel];
    });
  return names(graph.code);
}

/**
 * Runs through the code of a compiled graph, each loop twice, and keeps for every unit of the arena whose value lies
 * there. Returns a sentence for the first value that is read after something else was written over it; null if none is.
 */
export function overwrittenValue(graph: Graph, compiled: CompiledGraph): string | null {
  const { arena, places } = compiled;
  const blocks = new Map(arena.blocks.map((b) => [b.root, b]));
  const owner: ValueId[] = [];
  const walk = (code: readonly Instruction[]): string | null => {
    for (const instruction of code) {
      for (const value of reads(instruction)) {
        const root = places.base(value);
        const block = blocks.get(root);
        // A gemm's epilogue reads the product that the same instruction writes.
        if (!block || writes(instruction).some((v) => places.base(v) === root)) continue;
        for (let u = block.unit; u < block.unit + block.units; u++) {
          if (owner[u] !== root) return `value ${value} is read where ${owner[u]} was written`;
        }
      }
      const written = new Set(writes(instruction).map((v) => places.base(v)));
      for (const root of written) {
        const block = blocks.get(root);
        if (!block) continue;
        for (let u = block.unit; u < block.unit + block.units; u++) {
          const other = owner[u];
          const clash = [...written].some((w) => w !== root && w === other);
          if (clash) return `values ${root} and ${other} of one instruction overlap`;
          owner[u] = root;
        }
      }
      if (instruction.kind === 'loop') {
        const fault = walk(instruction.body) ?? walk(instruction.body);
        if (fault) return fault;
      }
    }
    return null;
  };
  return walk(graph.code);
}

/** Bytes of all arena values, each in memory of its own. */
export function separateBytes(graph: Graph, compiled: CompiledGraph): number {
  const used = new Set<ValueId>();
  forEachInstruction(graph.code, (i) => [...reads(i), ...writes(i)].forEach((v) => used.add(v)));
  let units = 0;
  for (const value of used) {
    if (!compiled.places.isFree(value)) continue;
    const { dtype, length } = graph.values[value];
    units += Math.ceil((length * dtypeBytes[dtype]) / arenaUnitBytes);
  }
  return units * arenaUnitBytes;
}
