// Made by scripts/generate.mjs from src/contract. Do not edit: change the contract and run `npm run generate`.
//
// One loop for each micro-operation and dtype over places in the memory of memory.ts, which it names, so that the engine
// compiles array and scalar function into it. Storing to the array rounds to the dtype.

import * as integer from '../integer.js';
import { float32s, float64s, int32s } from '../memory.js';
import * as scalar from '../scalar.js';

/** memory[out + i] = operation(memory[a + i], memory[b + i], memory[c + i]) for i in 0 .. n-1. */
export type Loop = (n: number, out: number, a: number, b: number, c: number) => void;

export const float32Loops = {
  copy(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.copy(float32s[a + i]);
  },
  neg(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.neg(float32s[a + i]);
  },
  abs(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.abs(float32s[a + i]);
  },
  sign(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.sign(float32s[a + i]);
  },
  not(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.not(float32s[a + i]);
  },
  floor(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.floor(float32s[a + i]);
  },
  ceil(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.ceil(float32s[a + i]);
  },
  round(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.round(float32s[a + i]);
  },
  trunc(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.trunc(float32s[a + i]);
  },
  sqrt(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.sqrt(float32s[a + i]);
  },
  rsqrt(n: number, out: number, a: number): void {
    // Rounded twice: the root, and its reciprocal.
    for (let i = 0; i < n; i++) {
      float32s[out + i] = scalar.sqrt(float32s[a + i]);
      float32s[out + i] = scalar.reciprocal(float32s[out + i]);
    }
  },
  reciprocal(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.reciprocal(float32s[a + i]);
  },
  isNaN(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.isNaN(float32s[a + i]);
  },
  isInf(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.isInf(float32s[a + i]);
  },
  isFinite(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.isFinite(float32s[a + i]);
  },
  exp(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.exp(float32s[a + i]);
  },
  expm1(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.expm1(float32s[a + i]);
  },
  log(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.log(float32s[a + i]);
  },
  log1p(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.log1p(float32s[a + i]);
  },
  sin(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.sin(float32s[a + i]);
  },
  cos(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.cos(float32s[a + i]);
  },
  tan(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.tan(float32s[a + i]);
  },
  asin(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.asin(float32s[a + i]);
  },
  acos(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.acos(float32s[a + i]);
  },
  atan(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.atan(float32s[a + i]);
  },
  sinh(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.sinh(float32s[a + i]);
  },
  cosh(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.cosh(float32s[a + i]);
  },
  tanh(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.tanh(float32s[a + i]);
  },
  asinh(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.asinh(float32s[a + i]);
  },
  acosh(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.acosh(float32s[a + i]);
  },
  atanh(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.atanh(float32s[a + i]);
  },
  erf(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.erf(float32s[a + i]);
  },
  sigmoid(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.sigmoid(float32s[a + i]);
  },
  softplus(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.softplus(float32s[a + i]);
  },
  add(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.add(float32s[a + i], float32s[b + i]);
  },
  sub(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.sub(float32s[a + i], float32s[b + i]);
  },
  mul(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.mul(float32s[a + i], float32s[b + i]);
  },
  div(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.div(float32s[a + i], float32s[b + i]);
  },
  mod(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.mod(float32s[a + i], float32s[b + i]);
  },
  pow(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.pow(float32s[a + i], float32s[b + i]);
  },
  min(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.min(float32s[a + i], float32s[b + i]);
  },
  max(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.max(float32s[a + i], float32s[b + i]);
  },
  atan2(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.atan2(float32s[a + i], float32s[b + i]);
  },
  equal(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.equal(float32s[a + i], float32s[b + i]);
  },
  notEqual(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.notEqual(float32s[a + i], float32s[b + i]);
  },
  less(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.less(float32s[a + i], float32s[b + i]);
  },
  lessEqual(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.lessEqual(float32s[a + i], float32s[b + i]);
  },
  greater(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.greater(float32s[a + i], float32s[b + i]);
  },
  greaterEqual(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.greaterEqual(float32s[a + i], float32s[b + i]);
  },
  and(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.and(float32s[a + i], float32s[b + i]);
  },
  or(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float32s[out + i] = scalar.or(float32s[a + i], float32s[b + i]);
  },
  select(n: number, out: number, a: number, b: number, c: number): void {
    for (let i = 0; i < n; i++)
      float32s[out + i] = scalar.select(float32s[a + i], float32s[b + i], float32s[c + i]);
  },
  fma(n: number, out: number, a: number, b: number, c: number): void {
    for (let i = 0; i < n; i++)
      float32s[out + i] = scalar.fma(float32s[a + i], float32s[b + i], float32s[c + i]);
  },
} as const;

