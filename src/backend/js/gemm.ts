// gemm: matrix products, batched, with either operand transposed, and an elementwise epilogue.
//
// out is divided into blocks, each a unit. For a block, the rows of A it needs are packed two by two (at step k: row 0,
// row 1) and the columns of B four by four, as float64, so that the innermost loop reads both from front to back and
// converts nothing; transposes, bfloat16 and edges (filled up with zeros) are dealt with in packing. The 2x4 tile
// keeps 8 sums and 6 operands: what 16 vector registers hold, and twice the products per load of a single row. Sums
// are made in float64, k ascending, and rounded once at the end. Products of a few numbers are made where they lie: that
// takes less time than packing, and gives the same bits.

import { dtypeOf, gridOf, type DecodedInstruction } from '../../contract/decoding.js';
import { precisions, runErrors } from '../../contract/instructions.js';
import { blockSize, ExpressionPlan } from './evaluate.js';
import type { FloatRegister } from './float-loops.js';
import { fault, floats, type Kernel, type View, type Views } from './kernel.js';

const tileRows = 2;
const tileColumns = 4;
/** Rows of a block: packing B costs 1 / blockRows of the products, packing A 1 / its columns. */
const blockRows = 128;
/** Multiply-adds of a block, at about 2 a nanosecond. */
const blockWork = 1 << 23;

/** Multiply-adds up to which a product is not packed. */
const directWork = 256;

/** Work space of all gemms; nothing in it outlives a unit. */
let packedA = new Float64Array(0);
let packedB = new Float64Array(0);

export class GemmKernel implements Kernel {
  readonly units: number;
  readonly work: number;
  private readonly m: number;
  private readonly n: number;
  private readonly k: number;
  private readonly a: View;
  private readonly b: View;
  private readonly out: View;
  /** Steps through A by row, column and batch entry; the same for B (by k, column) and out (by row). */
  private readonly aRow: number;
  private readonly aColumn: number;
  private readonly aBatch: number;
  private readonly bRow: number;
  private readonly bColumn: number;
  private readonly bBatch: number;
  private readonly ldc: number;
  private readonly outBatch: number;
  private readonly bfloat16: boolean;
  private readonly epilogue: ExpressionPlan | null;
  private readonly blockColumns: number;
  private readonly rowBlocks: number;
  private readonly columnBlocks: number;
  private readonly empty: boolean;
  private readonly isDirect: boolean;

  constructor(instruction: DecodedInstruction, views: Views, constants: Float64Array) {
    const f = instruction.fields;
    this.m = f.m;
    this.n = f.n;
    this.k = f.k;
    this.a = views[f.a];
    this.b = views[f.b];
    this.out = views[f.out];
    [this.aRow, this.aColumn] = f.transposeA ? [1, f.lda] : [f.lda, 1];
    [this.bRow, this.bColumn] = f.transposeB ? [1, f.ldb] : [f.ldb, 1];
    this.aBatch = f.strideA;
    this.bBatch = f.strideB;
    this.ldc = f.ldc;
    this.outBatch = f.strideC;
    this.bfloat16 = f.precision === precisions.bfloat16;
    const expression = instruction.expression!;
    this.epilogue =
      expression.steps.length > 0
        ? new ExpressionPlan(expression, dtypeOf(instruction), gridOf(instruction), views, constants)
        : null;
    const rows = Math.min(blockRows, f.m);
    const columns = Math.floor(blockWork / Math.max(1, rows * f.k) / tileColumns) * tileColumns;
    this.blockColumns = Math.max(tileColumns, Math.min(columns, f.n));
    this.rowBlocks = Math.ceil(f.m / blockRows);
    this.columnBlocks = Math.ceil(f.n / this.blockColumns);
    this.empty = f.batch * f.m * f.n === 0;
    const isOneBlock = this.rowBlocks * this.columnBlocks === 1;
    this.isDirect = isOneBlock && !this.bfloat16 && f.m * f.n * f.k <= directWork;
    this.units = Math.max(1, f.batch * this.rowBlocks * this.columnBlocks);
    this.work = this.empty ? 0 : rows * Math.min(this.blockColumns, f.n) * (f.k + 4);
  }

