// The loops of the micro-operations: one tight loop each over the values of a block. An operand is a pointer and a step:
// 16, or 0 where one element stands for all, which is then there in four vectors. Loops write whole vectors: what is
// beyond the last element is there to be overwritten (register blocks have room), and what they read there is thrown away.
//
// The loops test at the top: V8 spills registers in loops that test at the bottom. They take four vectors a turn,
// because V8 looks for interrupts in every turn, which costs as much as an addition; and those at fixed distances,
// because WebAssembly has no address with an index.

import {
  microAbs,
  microAcos,
  microAcosh,
  microAdd,
  microAnd,
  microAsin,
  microAsinh,
  microAtan,
  microAtan2,
  microAtanh,
  microCeil,
  microCopy,
  microCos,
  microCosh,
  microDiv,
  microEqual,
  microErf,
  microExp,
  microExpm1,
  microFloor,
  microFma,
  microGreater,
  microGreaterEqual,
  microIsFinite,
  microIsInf,
  microIsNaN,
  microLess,
  microLessEqual,
  microLog,
  microLog1p,
  microMax,
  microMin,
  microMod,
  microMul,
  microNeg,
  microNot,
  microNotEqual,
  microOr,
  microPow,
  microReciprocal,
  microRound,
  microRsqrt,
  microSelect,
  microSigmoid,
  microSign,
  microSin,
  microSinh,
  microSoftplus,
  microSqrt,
  microSub,
  microTan,
  microTanh,
  microTrunc,
} from './generated/contract';
import { fusedRelu } from '../src/backend/wasm/layout';
import { functionLoop } from './function-loops';
import { loop4, runFused } from './fused-loops';
import { infinities, minusOnes, ones } from './math';
import {
  acosh64,
  asinh64,
  cos64,
  cosh64,
  erf64,
  exp64,
  log64,
  mod64,
  pow32,
  pow64,
  sigmoid64,
  sin64,
  sinh64,
  softplus64,
  tan64,
  tanh64,
} from './math64';

/** 1 where the mask is set, else 0. */
// @ts-ignore: decorator
@inline
function oneWhere<T>(mask: v128): v128 {
  return v128.and(mask, ones<T>());
}

// @ts-ignore: decorator
@inline
function unary<T>(operation: i32, a: v128): v128 {
  const zero = i32x4.splat(0);
  if (operation == microNeg) return v128.neg<T>(a);
  if (operation == microAbs) return v128.abs<T>(a);
  if (operation == microSign) {
    const positive = v128.bitselect(ones<T>(), a, v128.gt<T>(a, zero));
    return v128.bitselect(minusOnes<T>(), positive, v128.lt<T>(a, zero));
  }
  if (operation == microNot) return oneWhere<T>(v128.eq<T>(a, zero));
  if (isFloat<T>()) {
    if (operation == microFloor) return v128.floor<T>(a);
    if (operation == microCeil) return v128.ceil<T>(a);
    if (operation == microRound) return v128.nearest<T>(a);
    if (operation == microTrunc) return v128.trunc<T>(a);
    if (operation == microSqrt) return v128.sqrt<T>(a);
    if (operation == microRsqrt) return v128.div<T>(ones<T>(), v128.sqrt<T>(a));
    if (operation == microReciprocal) return v128.div<T>(ones<T>(), a);
    if (operation == microIsNaN) return oneWhere<T>(v128.ne<T>(a, a));
    if (operation == microIsInf) return oneWhere<T>(v128.eq<T>(v128.abs<T>(a), infinities<T>()));
    if (operation == microIsFinite) return oneWhere<T>(v128.lt<T>(v128.abs<T>(a), infinities<T>()));
  }
  return a;
}

// @ts-ignore: decorator
@inline
function binary<T>(operation: i32, a: v128, b: v128): v128 {
  const zero = i32x4.splat(0);
  if (operation == microAdd) return v128.add<T>(a, b);
  if (operation == microSub) return v128.sub<T>(a, b);
  if (operation == microMul) return v128.mul<T>(a, b);
  if (operation == microMin) return v128.min<T>(a, b);
  if (operation == microMax) return v128.max<T>(a, b);
  if (operation == microEqual) return oneWhere<T>(v128.eq<T>(a, b));
  if (operation == microNotEqual) return oneWhere<T>(v128.ne<T>(a, b));
  if (operation == microLess) return oneWhere<T>(v128.lt<T>(a, b));
  if (operation == microLessEqual) return oneWhere<T>(v128.le<T>(a, b));
  if (operation == microGreater) return oneWhere<T>(v128.gt<T>(a, b));
  if (operation == microGreaterEqual) return oneWhere<T>(v128.ge<T>(a, b));
  if (operation == microAnd) return oneWhere<T>(v128.and(v128.ne<T>(a, zero), v128.ne<T>(b, zero)));
  if (operation == microOr) return oneWhere<T>(v128.or(v128.ne<T>(a, zero), v128.ne<T>(b, zero)));
  if (isFloat<T>()) return v128.div<T>(a, b);
  return a;
}

