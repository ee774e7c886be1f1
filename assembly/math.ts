// The functions of float32 on four lanes: exp, log, log1p, tanh, sigmoid, softplus, erf. Polynomials were fitted for
// Hebb (weighted least squares, reweighted towards equal errors); each function states its own largest error in ULP,
// and a test holds it to the bound of micro-operations.ts. Constants are loaded from a table in memory, because the
// engine rebuilds a vector constant wherever it is used, which costs more than a load. Everything else is math64.ts.

import { mathConstants } from '../src/backend/wasm/layout';
import { multiplyAdd } from './vector';

// Places in the table of constants, in vectors.
const one = 0;
const two = 1;
const half = 2;
const signBit = 3;
const infinity = 4;
const minusOne = 5;
const expLow = 8;
const expHigh = 9;
const log2e = 10;
const magic = 11;
const ln2High = 12;
const ln2Low = 13;
const expCoefficients = 14; // six or five, the highest power first
const exponentBias = 20;
const magnitudeBits = 21;
const ordinaryExp = 22;
const smallestNormal = 24;
const twoTo23 = 25;
const mantissaBits = 26;
const sqrtHalf = 27;
const log8 = 28; // ... log0 = 36
const nan = 37;
const bias126 = 38;
const tanhEnd = 40;
const halfCoth1 = 41; // ... halfCoth0 = 42
const coth1 = 43; // ... coth0 = 44
const twoLog2e = 46;
const minusHalfLn2 = 47;
const erf6 = 48; // ... erf0 = 54
const erfMiddle = 55;
const erfc8 = 56; // ... erfc0 = 64
const erfEnd = 65;
const log2High = 66;
const log2Low = 67;
const oneInteger = 68;
const oneDouble = 69;
const minusOneDouble = 70;
const infinityDouble = 71;
const minusOneInteger = 72;
const twentyThree = 73;

// @ts-ignore: decorator
@inline
function constant(place: usize): v128 {
  return v128.load(<usize>mathConstants + (place << 4));
}

function set(place: usize, value: f32): void {
  v128.store(<usize>mathConstants + (place << 4), f32x4.splat(value));
}

function setBits(place: usize, value: i32): void {
  v128.store(<usize>mathConstants + (place << 4), i32x4.splat(value));
}

