// copy: elements moved from one strided grid to another of the same size: transpose, slice, reverse, concat, pad.

import type { DecodedInstruction } from '../../contract/decoding.js';
import { gridOf } from '../../contract/decoding.js';
import { sizeOf } from '../../contract/calls.js';
import { RowWalk, unitWork, type Kernel, type View, type Views } from './kernel.js';

/** Runs of this many elements without gaps are moved as a block. */
const blockMove = 64;

export class CopyKernel implements Kernel {
  readonly units: number;
  readonly work: number;
  private readonly points: number;
  /** All in one piece, and too short to be moved as a block. */
  private readonly isShortRun: boolean;
  private readonly rowLength: number;
  private readonly input: View;
  private readonly out: View;
  private readonly inputRows: RowWalk;
  private readonly outRows: RowWalk;
  private readonly inputStride: number;
  private readonly outStride: number;

  constructor(instruction: DecodedInstruction, views: Views) {
    const dims = gridOf(instruction);
    const [inputStrides, outStrides] = instruction.strided!;
    const last = dims.length - 1;
    this.points = sizeOf(dims);
    this.rowLength = last < 0 ? 1 : dims[last];
    this.units = Math.max(1, Math.ceil(this.points / unitWork));
    this.work = Math.min(this.points, unitWork);
    this.input = views[instruction.fields.input];
    this.out = views[instruction.fields.out];
    this.inputRows = new RowWalk(dims, inputStrides);
    this.outRows = new RowWalk(dims, outStrides);
    this.inputStride = last < 0 ? 0 : inputStrides[last];
    this.outStride = last < 0 ? 0 : outStrides[last];
    this.isShortRun = last <= 0 && this.points < blockMove && this.inputStride === 1 && this.outStride === 1;
  }

  readonly run = (unit: number): number => {
    const { rowLength, inputRows, outRows, inputStride, outStride, points } = this;
    const input = this.input.array;
    const out = this.out.array;
    if (this.isShortRun) {
      const { offset } = this.input;
      const at = this.out.offset;
      for (let i = 0; i < points; i++) out[at + i] = input[offset + i];
      return 0;
    }
    let point = unit * unitWork;
    const end = Math.min(points, point + unitWork);
    if (point >= end) return 0;
    const row = unit === 0 ? 0 : Math.floor(point / rowLength);
    inputRows.seek(row);
    outRows.seek(row);
    let column = point - row * rowLength;
    while (point < end) {
      const n = Math.min(rowLength - column, end - point);
      const from = this.input.offset + inputRows.offset + column * inputStride;
      const to = this.out.offset + outRows.offset + column * outStride;
      if (n >= blockMove && inputStride === 1 && outStride === 1) {
        out.set(input.subarray(from, from + n), to);
      } else {
        for (let i = 0; i < n; i++) out[to + i * outStride] = input[from + i * inputStride];
      }
      point += n;
      column = 0;
      inputRows.next();
      outRows.next();
    }
    return 0;
  };
}
