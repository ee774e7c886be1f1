// gemm: matrix products. Its meaning stands in src/contract/instructions.ts, its definition is src/backend/js/gemm.ts.
// Every output is one chain of multiply-adds with k ascending, so no way of blocking changes a bit.
//
// Large products: B is packed once into panels of two vectors of columns (the first units), then units of rows each
// pack their rows of A, a block of k at a time, and run the register tile over all panels. A block of A (120 rows of
// up to 384) stays in the second cache, a panel of B in the first. V8 has 15 vector registers to give away: a tile of 6
// rows by 2 vectors with fused multiply-add needs them all (12 sums, 2 of B, 1 of A); a separate multiply needs one
// more, so the plain build has 5 rows. Unrolling along k makes V8 spill.
//
// Operands are read through strides of rows and columns, one of which is an element: that is all that transposing
// means. Reads may go some elements beyond a row's end, whose results are not stored.

import { precisionBfloat16 } from './generated/contract';
import {
  gemmPlanA,
  gemmPlanABatch,
  gemmPlanAColumn,
  gemmPlanARow,
  gemmPlanB,
  gemmPlanBatch,
  gemmPlanBBatch,
  gemmPlanBColumn,
  gemmPlanBRow,
  gemmPlanEpilogue,
  gemmPlanK,
  gemmPlanKBlock,
  gemmPlanM,
  gemmPlanN,
  gemmPlanOut,
  gemmPlanOutBatch,
  gemmPlanOutRow,
  gemmPlanOwnB,
  gemmPlanPackColumns,
  gemmPlanPackedB,
  gemmPlanPackUnits,
  gemmPlanPrecision,
  gemmPlanRowUnits,
  gemmRowsPlain,
  gemmRowsRelaxed,
  workPanelA,
  workTile,
} from '../src/backend/wasm/layout';
import { evaluateRows } from './evaluate';
import { loadSplat, multiplyAdd } from './vector';
import { addressIn, thread, word, work } from './work';

/** Rows of the tile. */
// @ts-ignore: decorator
@inline
function tileRows(): i32 {
  return ASC_FEATURE_RELAXED_SIMD ? gemmRowsRelaxed : gemmRowsPlain;
}

/** Columns of the tile: two vectors. */
// @ts-ignore: decorator
@inline
function tileColumns<T>(): i32 {
  return 32 / sizeof<T>();
}

export function gemm<T>(plan: usize, begin: i32, end: i32): void {
  const packUnits = word(plan, gemmPlanPackUnits);
  const n = word(plan, gemmPlanN);
  const rowUnits = word(plan, gemmPlanRowUnits);
  const ownB = word(plan, gemmPlanOwnB) != 0;
  for (let unit = begin; unit < end; unit++) {
    if (unit < packUnits) {
      const first = unit * word(plan, gemmPlanPackColumns);
      packColumns<T>(
        plan,
        addressIn(plan, gemmPlanB),
        first,
        min(first + word(plan, gemmPlanPackColumns), n),
      );
      continue;
    }
    const part = unit - packUnits;
    if (ownB) {
      const b = addressIn(plan, gemmPlanB) + part * word(plan, gemmPlanBBatch);
      if (word(plan, gemmPlanPackedB) != 0) packColumns<T>(plan, b, 0, n);
      for (let rows = 0; rows < rowUnits; rows++) multiplyUnit<T>(plan, part, rows, rowUnits);
    } else {
      const entry = part / rowUnits;
      multiplyUnit<T>(plan, entry, part - entry * rowUnits, rowUnits);
    }
  }
}

/** One of the units of rows of a batch entry. */
function multiplyUnit<T>(plan: usize, entry: i32, unit: i32, units: i32): void {
  const m = word(plan, gemmPlanM);
  const panels = (m + tileRows() - 1) / tileRows();
  const first = (unit * panels) / units;
  const last = ((unit + 1) * panels) / units;
  multiplyRows<T>(plan, entry, first * tileRows(), min(last * tileRows(), m));
}

/** Where packed columns of B are: 0 if it is read where it is. */
function packedB(plan: usize): usize {
  return load<usize>(plan + gemmPlanPackedB) + thread * word(plan, gemmPlanOwnB);
}

