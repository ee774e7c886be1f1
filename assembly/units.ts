// Which kernel runs the units of a plan.

import { runErrorNone } from './generated/contract';
import {
  kernelCheckFloat32,
  kernelCheckFloat64,
  kernelCopy,
  kernelCrossEntropyFloat32,
  kernelCrossEntropyFloat64,
  kernelGather,
  kernelGemmFloat32,
  kernelGemmFloat64,
  kernelMapFloat32,
  kernelMapFloat64,
  kernelMapInt32,
  kernelRandom,
  kernelReduceFloat32,
  kernelReduceFloat64,
  kernelReduceInt32,
  kernelScatterAddFloat32,
  kernelScatterAddFloat64,
  kernelScatterAddInt32,
  kernelSmallGemmFloat32,
  kernelSmallGemmFloat64,
  kernelSmallMapFloat32,
  kernelSmallMapFloat64,
  kernelSmallMapInt32,
  kernelSoftmaxFloat32,
  kernelSoftmaxFloat64,
  mapEvaluation,
  planKernel,
} from '../src/backend/wasm/layout';
import { check } from './check';
import { copy } from './copy';
import { crossEntropy } from './cross-entropy';
import { gather } from './gather';
import { gemm } from './gemm';
import { map } from './map';
import { random } from './random';
import { reduce } from './reduce';
import { scatterAdd } from './scatter-add';
import { evaluateSmall } from './small-evaluate';
import { smallGemm } from './small-gemm';
import { softmax } from './softmax';
import { word } from './work';

/** Runs units of a plan; gives an error code. */
export function runUnits(plan: usize, begin: i32, end: i32): i32 {
  return runKernel(word(plan, planKernel), plan, begin, end);
}

/** The same for those who know the kernel, in place: for small instructions another call is much. */
// @ts-ignore: decorator
@inline
export function runKernel(kernel: i32, plan: usize, begin: i32, end: i32): i32 {
  switch (kernel) {
    case kernelSmallMapInt32:
      evaluateSmall<i32>(load<usize>(plan + mapEvaluation));
      return runErrorNone;
    case kernelSmallMapFloat32:
      evaluateSmall<f32>(load<usize>(plan + mapEvaluation));
      return runErrorNone;
    case kernelSmallMapFloat64:
      evaluateSmall<f64>(load<usize>(plan + mapEvaluation));
      return runErrorNone;
    case kernelMapInt32:
      map<i32>(plan, begin, end);
      return runErrorNone;
    case kernelMapFloat32:
      map<f32>(plan, begin, end);
      return runErrorNone;
    case kernelMapFloat64:
      map<f64>(plan, begin, end);
      return runErrorNone;
    case kernelReduceInt32:
      reduce<i32>(plan, begin, end);
      return runErrorNone;
    case kernelReduceFloat32:
      reduce<f32>(plan, begin, end);
      return runErrorNone;
    case kernelReduceFloat64:
      reduce<f64>(plan, begin, end);
      return runErrorNone;
    case kernelGemmFloat32:
      gemm<f32>(plan, begin, end);
      return runErrorNone;
    case kernelGemmFloat64:
      gemm<f64>(plan, begin, end);
      return runErrorNone;
    case kernelSmallGemmFloat32:
      smallGemm<f32>(plan, begin, end);
      return runErrorNone;
    case kernelSmallGemmFloat64:
      smallGemm<f64>(plan, begin, end);
      return runErrorNone;
    case kernelGather:
      return gather(plan, begin, end);
    case kernelScatterAddInt32:
      return scatterAdd<i32>(plan, begin, end);
    case kernelScatterAddFloat32:
      return scatterAdd<f32>(plan, begin, end);
    case kernelScatterAddFloat64:
      return scatterAdd<f64>(plan, begin, end);
    case kernelCopy:
      copy(plan, begin, end);
      return runErrorNone;
    case kernelRandom:
      random(plan, begin, end);
      return runErrorNone;
    case kernelSoftmaxFloat32:
      softmax<f32>(plan, begin, end);
      return runErrorNone;
    case kernelSoftmaxFloat64:
      softmax<f64>(plan, begin, end);
      return runErrorNone;
    case kernelCrossEntropyFloat32:
      return crossEntropy<f32>(plan, begin, end);
    case kernelCrossEntropyFloat64:
      return crossEntropy<f64>(plan, begin, end);
    case kernelCheckFloat32:
      return check<f32>(plan, begin, end);
    case kernelCheckFloat64:
      return check<f64>(plan, begin, end);
    default:
      return runErrorNone;
  }
}
