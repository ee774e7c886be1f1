// The functions of float64 (and, rounded, the rarer ones of float32), one number at a time. asin, acos, atan, atan2,
// expm1, log1p and atanh are AssemblyScript's own (fdlibm's algorithms, about 1 ULP); its exp, log, pow, sin and
// cos would bring tables as data segments, so those are here, with the functions that are made from them.

import { reductionDigits } from '../src/backend/wasm/layout';

const digitsOfTwoOverPi: usize = reductionDigits;

// log 2 = high + low; high has 21 trailing zeros, so that its product with an exponent is exact
const ln2High: f64 = 0.69314718036912381649;
const ln2Low: f64 = 1.90821492927058770002e-10;

/** 2^n for any n with a normal result. */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: i32): f64 {
  return reinterpret<f64>((<i64>(n + 1023)) << 52);
}

/** e^(x + tail), within 1 ULP, where |tail| is far below an ULP of x. r = x - n log 2, the series of e^r to r^13. */
function expWithTail(x: f64, tail: f64): f64 {
  if (x > 709.8) return f64.MAX_VALUE * 2;
  if (x < -745.2) return 0;
  const n = nearest(x * 1.4426950408889634);
  const high = x - n * ln2High;
  const low = n * ln2Low - tail;
  const r = high - low;
  // What r lost, with its sign turned: e^r (1 - lost) is the result.
  const lost = r - high + low;
  let p: f64 = 1.6059043836821613e-10;
  p = p * r + 2.08767569878681e-9;
  p = p * r + 2.505210838544172e-8;
  p = p * r + 2.755731922398589e-7;
  p = p * r + 2.7557319223985893e-6;
  p = p * r + 2.48015873015873e-5;
  p = p * r + 0.0001984126984126984;
  p = p * r + 0.001388888888888889;
  p = p * r + 0.008333333333333333;
  p = p * r + 0.041666666666666664;
  p = p * r + 0.16666666666666666;
  p = p * r + 0.5;
  const result = 1 + (r + (p * r * r - lost * (1 + r)));
  const firstHalf = (<i32>n) >> 1;
  return result * powerOfTwo(firstHalf) * powerOfTwo(<i32>n - firstHalf);
}

export function exp64(x: f64): f64 {
  if (x != x) return x;
  return expWithTail(x, 0);
}

/**
 * Natural logarithm, within 1 ULP. x = 2^n (1 + f), s = f / (2 + f): log(1 + f) = f - (f^2/2 - s (f^2/2 + R)), where
 * R = 2 (s^2/3 + s^4/5 + ...), s^2 < 0.0295, to s^20.
 */
export function log64(x: f64): f64 {
  if (!(x > 0)) return x == 0 ? -(f64.MAX_VALUE * 2) : (x - x) / 0;
  if (x > f64.MAX_VALUE) return x;
  let n: i32 = -1023;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984;
    n = -1077;
  }
  const bits = reinterpret<i64>(x);
  n += <i32>(bits >> 52);
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    n++;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const z = s * s;
  let r: f64 = 0.09523809523809523;
  r = r * z + 0.10526315789473684;
  r = r * z + 0.11764705882352941;
  r = r * z + 0.13333333333333333;
  r = r * z + 0.15384615384615385;
  r = r * z + 0.18181818181818182;
  r = r * z + 0.2222222222222222;
  r = r * z + 0.2857142857142857;
  r = r * z + 0.4;
  r = r * z + 0.6666666666666666;
  r *= z;
  const square = 0.5 * f * f;
  const k = <f64>n;
  return k * ln2High - (square - (s * (square + r) + k * ln2Low) - f);
}

// A number as an unevaluated sum of two: Dekker, "A floating-point technique for extending the available precision",
// Numerische Mathematik 18 (1971). The lower part of the last result stands in `lowPart`.
let lowPart: f64 = 0;

/** x * y exactly. */
function product(x: f64, y: f64): f64 {
  const p = x * y;
  let t = x * 134217729;
  const xHigh = t - (t - x);
  const xLow = x - xHigh;
  t = y * 134217729;
  const yHigh = t - (t - y);
  const yLow = y - yHigh;
  lowPart = xHigh * yHigh - p + xHigh * yLow + xLow * yHigh + xLow * yLow;
  return p;
}

/** x + y exactly. */
function sum(x: f64, y: f64): f64 {
  const s = x + y;
  const part = s - x;
  lowPart = x - (s - part) + (y - part);
  return s;
}

