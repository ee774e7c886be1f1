// softmax: over each row, exp(x - max) / sum of exp(x - max), or its logarithm. Its meaning stands in
// src/contract/instructions.ts, its definition is src/backend/js/softmax.ts. What cross-entropy shares with it is here.

import { reduceChunk, reduceKindMax, reduceKindSum } from './generated/contract';
import {
  rowsPlanColumns,
  rowsPlanInput,
  rowsPlanOption,
  rowsPlanRows,
  rowsPlanSecond,
  rowsPlanUnit,
  workBlocks,
} from '../src/backend/wasm/layout';
import { dtypeFloat32, dtypeFloat64 } from './generated/contract';
import { storeContiguous } from './convert';
import { combineLanes, startLanes, takeValues } from './lanes';
import { expFloat32 } from './math';
import { exp64, log64 } from './math64';
import { blockElementsOf, lanesOf } from './vector';
import { addressIn, word, work } from './work';

/** Rows of up to so many columns have their exponentials kept in the work space; of longer ones they are made twice. */
const keptColumns = 4096;

/** Where the exponentials of the row's columns from `at` on are kept, or made. */
// @ts-ignore: decorator
@inline
export function exponentialsAt<T>(columns: i32, at: i32): usize {
  return work + workBlocks + (columns <= keptColumns ? <usize>at * sizeof<T>() : 0);
}

/** Makes e^(x - max) of the columns from `at` on again, if they were not kept. */
// @ts-ignore: decorator
@inline
export function renewExponentials<T>(row: usize, columns: i32, at: i32, count: i32, max: T): usize {
  const kept = exponentialsAt<T>(columns, at);
  if (columns > keptColumns) exponentials<T>(row + <usize>at * sizeof<T>(), count, max, kept);
  return kept;
}

/** e^(x - max) of `count` elements, to the work space: writes whole vectors. */
function exponentials<T>(from: usize, count: i32, max: T, to: usize): void {
  const end = to + <usize>count * sizeof<T>();
  if (sizeof<T>() == 4) {
    const subtracted = f32x4.splat(<f32>max);
    while (to < end) {
      v128.store(to, expFloat32(f32x4.sub(v128.load(from), subtracted)));
      to += 16;
      from += 16;
    }
  } else {
    while (to < end) {
      store<f64>(to, exp64(load<f64>(from) - <f64>max));
      to += 8;
      from += 8;
    }
  }
}

/** The largest of a row; NaN if there is one. */
export function rowMaximum<T>(row: usize, columns: i32): T {
  startLanes<T>(reduceKindMax);
  takeValues<T>(reduceKindMax, row, 16, columns);
  return combineLanes<T>(reduceKindMax);
}

/** The sum of e^(x - max) over a row, in lanes and chunks; keeps the exponentials of rows that are not too long. */
export function sumOfExponentials<T>(row: usize, columns: i32, max: T): T {
  let total: T = 0;
  for (let chunk = 0; chunk < columns; chunk += reduceChunk) {
    const end = min(chunk + reduceChunk, columns);
    startLanes<T>(reduceKindSum);
    for (let at = chunk; at < end; at += blockElementsOf<T>()) {
      const count = min(blockElementsOf<T>(), end - at);
      const values = exponentialsAt<T>(columns, at);
      exponentials<T>(row + <usize>at * sizeof<T>(), count, max, values);
      takeValues<T>(reduceKindSum, values, 16, count);
    }
    const sum = combineLanes<T>(reduceKindSum);
    total = chunk == 0 ? sum : total + sum;
  }
  return total;
}

export function softmax<T>(plan: usize, begin: i32, end: i32): void {
  const columns = word(plan, rowsPlanColumns);
  const unit = word(plan, rowsPlanUnit);
  const last = min(end * unit, word(plan, rowsPlanRows));
  const dtype = sizeof<T>() == 8 ? dtypeFloat64 : dtypeFloat32;
  const input = addressIn(plan, rowsPlanInput);
  const out = addressIn(plan, rowsPlanSecond);
  for (let row = begin * unit; row < last; row++) {
    const offset = <usize>row * columns * sizeof<T>();
    const from = input + offset;
    const max = rowMaximum<T>(from, columns);
    const sum = sumOfExponentials<T>(from, columns, max);
    const logarithm = <T>log64(<f64>sum);
    for (let at = 0; at < columns; at += blockElementsOf<T>()) {
      const count = min(blockElementsOf<T>(), columns - at);
      const place = <usize>at * sizeof<T>();
      let values: usize;
      if (word(plan, rowsPlanOption)) {
        values = work + workBlocks;
        subtract<T>(from + place, count, max, logarithm, values);
      } else {
        values = renewExponentials<T>(from, columns, at, count, max);
        divide<T>(values, count, sum);
      }
      storeContiguous<T>(out + offset + place, dtype, count, values, 16);
    }
  }
}

/** x - max - logarithm, to the work space. */
function subtract<T>(from: usize, count: i32, max: T, logarithm: T, to: usize): void {
  const first = v128.splat<T>(max);
  const second = v128.splat<T>(logarithm);
  while (count > 0) {
    v128.store(to, v128.sub<T>(v128.sub<T>(v128.load(from), first), second));
    to += 16;
    from += 16;
    count -= lanesOf<T>();
  }
}

/** values / sum in the work space. */
export function divide<T>(values: usize, count: i32, sum: T): void {
  const divisor = v128.splat<T>(sum);
  while (count > 0) {
    v128.store(values, v128.div<T>(v128.load(values), divisor));
    values += 16;
    count -= lanesOf<T>();
  }
}
