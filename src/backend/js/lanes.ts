// Sums over a row as the contract has them: within a chunk of reduceChunk elements, 16 lanes (lane l takes elements
// l, l + 16, ...), added pairwise at the end; chunks one after the other. What SIMD does with registers is here a loop
// over an array of 16 sums, whose type rounds every addition to the compute dtype.

import type { FloatDType } from '../../contract/dtypes.js';
import { reduceChunk, reduceLanes } from '../../contract/instructions.js';
import type { FloatRegister } from './float-loops.js';
import { registerArray } from './kernel.js';

/** A sum of one row, made chunk by chunk; the values of a chunk are written to `chunk` and then added. */
export class RowSum {
  readonly chunk: FloatRegister;
  private readonly lanes: FloatRegister;
  /** One element: rounds what is stored to it. */
  private readonly total: FloatRegister;
  private first = true;

  private constructor(dtype: FloatDType) {
    this.chunk = registerArray(dtype, reduceChunk) as FloatRegister;
    this.lanes = registerArray(dtype, reduceLanes) as FloatRegister;
    this.total = registerArray(dtype, 1) as FloatRegister;
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
