// The arithmetic of `random`: from Philox words (philox.ts) to uniform and normal deviates. Only + - * / and sqrt in
// float64, in exactly the order written here, so that C++ (without contraction) and WebAssembly give the same bits;
// native/ and assembly/ mirror this file line by line. No library logarithm: those differ from one system to another.

const double = new Float64Array(1);
const doubleWords = new Int32Array(double.buffer);

/** The float64 in [0, 1) with 24 random bits that float32 uniforms are made from. */
export function uniform24(word: number): number {
  return (word >>> 8) * 2 ** -24;
}

/** The float64 in [0, 1) with 32 random bits that int32 uniforms are made from. */
export function uniform32(word: number): number {
  return (word >>> 0) * 2 ** -32;
}

/** The float64 in [0, 1) with 53 random bits that float64 uniforms are made from. */
export function uniform53(word0: number, word1: number): number {
  return ((word0 >>> 5) * 67108864 + (word1 >>> 6)) * 2 ** -53;
}

/** floor(word * n / 2^32): a number in 0 .. n-1, for 0 < n < 2^31. Exact: no product reaches 2^53. */
export function scaleWord(word: number, n: number): number {
  const high = (word >>> 16) * n;
  const low = (word & 0xffff) * n;
  return Math.floor((high + Math.floor(low / 65536)) / 65536);
}

/**
 * Natural logarithm of a normal positive number, within 2 ULP away from 1. With x = m * 2^e, m in
 * [sqrt(1/2), sqrt(2)), and s = (m - 1) / (m + 1): log x = e log 2 + 2 (s + s^3/3 + s^5/5 + ...). As s^2 < 0.0295,
 * what is left out after s^21 is below 2^-57 of the sum.
 */
export function logarithm(x: number): number {
  double[0] = x;
  const high = doubleWords[1];
  let e = ((high >> 20) & 0x7ff) - 1023;
  doubleWords[1] = (high & 0x000fffff) | 0x3ff00000;
  let m = double[0];
  if (m > 1.4142135623730951) {
    m = m * 0.5;
    e = e + 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let series = 0.047619047619047616; // 1/21
  series = series * z + 0.05263157894736842; // 1/19
  series = series * z + 0.058823529411764705; // 1/17
  series = series * z + 0.06666666666666667; // 1/15
  series = series * z + 0.07692307692307693; // 1/13
  series = series * z + 0.09090909090909091; // 1/11
  series = series * z + 0.1111111111111111; // 1/9
  series = series * z + 0.14285714285714285; // 1/7
  series = series * z + 0.2; // 1/5
  series = series * z + 0.3333333333333333; // 1/3
  const tail = s * (z * series);
  // log 2 = high part (32 bits, so e times it is exact) + low part
  const low = e * 1.90821492927058770002e-10 + 2 * tail;
  return e * 0.69314718036912381649 + (2 * s + low);
}

/**
 * The x with Phi(x) = p, where Phi is the distribution function of the standard normal distribution, for p from
 * 2^-1022 to 1/2 and a little above; relative error about 1e-16. Wichura, "Algorithm AS 241: the percentage points
 * of the normal distribution", Applied Statistics 37 (1988), PPND16: three rational functions of degree 7.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (q >= -0.425) {
    const r = 0.180625 - q * q;
    let a = 2509.0809287301226727;
    a = a * r + 33430.575583588128105;
    a = a * r + 67265.770927008700853;
    a = a * r + 45921.953931549871457;
    a = a * r + 13731.693765509461125;
    a = a * r + 1971.5909503065514427;
    a = a * r + 133.14166789178437745;
    a = a * r + 3.387132872796366608;
    let b = 5226.495278852854561;
    b = b * r + 28729.085735721942674;
    b = b * r + 39307.89580009271061;
    b = b * r + 21213.794301586595867;
    b = b * r + 5394.1960214247511077;
    b = b * r + 687.1870074920579083;
    b = b * r + 42.313330701600911252;
    b = b * r + 1;
    return (q * a) / b;
  }
  let r = Math.sqrt(-logarithm(p));
  if (r <= 5) {
    r = r - 1.6;
    let c = 7.7454501427834140764e-4;
    c = c * r + 0.0227238449892691845833;
    c = c * r + 0.24178072517745061177;
    c = c * r + 1.27045825245236838258;
    c = c * r + 3.64784832476320460504;
    c = c * r + 5.7694972214606914055;
    c = c * r + 4.6303378461565452959;
    c = c * r + 1.42343711074968357734;
    let d = 1.05075007164441684324e-9;
    d = d * r + 5.475938084995344946e-4;
    d = d * r + 0.0151986665636164571966;
    d = d * r + 0.14810397642748007459;
    d = d * r + 0.68976733498510000455;
    d = d * r + 1.6763848301838038494;
    d = d * r + 2.05319162663775882187;
    d = d * r + 1;
    return -(c / d);
  }
  r = r - 5;
  let e = 2.01033439929228813265e-7;
  e = e * r + 2.71155556874348757815e-5;
  e = e * r + 0.0012426609473880784386;
  e = e * r + 0.026532189526576123093;
  e = e * r + 0.29656057182850489123;
  e = e * r + 1.7848265399172913358;
  e = e * r + 5.4637849111641143699;
  e = e * r + 6.6579046435011037772;
  let f = 2.04426310338993978564e-15;
  f = f * r + 1.4215117583164458887e-7;
  f = f * r + 1.8463183175100546818e-5;
  f = f * r + 7.868691311456132591e-4;
  f = f * r + 0.0148753612908506148525;
  f = f * r + 0.13692988092273580531;
  f = f * r + 0.59983220655588793769;
  f = f * r + 1;
  return -(e / f);
}

/**
 * A probability in (0, 1/2) from two words: with k the 53 bits of `uniform53`, (k + 1/2) / 2^53, taken from the nearer
 * end: for k >= 2^52, that is where the first word's highest bit is set, one minus it. Exact, and never 0.
 */
function halfProbability(word0: number, word1: number): number {
  let k = (word0 >>> 5) * 67108864 + (word1 >>> 6);
  if (k >= 4503599627370496) k = 9007199254740991 - k;
  return (k + 0.5) * 2 ** -53;
}

/** A standard normal deviate. */
export function normalDeviate(word0: number, word1: number): number {
  const x = normalQuantile(halfProbability(word0, word1));
  return word0 >>> 31 ? -x : x;
}

/** A standard normal deviate given that it lies within -2 .. 2: the quantile of Phi(-2) + u (Phi(2) - Phi(-2)). */
export function truncatedNormalDeviate(word0: number, word1: number): number {
  const u = halfProbability(word0, word1);
  let x = normalQuantile(0.022750131948179207 + u * 0.9544997361036416);
  if (x < -2) x = -2; // the last bit's rounding
  return word0 >>> 31 ? -x : x;
}
