// Makes moves unnecessary: a value read from a Variable is used where it lies, in the home, as long as nothing writes
// the home before its last use; a value that is moved to a home, a result or a slice is written there by the
// instruction that makes it, if nothing needs the old content in between. Moves that remain become copies.

import type { GridOperand, KernelCall } from '../../../contract/calls.js';
import type { Graph, Instruction, Move, ValueId } from '../graph.js';
import { forEachBlock, setBlock } from '../graph.js';
import type { Access, Timeline } from '../liveness.js';
import { callReads, canFail } from '../operands.js';
import type { Places } from '../places.js';

/** Whether two operands walk the same elements of a grid in the same order. */
export function sameWalk(a: GridOperand, b: GridOperand, dims: readonly number[]): boolean {
  return a.offset === b.offset && dims.every((size, d) => size === 1 || a.strides[d] === b.strides[d]);
}

/** The grid of a call's expression, if it is stored to memory point by point. */
export function gridOf(call: KernelCall): readonly number[] {
  if (call.kernel === 'map') return call.dims;
  return call.kernel === 'gemm' ? [call.batch, call.m, call.n] : [];
}

/**
 * Whether a call may write its output `out` over what it reads: every input for which `overlaps` holds is read only at
 * the very point that is written. True as well if it reads nothing that overlaps.
 */
export function worksInPlace(call: KernelCall, out: ValueId, overlaps: (value: ValueId) => boolean): boolean {
  if (call.kernel !== 'map' && call.kernel !== 'gemm') return !callReads(call).some(overlaps);
  const evaluation = call.kernel === 'map' ? call : call.epilogue;
  const target = evaluation?.outputs.find((o) => o.operand === out);
  if (call.kernel === 'gemm') {
    if (overlaps(call.a) || overlaps(call.b) || (call.out !== out && overlaps(call.out))) return false;
    if (!target) return !evaluation?.inputs.some((o) => o.operand !== out && overlaps(o.operand));
  }
  const dims = gridOf(call);
  return !!target && evaluation!.inputs.every((o) => !overlaps(o.operand) || sameWalk(o, target, dims));
}

export function coalesceMoves(graph: Graph, timeline: Timeline, places: Places): void {
  const removed = new Set<Instruction>();
  const moves = timeline.instructions.flatMap((instruction, at) =>
    instruction.kind === 'move' ? [{ move: instruction, at }] : [],
  );
  /** Accesses to the memory at `root`, by those of `values` that lie there. */
  const accesses = (root: ValueId): (Access & { value: ValueId })[] => {
    const list: (Access & { value: ValueId })[] = [];
    const collect = (value: ValueId): void => {
      for (const a of timeline.accessesTo(value)) if (!removed.has(a.instruction)) list.push({ ...a, value });
      timeline.slices(value).forEach(collect);
    };
    places.members(root).forEach(collect);
    return list;
  };

  /** A value read from a Variable stays in the home. */
  const readInPlace = ({ from, to }: Move, at: number): boolean => {
    const last = timeline.span(to)?.last ?? at;
    return !accesses(places.root(from)).some((a) => a.kind === 'write' && a.at > at && a.at <= last);
  };

  /** A value is written to where it is moved. */
  const writeThrough = (move: Move, at: number): boolean => {
    const { from, to } = move;
    const span = timeline.span(from);
    const value = graph.values[from];
    const target = graph.values[to];
    if (!span || span.first >= at || places.root(from) !== from || value.origin.kind !== 'computed')
      return false;
    const loops = loopsOf(move);
    if (value.loops.length !== loops.length || value.loops.some((l, d) => l !== loops[d])) return false;
    if (target.origin.kind === 'variable') {
      // The home must not change before the step is sure to be completed.
      for (let p = span.first; p < at; p++) {
        const passed = timeline.instructions[p];
        if (canFail(passed) || (passed.kind === 'kernel' && passed.call.kernel === 'boundary')) return false;
      }
    }
    const makers = timeline.accessesTo(from).filter((a) => a.kind === 'write');
    const maker = makers.length === 1 && makers[0].at === span.first ? makers[0].instruction : null;
    return accesses(places.root(to)).every((a) => {
      if (a.instruction === move) return true;
      if (a.kind === 'write') return a.at < span.first || a.at > span.last;
      if (a.at !== span.first) return a.at < span.first || a.at > at;
      if (maker?.kind !== 'kernel') return false;
      return worksInPlace(maker.call, from, (v) => v !== from && places.base(v) === places.base(to));
    });
  };

  const loopOf = new Map<Instruction, Instruction | null>();
  forEachBlock(graph.code, (block, loop) => block.forEach((instruction) => loopOf.set(instruction, loop)));
  const loopsOf = (instruction: Instruction): Instruction[] => {
    const loop = loopOf.get(instruction);
    return loop ? [...loopsOf(loop), loop] : [];
  };

  for (const { move, at } of moves) {
    if (graph.values[move.from].origin.kind !== 'variable' || !readInPlace(move, at)) continue;
    places.join(move.to, move.from);
    removed.add(move);
  }
  for (const { move, at } of moves) {
    if (removed.has(move)) continue;
    if (places.root(move.from) === places.root(move.to)) removed.add(move);
    else if (graph.values[move.to].origin.kind !== 'computed' && writeThrough(move, at)) {
      places.join(move.from, move.to);
      removed.add(move);
    }
  }
  forEachBlock(graph.code, (block) => {
    setBlock(
      block,
      block.filter((i) => !removed.has(i)).map((i) => (i.kind === 'move' ? copyOf(graph, i) : i)),
    );
  });
}

/** A move as a copy kernel. */
function copyOf(graph: Graph, { from, to, source }: Move): Instruction {
  const operand = (value: ValueId): GridOperand => ({ operand: value, offset: 0, strides: [1] });
  const call = {
    kernel: 'copy',
    dims: [graph.values[from].length],
    input: operand(from),
    out: operand(to),
  } as const;
  return { kind: 'kernel', call, source };
}
