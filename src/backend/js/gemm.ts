// gemm: matrix products, batched, with either operand transposed, and an elementwise epilogue.
//
// out is divided into blocks, each a unit. For a block, the rows of A it needs are packed four by four (at step k: row 0,
// 1, 2, 3) and the columns of B two by two, as float64, so that the innermost loop reads both from front to back and
// converts nothing; transposes, bfloat16 and edges (filled up with zeros) are dealt with in packing. Sums are made in
// float64, k ascending, and rounded once at the end. Where k is long, a block is made in pieces of it, and the sums wait
// in between. Products of few rows, and those of a few numbers in the backend's own memory, are made from operands where they
// lie: that takes less time than packing, and gives the same bits.

import { dtypeOf, gridOf, type DecodedInstruction } from '../../contract/decoding.js';
import { precisions } from '../../contract/instructions.js';
import { ExpressionPlan } from './evaluate.js';
import { floats, type Floats, type Kernel, type View, type Views } from './kernel.js';
import { blockSize, float32s } from './memory.js';

/**
 * A tile of 4 x 2 keeps 8 sums, 4 + 1 operands and a product in the 15 vector registers that V8 uses. Steps of k two at a time
 * are 20 % faster than one by one, four are slower again, as it then keeps sums in memory.
 */
const tileRows = 4;
const tileColumns = 2;
const tileSize = tileRows * tileColumns;
/** Rows and columns of a block, and the length of a piece of k: an A of 256 KB, which the second-level cache holds. */
const blockRows = 64;
const blockColumns = 256;
const pieceLength = 512;
/** Multiply-adds of a block at most, at about 3 a nanosecond. */
const blockWork = 1 << 24;

/** Multiply-adds up to which a product is not packed. */
const directWork = 256;