/** Columns first .. last-1 of B into panels; first is a multiple of a panel's columns. */
function packColumns<T>(plan: usize, b: usize, first: i32, last: i32): void {
  const width = tileColumns<T>();
  const k = word(plan, gemmPlanK);
  const kBlock = word(plan, gemmPlanKBlock);
  const n = word(plan, gemmPlanN);
  const padded = ((n + width - 1) / width) * width;
  const bRow = word(plan, gemmPlanBRow);
  const bColumn = word(plan, gemmPlanBColumn);
  const packed = packedB(plan);
  const rounding = word(plan, gemmPlanPrecision) == precisionBfloat16;
  for (let start = 0; start < k; start += kBlock) {
    const count = min(kBlock, k - start);
    for (let column = first; column < last; column += width) {
      const panel = packed + (<usize>start * padded + <usize>column * count) * sizeof<T>();
      const from = b + start * bRow + column * bColumn;
      if (n - column < width) packEdge<T>(panel, from, bRow, bColumn, count, n - column, width);
      else if (bColumn == sizeof<T>()) packStraight(panel, from, bRow, count);
      else packTurned<T>(panel, from, bColumn, count);
      if (rounding) roundToBfloat16(panel, <usize>count * 32);
    }
  }
}

/** A panel whose rows lie side by side in B. */
function packStraight(panel: usize, from: usize, bRow: i32, count: i32): void {
  while (count > 0) {
    v128.store(panel, v128.load(from));
    v128.store(panel, v128.load(from, 16), 16);
    panel += 32;
    from += bRow;
    count--;
  }
}

/** A panel whose columns lie side by side in B: squares of 4 (float64: 2) are turned in registers. */
function packTurned<T>(panel: usize, from: usize, bColumn: i32, count: i32): void {
  if (sizeof<T>() == 4) {
    while (count >= 4) {
      let column = from;
      for (let j: usize = 0; j < 32; j += 16) {
        turnSquare(panel + j, 32, column, column + bColumn, column + 2 * bColumn, column + 3 * bColumn);
        column += 4 * bColumn;
      }
      panel += 128;
      from += 16;
      count -= 4;
    }
  }
  const width = tileColumns<T>();
  while (count > 0) {
    for (let j = 0; j < width; j++) store<T>(panel + <usize>j * sizeof<T>(), load<T>(from + j * bColumn));
    panel += 32;
    from += sizeof<T>();
    count--;
  }
}

/** Four runs of four elements to four vectors, `step` bytes apart, of one element of each. */
// @ts-ignore: decorator
@inline
function turnSquare(to: usize, step: usize, from0: usize, from1: usize, from2: usize, from3: usize): void {
  const a = v128.load(from0);
  const b = v128.load(from1);
  const c = v128.load(from2);
  const d = v128.load(from3);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ab2 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to + step, v128.shuffle<i64>(ab, cd, 1, 3));
  v128.store(to + 2 * step, v128.shuffle<i64>(ab2, cd2, 0, 2));
  v128.store(to + 3 * step, v128.shuffle<i64>(ab2, cd2, 1, 3));
}

/** The last panel, where it has fewer columns: filled up with zeros. */
function packEdge<T>(
  panel: usize,
  from: usize,
  bRow: i32,
  bColumn: i32,
  count: i32,
  columns: i32,
  width: i32,
): void {
  while (count > 0) {
    for (let j = 0; j < width; j++) {
      store<T>(panel + <usize>j * sizeof<T>(), j < columns ? load<T>(from + j * bColumn) : <T>0);
    }
    panel += 32;
    from += bRow;
    count--;
  }
}

