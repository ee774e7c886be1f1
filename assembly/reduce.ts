// reduce: sums, products, extrema, their places, and truth over the middle dimension of outer x length x inner, whose
// values an expression makes. Its meaning stands in src/contract/instructions.ts, its definition is
// src/backend/js/reduce.ts.
//
// Where inner is 1, the grid is outer rows of `length` columns and a row is reduced in 16 lanes (lanes.ts). Elsewhere it
// is outer * length rows of `inner` columns, which are combined side by side, row after row.

import {
  reduceChunk,
  reduceKindAll,
  reduceKindAny,
  reduceKindArgMax,
  reduceKindArgMin,
  reduceKindMin,
} from './generated/contract';
import {
  reducePlanColumns,
  reducePlanEvaluation,
  reducePlanInner,
  reducePlanKind,
  reducePlanLength,
  reducePlanOut,
  reducePlanOutDtype,
  reducePlanOuter,
  reducePlanPieces,
  reducePlanRegister,
  reducePlanUnitRows,
  workPanelA,
  workRegisters,
} from '../src/backend/wasm/layout';
import { shiftOf, storeContiguous } from './convert';
import { evaluate } from './evaluate';
import { combineLanes, combineRun, combineShort, neutralOf, startLanes, takeValues } from './lanes';
import { blockElementsOf } from './vector';
import { addressIn, word, work } from './work';

/** In the panel of gemm, which is not in use: results of a chunk, of all chunks, and places, by column. */
const chunkArea = workPanelA;
const totalArea = workPanelA + 4096;
const placeArea = workPanelA + 8192;

export function reduce<T>(plan: usize, begin: i32, end: i32): void {
  const pieces = word(plan, reducePlanPieces);
  const unitRows = word(plan, reducePlanUnitRows);
  const outer = word(plan, reducePlanOuter);
  for (let unit = begin; unit < end; unit++) {
    const group = unit / pieces;
    const first = group * unitRows;
    const last = min(first + unitRows, outer);
    if (word(plan, reducePlanInner) == 1) reduceRows<T>(plan, first, last);
    else {
      const width = word(plan, reducePlanColumns);
      const column = (unit - group * pieces) * width;
      const columns = min(width, word(plan, reducePlanInner) - column);
      for (let o = first; o < last; o++) reduceColumns<T>(plan, o, column, columns);
    }
  }
}

/** Where the values of the block that was evaluated are ... */
// @ts-ignore: decorator
@inline
function valuesOf(plan: usize): usize {
  return load<usize>(work + workRegisters + word(plan, reducePlanRegister));
}

/** ... and how far its vectors are apart: 16 bytes, or 0. */
// @ts-ignore: decorator
@inline
function stepOf(plan: usize): usize {
  return load<usize>(work + workRegisters + word(plan, reducePlanRegister), 4);
}

/** Rows of `length` columns, one result each. */
function reduceRows<T>(plan: usize, first: i32, last: i32): void {
  const kind = word(plan, reducePlanKind);
  const length = word(plan, reducePlanLength);
  const evaluation = load<usize>(plan + reducePlanEvaluation);
  if (length <= 0 || length > blockElementsOf<T>()) {
    for (let row = first; row < last; row++) reduceLongRow<T>(plan, row);
    return;
  }
  const blockRows = blockElementsOf<T>() / length;
  for (let row = first; row < last; row += blockRows) {
    const rows = min(blockRows, last - row);
    evaluate<T>(evaluation, row, rows, 0, length);
    let values = valuesOf(plan);
    const step = stepOf(plan);
    const next = step ? <usize>length * sizeof<T>() : 0;
    for (let r = 0; r < rows; r++) {
      if (kind >= reduceKindArgMax) {
        startSearch<T>(kind);
        search<T>(kind, values, step, length, 0);
      } else if (sizeof<T>() == 4 && length <= 16) {
        store<T>(work + totalArea, combineShort<T>(kind, values, step, length));
      } else {
        startLanes<T>(kind);
        takeValues<T>(kind, values, step, length);
        store<T>(work + totalArea, combineLanes<T>(kind));
      }
      finish<T>(plan, row + r, 1);
      values += next;
    }
  }
}

