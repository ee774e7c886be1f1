// The definition of the micro-operations on int32 where it differs from the one on floats (scalar.ts). What a register
// holds is the result modulo 2^32, which is what storing to an Int32Array does: sums and differences are exact before.

export const mul = (a: number, b: number): number => Math.imul(a, b);

/** floor(a / b). The float64 quotient never rounds onto an integer: a fraction is at least 2^-31 away from one. */
export const div = (a: number, b: number): number => (b === 0 ? 0 : Math.floor(a / b) | 0);

/** a - floor(a / b) * b: the remainder with the sign of b. */
export function mod(a: number, b: number): number {
  if (b === 0) return 0;
  const r = a % b;
  return r !== 0 && r < 0 !== b < 0 ? r + b : r;
}

/** a^b by squaring, modulo 2^32; for b < 0 what is left of 1 / a^-b without its fraction, and 0 for a = 0. */
export function pow(a: number, b: number): number {
  if (b < 0) return a === 1 ? 1 : a === -1 ? ((b & 1) === 0 ? 1 : -1) : 0;
  let result = 1;
  for (let square = a; b > 0; b >>= 1) {
    if (b & 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}
