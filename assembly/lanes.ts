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
function combine<T>(kind: i32, a: v128, b: v128): v128 {
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
  // Below a vector, what is combined reaches into lanes that are done with; only the lower ones count.
  for (let half: usize = 8 * sizeof<T>(); half >= sizeof<T>(); half >>= 1) {
    combineRun<T>(kind, lanes, lanes + half, 16, half);
  }
  return load<T>(lanes);
}

/** The first `count` lanes of a vector of four, the others neutral, taken into a neutral lane each. */
// @ts-ignore: decorator
@inline
function firstLanes<T>(kind: i32, from: usize, count: i32): v128 {
  const neutral = v128.splat<T>(neutralOf<T>(kind));
  const isThere = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
  return combine<T>(kind, neutral, v128.bitselect(v128.load(from), neutral, isThere));
}

// @ts-ignore: decorator
@inline
function shortKind<T>(kind: i32, from: usize, step: usize, count: i32): T {
  let lanes = firstLanes<T>(kind, from, count);
  if (count > 8) lanes = combine<T>(kind, lanes, firstLanes<T>(kind, from + 2 * step, count - 8));
  if (count > 4) {
    let upper = firstLanes<T>(kind, from + step, count - 4);
    if (count > 12) upper = combine<T>(kind, upper, firstLanes<T>(kind, from + 3 * step, count - 12));
    lanes = combine<T>(kind, lanes, upper);
  }
  lanes = combine<T>(kind, lanes, v128.shuffle<i32>(lanes, lanes, 2, 3, 0, 1));
  lanes = combine<T>(kind, lanes, v128.shuffle<i32>(lanes, lanes, 1, 0, 3, 2));
  return v128.extract_lane<T>(lanes, 0);
}

/**
 * A row of 1 to 16 values of four bytes without a detour through memory: the same lanes, combined in the same order
 * (combining with neutral ones, which is left out, changes nothing).
 */
export function combineShort<T>(kind: i32, from: usize, step: usize, count: i32): T {
  if (kind == reduceKindSum) return shortKind<T>(reduceKindSum, from, step, count);
  if (kind == reduceKindProd) return shortKind<T>(reduceKindProd, from, step, count);
  if (kind == reduceKindMax) return shortKind<T>(reduceKindMax, from, step, count);
  return shortKind<T>(reduceKindMin, from, step, count);
}

// @ts-ignore: decorator
@inline
function combineKind<T>(kind: i32, into: usize, from: usize, step: usize, bytes: usize): void {
  const end = into + bytes;
  while (into < end) {
    v128.store(into, combine<T>(kind, v128.load(into), v128.load(from)));
    into += 16;
    from += step;
  }
}

/** Combines values into others, side by side; whole vectors, which are `step` (16 or 0) bytes apart in `from`. */
export function combineRun<T>(kind: i32, into: usize, from: usize, step: usize, bytes: usize): void {
  if (kind == reduceKindSum) combineKind<T>(reduceKindSum, into, from, step, bytes);
  else if (kind == reduceKindProd) combineKind<T>(reduceKindProd, into, from, step, bytes);
  else if (kind == reduceKindMax) combineKind<T>(reduceKindMax, into, from, step, bytes);
  else combineKind<T>(reduceKindMin, into, from, step, bytes);
}