/** Rows first .. last-1 of A, k from `start` on, into panels of tileRows rows. */
function packRows<T>(plan: usize, a: usize, first: i32, last: i32, start: i32, count: i32): void {
  const aRow = word(plan, gemmPlanARow);
  const aColumn = word(plan, gemmPlanAColumn);
  const panelBytes = <usize>tileRows() * count * sizeof<T>();
  let panel = work + workPanelA;
  for (let row = first; row < last; row += tileRows()) {
    const from = a + row * aRow + start * aColumn;
    if (aRow == sizeof<T>()) packRowsStraight<T>(panel, from, aColumn, count);
    else packRowsTurned<T>(panel, from, aRow, count, last - row);
    panel += panelBytes;
  }
  if (word(plan, gemmPlanPrecision) == precisionBfloat16) {
    roundToBfloat16(work + workPanelA, panel - (work + workPanelA));
  }
}

/** A panel whose rows lie side by side in A. Beyond the last row it takes what is there. */
function packRowsStraight<T>(panel: usize, from: usize, aColumn: i32, count: i32): void {
  const bytes = <usize>tileRows() * sizeof<T>();
  while (count > 0) {
    v128.store(panel, v128.load(from));
    if (sizeof<T>() == 8) v128.store(panel, v128.load(from, 16), 16);
    const done: usize = sizeof<T>() == 8 ? 32 : 16;
    if (ASC_FEATURE_RELAXED_SIMD) {
      if (sizeof<T>() == 8) v128.store(panel, v128.load(from, done), done);
      else store<i64>(panel, load<i64>(from, 16), 16);
    } else store<T>(panel + done, load<T>(from + done));
    panel += bytes;
    from += aColumn;
    count--;
  }
}

/** A panel whose rows run along k. Beyond the last row it repeats that. */
function packRowsTurned<T>(panel: usize, from: usize, aRow: i32, count: i32, rows: i32): void {
  const bytes = <usize>tileRows() * sizeof<T>();
  const lastRow = rows - 1;
  let a0 = from;
  let a1 = from + min(1, lastRow) * aRow;
  let a2 = from + min(2, lastRow) * aRow;
  let a3 = from + min(3, lastRow) * aRow;
  let a4 = from + min(4, lastRow) * aRow;
  let a5 = from + min(5, lastRow) * aRow;
  if (sizeof<T>() == 4) {
    // Squares of four rows; the others are put behind them, an element (5 rows) or a pair (6 rows) at a time.
    while (count >= 4) {
      turnSquare(panel, bytes, a0, a1, a2, a3);
      const e = v128.load(a4);
      if (ASC_FEATURE_RELAXED_SIMD) {
        const f = v128.load(a5);
        const low = v128.shuffle<i32>(e, f, 0, 4, 1, 5);
        const high = v128.shuffle<i32>(e, f, 2, 6, 3, 7);
        v128.store64_lane(panel, low, 0, 16);
        v128.store64_lane(panel + bytes, low, 1, 16);
        v128.store64_lane(panel + 2 * bytes, high, 0, 16);
        v128.store64_lane(panel + 3 * bytes, high, 1, 16);
      } else {
        v128.store32_lane(panel, e, 0, 16);
        v128.store32_lane(panel + bytes, e, 1, 16);
        v128.store32_lane(panel + 2 * bytes, e, 2, 16);
        v128.store32_lane(panel + 3 * bytes, e, 3, 16);
      }
      panel += 4 * bytes;
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
      a4 += 16;
      a5 += 16;
      count -= 4;
    }
  }
  while (count > 0) {
    store<T>(panel, load<T>(a0));
    store<T>(panel, load<T>(a1), sizeof<T>());
    store<T>(panel, load<T>(a2), 2 * sizeof<T>());
    store<T>(panel, load<T>(a3), 3 * sizeof<T>());
    store<T>(panel, load<T>(a4), 4 * sizeof<T>());
    if (ASC_FEATURE_RELAXED_SIMD) store<T>(panel, load<T>(a5), 5 * sizeof<T>());
    panel += bytes;
    a0 += sizeof<T>();
    a1 += sizeof<T>();
    a2 += sizeof<T>();
    a3 += sizeof<T>();
    a4 += sizeof<T>();
    a5 += sizeof<T>();
    count--;
  }
}

