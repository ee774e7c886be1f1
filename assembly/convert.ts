// Elements between memory and the registers of expressions: from any dtype to the compute dtype T and back. Vector loops
// where elements follow each other, one by one where they do not.

import { dtypeBool, dtypeFloat32, dtypeFloat64, dtypeInt32, dtypeUint8 } from './generated/contract';
import { lanesOf } from './vector';

/** log2 of the bytes of an element. */
// @ts-ignore: decorator
@inline
export function shiftOf(dtype: i32): i32 {
  // bool, uint8: 0; int32, float32: 2; float64: 3
  return dtype < dtypeInt32 ? 0 : dtype == dtypeFloat64 ? 3 : 2;
}

/** One element as T. */
export function loadElement<T>(address: usize, dtype: i32): T {
  if (dtype < dtypeInt32) return <T>load<u8>(address);
  if (dtype == dtypeInt32) return <T>load<i32>(address);
  if (isInteger<T>()) {
    return dtype == dtypeFloat32
      ? <T>toInteger<f32>(load<f32>(address))
      : <T>toInteger<f64>(load<f64>(address));
  }
  return dtype == dtypeFloat32 ? <T>load<f32>(address) : <T>load<f64>(address);
}

/** Towards zero, saturating, NaN to 0. */
// @ts-ignore: decorator
@inline
function toInteger<F>(value: F): i32 {
  return <i32>i32x4.extract_lane(i32x4.trunc_sat_f64x2_s_zero(f64x2.splat(<f64>value)), 0);
}

/** One value of T to an element. */
export function storeElement<T>(address: usize, dtype: i32, value: T): void {
  if (dtype == dtypeBool) store<u8>(address, value != 0 ? 1 : 0);
  else if (isInteger<T>()) {
    if (dtype == dtypeUint8) store<u8>(address, <u8>value);
    else if (dtype == dtypeInt32) store<i32>(address, <i32>value);
    else if (dtype == dtypeFloat32) store<f32>(address, <f32>value);
    else store<f64>(address, <f64>value);
  } else if (dtype == dtypeUint8) store<u8>(address, <u8>min(max(toInteger<T>(value), 0), 255));
  else if (dtype == dtypeInt32) store<i32>(address, toInteger<T>(value));
  else if (dtype == dtypeFloat32) store<f32>(address, <f32>value);
  else store<f64>(address, <f64>value);
}

/** Four int32 from what follows `address`. */
// @ts-ignore: decorator
@inline
function fourIntegers(address: usize, dtype: i32): v128 {
  if (dtype < dtypeInt32) {
    return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(address)));
  }
  if (dtype == dtypeInt32) return v128.load(address);
  if (dtype == dtypeFloat32) return i32x4.trunc_sat_f32x4_s(v128.load(address));
  const low = i32x4.trunc_sat_f64x2_s_zero(v128.load(address));
  const high = i32x4.trunc_sat_f64x2_s_zero(v128.load(address, 16));
  return v128.shuffle<i64>(low, high, 0, 2);
}

/** A vector of T from what follows `address`. */
// @ts-ignore: decorator
@inline
function vectorOf<T>(address: usize, dtype: i32): v128 {
  if (isInteger<T>()) return fourIntegers(address, dtype);
  if (sizeof<T>() == 4) {
    if (dtype == dtypeFloat32) return v128.load(address);
    if (dtype == dtypeFloat64) {
      const low = f32x4.demote_f64x2_zero(v128.load(address));
      const high = f32x4.demote_f64x2_zero(v128.load(address, 16));
      return v128.shuffle<i64>(low, high, 0, 2);
    }
    return f32x4.convert_i32x4_s(fourIntegers(address, dtype));
  }
  if (dtype == dtypeFloat64) return v128.load(address);
  if (dtype == dtypeFloat32) return f64x2.promote_low_f32x4(v128.load64_zero(address));
  if (dtype == dtypeInt32) return f64x2.convert_low_i32x4_s(v128.load64_zero(address));
  return f64x2.convert_low_i32x4_s(
    i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(i16x8.splat(load<i16>(address)))),
  );
}

// @ts-ignore: decorator
@inline
function loadRun<T>(out: usize, end: usize, address: usize, dtype: i32): void {
  const next = (<usize>lanesOf<T>()) << shiftOf(dtype);
  while (out < end) {
    v128.store(out, vectorOf<T>(address, dtype));
    out += 16;
    address += next;
  }
}

/** `count` elements that follow each other, as T; writes whole vectors. */
export function loadContiguous<T>(out: usize, count: i32, address: usize, dtype: i32): void {
  const end = out + <usize>count * sizeof<T>();
  if (dtype == dtypeFloat32) loadRun<T>(out, end, address, dtypeFloat32);
  else if (dtype == dtypeFloat64) loadRun<T>(out, end, address, dtypeFloat64);
  else if (dtype == dtypeInt32) loadRun<T>(out, end, address, dtypeInt32);
  else loadRun<T>(out, end, address, dtypeUint8);
}

/** `count` elements, `stride` elements apart, as T. */
export function loadStrided<T>(out: usize, count: i32, address: usize, dtype: i32, stride: i32): void {
  const end = out + <usize>count * sizeof<T>();
  const next = (<usize>stride) << shiftOf(dtype);
  while (out < end) {
    store<T>(out, loadElement<T>(address, dtype));
    out += sizeof<T>();
    address += next;
  }
}

/** One element in all lanes of splatBytes. */
export function loadScalar<T>(out: usize, address: usize, dtype: i32): void {
  const x = v128.splat<T>(loadElement<T>(address, dtype));
  v128.store(out, x);
  v128.store(out, x, 16);
  v128.store(out, x, 32);
  v128.store(out, x, 48);
}

/** `count` values of T, whose vectors are `step` (16 or 0) bytes apart, to elements that follow each other. */
export function storeContiguous<T>(address: usize, dtype: i32, count: i32, from: usize, step: usize): void {
  const lanes = lanesOf<T>();
  const same = isInteger<T>() ? dtypeInt32 : sizeof<T>() == 8 ? dtypeFloat64 : dtypeFloat32;
  if (dtype == same) {
    const end = address + ((<usize>(count & ~(lanes - 1))) << shiftOf(same));
    while (address < end) {
      v128.store(address, v128.load(from));
      address += 16;
      from += step;
    }
    // The last elements of a vector are all in it, also where one stands for all.
    for (let left = count & (lanes - 1); left > 0; left--) {
      store<T>(address, load<T>(from));
      address += sizeof<T>();
      from += sizeof<T>();
    }
    return;
  }
  if (isFloat<T>() && sizeof<T>() == 4 && dtype == dtypeBool) {
    const zero = f32x4.splat(0);
    while (count >= 4) {
      const bytes = v128.and(f32x4.ne(v128.load(from), zero), i32x4.splat(1));
      const narrow = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(bytes, bytes), zero);
      store<u32>(address, i32x4.extract_lane(narrow, 0));
      address += 4;
      from += step;
      count -= 4;
    }
  }
  storeStrided<T>(address, dtype, count, 1, from, step);
}

/** The same to elements that are `stride` elements apart. */
export function storeStrided<T>(
  address: usize,
  dtype: i32,
  count: i32,
  stride: i32,
  from: usize,
  step: usize,
): void {
  const next = (<usize>stride) << shiftOf(dtype);
  const fromNext: usize = step ? sizeof<T>() : 0;
  while (count > 0) {
    storeElement<T>(address, dtype, load<T>(from));
    address += next;
    from += fromNext;
    count--;
  }
}