/** Logarithm of a positive finite number with about 10 bits more than a float64; the rest stands in lowPart. */
function preciseLogarithm(x: f64): f64 {
  let n: i32 = -1023;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984;
    n = -1077;
  }
  const bits = reinterpret<i64>(x);
  n += <i32>(bits >> 52);
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    n++;
  }
  // s = (m - 1) / (m + 1) in two parts
  const f = m - 1;
  const divisor = sum(m, 1);
  const divisorLow = lowPart;
  const s = f / divisor;
  const back = product(s, divisor);
  const sLow = (f - back - lowPart - s * divisorLow) / divisor;
  // z = s^2, c = s z / 3 in two parts: the next terms need no more than a float64
  const z = product(s, s);
  const zLow = lowPart + 2 * s * sLow;
  const cube = product(s, z);
  const cubeLow = lowPart + s * zLow + sLow * z;
  const third = product(cube, 0.3333333333333333);
  const thirdLow = lowPart + cube * 1.850371707708594e-17 + cubeLow * 0.3333333333333333;
  let r: f64 = 0.043478260869565216;
  r = r * z + 0.047619047619047616;
  r = r * z + 0.05263157894736842;
  r = r * z + 0.058823529411764705;
  r = r * z + 0.06666666666666667;
  r = r * z + 0.07692307692307693;
  r = r * z + 0.09090909090909091;
  r = r * z + 0.1111111111111111;
  r = r * z + 0.14285714285714285;
  r = r * z + 0.2;
  r *= cube * z;
  const k = <f64>n;
  const first = sum(k * ln2High, 2 * s);
  const firstLow = lowPart;
  const second = sum(first, 2 * third);
  const secondLow = lowPart;
  // ln2High + ln2Low is log 2 to 2^-85; k * ln2Low needs the bits that its product loses
  const tail = product(k, ln2Low);
  const low = firstLow + secondLow + (tail + (2 * sLow + (2 * (thirdLow + r) + lowPart)));
  const result = second + low;
  lowPart = second - result + low;
  return result;
}

/** a^b, within 2 ULP, with the special cases of Math.pow. */
export function pow64(a: f64, b: f64): f64 {
  if (b == 0) return 1;
  if (a != a || b != b) return NaN;
  const infinity = f64.MAX_VALUE * 2;
  const magnitude = abs(a);
  if (abs(b) == infinity) {
    if (magnitude == 1) return NaN;
    return magnitude > 1 == b > 0 ? infinity : 0;
  }
  const whole = floor(b) == b;
  const odd = whole && abs(b) < 9007199254740992 && ((<i64>b) & 1) == 1;
  const negative = reinterpret<i64>(a) < 0;
  if (magnitude == 0 || magnitude == infinity) {
    const result = (magnitude == 0) == b > 0 ? 0 : infinity;
    return negative && odd ? -result : result;
  }
  if (negative && !whole) return NaN;
  let result: f64 = 1;
  if (magnitude != 1) {
    const estimate = log64(magnitude) * b;
    if (estimate > 710) result = infinity;
    else if (estimate < -746) result = 0;
    else {
      const logarithm = preciseLogarithm(magnitude);
      const logarithmLow = lowPart;
      const exponent = product(logarithm, b);
      result = expWithTail(exponent, lowPart + logarithmLow * b);
    }
  }
  return negative && odd ? -result : result;
}

/** a^b for float32: what float64's exp and log lose is far below half a ULP of float32. */
export function pow32(a: f64, b: f64): f64 {
  if (a > 0 && a <= f64.MAX_VALUE && abs(b) <= f64.MAX_VALUE) return exp64(b * log64(a));
  return pow64(a, b);
}