  run(unit: number): number {
    const { rowBlocks, columnBlocks, blockColumns, m, n, k } = this;
    const perBatch = rowBlocks * columnBlocks;
    if (this.empty) return 0;
    const batch = Math.floor(unit / perBatch);
    const block = unit - batch * perBatch;
    const row = (block % rowBlocks) * blockRows;
    const column = Math.floor(block / rowBlocks) * blockColumns;
    const rows = Math.min(blockRows, m - row);
    const columns = Math.min(blockColumns, n - column);
    if (this.isDirect) {
      this.multiplyDirectly(batch);
      if (this.epilogue) this.epilogue.evaluateAll(batch * m * n, (batch + 1) * m * n);
      return 0;
    }
    if (!reserve(rows, columns, k)) {
      fault.detail0 = Math.ceil(((rows + columns + 4) * k * 8) / 1024);
      return runErrors.outOfMemory.code;
    }
    const a = this.a.offset + batch * this.aBatch + row * this.aRow;
    const b = this.b.offset + batch * this.bBatch + column * this.bColumn;
    const out = this.out.offset + batch * this.outBatch + row * this.ldc + column;
    pack(packedA, floats(this.a), a, rows, this.aRow, k, this.aColumn, tileRows);
    pack(packedB, floats(this.b), b, columns, this.bColumn, k, this.bRow, tileColumns);
    if (this.bfloat16) {
      roundToBfloat16(packedA, roundUp(rows, tileRows) * k);
      roundToBfloat16(packedB, roundUp(columns, tileColumns) * k);
    }
    const result = floats(this.out);
    for (let j = 0; j < columns; j += tileColumns) {
      for (let i = 0; i < rows; i += tileRows) {
        multiplyTile(k, i * k, j * k, result, out + i * this.ldc + j, this.ldc, rows - i, columns - j);
      }
    }
    if (this.epilogue) this.evaluateEpilogue(this.epilogue, batch, row, rows, column, columns);
    return 0;
  }

  /** All of a batch entry by three plain loops. */
  private multiplyDirectly(batch: number): void {
    const { m, n, k, aRow, aColumn, bRow, bColumn, ldc } = this;
    const A = floats(this.a);
    const B = floats(this.b);
    const out = floats(this.out);
    let a = this.a.offset + batch * this.aBatch;
    const b = this.b.offset + batch * this.bBatch;
    let at = this.out.offset + batch * this.outBatch;
    for (let i = 0; i < m; i++, a += aRow, at += ldc) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += A[a + p * aColumn] * B[b + p * bRow + j * bColumn];
        out[at + j] = sum;
      }
    }
  }

  private evaluateEpilogue(
    epilogue: ExpressionPlan,
    batch: number,
    row: number,
    rows: number,
    column: number,
    columns: number,
  ): void {
    const { m, n } = this;
    const first = (batch * m + row) * n + column;
    if (columns === n) {
      epilogue.evaluateAll(first, first + rows * n);
      return;
    }
    epilogue.prepare(blockSize);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j += blockSize) {
        epilogue.evaluate(first + i * n + j, Math.min(blockSize, columns - j));
      }
    }
  }
}

const roundUp = (n: number, step: number): number => Math.ceil(n / step) * step;

/** Makes room for a block's operands; false if there is no memory. */
function reserve(rows: number, columns: number, k: number): boolean {
  const forA = roundUp(rows, tileRows) * k;
  const forB = roundUp(columns, tileColumns) * k;
  try {
    if (packedA.length < forA) packedA = new Float64Array(forA);
    if (packedB.length < forB) packedB = new Float64Array(forB);
    return true;
  } catch {
    return false;
  }
}

/**
 * Packs `count` lines of k elements, `width` lines at a time: for each of them in turn element 0, then element 1, ...
 * @param line step from one line to the next
 * @param step step from one element of a line to the next
 */
function pack(
  packed: Float64Array,
  source: FloatRegister,
  at: number,
  count: number,
  line: number,
  k: number,
  step: number,
  width: number,
): void {
  for (let first = 0; first < count; first += width) {
    const panel = first * k;
    const lines = Math.min(width, count - first);
    for (let l = 0; l < width; l++) {
      let to = panel + l;
      if (l >= lines) for (let p = 0; p < k; p++, to += width) packed[to] = 0;
      else {
        let from = at + (first + l) * line;
        for (let p = 0; p < k; p++, to += width, from += step) packed[to] = source[from];
      }
    }
  }
}

const word = new Float32Array(1);
const wordBits = new Uint32Array(word.buffer);

/** Rounds float32 values to the nearest with 8 bits of precision, halves to even; NaN stays NaN. */
function roundToBfloat16(values: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    word[0] = values[i];
    if (word[0] !== word[0]) continue;
    wordBits[0] = (wordBits[0] + 0x7fff + ((wordBits[0] >>> 16) & 1)) & 0xffff0000;
    values[i] = word[0];
  }
}

/** out[0 .. rows-1, 0 .. columns-1] (2x4 at most) = packed rows at `a` times packed columns at `b`. */
function multiplyTile(
  k: number,
  a: number,
  b: number,
  out: FloatRegister,
  at: number,
  ldc: number,
  rows: number,
  columns: number,
): void {
  const A = packedA;
  const B = packedB;
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  for (const end = a + 2 * k; a < end; a += 2, b += 4) {
    const a0 = A[a];
    const a1 = A[a + 1];
    const b0 = B[b];
    const b1 = B[b + 1];
    const b2 = B[b + 2];
    const b3 = B[b + 3];
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
  }
  out[at] = c00;
  if (columns > 1) out[at + 1] = c01;
  if (columns > 2) out[at + 2] = c02;
  if (columns > 3) out[at + 3] = c03;
  if (rows > 1) {
    at += ldc;
    out[at] = c10;
    if (columns > 1) out[at + 1] = c11;
    if (columns > 2) out[at + 2] = c12;
    if (columns > 3) out[at + 3] = c13;
  }
}
