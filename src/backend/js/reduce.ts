// reduce: sums, products, extrema, their places, and truth over the middle dimension of a grid of outer x length x
// inner, whose values an expression makes.
//
// A tile is up to 256 neighbouring outputs of one outer index, which are reduced side by side, element after element.
// Where inner is 1 the tile is one output, and 16 lanes stand side by side instead. A unit is some whole tiles, or,
// where rows are long, some chunks of one tile.

import { dtypeOf, gridOf, type DecodedInstruction } from '../../contract/decoding.js';
import { reduceChunk, reduceKinds, reduceLanes } from '../../contract/instructions.js';
import { storeTo, type Register, type Store } from './conversion.js';
import { blockSize, ExpressionPlan } from './evaluate.js';
import { registerArray, unitWork, type Kernel, type View, type Views } from './kernel.js';
import { reducerOf, type Reducer } from './reducers.js';

export class ReduceKernel implements Kernel {
  readonly units: number;
  readonly work: number;
  private readonly plan: ExpressionPlan;
  private readonly reducer: Reducer | null;
  /** 1 for argMax, -1 for argMin, whose values are negated. */
  private readonly direction: number;
  private readonly out: View;
  private readonly store: Store;
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
  /** What the elements of a chunk so far give, by lane or output; for argMax and argMin the best values. */
  private readonly results: Register;

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

    this.totals = registerArray(resultType, this.width);
    const side = inner === 1 && this.reducer ? reduceLanes : this.width;
    this.results = registerArray(dtype, side);
  }

  run(unit: number): number {
    this.plan.prepare(this.tiles * this.length * this.width);
    const part = unit % this.parts;
    const first = ((unit - part) / this.parts) * this.tilesPerUnit;
    const last = Math.min(this.tiles, first + this.tilesPerUnit);
    for (let tile = first; tile < last; tile++) this.reduceTile(tile, part);
    return 0;
  }

  private reduceTile(tile: number, part: number): void {
    const outer = Math.floor(tile / this.tilesPerOuter);
    const column = (tile - outer * this.tilesPerOuter) * this.width;
    const width = Math.min(this.width, this.inner - column);
    const from = part * this.partLength;
    const to = Math.min(this.length, from + this.partLength);
    if (part === 0) this.totals.fill(this.reducer ? this.reducer.neutral : 0);
    // The point of the grid where the row begins.
    const start = outer * this.length * this.inner + column;
    for (let r = from; r < to; r += reduceChunk) {
      const end = Math.min(r + reduceChunk, to);
      if (this.reducer) this.reduceChunk(this.reducer, start, r, end, width);
      else this.searchChunk(start, r, end, width);
    }
    if (part === this.parts - 1) {
      this.store(this.totals, 0, width, this.out.array, this.out.offset + outer * this.inner + column, 1);
    }
  }

  /** Elements whose values are made at once. The points of several rows lie together only if a tile is whole rows. */
  private blockRows(width: number): number {
    return width === this.inner ? Math.floor(blockSize / width) : 1;
  }

  private reduceChunk(reducer: Reducer, start: number, from: number, to: number, width: number): void {
    const { plan, results, totals } = this;
    const side = this.inner === 1 ? reduceLanes : width;
    const rows = this.blockRows(width);
    results.fill(reducer.neutral);
    for (let r = from; r < to; r += rows) {
      const n = Math.min(rows, to - r) * width;
      plan.evaluate(start + r * this.inner, n);
      reducer.take(results, plan.result, n, side);
    }
    if (this.inner === 1) {
      for (let half = reduceLanes / 2; half >= 1; half /= 2) {
        for (let l = 0; l < half; l++) results[l] = reducer.combine(results[l], results[l + half]);
      }
    }
    for (let i = 0; i < width; i++) {
      totals[i] = from === 0 ? results[i] : reducer.combine(totals[i], results[i]);
    }
  }

  /** argMax and argMin: the first of equals, or the first NaN. */
  private searchChunk(start: number, from: number, to: number, width: number): void {
    const { plan, results, totals, direction } = this;
    const rows = this.blockRows(width);
    for (let r = from; r < to; r += rows) {
      const count = Math.min(rows, to - r);
      plan.evaluate(start + r * this.inner, count * width);
      const values = plan.result;
      for (let row = 0; row < count; row++) {
        for (let i = 0; i < width; i++) {
          const value = values[row * width + i];
          const best = results[i];
          const better = value * direction > best * direction || (value !== value && best === best);
          if (better || r + row === 0) {
            results[i] = value;
            totals[i] = r + row;
          }
        }
      }
    }
  }
}
