// scatterAdd: rows of updates added into the rows of the output that their indices name, in order; the output is zeroed
// first. Its meaning stands in src/contract/instructions.ts, its definition is src/backend/js/scatter-add.ts. A unit has
// some columns of one outer entry, so that the order of additions does not depend on the units.

import { runErrorIndexOutOfRange, runErrorNone } from './generated/contract';
import {
  gatherPlanAxis,
  gatherPlanCount,
  gatherPlanIndices,
  gatherPlanInner,
  gatherPlanInput,
  gatherPlanOut,
  gatherPlanPieces,
  gatherPlanUnit,
} from '../src/backend/wasm/layout';
import { addressIn, fail, word } from './work';

export function scatterAdd<T>(plan: usize, begin: i32, end: i32): i32 {
  const pieces = word(plan, gatherPlanPieces);
  for (let unit = begin; unit < end; unit++) {
    const outer = unit / pieces;
    const width = word(plan, gatherPlanUnit);
    const column = (unit - outer * pieces) * width;
    const code = addColumns<T>(plan, outer, column, min(width, word(plan, gatherPlanInner) - column));
    if (code != runErrorNone) return code;
  }
  return runErrorNone;
}

function addColumns<T>(plan: usize, outer: i32, column: i32, columns: i32): i32 {
  const count = word(plan, gatherPlanCount);
  const axis = word(plan, gatherPlanAxis);
  const rowBytes = <usize>word(plan, gatherPlanInner) * sizeof<T>();
  const bytes = <usize>columns * sizeof<T>();
  const out = addressIn(plan, gatherPlanOut) + <usize>outer * axis * rowBytes + <usize>column * sizeof<T>();
  if (bytes == rowBytes) memory.fill(out, 0, <usize>axis * rowBytes);
  else for (let a = 0; a < axis; a++) memory.fill(out + <usize>a * rowBytes, 0, bytes);
  const indices = addressIn(plan, gatherPlanIndices);
  let from = addressIn(plan, gatherPlanInput) + <usize>outer * count * rowBytes + <usize>column * sizeof<T>();
  const vectors = bytes & ~15;
  for (let j = 0; j < count; j++) {
    const index = load<i32>(indices + ((<usize>j) << 2));
    if (<u32>index >= <u32>axis) return fail(runErrorIndexOutOfRange, index, axis - 1);
    const to = out + <usize>index * rowBytes;
    let at: usize = 0;
    while (at < vectors) {
      v128.store(to + at, v128.add<T>(v128.load(to + at), v128.load(from + at)));
      at += 16;
    }
    while (at < bytes) {
      store<T>(to + at, load<T>(to + at) + load<T>(from + at));
      at += sizeof<T>();
    }
    from += rowBytes;
  }
  return runErrorNone;
}