export const float64Loops = {
  copy(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.copy(float64s[a + i]);
  },
  neg(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.neg(float64s[a + i]);
  },
  abs(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.abs(float64s[a + i]);
  },
  sign(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.sign(float64s[a + i]);
  },
  not(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.not(float64s[a + i]);
  },
  floor(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.floor(float64s[a + i]);
  },
  ceil(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.ceil(float64s[a + i]);
  },
  round(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.round(float64s[a + i]);
  },
  trunc(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.trunc(float64s[a + i]);
  },
  sqrt(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.sqrt(float64s[a + i]);
  },
  rsqrt(n: number, out: number, a: number): void {
    // Rounded twice: the root, and its reciprocal.
    for (let i = 0; i < n; i++) {
      float64s[out + i] = scalar.sqrt(float64s[a + i]);
      float64s[out + i] = scalar.reciprocal(float64s[out + i]);
    }
  },
  reciprocal(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.reciprocal(float64s[a + i]);
  },
  isNaN(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.isNaN(float64s[a + i]);
  },
  isInf(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.isInf(float64s[a + i]);
  },
  isFinite(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.isFinite(float64s[a + i]);
  },
  exp(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.exp(float64s[a + i]);
  },
  expm1(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.expm1(float64s[a + i]);
  },
  log(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.log(float64s[a + i]);
  },
  log1p(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.log1p(float64s[a + i]);
  },
  sin(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.sin(float64s[a + i]);
  },
  cos(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.cos(float64s[a + i]);
  },
  tan(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.tan(float64s[a + i]);
  },
  asin(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.asin(float64s[a + i]);
  },
  acos(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.acos(float64s[a + i]);
  },
  atan(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.atan(float64s[a + i]);
  },
  sinh(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.sinh(float64s[a + i]);
  },
  cosh(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.cosh(float64s[a + i]);
  },
  tanh(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.tanh(float64s[a + i]);
  },
  asinh(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.asinh(float64s[a + i]);
  },
  acosh(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.acosh(float64s[a + i]);
  },
  atanh(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.atanh(float64s[a + i]);
  },
  erf(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.erf(float64s[a + i]);
  },
  sigmoid(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.sigmoid(float64s[a + i]);
  },
  softplus(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.softplus(float64s[a + i]);
  },
  add(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.add(float64s[a + i], float64s[b + i]);
  },
  sub(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.sub(float64s[a + i], float64s[b + i]);
  },
  mul(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.mul(float64s[a + i], float64s[b + i]);
  },
  div(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.div(float64s[a + i], float64s[b + i]);
  },
  mod(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.mod(float64s[a + i], float64s[b + i]);
  },
  pow(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.pow(float64s[a + i], float64s[b + i]);
  },
  min(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.min(float64s[a + i], float64s[b + i]);
  },
  max(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.max(float64s[a + i], float64s[b + i]);
  },
  atan2(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.atan2(float64s[a + i], float64s[b + i]);
  },
  equal(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.equal(float64s[a + i], float64s[b + i]);
  },
  notEqual(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.notEqual(float64s[a + i], float64s[b + i]);
  },
  less(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.less(float64s[a + i], float64s[b + i]);
  },
  lessEqual(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.lessEqual(float64s[a + i], float64s[b + i]);
  },
  greater(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.greater(float64s[a + i], float64s[b + i]);
  },
  greaterEqual(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.greaterEqual(float64s[a + i], float64s[b + i]);
  },
  and(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.and(float64s[a + i], float64s[b + i]);
  },
  or(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) float64s[out + i] = scalar.or(float64s[a + i], float64s[b + i]);
  },
  select(n: number, out: number, a: number, b: number, c: number): void {
    for (let i = 0; i < n; i++)
      float64s[out + i] = scalar.select(float64s[a + i], float64s[b + i], float64s[c + i]);
  },
  fma(n: number, out: number, a: number, b: number, c: number): void {
    for (let i = 0; i < n; i++)
      float64s[out + i] = scalar.fma(float64s[a + i], float64s[b + i], float64s[c + i]);
  },
} as const;

export const int32Loops = {
  copy(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.copy(int32s[a + i]);
  },
  neg(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.neg(int32s[a + i]);
  },
  abs(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.abs(int32s[a + i]);
  },
  sign(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.sign(int32s[a + i]);
  },
  not(n: number, out: number, a: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.not(int32s[a + i]);
  },
  add(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.add(int32s[a + i], int32s[b + i]);
  },
  sub(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.sub(int32s[a + i], int32s[b + i]);
  },
  mul(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = integer.mul(int32s[a + i], int32s[b + i]);
  },
  div(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = integer.div(int32s[a + i], int32s[b + i]);
  },
  mod(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = integer.mod(int32s[a + i], int32s[b + i]);
  },
  pow(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = integer.pow(int32s[a + i], int32s[b + i]);
  },
  min(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.min(int32s[a + i], int32s[b + i]);
  },
  max(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.max(int32s[a + i], int32s[b + i]);
  },
  equal(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.equal(int32s[a + i], int32s[b + i]);
  },
  notEqual(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.notEqual(int32s[a + i], int32s[b + i]);
  },
  less(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.less(int32s[a + i], int32s[b + i]);
  },
  lessEqual(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.lessEqual(int32s[a + i], int32s[b + i]);
  },
  greater(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.greater(int32s[a + i], int32s[b + i]);
  },
  greaterEqual(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.greaterEqual(int32s[a + i], int32s[b + i]);
  },
  and(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.and(int32s[a + i], int32s[b + i]);
  },
  or(n: number, out: number, a: number, b: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.or(int32s[a + i], int32s[b + i]);
  },
  select(n: number, out: number, a: number, b: number, c: number): void {
    for (let i = 0; i < n; i++) int32s[out + i] = scalar.select(int32s[a + i], int32s[b + i], int32s[c + i]);
  },
} as const;
