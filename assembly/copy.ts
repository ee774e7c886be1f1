// copy: elements moved from one grid of strides to another: transpose, slice, reverse, broadcast, concat, pad. Its
// meaning stands in src/contract/instructions.ts, its definition is src/backend/js/copy.ts. A unit is some rows; where
// both sides run along the columns a row is moved as a block, and four rows at a time where the input is a transpose.

import {
  copyPlanColumns,
  copyPlanDimensions,
  copyPlanElementBytes,
  copyPlanInput,
  copyPlanInputColumn,
  copyPlanInputStrides,
  copyPlanOut,
  copyPlanOutColumn,
  copyPlanOuterRank,
  copyPlanOutStrides,
  copyPlanRows,
  copyPlanUnitRows,
} from '../src/backend/wasm/layout';
import { addressIn, word } from './work';

export function copy(plan: usize, begin: i32, end: i32): void {
  const bytes = word(plan, copyPlanElementBytes);
  if (bytes == 4) copyRows<i32>(plan, begin, end);
  else if (bytes == 1) copyRows<u8>(plan, begin, end);
  else copyRows<i64>(plan, begin, end);
}

/** Bytes from the start to a row, by the strides at `strides`. */
function rowOffset(plan: usize, strides: usize, row: i32): i32 {
  let offset = 0;
  for (let d = word(plan, copyPlanOuterRank) - 1; d >= 0; d--) {
    const at = (<usize>d) << 2;
    const size = load<i32>(plan + copyPlanDimensions + at);
    const rest = row / size;
    offset += (row - rest * size) * load<i32>(plan + strides + at);
    row = rest;
  }
  return offset;
}

function copyRows<T>(plan: usize, begin: i32, end: i32): void {
  const rows = word(plan, copyPlanRows);
  const columns = word(plan, copyPlanColumns);
  const unitRows = word(plan, copyPlanUnitRows);
  const inputColumn = word(plan, copyPlanInputColumn);
  const outColumn = word(plan, copyPlanOutColumn);
  const rank = word(plan, copyPlanOuterRank);
  const input = addressIn(plan, copyPlanInput);
  const out = addressIn(plan, copyPlanOut);
  const last = min(end * unitRows, rows);
  // Along the innermost of the outer dimensions rows are found by their stride.
  const size = rank > 0 ? load<i32>(plan + copyPlanDimensions + ((<usize>(rank - 1)) << 2)) : 1;
  const inputRow = rank > 0 ? load<i32>(plan + copyPlanInputStrides + ((<usize>(rank - 1)) << 2)) : 0;
  const outRow = rank > 0 ? load<i32>(plan + copyPlanOutStrides + ((<usize>(rank - 1)) << 2)) : 0;
  let row = begin * unitRows;
  while (row < last) {
    const stretch = min(size - (row % size), last - row);
    let from = input + rowOffset(plan, copyPlanInputStrides, row);
    let to = out + rowOffset(plan, copyPlanOutStrides, row);
    let left = stretch;
    if (sizeof<T>() == 4 && inputRow == 4 && outColumn == 4) {
      while (left >= 4) {
        transposeRows(to, outRow, from, inputColumn, columns);
        from += 16;
        to += 4 * outRow;
        left -= 4;
      }
    }
    while (left > 0) {
      copyRow<T>(to, outColumn, from, inputColumn, columns);
      from += inputRow;
      to += outRow;
      left--;
    }
    row += stretch;
  }
}

/** One row. Blocks of more than 256 bytes go through memory.copy, which is a call out of WebAssembly. */
// @ts-ignore: decorator
@inline
function copyRow<T>(to: usize, outColumn: i32, from: usize, inputColumn: i32, columns: i32): void {
  if (outColumn == sizeof<T>() && inputColumn == sizeof<T>()) {
    let bytes = <usize>columns * sizeof<T>();
    if (bytes > 256) {
      memory.copy(to, from, bytes);
      return;
    }
    while (bytes >= 16) {
      v128.store(to, v128.load(from));
      to += 16;
      from += 16;
      bytes -= 16;
    }
    columns = <i32>(bytes / sizeof<T>());
  }
  while (columns > 0) {
    store<T>(to, load<T>(from));
    to += outColumn;
    from += inputColumn;
    columns--;
  }
}

/** Four rows of the output whose elements lie side by side in the input: 4 x 4 blocks are turned in registers. */
function transposeRows(to: usize, outRow: i32, from: usize, inputColumn: i32, columns: i32): void {
  while (columns >= 4) {
    const a = v128.load(from);
    const b = v128.load(from + inputColumn);
    const c = v128.load(from + 2 * inputColumn);
    const d = v128.load(from + 3 * inputColumn);
    const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const ab2 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const cd2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
    v128.store(to + outRow, v128.shuffle<i64>(ab, cd, 1, 3));
    v128.store(to + 2 * outRow, v128.shuffle<i64>(ab2, cd2, 0, 2));
    v128.store(to + 3 * outRow, v128.shuffle<i64>(ab2, cd2, 1, 3));
    to += 16;
    from += 4 * inputColumn;
    columns -= 4;
  }
  while (columns > 0) {
    for (let r = 0; r < 4; r++) store<i32>(to + r * outRow, load<i32>(from + ((<usize>r) << 2)));
    to += 4;
    from += inputColumn;
    columns--;
  }
}
