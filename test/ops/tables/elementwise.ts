// The elementwise functions: what each computes, in plain numbers, and where.

import type { DType } from '../../../src/contract/dtypes.js';
import * as ops from '../../../src/ops/index.js';
import type { Tensor } from '../../../src/tensor/tensor.js';

/** numeric: keeps the dtype (bool gives int32). float: at least float32. test: bool. same: keeps the dtype. */
export type Kind = 'numeric' | 'float' | 'test' | 'same';

export interface UnaryCase {
  readonly op: string;
  readonly f: (x: Tensor) => Tensor;
  readonly reference: (x: number) => number;
  readonly kind: Kind;
  /** Where it is tested; integers within. */
  readonly low: number;
  readonly high: number;
  /** null: not differentiable. */
  readonly differentiable: boolean;
}

export interface BinaryCase {
  readonly op: string;
  readonly f: (a: Tensor, b: Tensor) => Tensor;
  readonly reference: (a: number, b: number, dtype: DType) => number;
  readonly kind: 'numeric' | 'float' | 'compare';
  readonly a: readonly [low: number, high: number];
  readonly b: readonly [low: number, high: number];
  readonly differentiable: boolean;
}

/** erf by its series, sum of (-1)^n x^(2n+1) / (n! (2n+1)); good to 1e-14 for |x| < 3. */
export function erf(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

function roundHalfToEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.log(1 + Math.exp(x));
const clip = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
const alpha = 1.6732632423543772;
const scale = 1.0507009873554805;

const unaryCase = (
  op: string,
  reference: (x: number) => number,
  kind: Kind,
  low: number,
  high: number,
  f = (ops as unknown as Record<string, (x: Tensor) => Tensor>)[op],
  differentiable = kind !== 'test',
): UnaryCase => ({ op, f, reference, kind, low, high, differentiable });

export const unaryCases: readonly UnaryCase[] = [
  unaryCase('neg', (x) => -x, 'numeric', -3, 3),
  unaryCase('abs', Math.abs, 'numeric', -3, 3),
  unaryCase('sign', Math.sign, 'numeric', -3, 3),
  unaryCase('square', (x) => x * x, 'numeric', -3, 3),
  unaryCase('sqrt', Math.sqrt, 'float', 0.1, 9),
  unaryCase('rsqrt', (x) => 1 / Math.sqrt(x), 'float', 0.1, 9),
  unaryCase('reciprocal', (x) => 1 / x, 'float', 0.2, 4),
  unaryCase('exp', Math.exp, 'float', -3, 3),
  unaryCase('expm1', Math.expm1, 'float', -3, 3),
  unaryCase('log', Math.log, 'float', 0.1, 9),
  unaryCase('log1p', Math.log1p, 'float', -0.9, 5),
  unaryCase('sin', Math.sin, 'float', -7, 7),
  unaryCase('cos', Math.cos, 'float', -7, 7),
  unaryCase('tan', Math.tan, 'float', -1.4, 1.4),
  unaryCase('asin', Math.asin, 'float', -0.9, 0.9),
  unaryCase('acos', Math.acos, 'float', -0.9, 0.9),
  unaryCase('atan', Math.atan, 'float', -4, 4),
  unaryCase('sinh', Math.sinh, 'float', -3, 3),
  unaryCase('cosh', Math.cosh, 'float', -3, 3),
  unaryCase('tanh', Math.tanh, 'float', -3, 3),
  unaryCase('asinh', Math.asinh, 'float', -4, 4),
  unaryCase('acosh', Math.acosh, 'float', 1.2, 5),
  unaryCase('atanh', Math.atanh, 'float', -0.9, 0.9),
  unaryCase('erf', erf, 'float', -2, 2),
  unaryCase('floor', Math.floor, 'float', -5, 5),
  unaryCase('ceil', Math.ceil, 'float', -5, 5),
  unaryCase('round', roundHalfToEven, 'float', -5, 5),
  unaryCase('isNaN', () => 0, 'test', -3, 3),
  unaryCase('isInf', () => 0, 'test', -3, 3),
  unaryCase('isFinite', () => 1, 'test', -3, 3),
  unaryCase('logicalNot', (x) => Number(x === 0), 'test', -3, 3),
  unaryCase('step', (x) => (x > 0 ? 1 : 0), 'float', -3, 3),
  unaryCase(
    'step',
    (x) => (x > 0 ? 1 : -0.5),
    'float',
    -3,
    3,
    (x) => ops.step(x, -0.5),
  ),
  unaryCase(
    'clipByValue',
    (x) => clip(x, 1, 2),
    'numeric',
    -3,
    3,
    (x) => ops.clipByValue(x, 1, 2),
  ),
  unaryCase('relu', (x) => Math.max(x, 0), 'numeric', -3, 3),
  unaryCase('relu6', (x) => clip(x, 0, 6), 'numeric', -9, 9),
  unaryCase('sigmoid', sigmoid, 'float', -5, 5),
  unaryCase('logSigmoid', (x) => Math.log(sigmoid(x)), 'float', -5, 5),
  unaryCase('softplus', softplus, 'float', -5, 5),
  unaryCase('softsign', (x) => x / (1 + Math.abs(x)), 'float', -5, 5),
  unaryCase('elu', (x) => (x > 0 ? x : Math.exp(x) - 1), 'float', -3, 3),
  unaryCase('selu', (x) => scale * (x > 0 ? x : alpha * (Math.exp(x) - 1)), 'float', -3, 3),
  unaryCase('leakyRelu', (x) => (x > 0 ? x : 0.2 * x), 'float', -3, 3),
  unaryCase(
    'leakyRelu',
    (x) => (x > 0 ? x : 0.01 * x),
    'float',
    -3,
    3,
    (x) => ops.leakyRelu(x, 0.01),
  ),
  unaryCase('swish', (x) => x * sigmoid(x), 'float', -5, 5),
  unaryCase('silu', (x) => x * sigmoid(x), 'float', -5, 5),
  unaryCase('gelu', (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)), 'float', -3, 3),
  unaryCase(
    'gelu',
    (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    'float',
    -3,
    3,
    (x) => ops.gelu(x, true),
  ),
  unaryCase('mish', (x) => x * Math.tanh(softplus(x)), 'float', -5, 5),
  unaryCase('celu', (x) => (x > 0 ? x : Math.exp(x) - 1), 'float', -3, 3),
  unaryCase(
    'celu',
    (x) => (x > 0 ? x : 2 * (Math.exp(x / 2) - 1)),
    'float',
    -3,
    3,
    (x) => ops.celu(x, 2),
  ),
  unaryCase('hardSigmoid', (x) => clip(0.2 * x + 0.5, 0, 1), 'float', -4, 4),
  unaryCase('hardSilu', (x) => (x * clip(x + 3, 0, 6)) / 6, 'float', -5, 5),
  unaryCase('hardTanh', (x) => clip(x, -1, 1), 'float', -3, 3),
  unaryCase('tanhShrink', (x) => x - Math.tanh(x), 'float', -3, 3),
  unaryCase('softShrink', (x) => Math.sign(x) * Math.max(Math.abs(x) - 0.5, 0), 'float', -3, 3),
  unaryCase('hardShrink', (x) => (Math.abs(x) > 0.5 ? x : 0), 'numeric', -3, 3),
  unaryCase(
    'hardShrink',
    (x) => (Math.abs(x) > 1.5 ? x : 0),
    'numeric',
    -3,
    3,
    (x) => ops.hardShrink(x, 1.5),
  ),
  unaryCase('thresholdedRelu', (x) => (x > 1 ? x : 0), 'numeric', -3, 3),
  unaryCase('linear', (x) => x, 'same', -3, 3),
  unaryCase('clone', (x) => x, 'same', -3, 3),
];

const binaryCase = (
  op: string,
  reference: (a: number, b: number, dtype: DType) => number,
  kind: BinaryCase['kind'] = 'numeric',
  a: readonly [number, number] = [-3, 3],
  b: readonly [number, number] = [-3, 3],
): BinaryCase => ({
  op,
  f: (ops as unknown as Record<string, (a: Tensor, b: Tensor) => Tensor>)[op],
  reference,
  kind,
  a,
  b,
  differentiable: kind !== 'compare',
});

/** Integers are divided downwards, and by 0 with the result 0. */
const divide = (a: number, b: number, dtype: DType): number =>
  dtype === 'float32' || dtype === 'float64' ? a / b : b === 0 ? 0 : Math.floor(a / b);
const remainder = (a: number, b: number, dtype: DType): number => {
  if (b === 0) return dtype === 'float32' || dtype === 'float64' ? NaN : 0;
  return a - Math.floor(a / b) * b;
};

export const binaryCases: readonly BinaryCase[] = [
  binaryCase('add', (a, b) => a + b),
  binaryCase('sub', (a, b) => a - b),
  binaryCase('mul', (a, b) => a * b),
  binaryCase('div', divide, 'numeric', [-3, 3], [0.5, 3]),
  binaryCase('divNoNan', (a, b) => (b === 0 ? 0 : a / b), 'float', [-3, 3], [0.5, 3]),
  binaryCase('floorDiv', (a, b, dtype) => Math.floor(divide(a, b, dtype)), 'numeric', [-9, 9], [0.5, 3]),
  binaryCase('mod', remainder, 'numeric', [-9, 9], [0.5, 3]),
  binaryCase('pow', (a, b) => a ** b, 'numeric', [0.2, 3], [0, 3]),
  binaryCase('maximum', (a, b) => Math.max(a, b)),
  binaryCase('minimum', (a, b) => Math.min(a, b)),
  binaryCase('squaredDifference', (a, b) => (a - b) ** 2),
  binaryCase('atan2', Math.atan2, 'float'),
  binaryCase('prelu', (a, b) => (a > 0 ? a : a * b), 'float'),
  binaryCase('equal', (a, b) => Number(a === b), 'compare'),
  binaryCase('notEqual', (a, b) => Number(a !== b), 'compare'),
  binaryCase('less', (a, b) => Number(a < b), 'compare'),
  binaryCase('lessEqual', (a, b) => Number(a <= b), 'compare'),
  binaryCase('greater', (a, b) => Number(a > b), 'compare'),
  binaryCase('greaterEqual', (a, b) => Number(a >= b), 'compare'),
  binaryCase('logicalAnd', (a, b) => Number(a !== 0 && b !== 0), 'compare'),
  binaryCase('logicalOr', (a, b) => Number(a !== 0 || b !== 0), 'compare'),
  binaryCase('logicalXor', (a, b) => Number((a !== 0) !== (b !== 0)), 'compare'),
];