/** Fills the table; once for each memory. */
export function prepareMath(): void {
  set(one, 1);
  set(two, 2);
  set(half, 0.5);
  setBits(signBit, 0x80000000);
  set(infinity, f32.MAX_VALUE * 2);
  set(minusOne, -1);
  setBits(oneInteger, 1);
  setBits(minusOneInteger, -1);
  v128.store(mathConstants + (oneDouble << 4), f64x2.splat(1));
  v128.store(mathConstants + (minusOneDouble << 4), f64x2.splat(-1));
  v128.store(mathConstants + (infinityDouble << 4), f64x2.splat(f64.MAX_VALUE * 2));

  set(expLow, -104);
  set(expHigh, 89);
  set(log2e, 1.44269504088896341);
  set(magic, 12582912); // 1.5 * 2^23: adding it rounds to an integer, which then stands in the lowest bits
  // log 2 = high + low; high has 9 bits, so that its product with an exponent is exact
  set(ln2High, 0.693359375);
  set(ln2Low, -2.12194440054690583e-4);
  if (ASC_FEATURE_RELAXED_SIMD) {
    // e^r for |r| <= log(2) / 2: as few multiply-adds as stay within 2 ULP where each rounds once
    set(expCoefficients, 0.00825106);
    set(expCoefficients + 1, 0.041899078);
    set(expCoefficients + 2, 0.16668342);
    set(expCoefficients + 3, 0.4999914);
    set(expCoefficients + 4, 0.9999994);
    set(expCoefficients + 5, 1);
  } else {
    // (e^r - 1 - r) / r^2 for |r| <= log(2) / 2 (error 2^-28)
    set(expCoefficients, 0.0013952684);
    set(expCoefficients + 1, 0.0083695045);
    set(expCoefficients + 2, 0.04166617);
    set(expCoefficients + 3, 0.16666514);
    set(expCoefficients + 4, 0.5);
  }
  setBits(exponentBias, 127);
  setBits(magnitudeBits, 0x7fffffff);
  setBits(ordinaryExp, 0x42ae0000); // 87

  set(smallestNormal, 1.17549435e-38);
  set(twoTo23, 8388608);
  setBits(mantissaBits, 0x007fffff);
  set(sqrtHalf, 0.707106781);
  set(log8, 0.06742518);
  set(log8 + 1, -0.11668645);
  set(log8 + 2, 0.11886226);
  set(log8 + 3, -0.1240674);
  set(log8 + 4, 0.1422);
  set(log8 + 5, -0.16667937);
  set(log8 + 6, 0.20002091);
  set(log8 + 7, -0.25000012);
  set(log8 + 8, 0.33333313);
  setBits(nan, 0x7fc00000);
  setBits(bias126, 126);
  set(twentyThree, 23);

  set(tanhEnd, 10); // tanh is 1 from 9.02 on
  // r coth(r) - 1 = r^2 (0.333 - 0.022 r^2) for |r| <= log(2) / 4, and the same of r coth(r / 2) - 2 (error 2^-28.7)
  set(halfCoth1, -0.022134023);
  set(halfCoth1 + 1, 0.3333325);
  set(coth1, -0.0027667528);
  set(coth1 + 1, 0.16666625);
  set(twoLog2e, 2 * 1.44269504088896341);
  set(minusHalfLn2, -0.34657359);

  set(erf6, 0.000078549565);
  set(erf6 + 1, -0.00080104865);
  set(erf6 + 2, 0.0051883557);
  set(erf6 + 3, -0.026853822);
  set(erf6 + 4, 0.112835854);
  set(erf6 + 5, -0.37612626);
  set(erf6 + 6, 1.1283791);
  set(erfMiddle, 2.5);
  set(erfc8, -2.1922031e-7);
  set(erfc8 + 1, 0.000020471438);
  set(erfc8 + 2, -0.00006436499);
  set(erfc8 + 3, 0.00042859226);
  set(erfc8 + 4, -0.00216701);
  set(erfc8 + 5, 0.010854125);
  set(erfc8 + 6, 0.94389224);
  set(erfc8 + 7, 5.3526807);
  set(erfc8 + 8, 7.806815);
  set(erfEnd, 4);
}

/** 1 in every lane of a vector of T. */
// @ts-ignore: decorator
@inline
export function ones<T>(): v128 {
  return constant(isInteger<T>() ? oneInteger : sizeof<T>() == 8 ? oneDouble : one);
}

/** -1 in every lane of a vector of T. */
// @ts-ignore: decorator
@inline
export function minusOnes<T>(): v128 {
  return constant(isInteger<T>() ? minusOneInteger : sizeof<T>() == 8 ? minusOneDouble : minusOne);
}

/** Infinity in every lane of a vector of T. */
// @ts-ignore: decorator
@inline
export function infinities<T>(): v128 {
  return constant(sizeof<T>() == 8 ? infinityDouble : infinity);
}

/** 2^n in every lane, for -126 <= n <= 127. */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, constant(exponentBias)), 23);
}

/** x log2(e) + 1.5 * 2^23: n, the nearest integer to x log2(e), stands in its lowest bits. */
// @ts-ignore: decorator
@inline
function shiftedExponent(x: v128): v128 {
  return multiplyAdd<f32>(x, constant(log2e), constant(magic));
}