// @ts-ignore: decorator
@inline
function loop1<T>(operation: i32, end: usize, out: usize, a: usize, aStep: usize): void {
  const aNext = aStep << 2;
  while (out + 48 < end) {
    v128.store(out, unary<T>(operation, v128.load(a)));
    v128.store(out, unary<T>(operation, v128.load(a, 16)), 16);
    v128.store(out, unary<T>(operation, v128.load(a, 32)), 32);
    v128.store(out, unary<T>(operation, v128.load(a, 48)), 48);
    out += 64;
    a += aNext;
  }
  while (out < end) {
    v128.store(out, unary<T>(operation, v128.load(a)));
    out += 16;
    a += aStep;
  }
}

// @ts-ignore: decorator
@inline
function loop2<T>(
  operation: i32,
  end: usize,
  out: usize,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
): void {
  const aNext = aStep << 2;
  const bNext = bStep << 2;
  while (out + 48 < end) {
    v128.store(out, binary<T>(operation, v128.load(a), v128.load(b)));
    v128.store(out, binary<T>(operation, v128.load(a, 16), v128.load(b, 16)), 16);
    v128.store(out, binary<T>(operation, v128.load(a, 32), v128.load(b, 32)), 32);
    v128.store(out, binary<T>(operation, v128.load(a, 48), v128.load(b, 48)), 48);
    out += 64;
    a += aNext;
    b += bNext;
  }
  while (out < end) {
    v128.store(out, binary<T>(operation, v128.load(a), v128.load(b)));
    out += 16;
    a += aStep;
    b += bStep;
  }
}

/** One value of a function that has no vector form. */
function scalar<T>(operation: i32, a: T, b: T): T {
  if (isInteger<T>()) {
    const x = <i32>a;
    const y = <i32>b;
    if (operation == microPow) return <T>integerPower(x, y);
    if (y == 0) return <T>0;
    if (y == -1) return operation == microDiv ? <T>(0 - x) : <T>0;
    const r = x % y;
    const crosses = r != 0 && r < 0 != y < 0;
    if (operation == microMod) return <T>(crosses ? r + y : r);
    return <T>(crosses ? x / y - 1 : x / y);
  }
  const x = <f64>a;
  const y = <f64>b;
  switch (operation) {
    case microExp:
      return <T>exp64(x);
    case microExpm1:
      return <T>NativeMath.expm1(x);
    case microLog:
      return <T>log64(x);
    case microLog1p:
      return <T>NativeMath.log1p(x);
    case microSin:
      return <T>sin64(x);
    case microCos:
      return <T>cos64(x);
    case microTan:
      return <T>tan64(x);
    case microAsin:
      return <T>NativeMath.asin(x);
    case microAcos:
      return <T>NativeMath.acos(x);
    case microAtan:
      return <T>NativeMath.atan(x);
    case microSinh:
      return <T>sinh64(x);
    case microCosh:
      return <T>cosh64(x);
    case microTanh:
      return <T>tanh64(x);
    case microAsinh:
      return <T>asinh64(x);
    case microAcosh:
      return <T>acosh64(x);
    case microAtanh:
      return <T>NativeMath.atanh(x);
    case microErf:
      return <T>erf64(x);
    case microSigmoid:
      return <T>sigmoid64(x);
    case microSoftplus:
      return <T>softplus64(x);
    case microMod:
      return <T>mod64(x, y);
    case microPow:
      return sizeof<T>() == 8 ? <T>pow64(x, y) : <T>pow32(x, y);
    default:
      return <T>NativeMath.atan2(x, y);
  }
}

/** a^b by squaring, modulo 2^32; for b < 0 what is left of 1 / a^-b without its fraction. */
function integerPower(a: i32, b: i32): i32 {
  if (b < 0) return a == 1 ? 1 : a == -1 ? ((b & 1) == 0 ? 1 : -1) : 0;
  let result = 1;
  while (b > 0) {
    if (b & 1) result *= a;
    a *= a;
    b >>= 1;
  }
  return result;
}