/** The first 1280 binary digits of 2 / pi after 64 zeros, 32 a word. */
export function prepareReduction(): void {
  const at = digitsOfTwoOverPi;
  store<u32>(at, 0x00000000, 0);
  store<u32>(at, 0x00000000, 4);
  store<u32>(at, 0xa2f9836e, 8);
  store<u32>(at, 0x4e441529, 12);
  store<u32>(at, 0xfc2757d1, 16);
  store<u32>(at, 0xf534ddc0, 20);
  store<u32>(at, 0xdb629599, 24);
  store<u32>(at, 0x3c439041, 28);
  store<u32>(at, 0xfe5163ab, 32);
  store<u32>(at, 0xdebbc561, 36);
  store<u32>(at, 0xb7246e3a, 40);
  store<u32>(at, 0x424dd2e0, 44);
  store<u32>(at, 0x06492eea, 48);
  store<u32>(at, 0x09d1921c, 52);
  store<u32>(at, 0xfe1deb1c, 56);
  store<u32>(at, 0xb129a73e, 60);
  store<u32>(at, 0xe88235f5, 64);
  store<u32>(at, 0x2ebb4484, 68);
  store<u32>(at, 0xe99c7026, 72);
  store<u32>(at, 0xb45f7e41, 76);
  store<u32>(at, 0x3991d639, 80);
  store<u32>(at, 0x835339f4, 84);
  store<u32>(at, 0x9c845f8b, 88);
  store<u32>(at, 0xbdf9283b, 92);
  store<u32>(at, 0x1ff897ff, 96);
  store<u32>(at, 0xde05980f, 100);
  store<u32>(at, 0xef2f118b, 104);
  store<u32>(at, 0x5a0a6d1f, 108);
  store<u32>(at, 0x6d367ecf, 112);
  store<u32>(at, 0x27cb09b7, 116);
  store<u32>(at, 0x4f463f66, 120);
  store<u32>(at, 0x9e5fea2d, 124);
  store<u32>(at, 0x7527bac7, 128);
  store<u32>(at, 0xebe5f17b, 132);
  store<u32>(at, 0x3d0739f7, 136);
  store<u32>(at, 0x8a5292ea, 140);
  store<u32>(at, 0x6bfb5fb1, 144);
  store<u32>(at, 0x1f8d5d08, 148);
  store<u32>(at, 0x56033046, 152);
  store<u32>(at, 0xfc7b6bab, 156);
  store<u32>(at, 0xf0cfbc20, 160);
  store<u32>(at, 0x9af4361d, 164);
}

/** 64 binary digits of 2 / pi: those of the three words from `word`, without the first `shift`. */
function digitsFrom(word: usize, shift: u64): u64 {
  const first = ((<u64>load<u32>(word)) << 32) | load<u32>(word, 4);
  return (first << shift) | ((<u64>load<u32>(word, 8)) >> (32 - shift));
}

/** The upper 64 bits of a product. */
function multiplyHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const cross = aHigh * bLow + ((aLow * bLow) >> 32);
  const other = aLow * bHigh + (cross & 0xffffffff);
  return aHigh * bHigh + (cross >> 32) + (other >> 32);
}

let reducedHigh: f64 = 0;
let reducedLow: f64 = 0;

// pi / 2 = the sum of these, the first two with 33 bits
const halfPi1: f64 = 1.5707963267341256;
const halfPi2: f64 = 6.077100506303966e-11;
const halfPi3: f64 = 2.0222662487959506e-21;
const halfPi3Low: f64 = 1.0085854035872483e-37;

/**
 * x = n pi / 2 + reducedHigh + reducedLow, |reducedHigh| <= pi / 4; gives n modulo 4. Up to 2^19 by subtracting n pi / 2
 * in parts (Cody and Waite); beyond, from the digits of 2 / pi that matter for x (Payne and Hanek, "Radian reduction for
 * trigonometric functions", SIGNUM Newsletter 18, 1983).
 */
function reduceAngle(x: f64): i32 {
  const magnitude = abs(x);
  if (magnitude <= 0.7853981633974483) {
    reducedHigh = x;
    reducedLow = 0;
    return 0;
  }
  if (magnitude < 524288) {
    const n = nearest(x * 0.6366197723675814);
    const a = x - n * halfPi1; // exact
    const b = sum(a, -n * halfPi2);
    const bLow = lowPart;
    const c = sum(b, -n * halfPi3);
    const low = bLow + lowPart - n * halfPi3Low;
    reducedHigh = c + low;
    reducedLow = c - reducedHigh + low;
    return (<i32>n) & 3;
  }
  // x = m 2^e with a whole m of 53 bits. Digits of 2 / pi above 2^(2 - e) contribute multiples of 4 and are skipped; 192
  // digits from there are enough for the closest that a float64 comes to a multiple of pi / 2 (2^-62). Of the product
  // the lowest 192 bits count; the upper two of them are the quarter turns modulo 4.
  const bits = reinterpret<u64>(magnitude);
  const skip = <i32>(bits >> 52) - 1075 - 2 + 64;
  const m = (bits & 0x000fffffffffffff) | 0x0010000000000000;
  const word = digitsOfTwoOverPi + (((<usize>skip) >> 5) << 2);
  const shift = <u64>(skip & 31);
  const digits0 = digitsFrom(word, shift);
  const digits1 = digitsFrom(word + 8, shift);
  const digits2 = digitsFrom(word + 16, shift);
  const bottom = m * digits2;
  const below = m * digits1;
  const middle = below + multiplyHigh(m, digits2);
  const top = m * digits0 + multiplyHigh(m, digits1) + <u64>(middle < below);
  let quarters = <i32>(top >> 62);
  let high = (top << 2) | (middle >> 62);
  let low = (middle << 2) | (bottom >> 62);
  // a fraction of a quarter turn in [0, 1), as 128 bits; take it to [-1/2, 1/2)
  const negative = <i64>high < 0;
  if (negative) {
    quarters++;
    high = ~high;
    low = ~low;
  }
  const lead = clz(high);
  if (lead > 0) {
    high = (high << lead) | (low >> (64 - lead));
    low <<= lead;
  }
  // two float64 of 53 bits and the rest
  const scale = powerOfTwo(-(<i32>lead) - 64);
  let f = <f64>(high & 0xfffffffffffff800) * scale;
  let g = (<f64>(high & 0x7ff) + <f64>low * 5.421010862427522e-20) * scale;
  if (negative != x < 0) {
    f = -f;
    g = -g;
  }
  const p = product(f, 1.5707963267948966);
  const pLow = lowPart + g * 1.5707963267948966 + f * 6.123233995736766e-17;
  reducedHigh = p + pLow;
  reducedLow = p - reducedHigh + pLow;
  return (x < 0 ? -quarters : quarters) & 3;
}