/** A row of more than one block: its chunks are combined in order. */
function reduceLongRow<T>(plan: usize, row: i32): void {
  const kind = word(plan, reducePlanKind);
  const length = word(plan, reducePlanLength);
  const evaluation = load<usize>(plan + reducePlanEvaluation);
  const total = work + totalArea;
  if (kind >= reduceKindArgMax) {
    startSearch<T>(kind);
    for (let at = 0; at < length; at += blockElementsOf<T>()) {
      const count = min(blockElementsOf<T>(), length - at);
      evaluate<T>(evaluation, row, 1, at, count);
      search<T>(kind, valuesOf(plan), stepOf(plan), count, at);
    }
  } else {
    store<T>(total, neutralOf<T>(kind));
    for (let chunk = 0; chunk < length; chunk += reduceChunk) {
      const chunkEnd = min(chunk + reduceChunk, length);
      startLanes<T>(kind);
      for (let at = chunk; at < chunkEnd; at += blockElementsOf<T>()) {
        const count = min(blockElementsOf<T>(), chunkEnd - at);
        evaluate<T>(evaluation, row, 1, at, count);
        takeValues<T>(kind, valuesOf(plan), stepOf(plan), count);
      }
      const result = combineLanes<T>(kind);
      if (chunk == 0) store<T>(total, result);
      else {
        store<T>(work + chunkArea, result);
        combineRun<T>(kind, total, work + chunkArea, 16, 16);
      }
    }
  }
  finish<T>(plan, row, 1);
}

/** Before a row is searched (argMax, argMin) or tested (any, all). The best value stands in chunkArea. */
function startSearch<T>(kind: i32): void {
  store<i32>(work + placeArea, kind == reduceKindAll ? 1 : 0);
}

/** Goes through values that begin at place `at` of their row. */
function search<T>(kind: i32, from: usize, step: usize, count: i32, at: i32): void {
  const next: usize = step ? sizeof<T>() : 0;
  for (let i = 0; i < count; i++) {
    consider<T>(kind, load<T>(from), at + i, work + chunkArea, work + placeArea);
    from += next;
  }
}

/** Takes one value at place `at` into account for the best value and the place (or truth) so far. */
// @ts-ignore: decorator
@inline
function consider<T>(kind: i32, value: T, at: i32, best: usize, place: usize): void {
  if (kind == reduceKindAny) {
    if (value != 0) store<i32>(place, 1);
    return;
  }
  if (kind == reduceKindAll) {
    if (value == 0) store<i32>(place, 0);
    return;
  }
  const former = load<T>(best);
  const better = kind == reduceKindArgMin ? value < former : value > former;
  if (at == 0 || better || (value != value && former == former)) {
    store<T>(best, value);
    store<i32>(place, at);
  }
}

/** Columns of one outer entry: one result a column. */
function reduceColumns<T>(plan: usize, o: i32, column: i32, columns: i32): void {
  const kind = word(plan, reducePlanKind);
  const length = word(plan, reducePlanLength);
  const inner = word(plan, reducePlanInner);
  const searching = kind >= reduceKindArgMax;
  const bytes = (<usize>columns * sizeof<T>() + 15) & ~15;
  const neutral = v128.splat<T>(neutralOf<T>(searching ? reduceKindMin : kind));
  const chunkResults = work + chunkArea;
  const totals = work + totalArea;
  const places = work + placeArea;
  for (let at: usize = 0; at < bytes; at += 16) v128.store(totals + at, neutral);
  if (searching) {
    for (let c = 0; c < columns; c++) store<i32>(places + ((<usize>c) << 2), kind == reduceKindAll ? 1 : 0);
  }
  const evaluation = load<usize>(plan + reducePlanEvaluation);
  const blockRows = columns == inner ? blockElementsOf<T>() / columns : 1;
  for (let chunk = 0; chunk < length; chunk += reduceChunk) {
    const chunkEnd = min(chunk + reduceChunk, length);
    const results = searching || chunk > 0 ? chunkResults : totals;
    if (!searching && chunk > 0)
      for (let at: usize = 0; at < bytes; at += 16) v128.store(results + at, neutral);
    for (let r = chunk; r < chunkEnd; r += blockRows) {
      const rows = min(blockRows, chunkEnd - r);
      evaluate<T>(evaluation, o * length + r, rows, column, columns);
      let values = valuesOf(plan);
      const step = stepOf(plan);
      for (let i = 0; i < rows; i++) {
        if (searching) {
          const next: usize = step ? sizeof<T>() : 0;
          for (let c = 0; c < columns; c++) {
            const best = results + <usize>c * sizeof<T>();
            consider<T>(kind, load<T>(values + <usize>c * next), r + i, best, places + ((<usize>c) << 2));
          }
        } else {
          combineRun<T>(kind, results, values, step, bytes);
        }
        if (step) values += <usize>columns * sizeof<T>();
      }
    }
    if (!searching && chunk > 0) combineRun<T>(kind, totals, chunkResults, 16, bytes);
  }
  finish<T>(plan, o * inner + column, columns);
}

/** Stores results from element `at` of the output on. */
function finish<T>(plan: usize, at: i32, count: i32): void {
  const dtype = word(plan, reducePlanOutDtype);
  const out = addressIn(plan, reducePlanOut) + ((<usize>at) << shiftOf(dtype));
  const searching = word(plan, reducePlanKind) >= reduceKindArgMax;
  if (searching) storeContiguous<i32>(out, dtype, count, work + placeArea, 16);
  else storeContiguous<T>(out, dtype, count, work + totalArea, 16);
}
