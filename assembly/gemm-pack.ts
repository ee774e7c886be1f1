// Packing for gemm.ts: columns of B and rows of A into panels that a tile reads from front to back. Operands are read
// through strides of rows and columns, one of which is an element. For bfloat16 the panels are rounded.

import { precisionBfloat16 } from './generated/contract';
import {
  gemmPlanAColumn,
  gemmPlanARow,
  gemmPlanBColumn,
  gemmPlanBRow,
  gemmPlanK,
  gemmPlanKBlock,
  gemmPlanN,
  gemmPlanOwnB,
  gemmPlanPackedB,
  gemmPlanPanel,
  gemmPlanPrecision,
  workPanelA,
} from '../src/backend/wasm/layout';
import { tileRows } from './gemm-tiles';
import { thread, word, work } from './work';

/** Columns of the tile: of two vectors, or of four. */
// @ts-ignore: decorator
@inline
export function tileColumns<T>(plan: usize): i32 {
  return word(plan, gemmPlanPanel) / sizeof<T>();
}

/** Where packed columns of B are: 0 if it is read where it is. */
export function packedB(plan: usize): usize {
  return load<usize>(plan + gemmPlanPackedB) + thread * word(plan, gemmPlanOwnB);
}

/** Columns first .. last-1 of B into panels; first is a multiple of a panel's columns. */
export function packColumns<T>(plan: usize, b: usize, first: i32, last: i32): void {
  const panelBytes = word(plan, gemmPlanPanel);
  const width = tileColumns<T>(plan);
  const k = word(plan, gemmPlanK);
  const kBlock = word(plan, gemmPlanKBlock);
  const n = word(plan, gemmPlanN);
  const padded = ((n + width - 1) / width) * width;
  const bRow = word(plan, gemmPlanBRow);
  const bColumn = word(plan, gemmPlanBColumn);
  const packed = packedB(plan);
  const rounding = word(plan, gemmPlanPrecision) == precisionBfloat16;
  const isStraight = bColumn == sizeof<T>();
  for (let start = 0; start < k; start += kBlock) {
    const count = min(kBlock, k - start);
    const panelSize = <usize>count * panelBytes;
    let panel = packed + (<usize>start * padded + <usize>first * count) * sizeof<T>();
    let column = first;
    if (isStraight && !rounding) {
      const whole: usize = (last - first) / width;
      packStraight(panel, panelSize, panelBytes, b + start * bRow + column * bColumn, bRow, count, whole);
      panel += whole * panelSize;
      column += <i32>whole * width;
    }
    for (; column < last; column += width) {
      const from = b + start * bRow + column * bColumn;
      if (n - column < width) packEdge<T>(panel, from, bRow, bColumn, count, n - column, width);
      else if (isStraight) packStraight(panel, panelSize, panelBytes, from, bRow, count, 1);
      else {
        for (let part = 0; part < panelBytes; part += 32) {
          packTurned<T>(panel + part, panelBytes, from + (part / sizeof<T>()) * bColumn, bColumn, count);
        }
      }
      if (rounding) roundToBfloat16(panel, panelSize);
      panel += panelSize;
    }
  }
}

/**
 * Panels whose rows lie side by side in B, row after row through all of them: so every line of the cache is read once, and
 * in order.
 * @param panelSize bytes of a panel, panelBytes (two vectors, or four) those of a row of it
 */
function packStraight(
  panel: usize,
  panelSize: usize,
  panelBytes: usize,
  from: usize,
  bRow: i32,
  count: i32,
  panels: usize,
): void {
  const isWide = panelBytes == 64;
  const second: usize = isWide ? 32 : panelSize;
  const next = isWide ? panelSize : 2 * panelSize;
  const pairs = isWide ? panels : panels >> 1;
  while (count > 0) {
    let to = panel;
    let at = from;
    for (let pair: usize = pairs; pair > 0; pair--) {
      v128.store(to, v128.load(at));
      v128.store(to, v128.load(at, 16), 16);
      const other = to + second;
      v128.store(other, v128.load(at, 32));
      v128.store(other, v128.load(at, 48), 16);
      to += next;
      at += 64;
    }
    if (!isWide && (panels & 1) != 0) {
      v128.store(to, v128.load(at));
      v128.store(to, v128.load(at, 16), 16);
    }
    panel += panelBytes;
    from += bRow;
    count--;
  }
}

/** Two vectors of each row of a panel whose columns lie side by side in B: squares of 4 are turned in registers. */
function packTurned<T>(panel: usize, panelRow: usize, from: usize, bColumn: i32, count: i32): void {
  if (sizeof<T>() == 4) {
    while (count >= 4) {
      let column = from;
      for (let j: usize = 0; j < 32; j += 16) {
        turnSquare(panel + j, panelRow, column, column + bColumn, column + 2 * bColumn, column + 3 * bColumn);
        column += 4 * bColumn;
      }
      panel += 4 * panelRow;
      from += 16;
      count -= 4;
    }
  }
  const width = 32 / sizeof<T>();
  while (count > 0) {
    for (let j = 0; j < width; j++) store<T>(panel + <usize>j * sizeof<T>(), load<T>(from + j * bColumn));
    panel += panelRow;
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
    panel += <usize>width * sizeof<T>();
    from += bRow;
    count--;
  }
}

/** Rows first .. last-1 of A, k from `start` on, into panels of tileRows rows. */
export function packRows<T>(plan: usize, a: usize, first: i32, last: i32, start: i32, count: i32): void {
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
