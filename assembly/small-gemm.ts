// Matrix products too small, or with too few rows, to pack anything: vectors along the columns, up to four rows at a
// time. Every output is the same chain of multiply-adds as in gemm.ts. A unit is a batch entry.

import {
  evaluationSmall,
  gemmPlanA,
  gemmPlanABatch,
  gemmPlanAColumn,
  gemmPlanARow,
  gemmPlanB,
  gemmPlanBBatch,
  gemmPlanBColumn,
  gemmPlanBRow,
  gemmPlanEpilogue,
  gemmPlanK,
  gemmPlanM,
  gemmPlanN,
  gemmPlanOut,
  gemmPlanOutBatch,
  gemmPlanOutRow,
} from '../src/backend/wasm/layout';
import { evaluateRows } from './evaluate';
import { evaluateSmall } from './small-evaluate';
import { lanesOf, loadSplat, multiplyAdd } from './vector';
import { addressIn, word } from './work';

export function smallGemm<T>(plan: usize, begin: i32, end: i32): void {
  const m = word(plan, gemmPlanM);
  const n = word(plan, gemmPlanN);
  const k = word(plan, gemmPlanK);
  const aRow = word(plan, gemmPlanARow);
  const aColumn = word(plan, gemmPlanAColumn);
  const bRow = word(plan, gemmPlanBRow);
  const bColumn = word(plan, gemmPlanBColumn);
  const outRow = word(plan, gemmPlanOutRow);
  const lanes = lanesOf<T>();
  for (let entry = begin; entry < end; entry++) {
    const a = addressIn(plan, gemmPlanA) + entry * word(plan, gemmPlanABatch);
    let b = addressIn(plan, gemmPlanB) + entry * word(plan, gemmPlanBBatch);
    let out = addressIn(plan, gemmPlanOut) + entry * word(plan, gemmPlanOutBatch);
    let column = 0;
    if (bColumn == sizeof<T>()) {
      while (m < 4 && column + 8 * lanes <= n) {
        for (let row = 0; row < m; row++) wideRow<T>(k, a + row * aRow, aColumn, b, bRow, out + row * outRow);
        column += 8 * lanes;
        b += 128;
        out += 128;
      }
    }
    while (column < n) {
      const columns = min(n - column, lanes);
      let row = 0;
      let from = a;
      let to = out;
      while (row + 4 <= m) {
        fourRows<T>(k, from, aRow, aColumn, b, bRow, bColumn, to, outRow, columns);
        row += 4;
        from += 4 * aRow;
        to += 4 * outRow;
      }
      while (row < m) {
        oneRow<T>(k, from, aColumn, b, bRow, bColumn, to, columns);
        row++;
        from += aRow;
        to += outRow;
      }
      column += lanes;
      b += lanes * bColumn;
      out += 16;
    }
    const epilogue = load<usize>(plan + gemmPlanEpilogue);
    if (epilogue == 0) continue;
    if (word(epilogue, evaluationSmall) != 0) evaluateSmall<T>(epilogue);
    else evaluateRows<T>(epilogue, entry * m, entry * m + m);
  }
}

/** A vector of B: elements `bColumn` bytes apart, of which the first `columns` are there. */
// @ts-ignore: decorator
@inline
function columnsOf<T>(b: usize, bColumn: i32, columns: i32): v128 {
  if (bColumn == sizeof<T>()) return v128.load(b);
  let v = loadSplat<T>(b);
  if (columns > 1) v = v128.replace_lane<T>(v, 1, load<T>(b + bColumn));
  if (sizeof<T>() == 4) {
    if (columns > 2) v = f32x4.replace_lane(v, 2, load<f32>(b + 2 * bColumn));
    if (columns > 3) v = f32x4.replace_lane(v, 3, load<f32>(b + 3 * bColumn));
  }
  return v;
}

/** The first `columns` elements of a vector. */
// @ts-ignore: decorator
@inline
function storeColumns<T>(out: usize, value: v128, columns: i32): void {
  if (columns == lanesOf<T>()) {
    v128.store(out, value);
    return;
  }
  store<T>(out, v128.extract_lane<T>(value, 0));
  if (columns > 1) store<T>(out, v128.extract_lane<T>(value, 1), sizeof<T>());
  if (sizeof<T>() == 4 && columns > 2) store<f32>(out, f32x4.extract_lane(value, 2), 8);
}

/** One row by one vector. */
function oneRow<T>(
  k: i32,
  a: usize,
  aColumn: i32,
  b: usize,
  bRow: i32,
  bColumn: i32,
  out: usize,
  columns: i32,
): void {
  let sum = i32x4.splat(0);
  while (k > 0) {
    sum = multiplyAdd<T>(loadSplat<T>(a), columnsOf<T>(b, bColumn, columns), sum);
    a += aColumn;
    b += bRow;
    k--;
  }
  storeColumns<T>(out, sum, columns);
}

/** Four rows by one vector. */
function fourRows<T>(
  k: i32,
  a: usize,
  aRow: i32,
  aColumn: i32,
  b: usize,
  bRow: i32,
  bColumn: i32,
  out: usize,
  outRow: i32,
  columns: i32,
): void {
  let c0 = i32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  while (k > 0) {
    const v = columnsOf<T>(b, bColumn, columns);
    c0 = multiplyAdd<T>(loadSplat<T>(a), v, c0);
    c1 = multiplyAdd<T>(loadSplat<T>(a + aRow), v, c1);
    c2 = multiplyAdd<T>(loadSplat<T>(a + 2 * aRow), v, c2);
    c3 = multiplyAdd<T>(loadSplat<T>(a + 3 * aRow), v, c3);
    a += aColumn;
    b += bRow;
    k--;
  }
  storeColumns<T>(out, c0, columns);
  storeColumns<T>(out + outRow, c1, columns);
  storeColumns<T>(out + 2 * outRow, c2, columns);
  storeColumns<T>(out + 3 * outRow, c3, columns);
}

/** One row by eight vectors: a matrix times a vector, at the speed of reading B. */
function wideRow<T>(k: i32, a: usize, aColumn: i32, b: usize, bRow: i32, out: usize): void {
  let c0 = i32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let c6 = c0;
  let c7 = c0;
  while (k > 0) {
    const x = loadSplat<T>(a);
    c0 = multiplyAdd<T>(x, v128.load(b), c0);
    c1 = multiplyAdd<T>(x, v128.load(b, 16), c1);
    c2 = multiplyAdd<T>(x, v128.load(b, 32), c2);
    c3 = multiplyAdd<T>(x, v128.load(b, 48), c3);
    c4 = multiplyAdd<T>(x, v128.load(b, 64), c4);
    c5 = multiplyAdd<T>(x, v128.load(b, 80), c5);
    c6 = multiplyAdd<T>(x, v128.load(b, 96), c6);
    c7 = multiplyAdd<T>(x, v128.load(b, 112), c7);
    a += aColumn;
    b += bRow;
    k--;
  }
  v128.store(out, c0);
  v128.store(out, c1, 16);
  v128.store(out, c2, 32);
  v128.store(out, c3, 48);
  v128.store(out, c4, 64);
  v128.store(out, c5, 80);
  v128.store(out, c6, 96);
  v128.store(out, c7, 112);
}
