// Writes the words of a planned graph: buffers for the places, views for the operands, and those views that loops move.

import { ProgramWriter } from '../../contract/encoding.js';
import type { Source } from '../../contract/errors.js';
import { arenaUnitBytes } from '../../contract/instructions.js';
import type { BoundBuffer, Program } from '../../contract/program.js';
import type { Graph, Instruction, Loop, Origin, ValueId } from './graph.js';
import { forEachInstruction } from './graph.js';
import type { ArenaPlan } from './plan.js';
import type { Places } from './places.js';
import { reads, writes } from './operands.js';

/** What is bound to a program's bound buffer. */
export interface BoundPlace {
  readonly origin: Exclude<Origin, { kind: 'computed' } | { kind: 'slice' }>;
  readonly written: boolean;
}

export interface Encoded {
  readonly program: Program;
  readonly bound: readonly BoundPlace[];
  /** Whether the program has boundaries. */
  readonly hasBoundaries: boolean;
}

class Encoder {
  private readonly writer = new ProgramWriter();
  private readonly buffers = new Map<ValueId, number>();
  /** Views that loops move, by place. */
  private readonly movedViews = new Map<string, number>();
  private readonly moves = new Map<Loop, Map<number, number>>();
  private readonly sources: Source[] = [];
  private readonly buffersBound: BoundBuffer[] = [];
  private readonly bound: BoundPlace[] = [];

  constructor(
    private readonly graph: Graph,
    private readonly places: Places,
    private readonly arena: ArenaPlan,
  ) {}

  encode(): Encoded {
    this.layOut();
    this.findMoves(this.graph.code);
    this.block(this.graph.code);
    let hasBoundaries = false;
    forEachInstruction(this.graph.code, (i) => {
      if (i.kind === 'kernel' && i.call.kernel === 'boundary') hasBoundaries = true;
    });
    const program = { words: this.writer.finish(), bound: this.buffersBound, sources: this.sources };
    return { program, bound: this.bound, hasBoundaries };
  }

  /** Buffers: the arena's blocks, then what a run binds. */
  private layOut(): void {
    const end = this.arena.bytes / arenaUnitBytes;
    for (const { root, unit } of this.arena.blocks) {
      const { dtype, length } = this.graph.values[root];
      this.buffers.set(root, this.writer.arenaBuffer(dtype, length, unit, end));
    }
    const used = new Set<ValueId>();
    const written = new Set<ValueId>();
    forEachInstruction(this.graph.code, (instruction) => {
      for (const value of reads(instruction)) used.add(this.places.base(value));
      for (const value of writes(instruction)) written.add(this.places.base(value));
    });
    for (const { id, dtype, length, origin } of this.graph.values) {
      const isWritten = written.has(id);
      if (origin.kind === 'computed' || origin.kind === 'slice' || !(used.has(id) || isWritten)) continue;
      const access =
        origin.kind === 'result' ? (used.has(id) ? 'both' : 'write') : isWritten ? 'both' : 'read';
      this.buffers.set(id, this.writer.boundBuffer(dtype, length, access));
      this.buffersBound.push({ dtype, length, access });
      this.bound.push({ origin, written: isWritten });
    }
  }

  /** Makes the views that each loop moves, as a loop lists them before its first instruction. */
  private findMoves(code: readonly Instruction[]): void {
    const scratch = new ProgramWriter();
    forEachInstruction(code, (instruction, loops) => {
      if (loops.length === 0) return;
      scratch.reset();
      if (instruction.kind === 'kernel') {
        scratch.call(instruction.call, (operand, offset) => this.view(operand, offset));
      } else reads(instruction).forEach((value) => this.view(value, 0));
    });
  }

  private block(code: readonly Instruction[]): void {
    for (const instruction of code) {
      if (instruction.kind === 'move') throw new Error('A move was left in the code.');
      const source = this.sources.push(instruction.source) - 1;
      if (instruction.kind === 'kernel') {
        this.writer.call(instruction.call, (operand, offset) => this.view(operand, offset), source);
        continue;
      }
      const turns = instruction.turns >= 0 ? this.view(instruction.turns, 0) : -1;
      const moves = [...(this.moves.get(instruction) ?? [])].map(([view, stride]) => ({ view, stride }));
      const at = this.writer.beginLoop(instruction.count, turns, moves, source);
      this.block(instruction.body);
      this.writer.endLoop(at);
    }
  }

  private view(value: ValueId, offset: number): number {
    const root = this.places.root(value);
    const { origin } = this.graph.values[root];
    const buffer = this.buffers.get(this.places.base(root))!;
    if (origin.kind !== 'slice') return this.writer.view(buffer, offset);
    const key = `${root}+${offset}`;
    let view = this.movedViews.get(key);
    if (view === undefined) {
      view = this.writer.newView(buffer, offset);
      this.movedViews.set(key, view);
      // A slice of a slice is moved by both loops.
      for (let at: ValueId = root; ;) {
        const step = this.graph.values[this.places.root(at)].origin;
        if (step.kind !== 'slice') break;
        let moves = this.moves.get(step.loop);
        if (!moves) this.moves.set(step.loop, (moves = new Map()));
        moves.set(view, step.stride);
        at = step.of;
      }
    }
    return view;
  }
}

/** The program of a graph without moves. */
export function encodeGraph(graph: Graph, places: Places, arena: ArenaPlan): Encoded {
  return new Encoder(graph, places, arena).encode();
}
