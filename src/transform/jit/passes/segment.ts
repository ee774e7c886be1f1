// A stretch of a block in which instructions may change places as long as values are written before they are read:
// between loops, boundaries and writes to the homes of Variables. Passes that merge two instructions into one ask it
// who writes and who reads a value, and where the merged instruction can stand.

import type { Graph, Instruction, Kernel, ValueId } from '../graph.js';
import { forEachBlock, forEachInstruction, setBlock } from '../graph.js';
import { canFail, reads, writes } from '../operands.js';

/** Who writes and who reads each value, in the whole graph. */
export class Uses {
  private readonly writers = new Map<ValueId, Instruction[]>();
  private readonly readers = new Map<ValueId, Instruction[]>();

  constructor(graph: Graph) {
    forEachInstruction(graph.code, (instruction) => this.add(instruction));
    // Who reads or writes a slice does so to what it is a slice of; slices of slices have the higher numbers.
    for (let id = graph.values.length - 1; id >= 0; id--) {
      const { origin } = graph.values[id];
      if (origin.kind !== 'slice') continue;
      for (const r of this.readersOf(id)) push(this.readers, origin.of, r);
      for (const w of this.writersOf(id)) push(this.writers, origin.of, w);
    }
  }

  add(instruction: Instruction): void {
    for (const value of new Set(reads(instruction))) push(this.readers, value, instruction);
    for (const value of new Set(writes(instruction))) push(this.writers, value, instruction);
  }

  remove(instruction: Instruction): void {
    for (const value of new Set(reads(instruction))) drop(this.readers, value, instruction);
    for (const value of new Set(writes(instruction))) drop(this.writers, value, instruction);
  }

  writersOf(value: ValueId): readonly Instruction[] {
    return this.writers.get(value) ?? [];
  }

  readersOf(value: ValueId): readonly Instruction[] {
    return this.readers.get(value) ?? [];
  }
}

function push(map: Map<ValueId, Instruction[]>, value: ValueId, instruction: Instruction): void {
  const list = map.get(value);
  if (list) list.push(instruction);
  else map.set(value, [instruction]);
}

function drop(map: Map<ValueId, Instruction[]>, value: ValueId, instruction: Instruction): void {
  const list = map.get(value) ?? [];
  const at = list.indexOf(instruction);
  if (at >= 0) list.splice(at, 1);
}

/** Whether no instruction may be moved across this one. */
function isBarrier(graph: Graph, instruction: Instruction): boolean {
  if (instruction.kind === 'loop') return true;
  if (instruction.kind === 'move') return graph.values[instruction.to].origin.kind === 'variable';
  return instruction.call.kernel === 'boundary';
}

export class Segment {
  private readonly positions = new Map<Instruction, number>();

  constructor(
    private readonly graph: Graph,
    private readonly uses: Uses,
    readonly items: Instruction[],
  ) {
    this.renumber(0);
  }

  /** The one kernel that writes `value`, if it stands in this segment. */
  writerOf(value: ValueId): Kernel | null {
    const writers = this.uses.writersOf(value);
    const [writer] = writers;
    return writers.length === 1 && writer.kind === 'kernel' && this.positions.has(writer) ? writer : null;
  }

  /** Whether an instruction other than `except` reads `value`. */
  isReadBesides(value: ValueId, except: Instruction): boolean {
    return this.uses.readersOf(value).some((r) => r !== except);
  }

  positionOf(instruction: Instruction): number {
    return this.positions.get(instruction)!;
  }

  /**
   * The position at which `producer` and `consumer`, which reads what `producer` writes, can be merged: that of the
   * consumer if nobody needs the producer's values before, else the first at which all that the consumer needs is
   * there; null if there is none.
   */
  meeting(producer: Kernel, consumer: Kernel): number | null {
    const i = this.positionOf(producer);
    const j = this.positionOf(consumer);
    const made = new Set(writes(producer));
    for (const value of [...made, ...writes(consumer)]) {
      if (this.uses.writersOf(value).length > 1) return null;
    }
    // The producer may go as late as `latest`, the consumer as early as `earliest`.
    let latest = Infinity;
    for (const value of made) {
      for (const reader of this.uses.readersOf(value)) {
        const at = reader === consumer || reader === producer ? undefined : this.positions.get(reader);
        if (at !== undefined && at < latest) latest = at;
      }
    }
    for (const value of reads(producer)) {
      for (const at of this.laterWrites(value, i)) latest = Math.min(latest, at);
    }
    if (latest > j) return j;
    let earliest = i;
    for (const value of reads(consumer)) {
      if (made.has(value)) continue;
      for (const writer of this.uses.writersOf(value)) {
        const at = this.positions.get(writer);
        if (at !== undefined && at > earliest) earliest = at;
      }
    }
    if (earliest >= latest || this.overtakesReaders(consumer, earliest, j)) return null;
    return earliest;
  }

  /** Puts `merged` right after what stands at `position`, and takes out the two that it replaces, `first` the earlier. */
  replace(first: Instruction, second: Instruction, merged: Instruction, position: number): void {
    const from = this.positionOf(first);
    this.items.splice(position + 1, 0, merged);
    for (const old of [first, second]) {
      this.items.splice(this.items.indexOf(old), 1);
      this.positions.delete(old);
      this.uses.remove(old);
    }
    this.uses.add(merged);
    this.renumber(from);
  }

  private laterWrites(value: ValueId, position: number): number[] {
    if (this.uses.writersOf(value).length < 2) return [];
    return this.uses
      .writersOf(value)
      .map((w) => this.positions.get(w) ?? -1)
      .filter((at) => at > position);
  }

  /**
   * Whether `consumer` makes a Variable's new value and an instruction between the two positions reads its old one, or
   * can fail: going ahead of it, it could not write the new value over the old.
   */
  private overtakesReaders(consumer: Kernel, from: number, to: number): boolean {
    const homes = new Set<ValueId>();
    for (const value of writes(consumer)) {
      for (const r of this.uses.readersOf(value)) {
        if (r.kind === 'move' && this.graph.values[r.to].origin.kind === 'variable') homes.add(r.to);
      }
    }
    if (homes.size === 0) return false;
    for (let at = from + 1; at < to; at++) {
      if (canFail(this.items[at])) return true;
      for (const value of reads(this.items[at])) {
        const [writer] = this.uses.writersOf(value);
        if (writer?.kind === 'move' && homes.has(writer.from)) return true;
      }
    }
    return false;
  }

  private renumber(from: number): void {
    for (let at = from; at < this.items.length; at++) this.positions.set(this.items[at], at);
  }
}

/** Calls `visit` with every segment of the graph. */
export function forEachSegment(graph: Graph, visit: (segment: Segment) => void): void {
  const uses = new Uses(graph);
  forEachBlock(graph.code, (block) => {
    const result: Instruction[] = [];
    let items: Instruction[] = [];
    const close = (): void => {
      if (items.length > 1) visit(new Segment(graph, uses, items));
      result.push(...items);
      items = [];
    };
    for (const instruction of block) {
      if (isBarrier(graph, instruction)) {
        close();
        result.push(instruction);
      } else items.push(instruction);
    }
    close();
    setBlock(block, result);
  });
}
