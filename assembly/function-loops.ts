// The loops of the functions of float32 that have a vector form (math.ts). They have many operations, each of which waits
// for the one before: vectors side by side fill the time.

import { microErf, microExp, microLog, microSigmoid, microSoftplus, microTanh } from './generated/contract';
import {
  erfFloat32,
  expFloat32,
  isOrdinaryExp,
  logFloat32,
  minusMagnitude,
  ordinaryExpFloat32,
  ordinarySigmoidFloat32,
  sigmoidFloat32,
  softplusOf,
  tanhFloat32,
} from './math';

/** Functions for which most arguments need no care for the ends of the range of exp, which they use. */
// @ts-ignore: decorator
@inline
function usesExp(operation: i32): bool {
  return operation == microExp || operation == microSigmoid || operation == microSoftplus;
}

/** A function of float32, of arguments for which isOrdinaryExp holds, if it uses exp. */
// @ts-ignore: decorator
@inline
function ordinary(operation: i32, x: v128): v128 {
  if (operation == microExp) return ordinaryExpFloat32(x);
  if (operation == microSigmoid) return ordinarySigmoidFloat32(x);
  if (operation == microSoftplus) return softplusOf(x, ordinaryExpFloat32(minusMagnitude(x)));
  if (operation == microLog) return logFloat32(x);
  if (operation == microTanh) return tanhFloat32(x);
  return erfFloat32(x);
}

/** One vector of any arguments; ordinary ones get the bits that `ordinary` gives them. */
function anyFunction(operation: i32, out: usize, a: usize): void {
  const x = v128.load(a);
  if (operation == microExp) v128.store(out, expFloat32(x));
  else if (operation == microSigmoid) v128.store(out, sigmoidFloat32(x));
  else v128.store(out, softplusOf(x, expFloat32(minusMagnitude(x))));
}

/**
 * Functions of many operations: four vectors side by side, as one alone waits for itself most of the time.
 */
// @ts-ignore: decorator
@inline
export function functionLoop(operation: i32, end: usize, out: usize, a: usize, aStep: usize): void {
  if (aStep) {
    while (out + 48 < end) {
      const x = v128.load(a);
      const y = v128.load(a, 16);
      const z = v128.load(a, 32);
      const w = v128.load(a, 48);
      if (usesExp(operation) && !isOrdinaryExp(x, y, z, w)) {
        anyFunction(operation, out, a);
        anyFunction(operation, out + 16, a + 16);
        anyFunction(operation, out + 32, a + 32);
        anyFunction(operation, out + 48, a + 48);
      } else {
        const first = ordinary(operation, x);
        const second = ordinary(operation, y);
        const third = ordinary(operation, z);
        const fourth = ordinary(operation, w);
        v128.store(out, first);
        v128.store(out, second, 16);
        v128.store(out, third, 32);
        v128.store(out, fourth, 48);
      }
      out += 64;
      a += 64;
    }
  }
  while (out < end) {
    const x = v128.load(a);
    if (usesExp(operation) && !isOrdinaryExp(x, x, x, x)) anyFunction(operation, out, a);
    else v128.store(out, ordinary(operation, x));
    out += 16;
    a += aStep;
  }
}
