// When values are needed: every instruction gets a position (a loop two, for its beginning and its end), and a value is
// live from its first access to its last. What is used in a loop but made outside lives through the whole loop.

import type { Graph, Instruction, Loop, Value, ValueId } from './graph.js';
import { reads, writes } from './operands.js';
import type { Places } from './places.js';

/** One instruction's access to a value. */
export interface Access {
  readonly at: number;
  readonly kind: 'read' | 'write';
  readonly instruction: Instruction;
}

/** First and last position, both included. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

export class Timeline {
  /** Instructions by position; at a loop's end its loop once more. */
  readonly instructions: Instruction[] = [];
  private readonly accesses: Access[][];
  private readonly spans: (Span | null)[];
  /** Loop -> values from outside that are used in it. */
  private readonly usedInside = new Map<Loop, Set<ValueId>>();
  private readonly slicesOf = new Map<ValueId, ValueId[]>();

  /** @param places which values share places by now: who uses a value uses its place, and what that is a slice of */
  constructor(
    private readonly graph: Graph,
    private readonly places: Places,
  ) {
    this.accesses = graph.values.map(() => []);
    this.spans = graph.values.map(() => null);
    for (const { id, origin } of graph.values) {
      if (origin.kind !== 'slice') continue;
      const list = this.slicesOf.get(origin.of);
      if (list) list.push(id);
      else this.slicesOf.set(origin.of, [id]);
    }
    this.walk(graph.code, []);
  }

  /** All accesses to a value, in order; not those to slices of it. */
  accessesTo(value: ValueId): readonly Access[] {
    return this.accesses[value];
  }

  /** Slices of a value, in loops. */
  slices(value: ValueId): readonly ValueId[] {
    return this.slicesOf.get(value) ?? [];
  }

  /** When a value is live, slices of it included; null if it is never accessed. */
  span(value: ValueId): Span | null {
    return this.spans[value];
  }

  private walk(block: readonly Instruction[], loops: readonly Loop[]): void {
    for (const instruction of block) {
      const at = this.instructions.push(instruction) - 1;
      for (const value of reads(instruction)) this.access(value, { at, kind: 'read', instruction }, loops);
      for (const value of writes(instruction)) this.access(value, { at, kind: 'write', instruction }, loops);
      if (instruction.kind !== 'loop') continue;
      this.walk(instruction.body, [...loops, instruction]);
      this.instructions.push(instruction);
      this.closeSpans(instruction, at);
    }
  }

  private access(id: ValueId, access: Access, loops: readonly Loop[]): void {
    this.accesses[id].push(access);
    let value: Value | null = this.graph.values[id];
    while (value) {
      // Inside a loop that the value comes from outside of, it is live in every turn: see closeSpans.
      const foreign = loops.length > value.loops.length ? loops[value.loops.length] : null;
      this.extend(value.id, access.at);
      if (foreign) this.pending(foreign).add(value.id);
      const root = this.places.root(value.id);
      if (root !== value.id) value = this.graph.values[root];
      else value = value.origin.kind === 'slice' ? this.graph.values[value.origin.of] : null;
    }
  }

  private extend(value: ValueId, at: number): void {
    const span = this.spans[value];
    this.spans[value] = span
      ? { first: Math.min(span.first, at), last: Math.max(span.last, at) }
      : { first: at, last: at };
  }

  private pending(loop: Loop): Set<ValueId> {
    let set = this.usedInside.get(loop);
    if (!set) this.usedInside.set(loop, (set = new Set()));
    return set;
  }

  private closeSpans(loop: Loop, begin: number): void {
    const end = this.instructions.length - 1;
    for (const value of this.usedInside.get(loop) ?? []) {
      this.extend(value, begin);
      this.extend(value, end);
    }
  }
}
