// gather: rows of `inner` elements picked along an axis by their numbers. Its meaning stands in
// src/contract/instructions.ts, its definition is src/backend/js/gather.ts.

import { runErrorIndexOutOfRange, runErrorNone } from './generated/contract';
import {
  gatherPlanAxis,
  gatherPlanCount,
  gatherPlanElementBytes,
  gatherPlanIndices,
  gatherPlanInner,
  gatherPlanInput,
  gatherPlanOut,
  gatherPlanOuter,
  gatherPlanUnit,
} from '../src/backend/wasm/layout';
import { addressIn, fail, word } from './work';

export function gather(plan: usize, begin: i32, end: i32): i32 {
  const count = word(plan, gatherPlanCount);
  const axis = word(plan, gatherPlanAxis);
  const rowBytes = <usize>word(plan, gatherPlanInner) * word(plan, gatherPlanElementBytes);
  const unit = word(plan, gatherPlanUnit);
  const last = min(end * unit, word(plan, gatherPlanOuter) * count);
  const indices = addressIn(plan, gatherPlanIndices);
  const first = begin * unit;
  let out = addressIn(plan, gatherPlanOut) + <usize>first * rowBytes;
  let outer = count > 0 ? first / count : 0;
  let j = first - outer * count;
  let input = addressIn(plan, gatherPlanInput) + <usize>outer * axis * rowBytes;
  for (let row = first; row < last; row++) {
    const index = load<i32>(indices + ((<usize>j) << 2));
    if (<u32>index >= <u32>axis) return fail(runErrorIndexOutOfRange, index, axis - 1);
    const from = input + <usize>index * rowBytes;
    if (rowBytes == 4) store<i32>(out, load<i32>(from));
    else if (rowBytes == 8) store<i64>(out, load<i64>(from));
    else moveRow(out, from, rowBytes);
    out += rowBytes;
    if (++j == count) {
      j = 0;
      input += <usize>axis * rowBytes;
    }
  }
  return runErrorNone;
}

/** Short rows by words: memory.copy is a call out of WebAssembly. */
// @ts-ignore: decorator
@inline
function moveRow(out: usize, from: usize, bytes: usize): void {
  if (bytes > 256) {
    memory.copy(out, from, bytes);
    return;
  }
  const end = out + bytes;
  while (out + 16 <= end) {
    v128.store(out, v128.load(from));
    out += 16;
    from += 16;
  }
  while (out + 4 <= end) {
    store<i32>(out, load<i32>(from));
    out += 4;
    from += 4;
  }
  while (out < end) {
    store<u8>(out, load<u8>(from));
    out++;
    from++;
  }
}