/** r, where x = n log 2 + r with |r| <= log(2) / 2. */
// @ts-ignore: decorator
@inline
function restOf(x: v128, shifted: v128): v128 {
  const n = f32x4.sub(shifted, constant(magic));
  if (ASC_FEATURE_RELAXED_SIMD) {
    return f32x4.relaxed_nmadd(n, constant(ln2Low), f32x4.relaxed_nmadd(n, constant(ln2High), x));
  }
  return f32x4.sub(f32x4.sub(x, f32x4.mul(n, constant(ln2High))), f32x4.mul(n, constant(ln2Low)));
}

/** e^r, where x = n log 2 + r with |r| <= log(2) / 2. */
// @ts-ignore: decorator
@inline
function expOfRest(x: v128, shifted: v128): v128 {
  const r = restOf(x, shifted);
  let p = constant(expCoefficients);
  p = multiplyAdd<f32>(p, r, constant(expCoefficients + 1));
  p = multiplyAdd<f32>(p, r, constant(expCoefficients + 2));
  p = multiplyAdd<f32>(p, r, constant(expCoefficients + 3));
  p = multiplyAdd<f32>(p, r, constant(expCoefficients + 4));
  if (ASC_FEATURE_RELAXED_SIMD) return multiplyAdd<f32>(p, r, constant(expCoefficients + 5));
  return f32x4.add(multiplyAdd<f32>(f32x4.mul(r, r), p, r), constant(one));
}

/** Whether in every lane of four vectors |x| <= 87: then e^x and e^-x are normal numbers. NaN is not. */
// @ts-ignore: decorator
@inline
export function isOrdinaryExp(x: v128, y: v128, z: v128, w: v128): bool {
  const mask = constant(magnitudeBits);
  const largest = i32x4.max_s(
    i32x4.max_s(v128.and(x, mask), v128.and(y, mask)),
    i32x4.max_s(v128.and(z, mask), v128.and(w, mask)),
  );
  return !v128.any_true(i32x4.gt_s(largest, constant(ordinaryExp)));
}

/**
 * e^x for |x| <= 87, within 1.1 ULP (fused 2). The lowest bits of `shifted`, moved up, are n in the place of an exponent:
 * an integer addition scales by 2^n. In its range it has the bits that expFloat32 has.
 */
// @ts-ignore: decorator
@inline
export function ordinaryExpFloat32(x: v128): v128 {
  const shifted = shiftedExponent(x);
  return i32x4.add(expOfRest(x, shifted), i32x4.shl(shifted, 23));
}

/**
 * e^x for any x. 2^n is multiplied in two halves, so that results below 2^-126 round once and those beyond 2^128 become
 * infinite.
 */
// @ts-ignore: decorator
@inline
export function expFloat32(x: v128): v128 {
  // pmin and pmax are one instruction each, min and max eight; with x on the left they keep NaN, too.
  x = f32x4.pmax(f32x4.pmin(x, constant(expHigh)), constant(expLow));
  const shifted = shiftedExponent(x);
  const p = expOfRest(x, shifted);
  const n = i32x4.sub(shifted, constant(magic));
  const firstHalf = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(p, powerOfTwo(firstHalf)), powerOfTwo(i32x4.sub(n, firstHalf)));
}

/** log(1 + f) for f in [sqrt(1/2) - 1, sqrt(2) - 1], plus n log 2: f - f^2 / 2 + f^3 P(f) (error 2^-30). */
// @ts-ignore: decorator
@inline
function logarithmOf(f: v128, n: v128): v128 {
  const square = f32x4.mul(f, f);
  let p = constant(log8);
  p = multiplyAdd<f32>(p, f, constant(log8 + 1));
  p = multiplyAdd<f32>(p, f, constant(log8 + 2));
  p = multiplyAdd<f32>(p, f, constant(log8 + 3));
  p = multiplyAdd<f32>(p, f, constant(log8 + 4));
  p = multiplyAdd<f32>(p, f, constant(log8 + 5));
  p = multiplyAdd<f32>(p, f, constant(log8 + 6));
  p = multiplyAdd<f32>(p, f, constant(log8 + 7));
  p = multiplyAdd<f32>(p, f, constant(log8 + 8));
  p = f32x4.mul(p, f32x4.mul(f, square));
  p = multiplyAdd<f32>(n, constant(ln2Low), p);
  p = f32x4.sub(p, f32x4.mul(square, constant(half)));
  return f32x4.add(f32x4.add(f, p), f32x4.mul(n, constant(ln2High)));
}

