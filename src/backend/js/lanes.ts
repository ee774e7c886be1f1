// Sums over a row as the contract has them: within a chunk of reduceChunk elements, 16 lanes (lane l takes elements
// l, l + 16, ...), added pairwise at the end; chunks one after the other. What SIMD does with registers is here a loop
// over an array of 16 sums, whose type rounds every addition to the compute dtype.

import { newArray, type FloatDType } from '../../contract/dtypes.js';
import { reduceChunk, reduceLanes } from '../../contract/instructions.js';
import type { Floats } from './kernel.js';

/** A sum of one row, made chunk by chunk; the values of a chunk are written to `chunk` and then added. */
export class RowSum {
  readonly chunk: Floats;
  private readonly lanes: Floats;
  /** One element: rounds what is stored to it. */
  private readonly total: Floats;
  private first = true;

  private constructor(dtype: FloatDType) {
    this.chunk = newArray(dtype, reduceChunk) as Floats;
    this.lanes = newArray(dtype, reduceLanes) as Floats;
    this.total = newArray(dtype, 1) as Floats;
  }

  private static readonly shared: Partial<Record<FloatDType, RowSum>> = {};

  /** The RowSum of a dtype: for one row at a time, to be done with before anything else uses it. */
  static of(dtype: FloatDType): RowSum {
    return (RowSum.shared[dtype] ??= new RowSum(dtype));
  }

  start(): void {
    this.total[0] = 0;
    this.first = true;
  }

  /** Adds the first `n` values of `chunk`; all calls but the last have reduceChunk. */
  add(n: number): void {
    const { chunk, lanes } = this;
    lanes.fill(0);
    for (let i = 0; i < n; i += reduceLanes) {
      const end = Math.min(reduceLanes, n - i);
      for (let l = 0; l < end; l++) lanes[l] += chunk[i + l];
    }
    for (let half = reduceLanes / 2; half >= 1; half /= 2) {
      for (let l = 0; l < half; l++) lanes[l] += lanes[l + half];
    }
    this.total[0] = this.first ? lanes[0] : this.total[0] + lanes[0];
    this.first = false;
  }

  get sum(): number {
    return this.total[0];
  }
}
