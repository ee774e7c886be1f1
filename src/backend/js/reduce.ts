// reduce: sums, products, extrema, their places, and truth over the middle dimension of a grid of outer x length x
// inner, whose values an expression makes.
//
// A tile is up to 256 neighbouring outputs of one outer index, which are reduced side by side, element after element.
// Where inner is 1 the tile is one output, and 16 lanes stand side by side instead. A unit is some whole tiles, or,
// where rows are long, some chunks of one tile.

import { newArray } from '../../contract/dtypes.js';
import { dtypeOf, gridOf, type DecodedInstruction } from '../../contract/decoding.js';
import { reduceChunk, reduceKinds, reduceLanes } from '../../contract/instructions.js';
import { storeTo, type Store } from './conversion.js';
import { ExpressionPlan } from './evaluate.js';
import { unitWork, type Kernel, type View, type Views } from './kernel.js';
import { blockSize, memoryOf, registerAt, workRegisters, type Register } from './memory.js';
import { reducerOf, type Reducer } from './reducers.js';

/** What the elements of a chunk so far give, by lane or output. */
const results = registerAt(workRegisters.reduce);

export class ReduceKernel implements Kernel {
  readonly units: number;
  readonly work: number;
  private readonly plan: ExpressionPlan;
  private readonly reducer: Reducer | null;
  /** 1 for argMax, -1 for argMin, whose values are negated. */
  private readonly direction: number;
  private readonly out: View;
  private readonly store: Store;
  private readonly isOneBlock: boolean;
  /** Its results before lanes are combined. Lanes without an element would be neutral, and change nothing. */
  private readonly blockSide: number;
  private readonly length: number;
  private readonly inner: number;
  /** Outputs of a tile; the last of an outer index may have fewer. */
  private readonly width: number;
  private readonly tilesPerOuter: number;
  private readonly tiles: number;
  private readonly tilesPerUnit: number;
  /** Units that make one tile, and the elements of a row that one of them has. */
  private readonly parts: number;
  private readonly partLength: number;
  /** What the chunks so far give, by output of the tile: kept from one part to the next. */
  private readonly totals: Register;
  /** For argMax and argMin the best values so far, by output of the tile. */
  private readonly best: Register;
  /** Where values and results are. */
  private readonly memory: Register;

  constructor(instruction: DecodedInstruction, views: Views, constants: Float64Array) {
    const { outer, length, inner, kind, out } = instruction.fields;
    const dtype = dtypeOf(instruction);
    this.plan = new ExpressionPlan(instruction.expression!, dtype, gridOf(instruction), views, constants);
    this.reducer = reducerOf(kind, dtype);
    this.direction = kind === reduceKinds.argMin ? -1 : 1;
    const resultType = this.reducer ? dtype : 'int32';
    this.out = views[out];
    this.store = storeTo(this.out.dtype, resultType);
    this.length = length;
    this.inner = inner;

    this.width = Math.min(inner, blockSize);
    this.tilesPerOuter = this.width > 0 ? Math.ceil(inner / this.width) : 0;
    this.tiles = outer * this.tilesPerOuter;
    const tileWork = Math.max(1, length * this.width * (this.plan.stepCount + 2));
    const chunks = Math.max(1, Math.ceil(length / reduceChunk));
    this.partLength = Math.ceil(chunks * Math.min(1, unitWork / tileWork)) * reduceChunk;
    this.parts = Math.max(1, Math.ceil(length / this.partLength));
    this.tilesPerUnit = this.parts > 1 ? 1 : Math.max(1, Math.floor(unitWork / tileWork));
    this.units = Math.max(1, Math.ceil(this.tiles / this.tilesPerUnit) * this.parts);
    this.work = Math.min(this.tiles, this.tilesPerUnit) * (tileWork / this.parts);

    const values = length * inner;
    this.isOneBlock =
      this.reducer !== null && outer === 1 && values > 0 && values <= blockSize && length <= reduceChunk;
    this.blockSide = inner;
    if (inner === 1) while (this.blockSide < Math.min(length, reduceLanes)) this.blockSide *= 2;

    this.totals = newArray(resultType, this.width) as Register;
    this.best = newArray(dtype, this.reducer ? 0 : this.width) as Register;
    this.memory = memoryOf[dtype];
  }