/** Natural logarithm, within 1 ULP; subnormal arguments are scaled up first. */
// @ts-ignore: decorator
@inline
export function logFloat32(x: v128): v128 {
  const small = f32x4.lt(x, constant(smallestNormal));
  const scaled = v128.bitselect(f32x4.mul(x, constant(twoTo23)), x, small);
  let n = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(scaled, 23), constant(bias126)));
  // mantissa in [1/2, 1), then in [sqrt(1/2), sqrt(2))
  let m = v128.or(v128.and(scaled, constant(mantissaBits)), constant(half));
  const below = f32x4.lt(m, constant(sqrtHalf));
  m = f32x4.add(m, v128.and(m, below));
  n = f32x4.sub(n, v128.and(constant(one), below));
  n = f32x4.sub(n, v128.and(constant(twentyThree), small));
  let result = logarithmOf(f32x4.sub(m, constant(one)), n);
  // zero, negative numbers, infinity and NaN
  const zero = f32x4.splat(0);
  result = v128.bitselect(v128.xor(constant(infinity), constant(signBit)), result, f32x4.eq(x, zero));
  result = v128.bitselect(constant(nan), result, f32x4.lt(x, zero));
  const ordinary = f32x4.lt(x, constant(infinity));
  return v128.bitselect(result, f32x4.pmax(x, constant(minusOne)), v128.or(ordinary, f32x4.lt(x, zero)));
}

/** log(1 + x) for 0 <= x <= 1, within 1.5 ULP, as softplus needs it. */
// @ts-ignore: decorator
@inline
function log1pOfUnit(x: v128): v128 {
  // Above sqrt(2) - 1 halve 1 + x: 1 + x = 2 (1 + f), f = (x - 1) / 2.
  const above = f32x4.gt(x, f32x4.sub(f32x4.mul(constant(two), constant(sqrtHalf)), constant(one)));
  const f = v128.bitselect(f32x4.mul(f32x4.sub(x, constant(one)), constant(half)), x, above);
  return logarithmOf(f, v128.and(constant(one), above));
}

/**
 * Hyperbolic tangent, within 2.8 ULP. With |x| = n log(2) / 2 + r and C = r coth(r), e^(2r) = (C + r) / (C - r), so that
 * tanh|x| = (w + r) / (w + C), w = (2^n - 1) / 2 (C + r): one short polynomial and one division. One step reduces the
 * argument: |n| is at most 29, and what log 2 lacks in float32 is lost beside w.
 */
// @ts-ignore: decorator
@inline
export function tanhFloat32(x: v128): v128 {
  const sign = v128.and(x, constant(signBit));
  const magnitude = f32x4.pmin(v128.xor(x, sign), constant(tanhEnd));
  const shifted = multiplyAdd<f32>(magnitude, constant(twoLog2e), constant(magic));
  const r = multiplyAdd<f32>(f32x4.sub(shifted, constant(magic)), constant(minusHalfLn2), magnitude);
  const square = f32x4.mul(r, r);
  const p = multiplyAdd<f32>(square, constant(halfCoth1), constant(halfCoth1 + 1));
  const c = multiplyAdd<f32>(square, p, constant(one));
  // 2^n / 2: the exponent of 1/2 and n, which stands in the lowest bits.
  const power = i32x4.add(i32x4.shl(shifted, 23), constant(half));
  const w = f32x4.mul(f32x4.sub(power, constant(half)), f32x4.add(c, r));
  return v128.or(f32x4.div(f32x4.add(w, r), f32x4.add(w, c)), sign);
}

