// The definition of each micro-operation on floats: plain functions of numbers, computed in float64. What a register of
// an expression holds is the result rounded to the compute dtype: for float32, Math.fround of it, which for + - * / and
// sqrt of float32 operands is the correctly rounded float32 result (float64 has more than twice the bits).
// Errors: what V8's Math gives is below 1 ULP of float64; tests hold all of it to the bounds in micro-operations.ts.

export const copy = (a: number): number => a;
export const neg = (a: number): number => -a;
export const abs = (a: number): number => Math.abs(a);
export const sign = (a: number): number => (a < 0 ? -1 : a > 0 ? 1 : a);
export const not = (a: number): number => (a === 0 ? 1 : 0);
export const floor = (a: number): number => Math.floor(a);
export const ceil = (a: number): number => Math.ceil(a);
export const trunc = (a: number): number => Math.trunc(a);

/** To the nearest integer, halves to even: above 2^52 there are no fractions, so adding 2^52 rounds as wanted. */
export function round(a: number): number {
  const magnitude = Math.abs(a);
  if (!(magnitude < 4503599627370496)) return a;
  const rounded = magnitude + 4503599627370496 - 4503599627370496;
  return a < 0 || Object.is(a, -0) ? -rounded : rounded;
}

export const sqrt = (a: number): number => Math.sqrt(a);
export const reciprocal = (a: number): number => 1 / a;
export const isNaN = (a: number): number => (a !== a ? 1 : 0);
export const isInf = (a: number): number => (a === Infinity || a === -Infinity ? 1 : 0);
export const isFinite = (a: number): number => (a - a === 0 ? 1 : 0);

export const exp = (a: number): number => Math.exp(a);
export const expm1 = (a: number): number => Math.expm1(a);
export const log = (a: number): number => Math.log(a);
export const log1p = (a: number): number => Math.log1p(a);
export const sin = (a: number): number => Math.sin(a);
export const cos = (a: number): number => Math.cos(a);
export const tan = (a: number): number => Math.tan(a);
export const asin = (a: number): number => Math.asin(a);
export const acos = (a: number): number => Math.acos(a);
export const atan = (a: number): number => Math.atan(a);
export const sinh = (a: number): number => Math.sinh(a);
export const cosh = (a: number): number => Math.cosh(a);
export const tanh = (a: number): number => Math.tanh(a);
export const asinh = (a: number): number => Math.asinh(a);
export const acosh = (a: number): number => Math.acosh(a);
export const atanh = (a: number): number => Math.atanh(a);

/**
 * Error function, within 2 ULP of float64. Up to 1, x times a polynomial in x^2 (relative error 1.2e-19). From there
 * 1 - erfc(x), erfc(x) = exp(-x^2) P(t) with t = (x - 2.4) / (x + 2), which spreads 1 .. 6 evenly over -0.47 .. 0.45
 * (error of P 3.3e-17, times exp(-1) at most). Beyond 6 it is 1. The polynomials are Chebyshev fits made for this
 * file; the form follows Shepherd and Laframboise, "Chebyshev approximation of (1 + 2x) exp(x^2) erfc x in
 * 0 <= x < infinity", Mathematics of Computation 36 (1981).
 */
export function erf(a: number): number {
  const x = Math.abs(a);
  if (x <= 1) {
    const z = x * x;
    let p = 5.957176147748911e-11;
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
    let p = -5.3339650554782335e-8;
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
    result = 1 - Math.exp(-x * x) * p;
  }
  return a < 0 ? -result : result;
}

/** Of the side where e^-|a| is small, so that neither overflows nor loses bits. */
export function sigmoid(a: number): number {
  if (a >= 0) return 1 / (1 + Math.exp(-a));
  const e = Math.exp(a);
  return e / (1 + e);
}

export const softplus = (a: number): number => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

export const add = (a: number, b: number): number => a + b;
export const sub = (a: number, b: number): number => a - b;
export const mul = (a: number, b: number): number => a * b;
export const div = (a: number, b: number): number => a / b;

/** The remainder of C's fmod, exact, moved to the sign of b. */
export function mod(a: number, b: number): number {
  const r = a % b;
  if (r === 0) return b < 0 ? -0 : 0;
  return r < 0 !== b < 0 ? r + b : r;
}

export const pow = (a: number, b: number): number => Math.pow(a, b);
export const min = (a: number, b: number): number => Math.min(a, b);
export const max = (a: number, b: number): number => Math.max(a, b);
export const atan2 = (a: number, b: number): number => Math.atan2(a, b);
export const equal = (a: number, b: number): number => (a === b ? 1 : 0);
export const notEqual = (a: number, b: number): number => (a !== b ? 1 : 0);
export const less = (a: number, b: number): number => (a < b ? 1 : 0);
export const lessEqual = (a: number, b: number): number => (a <= b ? 1 : 0);
export const greater = (a: number, b: number): number => (a > b ? 1 : 0);
export const greaterEqual = (a: number, b: number): number => (a >= b ? 1 : 0);
export const and = (a: number, b: number): number => (a !== 0 && b !== 0 ? 1 : 0);
export const or = (a: number, b: number): number => (a !== 0 || b !== 0 ? 1 : 0);
export const select = (a: number, b: number, c: number): number => (a !== 0 ? b : c);

/** On float32 operands the product is exact and one rounding happens in the sum, a second one to float32. */
export const fma = (a: number, b: number, c: number): number => a * b + c;