/** Rounds float32 to the nearest bfloat16, halves to even; NaN stays NaN. */
function roundToBfloat16(at: usize, bytes: usize): void {
  const end = at + bytes;
  const half = i32x4.splat(0x7fff);
  const lowest = i32x4.splat(1);
  const upper = i32x4.splat(0xffff0000);
  while (at < end) {
    const x = v128.load(at);
    const odd = v128.and(i32x4.shr_u(x, 16), lowest);
    const rounded = v128.and(i32x4.add(x, i32x4.add(odd, half)), upper);
    v128.store(at, v128.bitselect(rounded, x, f32x4.eq(x, x)));
    at += 16;
  }
}

/** Rows first .. last-1 of a batch entry, and their epilogue. */
function multiplyRows<T>(plan: usize, entry: i32, first: i32, last: i32): void {
  const width = tileColumns<T>();
  const k = word(plan, gemmPlanK);
  const kBlock = word(plan, gemmPlanKBlock);
  const n = word(plan, gemmPlanN);
  const padded = ((n + width - 1) / width) * width;
  const outRow = word(plan, gemmPlanOutRow);
  const a = addressIn(plan, gemmPlanA) + entry * word(plan, gemmPlanABatch);
  const b = addressIn(plan, gemmPlanB) + entry * word(plan, gemmPlanBBatch);
  const out = addressIn(plan, gemmPlanOut) + entry * word(plan, gemmPlanOutBatch);
  const packed = packedB(plan);
  const bRow = word(plan, gemmPlanBRow);
  for (let start = 0; start < k; start += kBlock) {
    const count = min(kBlock, k - start);
    packRows<T>(plan, a, first, last, start, count);
    const panelBytes = <usize>tileRows() * count * sizeof<T>();
    for (let column = 0; column < n; column += width) {
      const panel =
        packed != 0
          ? packed + (<usize>start * padded + <usize>column * count) * sizeof<T>()
          : b + start * bRow + <usize>column * sizeof<T>();
      const step = packed != 0 ? 32 : bRow;
      const columns = min(width, n - column);
      let rows = work + workPanelA;
      let to = out + first * outRow + <usize>column * sizeof<T>();
      for (let row = first; row < last; row += tileRows()) {
        const rowCount = min(tileRows(), last - row);
        if (rowCount == tileRows() && columns == width) {
          tile<T>(rows, panelBytes, panel, step, to, outRow, start > 0);
        } else {
          const scratch = work + workTile;
          if (start > 0) moveTile<T>(scratch, 32, to, outRow, rowCount, columns);
          if (columns <= width / 2) narrowTile<T>(rows, panelBytes, panel, step, scratch, start > 0);
          else tile<T>(rows, panelBytes, panel, step, scratch, 32, start > 0);
          moveTile<T>(to, outRow, scratch, 32, rowCount, columns);
        }
        rows += panelBytes;
        to += tileRows() * outRow;
      }
    }
  }
  const epilogue = load<usize>(plan + gemmPlanEpilogue);
  if (epilogue != 0) {
    const row = entry * word(plan, gemmPlanM);
    evaluateRows<T>(epilogue, row + first, row + last);
  }
}

/** The part of a tile that lies within the output. */
function moveTile<T>(to: usize, toRow: i32, from: usize, fromRow: i32, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      store<T>(to + <usize>c * sizeof<T>(), load<T>(from + <usize>c * sizeof<T>()));
    }
    to += toRow;
    from += fromRow;
  }
}