  readonly run = (unit: number): number => {
    if (this.isOneBlock) return this.reduceBlock(this.reducer!);
    this.plan.prepare(this.tiles * this.length * this.width);
    const part = unit % this.parts;
    const first = ((unit - part) / this.parts) * this.tilesPerUnit;
    const last = Math.min(this.tiles, first + this.tilesPerUnit);
    for (let tile = first; tile < last; tile++) this.reduceTile(tile, part);
    return 0;
  };

  /** What is left of all the below where the values of the whole grid are one block, reduced to one tile. */
  private reduceBlock(reducer: Reducer): number {
    const { plan, memory, length, inner, out } = this;
    const n = length * inner;
    plan.prepare(n);
    plan.evaluate(0, n);
    const { blockSide } = this;
    for (let l = 0; l < blockSide; l++) memory[results + l] = reducer.neutral;
    reducer.take(memory, results, plan.result.offset, n, blockSide);
    if (inner === 1) this.addLanes(reducer, blockSide);
    this.store(memory, results, inner, out.array, out.offset, 1);
    return 0;
  }

  private reduceTile(tile: number, part: number): void {
    const outer = Math.floor(tile / this.tilesPerOuter);
    const column = (tile - outer * this.tilesPerOuter) * this.width;
    const width = Math.min(this.width, this.inner - column);
    const from = part * this.partLength;
    const to = Math.min(this.length, from + this.partLength);
    // The point of the grid where the row begins.
    const start = outer * this.length * this.inner + column;
    for (let r = from; r < to; r += reduceChunk) {
      const end = Math.min(r + reduceChunk, to);
      if (this.reducer) this.reduceChunk(this.reducer, start, r, end, width);
      else this.searchChunk(start, r, end, width);
    }
    if (to === 0) this.totals.fill(this.reducer ? this.reducer.neutral : 0);
    if (part === this.parts - 1) {
      this.store(this.totals, 0, width, this.out.array, this.out.offset + outer * this.inner + column, 1);
    }
  }

  /** Elements whose values are made at once. The points of several rows lie together only if a tile is whole rows. */
  private blockRows(width: number): number {
    return width === this.inner ? Math.floor(blockSize / width) : 1;
  }

  private reduceChunk(reducer: Reducer, start: number, from: number, to: number, width: number): void {
    const { plan, memory, totals } = this;
    const side = this.inner === 1 ? reduceLanes : width;
    const rows = this.blockRows(width);
    for (let l = 0; l < side; l++) memory[results + l] = reducer.neutral;
    for (let r = from; r < to; r += rows) {
      const n = Math.min(rows, to - r) * width;
      const point = start + r * this.inner;
      plan.evaluate(point, n);
      reducer.take(memory, results, plan.result.offset + point * plan.result.walk, n, side);
    }
    if (this.inner === 1) this.addLanes(reducer, reduceLanes);
    for (let i = 0; i < width; i++) {
      totals[i] = from === 0 ? memory[results + i] : reducer.combine(totals[i], memory[results + i]);
    }
  }

  /** Combines lanes pairwise, until the result is in the first. */
  private addLanes(reducer: Reducer, lanes: number): void {
    const { memory } = this;
    for (let half = lanes >> 1; half >= 1; half >>= 1) {
      for (let l = 0; l < half; l++) {
        memory[results + l] = reducer.combine(memory[results + l], memory[results + l + half]);
      }
    }
  }

  /** argMax and argMin: the first of equals, or the first NaN. */
  private searchChunk(start: number, from: number, to: number, width: number): void {
    const { plan, memory, totals, best, direction } = this;
    const rows = this.blockRows(width);
    for (let r = from; r < to; r += rows) {
      const count = Math.min(rows, to - r);
      const point = start + r * this.inner;
      plan.evaluate(point, count * width);
      const values = plan.result.offset + point * plan.result.walk;
      for (let row = 0; row < count; row++) {
        for (let i = 0; i < width; i++) {
          const value = memory[values + row * width + i];
          const before = best[i];
          const better = value * direction > before * direction || (value !== value && before === before);
          if (better || r + row === 0) {
            best[i] = value;
            totals[i] = r + row;
          }
        }
      }
    }
  }
}
