// Loops over up to four operands: the operations of three, and several micro-operations at once, as
// src/backend/wasm/fusion.ts joins them. Each operation rounds by itself; only the way through memory is spared.

import { microFma, microSelect } from './generated/contract';
import {
  fusedDifferenceProduct,
  fusedFmaProduct,
  fusedFmaSquare,
  fusedLessProduct,
  fusedLessProductQuotient,
  fusedLessQuotient,
  fusedProduct3,
  fusedProductQuotient,
  fusedRelu,
  fusedRootOfProduct,
  fusedRootOfSum,
  fusedRootPlus,
  fusedSumRelu,
} from '../src/backend/wasm/layout';
import { multiplyAdd } from './vector';

/** max(a, 0), NaN kept: pmax is one instruction where max is eight, and adding 0 makes 0 of the -0 that it leaves. */
// @ts-ignore: decorator
@inline
function relu<T>(a: v128): v128 {
  const zero = i32x4.splat(0);
  return v128.add<T>(v128.pmax<T>(a, zero), zero);
}

// @ts-ignore: decorator
@inline
function valueOf<T>(operation: i32, a: v128, b: v128, c: v128, d: v128): v128 {
  if (operation == microSelect) return v128.bitselect(b, c, v128.ne<T>(a, i32x4.splat(0)));
  if (isFloat<T>()) {
    if (operation == microFma) return multiplyAdd<T>(a, b, c);
    if (operation == fusedRelu) return relu<T>(a);
    if (operation == fusedSumRelu) return relu<T>(v128.add<T>(a, b));
    if (operation == fusedRootOfSum) return v128.sqrt<T>(v128.add<T>(a, b));
    if (operation == fusedRootOfProduct) return v128.sqrt<T>(v128.mul<T>(a, b));
    if (operation == fusedRootPlus) return v128.add<T>(v128.sqrt<T>(v128.mul<T>(a, b)), c);
    if (operation == fusedProduct3) return v128.mul<T>(a, v128.mul<T>(b, c));
    if (operation == fusedFmaProduct) return multiplyAdd<T>(a, b, v128.mul<T>(c, d));
    if (operation == fusedFmaSquare) return multiplyAdd<T>(a, b, v128.mul<T>(c, v128.mul<T>(d, d)));
    if (operation == fusedLessProduct) return v128.sub<T>(a, v128.mul<T>(b, c));
    if (operation == fusedLessQuotient) return v128.sub<T>(a, v128.div<T>(b, c));
    if (operation == fusedProductQuotient) return v128.div<T>(v128.mul<T>(a, b), c);
    if (operation == fusedDifferenceProduct) return v128.mul<T>(v128.sub<T>(a, b), c);
    return v128.sub<T>(a, v128.div<T>(v128.mul<T>(b, c), d));
  }
  return a;
}

/** How many operands an operation has. */
// @ts-ignore: decorator
@inline
function inputsOf(operation: i32): i32 {
  if (operation == fusedRelu) return 1;
  if (operation == fusedFmaProduct || operation == fusedFmaSquare || operation == fusedLessProductQuotient)
    return 4;
  const two = operation == fusedSumRelu || operation == fusedRootOfSum || operation == fusedRootOfProduct;
  return two ? 2 : 3;
}

/** Four vectors a turn. What an operation does not use is not loaded. */
// @ts-ignore: decorator
@inline
export function loop4<T>(
  operation: i32,
  end: usize,
  out: usize,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  c: usize,
  cStep: usize,
  d: usize,
  dStep: usize,
): void {
  const two = inputsOf(operation) > 1;
  const three = inputsOf(operation) > 2;
  const four = inputsOf(operation) > 3;
  let x: v128;
  let y: v128;
  let z: v128;
  let w: v128;
  const aNext = aStep << 2;
  const bNext = bStep << 2;
  const cNext = cStep << 2;
  const dNext = dStep << 2;
  while (out + 48 < end) {
    x = v128.load(a);
    y = two ? v128.load(b) : x;
    z = three ? v128.load(c) : x;
    w = four ? v128.load(d) : x;
    v128.store(out, valueOf<T>(operation, x, y, z, w));
    x = v128.load(a, 16);
    y = two ? v128.load(b, 16) : x;
    z = three ? v128.load(c, 16) : x;
    w = four ? v128.load(d, 16) : x;
    v128.store(out, valueOf<T>(operation, x, y, z, w), 16);
    x = v128.load(a, 32);
    y = two ? v128.load(b, 32) : x;
    z = three ? v128.load(c, 32) : x;
    w = four ? v128.load(d, 32) : x;
    v128.store(out, valueOf<T>(operation, x, y, z, w), 32);
    x = v128.load(a, 48);
    y = two ? v128.load(b, 48) : x;
    z = three ? v128.load(c, 48) : x;
    w = four ? v128.load(d, 48) : x;
    v128.store(out, valueOf<T>(operation, x, y, z, w), 48);
    out += 64;
    a += aNext;
    b += bNext;
    c += cNext;
    d += dNext;
  }
  while (out < end) {
    x = v128.load(a);
    y = two ? v128.load(b) : x;
    z = three ? v128.load(c) : x;
    w = four ? v128.load(d) : x;
    v128.store(out, valueOf<T>(operation, x, y, z, w));
    out += 16;
    a += aStep;
    b += bStep;
    c += cStep;
    d += dStep;
  }
}

/** A step of one of the codes fused... over float32. */
export function runFused(
  operation: i32,
  end: usize,
  out: usize,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  c: usize,
  cStep: usize,
  d: usize,
  dStep: usize,
): void {
  switch (operation) {
    case fusedRelu:
      loop4<f32>(fusedRelu, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
      return;
    case fusedSumRelu:
      loop4<f32>(fusedSumRelu, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
      return;
    case fusedRootOfSum:
      loop4<f32>(fusedRootOfSum, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
      return;
    case fusedRootOfProduct:
      loop4<f32>(fusedRootOfProduct, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
      return;
    case fusedRootPlus:
      loop4<f32>(fusedRootPlus, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
      return;
    case fusedProduct3:
      loop4<f32>(fusedProduct3, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
      return;
    case fusedFmaProduct:
      loop4<f32>(fusedFmaProduct, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
      return;
    case fusedFmaSquare:
      loop4<f32>(fusedFmaSquare, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
      return;
    case fusedLessProduct:
      loop4<f32>(fusedLessProduct, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
      return;
    case fusedLessQuotient:
      loop4<f32>(fusedLessQuotient, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
      return;
    case fusedProductQuotient:
      loop4<f32>(fusedProductQuotient, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
      return;
    case fusedDifferenceProduct:
      loop4<f32>(fusedDifferenceProduct, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
      return;
    default:
      loop4<f32>(fusedLessProductQuotient, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
  }
}

/** a - (b * c) / sqrt(d + e): root and quotient take turns in the divider, which each alone would leave waiting. */
export function lessProductOverRoot(
  end: usize,
  out: usize,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  c: usize,
  cStep: usize,
  d: usize,
  dStep: usize,
  e: usize,
  eStep: usize,
): void {
  while (out < end) {
    const root = f32x4.sqrt(f32x4.add(v128.load(d), v128.load(e)));
    const quotient = f32x4.div(f32x4.mul(v128.load(b), v128.load(c)), root);
    v128.store(out, f32x4.sub(v128.load(a), quotient));
    out += 16;
    a += aStep;
    b += bStep;
    c += cStep;
    d += dStep;
    e += eStep;
  }
}