/** The loop of the functions without a vector form. A step of 0 holds here too: every element is the first. */
function scalarLoop<T>(
  operation: i32,
  end: usize,
  out: usize,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
): void {
  const aNext: usize = aStep ? sizeof<T>() : 0;
  const bNext: usize = bStep ? sizeof<T>() : 0;
  while (out < end) {
    store<T>(out, scalar<T>(operation, load<T>(a), load<T>(b)));
    out += sizeof<T>();
    a += aNext;
    b += bNext;
  }
}

/** out = operation(a, b, c, d) over `count` elements of T. */
export function runStep<T>(
  operation: i32,
  count: i32,
  out: usize,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  c: usize,
  cStep: usize,
  d: usize,
  dStep: usize,
): void {
  const end = out + <usize>count * sizeof<T>();
  if (isFloat<T>() && sizeof<T>() == 4 && operation >= fusedRelu) {
    runFused(operation, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
    return;
  }
  switch (operation) {
    case microCopy:
      loop1<T>(microCopy, end, out, a, aStep);
      return;
    case microNeg:
      loop1<T>(microNeg, end, out, a, aStep);
      return;
    case microAbs:
      loop1<T>(microAbs, end, out, a, aStep);
      return;
    case microSign:
      loop1<T>(microSign, end, out, a, aStep);
      return;
    case microNot:
      loop1<T>(microNot, end, out, a, aStep);
      return;
    case microAdd:
      loop2<T>(microAdd, end, out, a, aStep, b, bStep);
      return;
    case microSub:
      loop2<T>(microSub, end, out, a, aStep, b, bStep);
      return;
    case microMul:
      loop2<T>(microMul, end, out, a, aStep, b, bStep);
      return;
    case microMin:
      loop2<T>(microMin, end, out, a, aStep, b, bStep);
      return;
    case microMax:
      loop2<T>(microMax, end, out, a, aStep, b, bStep);
      return;
    case microEqual:
      loop2<T>(microEqual, end, out, a, aStep, b, bStep);
      return;
    case microNotEqual:
      loop2<T>(microNotEqual, end, out, a, aStep, b, bStep);
      return;
    case microLess:
      loop2<T>(microLess, end, out, a, aStep, b, bStep);
      return;
    case microLessEqual:
      loop2<T>(microLessEqual, end, out, a, aStep, b, bStep);
      return;
    case microGreater:
      loop2<T>(microGreater, end, out, a, aStep, b, bStep);
      return;
    case microGreaterEqual:
      loop2<T>(microGreaterEqual, end, out, a, aStep, b, bStep);
      return;
    case microAnd:
      loop2<T>(microAnd, end, out, a, aStep, b, bStep);
      return;
    case microOr:
      loop2<T>(microOr, end, out, a, aStep, b, bStep);
      return;
    case microSelect:
      loop4<T>(microSelect, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
      return;
  }
  if (isFloat<T>()) {
    switch (operation) {
      case microDiv:
        loop2<T>(microDiv, end, out, a, aStep, b, bStep);
        return;
      case microFma:
        loop4<T>(microFma, end, out, a, aStep, b, bStep, c, cStep, d, dStep);
        return;
      case microFloor:
        loop1<T>(microFloor, end, out, a, aStep);
        return;
      case microCeil:
        loop1<T>(microCeil, end, out, a, aStep);
        return;
      case microRound:
        loop1<T>(microRound, end, out, a, aStep);
        return;
      case microTrunc:
        loop1<T>(microTrunc, end, out, a, aStep);
        return;
      case microSqrt:
        loop1<T>(microSqrt, end, out, a, aStep);
        return;
      case microRsqrt:
        loop1<T>(microRsqrt, end, out, a, aStep);
        return;
      case microReciprocal:
        loop1<T>(microReciprocal, end, out, a, aStep);
        return;
      case microIsNaN:
        loop1<T>(microIsNaN, end, out, a, aStep);
        return;
      case microIsInf:
        loop1<T>(microIsInf, end, out, a, aStep);
        return;
      case microIsFinite:
        loop1<T>(microIsFinite, end, out, a, aStep);
        return;
    }
    if (sizeof<T>() == 4) {
      switch (operation) {
        case microExp:
          functionLoop(microExp, end, out, a, aStep);
          return;
        case microLog:
          functionLoop(microLog, end, out, a, aStep);
          return;
        case microTanh:
          functionLoop(microTanh, end, out, a, aStep);
          return;
        case microSigmoid:
          functionLoop(microSigmoid, end, out, a, aStep);
          return;
        case microSoftplus:
          functionLoop(microSoftplus, end, out, a, aStep);
          return;
        case microErf:
          functionLoop(microErf, end, out, a, aStep);
          return;
      }
    }
  }
  scalarLoop<T>(operation, end, out, a, aStep, b, bStep);
}
