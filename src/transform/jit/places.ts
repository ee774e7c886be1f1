// Which values share a place in memory: classes of values, each with one root, whose origin says where the place is.

import type { Graph, ValueId } from './graph.js';

export class Places {
  private readonly parents: ValueId[];
  private readonly classes: ValueId[][];

  constructor(private readonly graph: Graph) {
    this.parents = graph.values.map((v) => v.id);
    this.classes = graph.values.map((v) => [v.id]);
  }

  /** The value whose place `value` has. */
  root(value: ValueId): ValueId {
    let root = value;
    while (this.parents[root] !== root) root = this.parents[root];
    return root;
  }

  /** The same, and of a slice, that of what it is cut from: what lies in one piece of memory. */
  base(value: ValueId): ValueId {
    const root = this.root(value);
    const { origin } = this.graph.values[root];
    return origin.kind === 'slice' ? this.base(origin.of) : root;
  }

  /** All values of the class of `root`. */
  members(root: ValueId): readonly ValueId[] {
    return this.classes[root];
  }

  /** Whether the place of `value` is in the arena, still to be chosen. */
  isFree(value: ValueId): boolean {
    return this.graph.values[this.root(value)].origin.kind === 'computed';
  }

  /** Gives all of `value`'s class the place of `other`. */
  join(value: ValueId, other: ValueId): void {
    const from = this.root(value);
    const to = this.root(other);
    if (from === to) return;
    this.parents[from] = to;
    this.classes[to].push(...this.classes[from]);
  }
}
