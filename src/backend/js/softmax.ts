// softmax: over each row, exp(x - max) / sum of exp(x - max), or its logarithm.

import { dtypeOf, type DecodedInstruction } from '../../contract/decoding.js';
import type { FloatDType } from '../../contract/dtypes.js';
import { reduceChunk } from '../../contract/instructions.js';
import { floats, unitWork, type Floats, type Kernel, type View, type Views } from './kernel.js';
import { RowSum } from './lanes.js';

/** Scalar operations that an element costs, as the exponential is worth many. */
const elementWork = 20;

/** Rows of `columns` elements that make a unit. */
export function rowsPerUnit(columns: number): number {
  return Math.max(1, Math.floor(unitWork / elementWork / (columns + 4)));
}

/** The largest of n values; NaN if one is. */
export function maximumOf(values: Floats, at: number, n: number): number {
  let m = -Infinity;
  for (let i = 0; i < n; i++) m = Math.max(m, values[at + i]);
  return m;
}

/** Sum of exp(x - max) over a row, in lanes and chunks. */
export function sumOfExponentials(values: Floats, at: number, n: number, max: number, sum: RowSum): number {
  sum.start();
  for (let c = 0; c < n; c += reduceChunk) {
    const end = Math.min(reduceChunk, n - c);
    for (let i = 0; i < end; i++) sum.chunk[i] = Math.exp(values[at + c + i] - max);
    sum.add(end);
  }
  return sum.sum;
}

export class SoftmaxKernel implements Kernel {
  readonly units: number;
  readonly work: number;
  private readonly rows: number;
  private readonly columns: number;
  private readonly log: boolean;
  private readonly sum: RowSum;
  private readonly rowsPerUnit: number;
  private readonly input: View;
  private readonly out: View;

  constructor(instruction: DecodedInstruction, views: Views) {
    const { rows, columns, log, input, out } = instruction.fields;
    this.rows = rows;
    this.columns = columns;
    this.log = log === 1;
    this.sum = RowSum.of(dtypeOf(instruction) as FloatDType);
    this.rowsPerUnit = rowsPerUnit(columns);
    this.units = Math.max(1, Math.ceil(rows / this.rowsPerUnit));
    this.work = Math.min(rows, this.rowsPerUnit) * columns * elementWork;
    this.input = views[input];
    this.out = views[out];
  }

  readonly run = (unit: number): number => {
    const { columns } = this;
    const input = floats(this.input);
    const out = floats(this.out);
    const first = unit * this.rowsPerUnit;
    const last = Math.min(this.rows, first + this.rowsPerUnit);
    for (let row = first; row < last; row++) {
      const from = this.input.offset + row * columns;
      const to = this.out.offset + row * columns;
      const max = maximumOf(input, from, columns);
      const sum = sumOfExponentials(input, from, columns, max, this.sum);
      if (this.log) {
        const logarithm = Math.log(sum);
        for (let c = 0; c < columns; c++) out[to + c] = input[from + c] - max - logarithm;
      } else {
        for (let c = 0; c < columns; c++) out[to + c] = Math.exp(input[from + c] - max) / sum;
      }
    }
    return 0;
  };
}