/** -|x| */
// @ts-ignore: decorator
@inline
export function minusMagnitude(x: v128): v128 {
  return v128.or(x, constant(signBit));
}

/**
 * 1 / (1 + e^-x) for |x| <= 87, within 2.4 ULP. With x = n log 2 + r and T = r coth(r / 2), e^r = (T + r) / (T - r): so it
 * is N / (N + T - r), N = 2^n (T + r).
 */
// @ts-ignore: decorator
@inline
export function ordinarySigmoidFloat32(x: v128): v128 {
  const shifted = shiftedExponent(x);
  const r = restOf(x, shifted);
  const square = f32x4.mul(r, r);
  const p = multiplyAdd<f32>(square, constant(coth1), constant(coth1 + 1));
  const t = multiplyAdd<f32>(square, p, constant(two));
  const power = i32x4.add(i32x4.shl(shifted, 23), constant(one));
  const n = f32x4.mul(power, f32x4.add(t, r));
  return f32x4.div(n, f32x4.add(n, f32x4.sub(t, r)));
}

/** The same for any x: beyond 87 it is 1, or e^x, which may be subnormal. */
// @ts-ignore: decorator
@inline
export function sigmoidFloat32(x: v128): v128 {
  const isFar = i32x4.gt_s(v128.and(x, constant(magnitudeBits)), constant(ordinaryExp));
  const e = expFloat32(f32x4.pmin(x, f32x4.splat(0)));
  return v128.bitselect(e, ordinarySigmoidFloat32(x), isFar);
}

/** log(1 + e^x) = max(x, 0) + log(1 + e), within 2 ULP, of e = e^-|x|. */
// @ts-ignore: decorator
@inline
export function softplusOf(x: v128, e: v128): v128 {
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1pOfUnit(e));
}

/**
 * Error function, within 3 ULP. Up to 1 x P(x^2) of degree 6 (error 2^-29); beyond it 1 - e^-Q(|x| - 2.5), where Q of
 * degree 8 is fitted to the logarithm of erfc on 1 .. 4; from there it is 1.
 */
// @ts-ignore: decorator
@inline
export function erfFloat32(x: v128): v128 {
  const sign = v128.and(x, constant(signBit));
  const magnitude = v128.xor(x, sign);
  const square = f32x4.mul(x, x);
  let p = constant(erf6);
  p = multiplyAdd<f32>(p, square, constant(erf6 + 1));
  p = multiplyAdd<f32>(p, square, constant(erf6 + 2));
  p = multiplyAdd<f32>(p, square, constant(erf6 + 3));
  p = multiplyAdd<f32>(p, square, constant(erf6 + 4));
  p = multiplyAdd<f32>(p, square, constant(erf6 + 5));
  p = multiplyAdd<f32>(p, square, constant(erf6 + 6));
  const near = f32x4.mul(p, x);
  const t = f32x4.sub(f32x4.pmin(magnitude, constant(erfEnd)), constant(erfMiddle));
  let q = constant(erfc8);
  q = multiplyAdd<f32>(q, t, constant(erfc8 + 1));
  q = multiplyAdd<f32>(q, t, constant(erfc8 + 2));
  q = multiplyAdd<f32>(q, t, constant(erfc8 + 3));
  q = multiplyAdd<f32>(q, t, constant(erfc8 + 4));
  q = multiplyAdd<f32>(q, t, constant(erfc8 + 5));
  q = multiplyAdd<f32>(q, t, constant(erfc8 + 6));
  q = multiplyAdd<f32>(q, t, constant(erfc8 + 7));
  q = multiplyAdd<f32>(q, t, constant(erfc8 + 8));
  const far = f32x4.sub(constant(one), ordinaryExpFloat32(f32x4.neg(q)));
  return v128.bitselect(v128.or(far, sign), near, f32x4.ge(magnitude, constant(one)));
}
