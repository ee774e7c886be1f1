// scatterAdd: rows of updates added into the rows of `out` that their indices name, in order; `out` is zeroed first.

import type { DecodedInstruction } from '../../contract/decoding.js';
import { runErrors } from '../../contract/instructions.js';
import { fault, unitWork, type Kernel, type View, type Views } from './kernel.js';

export class ScatterAddKernel implements Kernel {
  readonly units: number;
  readonly work: number;
  private readonly outer: number;
  private readonly axis: number;
  private readonly count: number;
  private readonly inner: number;
  private readonly rowsPerUnit: number;
  private readonly updates: View;
  private readonly indices: View;
  private readonly out: View;

  constructor(instruction: DecodedInstruction, views: Views) {
    const { outer, axis, count, inner, updates, indices, out } = instruction.fields;
    this.outer = outer;
    this.axis = axis;
    this.count = count;
    this.inner = inner;
    this.rowsPerUnit = Math.max(1, Math.floor(unitWork / (inner + 8)));
    this.units = Math.max(1, Math.ceil((outer * count) / this.rowsPerUnit));
    this.work = Math.min(outer * count, this.rowsPerUnit) * (inner + 8) + outer * axis * inner;
    this.updates = views[updates];
    this.indices = views[indices];
    this.out = views[out];
  }

  readonly run = (unit: number): number => {
    const { axis, count, inner } = this;
    const updates = this.updates.array;
    const indices = this.indices.array;
    const out = this.out.array;
    if (unit === 0) {
      out.fill(0, this.out.offset, this.out.offset + this.outer * axis * inner);
    }
    const first = unit * this.rowsPerUnit;
    const end = Math.min(this.outer * count, first + this.rowsPerUnit);
    for (let row = first; row < end; row++) {
      const outer = Math.floor(row / count);
      const index = indices[this.indices.offset + row - outer * count];
      if (index < 0 || index >= axis) {
        fault.detail0 = index;
        fault.detail1 = axis - 1;
        return runErrors.indexOutOfRange.code;
      }
      const from = this.updates.offset + row * inner;
      const to = this.out.offset + (outer * axis + index) * inner;
      for (let i = 0; i < inner; i++) out[to + i] += updates[from + i];
    }
    return 0;
  };
}