/** Sine of x + low for |x| <= pi / 4: the series to x^17. */
function sineOf(x: f64, low: f64): f64 {
  const z = x * x;
  let p: f64 = 2.8114572543455206e-15;
  p = p * z - 7.647163731819816e-13;
  p = p * z + 1.6059043836821613e-10;
  p = p * z - 2.505210838544172e-8;
  p = p * z + 2.7557319223985893e-6;
  p = p * z - 0.0001984126984126984;
  p = p * z + 0.008333333333333333;
  const cube = z * x;
  return x - (z * (0.5 * low - cube * p) - low - cube * -0.16666666666666666);
}

/** Cosine of x + low for |x| <= pi / 4: the series to x^18. */
function cosineOf(x: f64, low: f64): f64 {
  const z = x * x;
  let p: f64 = -1.5619206968586225e-16;
  p = p * z + 4.779477332387385e-14;
  p = p * z - 1.1470745597729725e-11;
  p = p * z + 2.08767569878681e-9;
  p = p * z - 2.7557319223985894e-7;
  p = p * z + 2.48015873015873e-5;
  p = p * z - 0.001388888888888889;
  p = p * z + 0.041666666666666664;
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * z * p - x * low));
}

export function sin64(x: f64): f64 {
  if (!(abs(x) <= f64.MAX_VALUE)) return NaN;
  if (x == 0) return x;
  const quarter = reduceAngle(x);
  const value = quarter & 1 ? cosineOf(reducedHigh, reducedLow) : sineOf(reducedHigh, reducedLow);
  return quarter & 2 ? -value : value;
}

export function cos64(x: f64): f64 {
  if (!(abs(x) <= f64.MAX_VALUE)) return NaN;
  const quarter = reduceAngle(x);
  const value = quarter & 1 ? sineOf(reducedHigh, reducedLow) : cosineOf(reducedHigh, reducedLow);
  return (quarter + 1) & 2 ? -value : value;
}

/** The quotient of sine and cosine, each within 1 ULP: within 2.5. */
export function tan64(x: f64): f64 {
  if (!(abs(x) <= f64.MAX_VALUE)) return NaN;
  if (x == 0) return x;
  const quarter = reduceAngle(x);
  const sine = sineOf(reducedHigh, reducedLow);
  const cosine = cosineOf(reducedHigh, reducedLow);
  return quarter & 1 ? -cosine / sine : sine / cosine;
}

/** (e^x - e^-x) / 2 by way of t = e^|x| - 1, which keeps what is left near 0. */
export function sinh64(x: f64): f64 {
  const magnitude = abs(x);
  let value: f64;
  if (magnitude < 22) {
    const t = NativeMath.expm1(magnitude);
    value = 0.5 * (t + t / (t + 1));
  } else if (magnitude < 709) value = 0.5 * exp64(magnitude);
  else {
    const half = exp64(0.5 * magnitude);
    value = 0.5 * half * half;
  }
  return copysign(value, x);
}

export function cosh64(x: f64): f64 {
  const magnitude = abs(x);
  if (magnitude < 709) {
    const e = exp64(magnitude);
    return 0.5 * (e + 1 / e);
  }
  const half = exp64(0.5 * magnitude);
  return 0.5 * half * half;
}

/**
 * Hyperbolic tangent, within 1.6 ULP: up to 0.625 x + x^3 P(x^2), P of degree 11 (fitted; error 2^-60); beyond it
 * 1 - 2 / (e^2|x| + 1), where the errors of the quotient count for less than half.
 */
