// One tight loop per micro-operation that int32 has. Storing to an Int32Array takes the result modulo 2^32.

import type { microOperations } from '../../contract/micro-operations.js';
import type { ExpressionOperation } from '../../contract/expression.js';
import * as integer from './integer.js';
import * as scalar from './scalar.js';

/** The micro-operations that int32 has. */
export type IntegerOperation = {
  [N in ExpressionOperation]: (typeof microOperations)[N]['types'] extends 'all' ? N : never;
}[ExpressionOperation];

/** out[i] = operation(a[i], b[i], c[i]) for i in 0 .. n-1; what an operation does not take is not read. */
export type IntegerLoop = (n: number, out: Int32Array, a: Int32Array, b: Int32Array, c: Int32Array) => void;

export const integerLoops: Readonly<Record<IntegerOperation, IntegerLoop>> = {
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
  add(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.add(a[i], b[i]);
  },
  sub(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.sub(a[i], b[i]);
  },
  mul(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = integer.mul(a[i], b[i]);
  },
  div(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = integer.div(a[i], b[i]);
  },
  mod(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = integer.mod(a[i], b[i]);
  },
  pow(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = integer.pow(a[i], b[i]);
  },
  min(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.min(a[i], b[i]);
  },
  max(n, out, a, b) {
    for (let i = 0; i < n; i++) out[i] = scalar.max(a[i], b[i]);
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
};
