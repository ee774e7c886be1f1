// The few vector words that differ between the two builds or between element types.

import { blockElements32, blockElements64 } from '../src/backend/wasm/layout';

/** a * b + c: rounded once where the relaxed instructions are there (and the hardware fuses), else twice. */
// @ts-ignore: decorator
@inline
export function multiplyAdd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  return v128.add<T>(v128.mul<T>(a, b), c);
}

/** One element in every lane. */
// @ts-ignore: decorator
@inline
export function loadSplat<T>(address: usize): v128 {
  return sizeof<T>() == 8 ? v128.load64_splat(address) : v128.load32_splat(address);
}

/** Elements of a vector of T. */
// @ts-ignore: decorator
@inline
export function lanesOf<T>(): i32 {
  return 16 / sizeof<T>();
}

/** Elements of a block of an expression that computes in T. */
// @ts-ignore: decorator
@inline
export function blockElementsOf<T>(): i32 {
  return sizeof<T>() == 8 ? blockElements64 : blockElements32;
}
