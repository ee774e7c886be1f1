// The scalar operations of `map` expressions: the list, once. The C++ header, the AssemblyScript constants and the
// test sweeps are made from it. Every operation rounds its result to the dtype the expression computes in; nothing is
// contracted but `fma`. The definition of each is src/backend/js/scalar.ts, in plain arithmetic.

/** What dtypes an operation has: 'all' is int32, float32 and float64; 'float' is float32 and float64 only. */
export type MicroTypes = 'all' | 'float';

export interface MicroOperation {
  /** Number of register operands. */
  readonly arity: 0 | 1 | 2 | 3;
  readonly types: MicroTypes;
  /** What it computes, for the printed program, the documentation and the tests. */
  readonly meaning: string;
  /**
   * Largest error of float32 results in ULP against the exact value, on every backend (0: correctly rounded).
   * float64 has the same bound unless `ulp64` is given.
   */
  readonly ulp: number;
  readonly ulp64?: number;
}

// Generic, so that arity and types stay literal: the vocabulary of expression.ts is typed by them.
const exact = <A extends 1 | 2 | 3, T extends MicroTypes>(arity: A, types: T, meaning: string) => ({
  arity,
  types,
  meaning,
  ulp: 0,
});
const within = <A extends 1 | 2>(ulp: number, arity: A, meaning: string) => ({
  arity,
  types: 'float' as const,
  meaning,
  ulp,
});

/**
 * All micro-operations; an operation's code is its place in this list. The first three move data:
 * `load` reads operand a (a place in the instruction's operand list) into a register, `store` writes register a to
 * operand b, `constant` sets a register to entry a of the program's constants, rounded to the compute dtype.
 */
export const microOperations = {
  load: { arity: 0, types: 'all', meaning: 'register = operand, converted to the compute dtype', ulp: 0 },
  store: {
    arity: 0,
    types: 'all',
    meaning: 'operand = register, converted to the dtype of the buffer',
    ulp: 0,
  },
  constant: { arity: 0, types: 'all', meaning: 'register = constant', ulp: 0 },

  copy: exact(1, 'all', 'a'),
  neg: exact(1, 'all', '-a (int32 wraps)'),
  abs: exact(1, 'all', '|a| (int32 wraps)'),
  sign: exact(1, 'all', '-1 if a < 0, 1 if a > 0, else a (so NaN and both zeros stay)'),
  not: exact(1, 'all', '1 if a == 0, else 0 (NaN gives 0)'),
  floor: exact(1, 'float', 'largest integer <= a'),
  ceil: exact(1, 'float', 'smallest integer >= a'),
  round: exact(1, 'float', 'nearest integer, halves to even'),
  trunc: exact(1, 'float', 'a without its fraction'),
  sqrt: exact(1, 'float', 'square root'),
  rsqrt: exact(1, 'float', '1 / sqrt(a), both rounded'),
  reciprocal: exact(1, 'float', '1 / a'),
  isNaN: exact(1, 'float', '1 if a is NaN, else 0'),
  isInf: exact(1, 'float', '1 if a is +-Infinity, else 0'),
  isFinite: exact(1, 'float', '1 if a is neither NaN nor infinite, else 0'),
  exp: within(2, 1, 'e^a'),
  expm1: within(2, 1, 'e^a - 1'),
  log: within(2, 1, 'natural logarithm'),
  log1p: within(2, 1, 'log(1 + a)'),
  sin: within(2, 1, 'sine of a in radians'),
  cos: within(2, 1, 'cosine of a in radians'),
  tan: within(4, 1, 'tangent of a in radians'),
  asin: within(4, 1, 'arc sine'),
  acos: within(4, 1, 'arc cosine'),
  atan: within(4, 1, 'arc tangent'),
  sinh: within(4, 1, 'hyperbolic sine'),
  cosh: within(4, 1, 'hyperbolic cosine'),
  tanh: { ...within(3, 1, 'hyperbolic tangent'), ulp64: 2 },
  asinh: within(4, 1, 'inverse hyperbolic sine'),
  acosh: within(4, 1, 'inverse hyperbolic cosine'),
  atanh: within(4, 1, 'inverse hyperbolic tangent'),
  erf: within(4, 1, 'error function'),
  sigmoid: { ...within(4, 1, '1 / (1 + e^-a), without overflow'), ulp64: 3 },
  softplus: within(4, 1, 'log(1 + e^a) = max(a, 0) + log1p(e^-|a|)'),

  add: exact(2, 'all', 'a + b (int32 wraps)'),
  sub: exact(2, 'all', 'a - b (int32 wraps)'),
  mul: exact(2, 'all', 'a * b (int32 wraps)'),
  div: exact(2, 'all', 'a / b; int32: floor(a / b), 0 where b is 0, wrapping'),
  mod: exact(
    2,
    'all',
    'a - floor(a / b) * b, with the sign of b (a zero too), rounded once; where b is 0: int32 0, float NaN',
  ),
  pow: {
    arity: 2,
    types: 'all',
    meaning: 'a^b as Math.pow; int32: exact power that wraps, b < 0 gives trunc(a^b), and 0 for a = 0',
    ulp: 4,
  },
  min: exact(2, 'all', 'the smaller; NaN if either is NaN; -0 < +0'),
  max: exact(2, 'all', 'the larger; NaN if either is NaN; -0 < +0'),
  atan2: within(4, 2, 'angle of the point (b, a)'),
  equal: exact(2, 'all', '1 if a == b, else 0'),
  notEqual: exact(2, 'all', '1 if a != b, else 0 (NaN differs from all)'),
  less: exact(2, 'all', '1 if a < b, else 0'),
  lessEqual: exact(2, 'all', '1 if a <= b, else 0'),
  greater: exact(2, 'all', '1 if a > b, else 0'),
  greaterEqual: exact(2, 'all', '1 if a >= b, else 0'),
  and: exact(2, 'all', '1 if neither is 0, else 0'),
  or: exact(2, 'all', '1 if either is not 0, else 0'),

  select: exact(3, 'all', 'b if a is not 0 (NaN counts as not 0), else c'),
  fma: {
    arity: 3,
    types: 'float',
    meaning: 'a * b + c with one rounding where the hardware has it, else with two',
    ulp: 1,
  },
} as const satisfies Record<string, MicroOperation>;

export type MicroName = keyof typeof microOperations;

/** Names in the order of their codes. */
export const microNames = Object.keys(microOperations) as MicroName[];

/** name -> code. */
export const microCode = Object.fromEntries(microNames.map((name, code) => [name, code])) as Record<
  MicroName,
  number
>;
