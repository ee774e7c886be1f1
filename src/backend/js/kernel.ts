// What the kernels of the TypeScript backend share: how the executor sees them, and views of the bound arrays.

import type { DType, TypedArray } from '../../contract/dtypes.js';

/**
 * One instruction, decoded and tied to its views. It runs in units, one call each, in order; a run may pause between
 * any two, and other kernels may run meanwhile, so nothing is kept from unit to unit but in the kernel itself.
 */
export interface Kernel {
  /** At least 1. */
  readonly units: number;
  /** Rough number of scalar operations of one unit, by which the executor knows when to look at the clock. */
  readonly work: number;
  /**
   * Does one unit; returns 0 or the code of a run error, whose details are then in `fault`. A function that the kernel has
   * as its own, not by its class: so the executor can keep it, and need not look it up at each call.
   */
  readonly run: (unit: number) => number;
}

/** Details of the last error that a kernel returned. */
export const fault = { detail0: 0, detail1: 0 };

/** Elementary operations that a unit should have at most, where the kernel can be divided: a few milliseconds. */
export const unitWork = 1 << 20;

/** Where the buffer of a view lies in the backend's own memory (memory.ts), in bytes. */
export interface Residence {
  readonly from: number;
  readonly to: number;
}

/**
 * A place in a bound array, in the arena or in the backend's own memory. The array is set when a run starts, unless it is
 * the latter; loops move the offset.
 */
export class View {
  array: TypedArray = nothing;
  /** In elements of the array. */
  offset: number;
  constructor(
    readonly buffer: number,
    /** Offset outside all loops. */
    readonly base: number,
    readonly dtype: DType,
    readonly residence: Residence | null = null,
    /** 0 for a register, which holds one block; 1 for an operand, in which block follows block. */
    readonly walk: 0 | 1 = 1,
  ) {
    this.offset = base;
  }
}

const nothing = new Uint8Array(0);

/** Views by number; -1, none, gives null. */
export type Views = readonly View[];

/** Values of an instruction that computes on floats. */
export type Floats = Float32Array | Float64Array;

/** The float array of a view that the checker knows to be one. */
export const floats = (view: View): Floats => view.array as Floats;

/** Walks the rows of a grid (all dimensions but the last) in order, keeping the offset of each row's first element. */
export class RowWalk {
  offset = 0;
  private readonly place: Int32Array;

  constructor(
    private readonly dims: ArrayLike<number>,
    private readonly strides: ArrayLike<number>,
  ) {
    this.place = new Int32Array(Math.max(dims.length - 1, 0));
  }

  /** Goes to row number `row`. */
  seek(row: number): void {
    let offset = 0;
    for (let d = this.place.length - 1; d >= 0; d--) {
      const size = this.dims[d];
      const above = Math.floor(row / size);
      this.place[d] = row - above * size;
      offset += this.place[d] * this.strides[d];
      row = above;
    }
    this.offset = offset;
  }

  /** Goes to the next row. */
  next(): void {
    for (let d = this.place.length - 1; d >= 0; d--) {
      this.offset += this.strides[d];
      if (++this.place[d] < this.dims[d]) return;
      this.offset -= this.place[d] * this.strides[d];
      this.place[d] = 0;
    }
  }
}
