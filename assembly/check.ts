// check: fails at the first element that is NaN or infinite. Its meaning stands in src/contract/instructions.ts.

import { runErrorNone, runErrorNotFinite } from './generated/contract';
import { checkPlanCount, checkPlanInput, checkPlanUnit } from '../src/backend/wasm/layout';
import { infinities } from './math';
import { lanesOf } from './vector';
import { addressIn, fail, word } from './work';

export function check<T>(plan: usize, begin: i32, end: i32): i32 {
  const unit = word(plan, checkPlanUnit);
  const last = min(end * unit, word(plan, checkPlanCount));
  const input = addressIn(plan, checkPlanInput);
  const lanes = lanesOf<T>();
  let i = begin * unit;
  let at = input + <usize>i * sizeof<T>();
  while (i + lanes <= last && v128.all_true<i32>(v128.lt<T>(v128.abs<T>(v128.load(at)), infinities<T>()))) {
    i += lanes;
    at += 16;
  }
  while (i < last) {
    const x = load<T>(at);
    if (x - x != 0) return fail(runErrorNotFinite, i, 0);
    i++;
    at += sizeof<T>();
  }
  return runErrorNone;
}