// Work space of all gemms; nothing in it outlives a unit. Constants of the module, as in memory.ts.
const packedA = new Float64Array(blockRows * pieceLength);
const packedB = new Float64Array(blockColumns * pieceLength);
/** The sums of a block, tile by tile. */
const sums = new Float64Array(blockRows * blockColumns);

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
    this.blockColumns = Math.max(tileColumns, Math.min(columns, blockColumns, f.n));
    this.rowBlocks = Math.ceil(f.m / blockRows);
    this.columnBlocks = Math.ceil(f.n / this.blockColumns);
    this.empty = f.batch * f.m * f.n === 0;
    const isOneBlock = this.rowBlocks * this.columnBlocks === 1;
    const isResident = [this.a, this.b, this.out].every((v) => v.residence !== null && v.dtype === 'float32');
    this.isDirect = isOneBlock && isResident && !this.bfloat16 && f.m * f.n * f.k <= directWork;
    this.units = Math.max(1, f.batch * this.rowBlocks * this.columnBlocks);
    this.work = this.empty ? 0 : rows * Math.min(this.blockColumns, f.n) * (f.k + 4);
  }

  readonly run = (unit: number): number => {
    const { rowBlocks, columnBlocks, m, n } = this;
    if (this.empty) return 0;
    if (this.isDirect) {
      this.multiplyDirectly(unit);
      if (this.epilogue) this.epilogue.evaluateAll(unit * m * n, (unit + 1) * m * n);
      return 0;
    }
    const perBatch = rowBlocks * columnBlocks;
    const batch = Math.floor(unit / perBatch);
    const block = unit - batch * perBatch;
    const row = (block % rowBlocks) * blockRows;
    const column = Math.floor(block / rowBlocks) * this.blockColumns;
    const rows = Math.min(blockRows, m - row);
    const columns = Math.min(this.blockColumns, n - column);
    this.multiply(batch, row, rows, column, columns);
    if (this.epilogue) this.evaluateEpilogue(this.epilogue, batch, row, rows, column, columns);
    return 0;
  };

  /** One block of the product. */
  private multiply(batch: number, row: number, rows: number, column: number, columns: number): void {
    const { k, aRow, aColumn, bRow, bColumn } = this;
    const a = this.a.offset + batch * this.aBatch + row * aRow;
    const b = this.b.offset + batch * this.bBatch + column * bColumn;
    const out = this.out.offset + batch * this.outBatch + row * this.ldc + column;
    if (rows < tileRows && !this.bfloat16) {
      const [A, B, C] = [floats(this.a), floats(this.b), floats(this.out)];
      for (let i = 0; i < rows; i++) {
        multiplyRow(columns, k, A, a + i * aRow, aColumn, B, b, bRow, bColumn, C, out + i * this.ldc);
      }
      return;
    }
    sums.fill(0, 0, roundUp(rows, tileRows) * roundUp(columns, tileColumns));
    for (let from = 0; from < k; from += pieceLength) {
      const length = Math.min(pieceLength, k - from);
      const steps = roundUp(length, 2);
      pack(packedA, floats(this.a), a + from * aColumn, rows, aRow, length, aColumn, tileRows);
      pack(packedB, floats(this.b), b + from * bRow, columns, bColumn, length, bRow, tileColumns);
      if (this.bfloat16) {
        roundToBfloat16(packedA, roundUp(rows, tileRows) * steps);
        roundToBfloat16(packedB, roundUp(columns, tileColumns) * steps);
      }
      let tile = 0;
      for (let j = 0; j < columns; j += tileColumns) {
        for (let i = 0; i < rows; i += tileRows, tile += tileSize) {
          multiplyTile(steps, i * steps, j * steps, tile);
        }
      }
    }
    storeSums(floats(this.out), out, this.ldc, rows, columns);
  }

  /** All of a batch entry in the backend's own memory; where there are few columns, as the transpose of Bᵀ Aᵀ. */
  private multiplyDirectly(batch: number): void {
    const { m, n, k, aRow, aColumn, bRow, bColumn, ldc } = this;
    const a = this.a.offset + batch * this.aBatch;
    const b = this.b.offset + batch * this.bBatch;
    const out = this.out.offset + batch * this.outBatch;
    if (n < 4) multiplyInPlace(n, m, k, b, bColumn, bRow, a, aColumn, aRow, out, 1, ldc);
    else multiplyInPlace(m, n, k, a, aRow, aColumn, b, bRow, bColumn, out, ldc, 1);
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

/**
 * Packs `count` lines of k elements, `width` lines at a time: for each of them in turn element 0, then element 1, ..., and a
 * zero where k is odd.
 * @param line step from one line to the next
 * @param step step from one element of a line to the next
 */
function pack(
  packed: Float64Array,
  source: Floats,
  at: number,
  count: number,
  line: number,
  k: number,
  step: number,
  width: number,
): void {
  const steps = roundUp(k, 2);
  for (let first = 0; first < count; first += width) {
    const panel = first * steps;
    const lines = Math.min(width, count - first);
    for (let l = 0; l < width; l++) {
      let to = panel + l;
      const end = panel + steps * width;
      if (l < lines) {
        let from = at + (first + l) * line;
        for (let p = 0; p < k; p++, to += width, from += step) packed[to] = source[from];
      }
      for (; to < end; to += width) packed[to] = 0;
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

/**
 * One row of a product, from operands where they lie: to pack B for few rows takes longer than to multiply it. Four steps of k
 * at a time, so that the sums are fetched and put back a quarter as often.
 */
function multiplyRow(
  columns: number,
  k: number,
  A: Floats,
  a: number,
  aColumn: number,
  B: Floats,
  b: number,
  bRow: number,
  bColumn: number,
  out: Floats,
  to: number,
): void {
  for (let j = 0; j < columns; j++) sums[j] = 0;
  let p = 0;
  for (; p + 4 <= k; p += 4, a += 4 * aColumn, b += 4 * bRow) {
    const a0 = A[a];
    const a1 = A[a + aColumn];
    const a2 = A[a + 2 * aColumn];
    const a3 = A[a + 3 * aColumn];
    for (let j = 0, b0 = b; j < columns; j++, b0 += bColumn) {
      const b1 = b0 + bRow;
      const b2 = b1 + bRow;
      sums[j] = sums[j] + a0 * B[b0] + a1 * B[b1] + a2 * B[b2] + a3 * B[b2 + bRow];
    }
  }
  for (; p < k; p++, a += aColumn, b += bRow) {
    for (let j = 0; j < columns; j++) sums[j] += A[a] * B[b + j * bColumn];
  }
  for (let j = 0; j < columns; j++) out[to + j] = sums[j];
}

/**
 * Adds `steps` products (an even number) of the packed rows at `a` and columns at `b` to the sums of a tile. `| 0` says that
 * no index is beyond an int32, which V8 would else check at each addition.
 */
function multiplyTile(steps: number, a: number, b: number, tile: number): void {
  let c00 = sums[tile];
  let c01 = sums[tile + 1];
  let c10 = sums[tile + 2];
  let c11 = sums[tile + 3];
  let c20 = sums[tile + 4];
  let c21 = sums[tile + 5];
  let c30 = sums[tile + 6];
  let c31 = sums[tile + 7];
  for (const end = a + tileRows * steps; a < end; a = (a + 8) | 0, b = (b + 4) | 0) {
    const a0 = packedA[a];
    const a1 = packedA[(a + 1) | 0];
    const a2 = packedA[(a + 2) | 0];
    const a3 = packedA[(a + 3) | 0];
    const b0 = packedB[b];
    c00 += a0 * b0;
    c10 += a1 * b0;
    c20 += a2 * b0;
    c30 += a3 * b0;
    const b1 = packedB[(b + 1) | 0];
    c01 += a0 * b1;
    c11 += a1 * b1;
    c21 += a2 * b1;
    c31 += a3 * b1;
    const a4 = packedA[(a + 4) | 0];
    const a5 = packedA[(a + 5) | 0];
    const a6 = packedA[(a + 6) | 0];
    const a7 = packedA[(a + 7) | 0];
    const b2 = packedB[(b + 2) | 0];
    c00 += a4 * b2;
    c10 += a5 * b2;
    c20 += a6 * b2;
    c30 += a7 * b2;
    const b3 = packedB[(b + 3) | 0];
    c01 += a4 * b3;
    c11 += a5 * b3;
    c21 += a6 * b3;
    c31 += a7 * b3;
  }
  sums[tile] = c00;
  sums[tile + 1] = c01;
  sums[tile + 2] = c10;
  sums[tile + 3] = c11;
  sums[tile + 4] = c20;
  sums[tile + 5] = c21;
  sums[tile + 6] = c30;
  sums[tile + 7] = c31;
}

/**
 * out = A B in the backend's own memory, each with its place and its steps from row to row and from column to column: four
 * columns side by side, as one sum alone waits for itself.
 */
function multiplyInPlace(
  m: number,
  n: number,
  k: number,
  a: number,
  aRow: number,
  aColumn: number,
  b: number,
  bRow: number,
  bColumn: number,
  out: number,
  outRow: number,
  outColumn: number,
): void {
  const wide = n & ~3;
  for (let i = 0; i < m; i++, a += aRow, out += outRow) {
    let column = b;
    let to = out;
    for (let j = 0; j < wide; j += 4, column += 4 * bColumn) {
      let c0 = 0;
      let c1 = 0;
      let c2 = 0;
      let c3 = 0;
      let b0 = column;
      for (let p = 0, at = a; p < k; p++, at += aColumn, b0 += bRow) {
        const b1 = b0 + bColumn;
        const b2 = b1 + bColumn;
        const x = float32s[at];
        c0 += x * float32s[b0];
        c1 += x * float32s[b1];
        c2 += x * float32s[b2];
        c3 += x * float32s[b2 + bColumn];
      }
      float32s[to] = c0;
      float32s[to + outColumn] = c1;
      float32s[to + 2 * outColumn] = c2;
      float32s[to + 3 * outColumn] = c3;
      to += 4 * outColumn;
    }
    for (let j = wide; j < n; j++, column += bColumn, to += outColumn) {
      let sum = 0;
      for (let p = 0, at = a, bAt = column; p < k; p++, at += aColumn, bAt += bRow) {
        sum += float32s[at] * float32s[bAt];
      }
      float32s[to] = sum;
    }
  }
}

/** Writes the sums of a block of rows x columns to out, rounded. */
function storeSums(out: Floats, at: number, ldc: number, rows: number, columns: number): void {
  const tilesDown = Math.ceil(rows / tileRows);
  for (let i = 0; i < rows; i++) {
    const down = Math.floor(i / tileRows);
    let from = down * tileSize + (i - down * tileRows) * tileColumns;
    const to = at + i * ldc;
    for (let j = 0; j < columns; j += 2, from += tilesDown * tileSize) {
      out[to + j] = sums[from];
      if (j + 1 < columns) out[to + j + 1] = sums[from + 1];
    }
  }
}
