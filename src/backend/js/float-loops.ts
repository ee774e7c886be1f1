// One tight loop per micro-operation on floats. A loop of its own for each, so that the engine compiles the scalar
// function (scalar.ts) into it. Storing to a Float32Array rounds to float32; Float64Array registers keep all bits.

import type { ExpressionOperation } from '../../contract/expression.js';
import * as scalar from './scalar.js';

/** A block of values in an expression that computes on floats. */
export type FloatRegister = Float32Array | Float64Array;

/** out[i] = operation(a[i], b[i], c[i]) for i in 0 .. n-1; what an operation does not take is not read. */
export type FloatLoop = (
  n: number,
  out: FloatRegister,
  a: FloatRegister,
  b: FloatRegister,
  c: FloatRegister,
) => void;

export const floatLoops: Readonly<Record<ExpressionOperation, FloatLoop>> = {
  copy(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.copy(a[i]);
  },
  neg(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.neg(a[i]);
  },
  abs(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.abs(a[i]);
  },
  sign(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.sign(a[i]);
  },
  not(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.not(a[i]);
  },
  floor(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.floor(a[i]);
  },
  ceil(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.ceil(a[i]);
  },
  round(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.round(a[i]);
  },
  trunc(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.trunc(a[i]);
  },
  sqrt(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.sqrt(a[i]);
  },
  // Rounded twice: the root, as it is stored, and its reciprocal.
  rsqrt(n, out, a) {
    for (let i = 0; i < n; i++) {
      out[i] = scalar.sqrt(a[i]);
      out[i] = scalar.reciprocal(out[i]);
    }
  },
  reciprocal(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.reciprocal(a[i]);
  },
  isNaN(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.isNaN(a[i]);
  },
  isInf(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.isInf(a[i]);
  },
  isFinite(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.isFinite(a[i]);
  },
  exp(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.exp(a[i]);
  },
  expm1(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.expm1(a[i]);
  },
  log(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.log(a[i]);
  },
  log1p(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.log1p(a[i]);
  },
  sin(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.sin(a[i]);
  },
  cos(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.cos(a[i]);
  },
  tan(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.tan(a[i]);
  },
  asin(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.asin(a[i]);
  },
  acos(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.acos(a[i]);
  },
  atan(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.atan(a[i]);
  },
  sinh(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.sinh(a[i]);
  },
  cosh(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.cosh(a[i]);
  },
  tanh(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.tanh(a[i]);
  },
  asinh(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.asinh(a[i]);
  },
  acosh(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.acosh(a[i]);
  },
  atanh(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.atanh(a[i]);
  },
  erf(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.erf(a[i]);
  },
  sigmoid(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.sigmoid(a[i]);
  },
  softplus(n, out, a) {
    for (let i = 0; i < n; i++) out[i] = scalar.softplus(a[i]);
  },
  add(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.add(a[i], b[i]);
  },
  sub(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.sub(a[i], b[i]);
  },
  mul(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.mul(a[i], b[i]);
  },
  div(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.div(a[i], b[i]);
  },
  mod(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.mod(a[i], b[i]);
  },
  pow(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.pow(a[i], b[i]);
  },
  min(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.min(a[i], b[i]);
  },
  max(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.max(a[i], b[i]);
  },
  atan2(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.atan2(a[i], b[i]);
  },
  equal(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.equal(a[i], b[i]);
  },
  notEqual(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.notEqual(a[i], b[i]);
  },
  less(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.less(a[i], b[i]);
  },
  lessEqual(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.lessEqual(a[i], b[i]);
  },
  greater(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.greater(a[i], b[i]);
  },
  greaterEqual(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.greaterEqual(a[i], b[i]);
  },
  and(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.and(a[i], b[i]);
  },
  or(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.or(a[i], b[i]);
  },
  select(n, out, a, b, c) {
    for (let i = 0; i < n; i++) out[i] = scalar.select(a[i], b[i], c[i]);
  },
  fma(n, out, a, b, c) {
    for (let i = 0; i < n; i++) out[i] = scalar.fma(a[i], b[i], c[i]);
  },
};
