// Loading operands of an expression into registers and storing registers to operands, with the conversions that `map`
// states in contract/instructions.ts.

import type { ComputeDType, DType, TypedArray } from '../../contract/dtypes.js';
import type { Register } from './memory.js';

/** Runs of this many elements are moved as a block; below it, making the view that this takes costs more. */
const blockMove = 64;

/** register[to + i] = array[from + i * stride], i in 0 .. n-1, converted. */
export type Load = (
  register: Register,
  to: number,
  n: number,
  array: TypedArray,
  from: number,
  stride: number,
) => void;

/** array[to + i * stride] = register[from + i], i in 0 .. n-1, converted. */
export type Store = (
  register: Register,
  from: number,
  n: number,
  array: TypedArray,
  to: number,
  stride: number,
) => void;

/** Towards zero, saturating; NaN passes, and becomes 0 in an integer array. */
function saturate(x: number, lowest: number, highest: number): number {
  return x >= highest ? highest : x <= lowest ? lowest : Math.trunc(x);
}

/** The conversion is the one that storing to a typed array does: rounding, or none. */
export function loadPlain(
  register: Register,
  to: number,
  n: number,
  array: TypedArray,
  from: number,
  stride: number,
): void {
  if (stride === 1 && n >= blockMove) {
    register.set(array.subarray(from, from + n), to);
  } else if (stride === 1) {
    for (let i = 0; i < n; i++) register[to + i] = array[from + i];
  } else if (stride === 0) {
    const value = array[from];
    for (let i = 0; i < n; i++) register[to + i] = value;
  } else {
    for (let i = 0; i < n; i++) register[to + i] = array[from + i * stride];
  }
}

function loadFloatAsInteger(
  register: Register,
  to: number,
  n: number,
  array: TypedArray,
  from: number,
  stride: number,
): void {
  for (let i = 0; i < n; i++) register[to + i] = saturate(array[from + i * stride], -2147483648, 2147483647);
}

/** Rounds to float32, or takes the low bits of an integer: what storing to a typed array does. */
function storePlain(
  register: Register,
  from: number,
  n: number,
  array: TypedArray,
  to: number,
  stride: number,
): void {
  if (stride === 1 && n >= blockMove) {
    array.set(register.subarray(from, from + n), to);
  } else if (stride === 1) {
    for (let i = 0; i < n; i++) array[to + i] = register[from + i];
  } else {
    for (let i = 0; i < n; i++) array[to + i * stride] = register[from + i];
  }
}

function storeBool(
  register: Register,
  from: number,
  n: number,
  array: TypedArray,
  to: number,
  stride: number,
): void {
  for (let i = 0; i < n; i++) array[to + i * stride] = register[from + i] !== 0 ? 1 : 0;
}

function storeFloatAsInt32(
  register: Register,
  from: number,
  n: number,
  array: TypedArray,
  to: number,
  stride: number,
): void {
  for (let i = 0; i < n; i++) array[to + i * stride] = saturate(register[from + i], -2147483648, 2147483647);
}

function storeFloatAsUint8(
  register: Register,
  from: number,
  n: number,
  array: TypedArray,
  to: number,
  stride: number,
): void {
  for (let i = 0; i < n; i++) array[to + i * stride] = saturate(register[from + i], 0, 255);
}

/** How elements of `from` come into registers of `compute`. */
export function loadFrom(from: DType, compute: ComputeDType): Load {
  const isFloat = from === 'float32' || from === 'float64';
  return compute === 'int32' && isFloat ? loadFloatAsInteger : loadPlain;
}

/** How registers of `compute` are stored as elements of `to`. */
export function storeTo(to: DType, compute: ComputeDType): Store {
  if (to === 'bool') return storeBool;
  if (compute === 'int32') return storePlain;
  if (to === 'int32') return storeFloatAsInt32;
  return to === 'uint8' ? storeFloatAsUint8 : storePlain;
}