export function tanh64(x: f64): f64 {
  const magnitude = abs(x);
  if (magnitude < 0.625) {
    const z = x * x;
    let p: f64 = 5.909694544695605e-6;
    p = p * z - 2.988609961671004e-5;
    p = p * z + 9.126034529521582e-5;
    p = p * z - 0.00023684270758313658;
    p = p * z + 0.0005893912151677587;
    p = p * z - 0.001455711661902579;
    p = p * z + 0.003592111763852041;
    p = p * z - 0.008863234083743631;
    p = p * z + 0.02186948845401534;
    p = p * z - 0.05396825396551103;
    p = p * z + 0.13333333333328726;
    p = p * z - 0.33333333333333304;
    return copysign(x + x * (z * p), x);
  }
  return copysign(1 - 2 / (exp64(2 * magnitude) + 1), x);
}

/** log(|x| + sqrt(x^2 + 1)), with what is left near 0 kept by log1p. */
export function asinh64(x: f64): f64 {
  const magnitude = abs(x);
  let value: f64;
  if (magnitude > 268435456) value = log64(magnitude) + 0.6931471805599453;
  else if (magnitude > 2) value = log64(2 * magnitude + 1 / (sqrt(magnitude * magnitude + 1) + magnitude));
  else {
    const square = magnitude * magnitude;
    value = NativeMath.log1p(magnitude + square / (1 + sqrt(1 + square)));
  }
  return copysign(value, x);
}

export function acosh64(x: f64): f64 {
  if (x < 1) return NaN;
  if (x > 268435456) return log64(x) + 0.6931471805599453;
  if (x > 2) return log64(2 * x - 1 / (x + sqrt(x * x - 1)));
  const t = x - 1;
  return NativeMath.log1p(t + sqrt(2 * t + t * t));
}

/** 1 / (1 + e^-x), of the side where e^-|x| is small. */
export function sigmoid64(x: f64): f64 {
  const e = exp64(-abs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

/** log(1 + e^x) = max(x, 0) + log1p(e^-|x|). */
export function softplus64(x: f64): f64 {
  return max(x, 0) + NativeMath.log1p(exp64(-abs(x)));
}

/**
 * Error function: the approximation of src/backend/js/scalar.ts (Chebyshev fits: x P(x^2) up to 1, 1 - e^-x^2 P(t) up
 * to 6).
 */
export function erf64(a: f64): f64 {
  const x = abs(a);
  if (x <= 1) {
    const z = x * x;
    let p: f64 = 5.957176147748911e-11;
    p = p * z - 1.1372848856791674e-9;
    p = p * z + 1.4659775274047436e-8;
    p = p * z - 1.6350312701054695e-7;
    p = p * z + 1.6461000484121368e-6;
    p = p * z - 1.4925595266831182e-5;
    p = p * z + 0.0001205533111164271;
    p = p * z - 0.000854832698083379;
    p = p * z + 0.0052239776248180145;
    p = p * z - 0.026866170645076792;
    p = p * z + 0.11283791670954879;
    p = p * z - 0.3761263890318375;
    p = p * z + 1.1283791670955126;
    return a * p;
  }
  let result = x; // NaN stays
  if (x >= 6) result = 1;
  else if (x > 1) {
    const t = (x - 2.4) / (x + 2);
    let p: f64 = -5.3339650554782335e-8;
    p = p * t + 1.0118414788199553e-6;
    p = p * t + 2.011194584275607e-6;
    p = p * t - 2.8443245287252555e-6;
    p = p * t - 1.4294236528420142e-5;
    p = p * t - 2.7483824032886807e-6;
    p = p * t + 7.831210468568994e-5;
    p = p * t + 8.984035685712545e-5;
    p = p * t - 0.0004601133225175364;
    p = p * t - 0.0008188519975315119;
    p = p * t + 0.00395422955673574;
    p = p * t + 0.004632924261090672;
    p = p * t - 0.05789475304356005;
    p = p * t + 0.18211178625077923;
    p = p * t - 0.3501750617981118;
    p = p * t + 0.21849873453703336;
    result = 1 - exp64(-x * x) * p;
  }
  return a < 0 ? -result : result;
}

/** The remainder of C's fmod, which is exact, moved to the sign of b; NaN where b is 0. */
export function mod64(a: f64, b: f64): f64 {
  const r = NativeMath.mod(a, b);
  if (r == 0) return copysign(0, b);
  return r < 0 != b < 0 ? r + b : r;
}
