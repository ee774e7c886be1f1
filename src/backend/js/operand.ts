// Operands of an expression: how they are stepped through, and their way into registers and out of them.

import type { ComputeDType } from '../../contract/dtypes.js';
import { sizeOf } from '../../contract/calls.js';
import type { DecodedOperand } from '../../contract/decoding.js';
import { loadFrom, loadPlain, storeTo, type Load, type Store } from './conversion.js';
import { RowWalk, type View } from './kernel.js';
import { blockSize, memoryOf, type Register } from './memory.js';

/**
 * The stride from any point of a grid to the next, in row-major order, if it is the same everywhere. Dimensions of size 1
 * have no say in that; a grid of one point has the stride 1.
 */
export function evenStride(strides: ArrayLike<number>, dims: readonly number[]): number | null {
  const steps = dims.map((size, d) => ({ size, stride: strides[d] })).filter((d) => d.size !== 1);
  const even = steps.every((d, i) => i === 0 || steps[i - 1].stride === d.stride * d.size);
  return even ? (steps.at(-1)?.stride ?? 1) : null;
}

/** An operand that is moved: loaded into a register, or stored from one. */
export class Operand {
  /** Stride of the last dimension; where points are stepped through evenly, from each to the next. */
  private readonly stride: number;
  private readonly rowLength: number;
  /** For a grid that is not stepped through evenly: its rows, or, where one block has them all, the place of each point. */
  private readonly rows: RowWalk | null = null;
  private readonly places: Int32Array | null = null;
  private readonly memory: Register;
  private readonly load: Load | null;
  private readonly store: Store | null;

  constructor(
    private readonly view: View,
    { strides }: DecodedOperand,
    dims: readonly number[],
    dtype: ComputeDType,
    access: 'load' | 'store',
  ) {
    this.memory = memoryOf[dtype];
    this.load = access === 'load' ? loadFrom(view.dtype, dtype) : null;
    this.store = access === 'store' ? storeTo(view.dtype, dtype) : null;
    const last = dims.length - 1;
    this.rowLength = last < 0 ? 1 : dims[last];
    const even = evenStride(strides, dims);
    this.stride = even ?? strides[last];
    if (even !== null) return;
    this.rows = new RowWalk(dims, strides);
    const points = sizeOf(dims);
    if (this.load === loadPlain && points <= blockSize) {
      this.places = new Int32Array(points);
      for (let p = 0; p < points; p += this.rowLength) {
        for (let i = 0; i < this.rowLength; i++) this.places[p + i] = this.rows.offset + i * this.stride;
        this.rows.next();
      }
    }
  }

  /** Loads points start .. start+n-1, counted in row-major order, into the register at `at`, or stores them from it. */
  move(at: number, start: number, n: number): void {
    const { memory, rows, places, view, stride, rowLength } = this;
    const { array, offset } = view;
    const move = this.load ?? this.store!;
    if (rows === null) {
      move(memory, at, n, array, offset + start * stride, stride);
      return;
    }
    if (places !== null) {
      for (let i = 0; i < n; i++) memory[at + i] = array[offset + places[start + i]];
      return;
    }
    const row = Math.floor(start / rowLength);
    rows.seek(row);
    let column = start - row * rowLength;
    for (let done = 0; done < n;) {
      const run = Math.min(rowLength - column, n - done);
      move(memory, at + done, run, array, offset + rows.offset + column * stride, stride);
      done += run;
      column = 0;
      rows.next();
    }
  }
}
