// gather: rows of `inner` elements picked along an axis by their numbers.

import type { DecodedInstruction } from '../../contract/decoding.js';
import { runErrors } from '../../contract/instructions.js';
import { fault, unitWork, type Kernel, type View, type Views } from './kernel.js';

/** From this many elements on, a row is moved as a block; creating the views that this takes costs as much as 64. */
const blockMove = 64;

export class GatherKernel implements Kernel {
  readonly units: number;
  readonly work: number;
  private readonly rows: number;
  private readonly rowsPerUnit: number;
  private readonly axis: number;
  private readonly count: number;
  private readonly inner: number;
  private readonly input: View;
  private readonly indices: View;
  private readonly out: View;

  constructor(instruction: DecodedInstruction, views: Views) {
    const { outer, axis, count, inner, input, indices, out } = instruction.fields;
    this.axis = axis;
    this.count = count;
    this.inner = inner;
    this.rows = outer * count;
    this.rowsPerUnit = Math.max(1, Math.floor(unitWork / (inner + 8)));
    this.units = Math.max(1, Math.ceil(this.rows / this.rowsPerUnit));
    this.work = Math.min(this.rows, this.rowsPerUnit) * (inner + 8);
    this.input = views[input];
    this.indices = views[indices];
    this.out = views[out];
  }

  readonly run = (unit: number): number => {
    const { axis, count, inner } = this;
    const input = this.input.array;
    const indices = this.indices.array;
    const out = this.out.array;
    const first = unit * this.rowsPerUnit;
    const end = Math.min(this.rows, first + this.rowsPerUnit);
    // Not divided where that is known: it takes as long as a short row.
    let outer = unit === 0 ? 0 : Math.floor(first / Math.max(count, 1));
    let place = first - outer * count;
    for (let row = first; row < end; row++) {
      const index = indices[this.indices.offset + place];
      if (index < 0 || index >= axis) {
        fault.detail0 = index;
        fault.detail1 = axis - 1;
        return runErrors.indexOutOfRange.code;
      }
      const from = this.input.offset + (outer * axis + index) * inner;
      const to = this.out.offset + row * inner;
      if (inner < blockMove) for (let i = 0; i < inner; i++) out[to + i] = input[from + i];
      else out.set(input.subarray(from, from + inner), to);
      if (++place === count) {
        place = 0;
        outer++;
      }
    }
    return 0;
  };
}
