// The 16 logical lanes in which rows are summed (instructions.ts, reduceLanes): lane l takes elements l, l + 16, ... of a
// chunk. They lie in the work space between blocks and in registers within one; the results do not depend on how many
// lanes a register has. Also used for the maximum of a row, where any order gives the same.

import {
  reduceKindMax,
  reduceKindMin,
  reduceKindProd,
  reduceKindSum,
  reduceLanes,
} from './generated/contract';
import { workLanes, workTail } from '../src/backend/wasm/layout';
import { lanesOf } from './vector';
import { work } from './work';

/** What a reduction of nothing gives. */
// @ts-ignore: decorator
@inline
export function neutralOf<T>(kind: i32): T {
  if (kind == reduceKindSum) return <T>0;
  if (kind == reduceKindProd) return <T>1;
  if (isInteger<T>()) return kind == reduceKindMax ? <T>i32.MIN_VALUE : <T>i32.MAX_VALUE;
  const infinity = <T>(f32.MAX_VALUE * 2);
  return kind == reduceKindMax ? <T>(0 - infinity) : infinity;
}

// @ts-ignore: decorator
@inline
export function combine<T>(kind: i32, a: v128, b: v128): v128 {
  if (kind == reduceKindSum) return v128.add<T>(a, b);
  if (kind == reduceKindProd) return v128.mul<T>(a, b);
  if (kind == reduceKindMax) return v128.max<T>(a, b);
  return v128.min<T>(a, b);
}

/** Sets all lanes to the neutral value. */
export function startLanes<T>(kind: i32): void {
  const neutral = v128.splat<T>(neutralOf<T>(kind));
  const lanes = work + workLanes;
  for (let at: usize = 0; at < <usize>reduceLanes * sizeof<T>(); at += 16) v128.store(lanes + at, neutral);
}

/** Takes groups of 16 values into lanes: four vectors of them, so float64 takes two passes. */
// @ts-ignore: decorator
@inline
function takeGroups<T>(kind: i32, lanes: usize, from: usize, step: usize, groups: i32): void {
  const next = step * (sizeof<T>() == 8 ? 8 : 4);
  let l0 = v128.load(lanes);
  let l1 = v128.load(lanes, 16);
  let l2 = v128.load(lanes, 32);
  let l3 = v128.load(lanes, 48);
  while (groups > 0) {
    l0 = combine<T>(kind, l0, v128.load(from));
    l1 = combine<T>(kind, l1, v128.load(from + step));
    l2 = combine<T>(kind, l2, v128.load(from + 2 * step));
    l3 = combine<T>(kind, l3, v128.load(from + 3 * step));
    from += next;
    groups--;
  }
  v128.store(lanes, l0);
  v128.store(lanes, l1, 16);
  v128.store(lanes, l2, 32);
  v128.store(lanes, l3, 48);
}

// @ts-ignore: decorator
@inline
function takeKind<T>(kind: i32, from: usize, step: usize, count: i32): void {
  const lanes = work + workLanes;
  const groups = count >> 4;
  const rest = count & 15;
  if (groups > 0) {
    takeGroups<T>(kind, lanes, from, step, groups);
    if (sizeof<T>() == 8) takeGroups<T>(kind, lanes + 64, from + 4 * step, step, groups);
  }
  if (rest == 0) return;
  // The last elements, filled up with neutral values: none of the kinds is changed by those.
  const tail = work + workTail;
  const neutral = v128.splat<T>(neutralOf<T>(kind));
  for (let at: usize = 0; at < 16 * sizeof<T>(); at += 16) v128.store(tail + at, neutral);
  from += <usize>groups * (16 / lanesOf<T>()) * step;
  for (let i = 0; i < rest; i++) {
    const at = <usize>i * sizeof<T>();
    store<T>(tail + at, load<T>(from + (step ? at : 0)));
  }
  takeGroups<T>(kind, lanes, tail, 16, 1);
  if (sizeof<T>() == 8) takeGroups<T>(kind, lanes + 64, tail + 64, 16, 1);
}

/** Takes `count` values, whose vectors are `step` (16 or 0) bytes apart; all calls for a chunk but the last take 16s. */
export function takeValues<T>(kind: i32, from: usize, step: usize, count: i32): void {
  if (kind == reduceKindSum) takeKind<T>(reduceKindSum, from, step, count);
  else if (kind == reduceKindProd) takeKind<T>(reduceKindProd, from, step, count);
  else if (kind == reduceKindMax) takeKind<T>(reduceKindMax, from, step, count);
  else takeKind<T>(reduceKindMin, from, step, count);
}

/** All lanes in one value: l and l + 8, then l + 4, l + 2, l + 1. */
export function combineLanes<T>(kind: i32): T {
  const lanes = work + workLanes;
  let half: usize = 8 * sizeof<T>();
  while (half >= 16) {
    for (let at: usize = 0; at < half; at += 16) {
      v128.store(lanes + at, combineAny<T>(kind, v128.load(lanes + at), v128.load(lanes + at + half)));
    }
    half >>= 1;
  }
  while (half >= sizeof<T>()) {
    // The vector from `half` on reaches into lanes that are done with; only the lower ones count.
    v128.store(lanes, combineAny<T>(kind, v128.load(lanes), v128.load(lanes + half)));
    half >>= 1;
  }
  return load<T>(lanes);
}

/** combine() where the kind is not known when compiling. */
export function combineAny<T>(kind: i32, a: v128, b: v128): v128 {
  if (kind == reduceKindSum) return v128.add<T>(a, b);
  if (kind == reduceKindProd) return v128.mul<T>(a, b);
  if (kind == reduceKindMax) return v128.max<T>(a, b);
  return v128.min<T>(a, b);
}

/** combine() of two single values. */
// @ts-ignore: decorator
@inline
export function combineValues<T>(kind: i32, a: T, b: T): T {
  return v128.extract_lane<T>(combineAny<T>(kind, v128.splat<T>(a), v128.splat<T>(b)), 0);
}