/** tileRows rows by two vectors: a panel of A (`bytes` long) times a panel of B (`bStep` bytes from row to row). */
function tile<T>(
  a: usize,
  bytes: usize,
  b: usize,
  bStep: i32,
  out: usize,
  outRow: i32,
  accumulate: bool,
): void {
  const zero = i32x4.splat(0);
  let c00 = zero;
  let c01 = zero;
  let c10 = zero;
  let c11 = zero;
  let c20 = zero;
  let c21 = zero;
  let c30 = zero;
  let c31 = zero;
  let c40 = zero;
  let c41 = zero;
  let c50 = zero;
  let c51 = zero;
  if (accumulate) {
    let from = out;
    c00 = v128.load(from);
    c01 = v128.load(from, 16);
    from += outRow;
    c10 = v128.load(from);
    c11 = v128.load(from, 16);
    from += outRow;
    c20 = v128.load(from);
    c21 = v128.load(from, 16);
    from += outRow;
    c30 = v128.load(from);
    c31 = v128.load(from, 16);
    from += outRow;
    c40 = v128.load(from);
    c41 = v128.load(from, 16);
    if (ASC_FEATURE_RELAXED_SIMD) {
      from += outRow;
      c50 = v128.load(from);
      c51 = v128.load(from, 16);
    }
  }
  const end = a + bytes;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = loadSplat<T>(a);
    c00 = multiplyAdd<T>(x, b0, c00);
    c01 = multiplyAdd<T>(x, b1, c01);
    x = loadSplat<T>(a + sizeof<T>());
    c10 = multiplyAdd<T>(x, b0, c10);
    c11 = multiplyAdd<T>(x, b1, c11);
    x = loadSplat<T>(a + 2 * sizeof<T>());
    c20 = multiplyAdd<T>(x, b0, c20);
    c21 = multiplyAdd<T>(x, b1, c21);
    x = loadSplat<T>(a + 3 * sizeof<T>());
    c30 = multiplyAdd<T>(x, b0, c30);
    c31 = multiplyAdd<T>(x, b1, c31);
    x = loadSplat<T>(a + 4 * sizeof<T>());
    c40 = multiplyAdd<T>(x, b0, c40);
    c41 = multiplyAdd<T>(x, b1, c41);
    if (ASC_FEATURE_RELAXED_SIMD) {
      x = loadSplat<T>(a + 5 * sizeof<T>());
      c50 = multiplyAdd<T>(x, b0, c50);
      c51 = multiplyAdd<T>(x, b1, c51);
    }
    a += tileRows() * sizeof<T>();
    b += bStep;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  out += outRow;
  v128.store(out, c10);
  v128.store(out, c11, 16);
  out += outRow;
  v128.store(out, c20);
  v128.store(out, c21, 16);
  out += outRow;
  v128.store(out, c30);
  v128.store(out, c31, 16);
  out += outRow;
  v128.store(out, c40);
  v128.store(out, c41, 16);
  if (ASC_FEATURE_RELAXED_SIMD) {
    out += outRow;
    v128.store(out, c50);
    v128.store(out, c51, 16);
  }
}

/** The same by one vector, into the scratch tile: for the last columns. */
function narrowTile<T>(a: usize, bytes: usize, b: usize, bStep: i32, out: usize, accumulate: bool): void {
  const zero = i32x4.splat(0);
  let c0 = zero;
  let c1 = zero;
  let c2 = zero;
  let c3 = zero;
  let c4 = zero;
  let c5 = zero;
  if (accumulate) {
    c0 = v128.load(out);
    c1 = v128.load(out, 32);
    c2 = v128.load(out, 64);
    c3 = v128.load(out, 96);
    c4 = v128.load(out, 128);
    if (ASC_FEATURE_RELAXED_SIMD) c5 = v128.load(out, 160);
  }
  const end = a + bytes;
  while (a < end) {
    const b0 = v128.load(b);
    c0 = multiplyAdd<T>(loadSplat<T>(a), b0, c0);
    c1 = multiplyAdd<T>(loadSplat<T>(a + sizeof<T>()), b0, c1);
    c2 = multiplyAdd<T>(loadSplat<T>(a + 2 * sizeof<T>()), b0, c2);
    c3 = multiplyAdd<T>(loadSplat<T>(a + 3 * sizeof<T>()), b0, c3);
    c4 = multiplyAdd<T>(loadSplat<T>(a + 4 * sizeof<T>()), b0, c4);
    if (ASC_FEATURE_RELAXED_SIMD) c5 = multiplyAdd<T>(loadSplat<T>(a + 5 * sizeof<T>()), b0, c5);
    a += tileRows() * sizeof<T>();
    b += bStep;
  }
  v128.store(out, c0);
  v128.store(out, c1, 32);
  v128.store(out, c2, 64);
  v128.store(out, c3, 96);
  v128.store(out, c4, 128);
  if (ASC_FEATURE_RELAXED_SIMD) v128.store(out, c5, 160);
}
