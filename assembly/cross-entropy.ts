// crossEntropy: softmax cross-entropy of rows of logits, and its gradient, without storing the probabilities. Its
// meaning stands in src/contract/instructions.ts, its definition is src/backend/js/cross-entropy.ts.
//
// With m the largest logit of a row and s the sum of e^(z - m), -log softmax(z)[c] = log s - (z[c] - m).

import {
  dtypeFloat32,
  dtypeFloat64,
  dtypeUint8,
  reduceChunk,
  reduceKindSum,
  runErrorLabelOutOfRange,
  runErrorNone,
} from './generated/contract';
import {
  rowsPlanColumns,
  rowsPlanDelta,
  rowsPlanInput,
  rowsPlanLoss,
  rowsPlanOption,
  rowsPlanRows,
  rowsPlanSecond,
  rowsPlanUnit,
  workBlocks,
} from '../src/backend/wasm/layout';
import { storeContiguous } from './convert';
import { combineLanes, startLanes, takeValues } from './lanes';
import { log64 } from './math64';
import { divide, renewExponentials, rowMaximum, sumOfExponentials } from './softmax';
import { blockElementsOf, lanesOf } from './vector';
import { addressIn, fail, word, work } from './work';

export function crossEntropy<T>(plan: usize, begin: i32, end: i32): i32 {
  const columns = word(plan, rowsPlanColumns);
  const unit = word(plan, rowsPlanUnit);
  const last = min(end * unit, word(plan, rowsPlanRows));
  const labelDtype = word(plan, rowsPlanOption);
  const logits = addressIn(plan, rowsPlanInput);
  const labels = addressIn(plan, rowsPlanSecond);
  for (let row = begin * unit; row < last; row++) {
    const offset = <usize>row * columns * sizeof<T>();
    if (labelDtype < 0) {
      denseRow<T>(plan, row, logits + offset, labels + offset, columns);
      continue;
    }
    const label =
      labelDtype == dtypeUint8 ? <i32>load<u8>(labels + row) : load<i32>(labels + ((<usize>row) << 2));
    if (<u32>label >= <u32>columns) return fail(runErrorLabelOutOfRange, label, columns - 1);
    sparseRow<T>(plan, row, logits + offset, label, columns);
  }
  return runErrorNone;
}

/** Where a row of an output goes, 0 if it is not wanted. */
// @ts-ignore: decorator
@inline
function outputOf<T>(plan: usize, field: usize, element: i32): usize {
  const slot = load<usize>(plan + field);
  return slot == 0 ? 0 : load<usize>(slot) + <usize>element * sizeof<T>();
}

function sparseRow<T>(plan: usize, row: i32, logits: usize, label: i32, columns: i32): void {
  const dtype = sizeof<T>() == 8 ? dtypeFloat64 : dtypeFloat32;
  const max = rowMaximum<T>(logits, columns);
  const sum = sumOfExponentials<T>(logits, columns, max);
  const loss = outputOf<T>(plan, rowsPlanLoss, row);
  const delta = outputOf<T>(plan, rowsPlanDelta, row * columns);
  if (loss != 0) {
    const z = load<T>(logits + <usize>label * sizeof<T>());
    store<T>(loss, <T>(log64(<f64>sum) - (<f64>z - <f64>max)));
  }
  if (delta == 0) return;
  for (let at = 0; at < columns; at += blockElementsOf<T>()) {
    const count = min(blockElementsOf<T>(), columns - at);
    const values = renewExponentials<T>(logits, columns, at, count, max);
    divide<T>(values, count, sum);
    storeContiguous<T>(delta + <usize>at * sizeof<T>(), dtype, count, values, 16);
  }
  const own = delta + <usize>label * sizeof<T>();
  store<T>(own, load<T>(own) - 1);
}

function denseRow<T>(plan: usize, row: i32, logits: usize, labels: usize, columns: i32): void {
  const dtype = sizeof<T>() == 8 ? dtypeFloat64 : dtypeFloat32;
  const max = rowMaximum<T>(logits, columns);
  const sum = sumOfExponentials<T>(logits, columns, max);
  const loss = outputOf<T>(plan, rowsPlanLoss, row);
  const delta = outputOf<T>(plan, rowsPlanDelta, row * columns);
  if (loss != 0) store<T>(loss, denseLoss<T>(logits, labels, columns, max, <T>log64(<f64>sum)));
  if (delta == 0) return;
  const weight = sumOfLabels<T>(labels, columns);
  for (let at = 0; at < columns; at += blockElementsOf<T>()) {
    const count = min(blockElementsOf<T>(), columns - at);
    const place = <usize>at * sizeof<T>();
    const values = renewExponentials<T>(logits, columns, at, count, max);
    divide<T>(values, count, sum);
    scaleAndSubtract<T>(values, count, weight, labels + place);
    storeContiguous<T>(delta + place, dtype, count, values, 16);
  }
}

/** The sum of y (logarithm - (z - max)) over a row. Made beyond the exponentials, which are still wanted. */
function denseLoss<T>(logits: usize, labels: usize, columns: i32, max: T, logarithm: T): T {
  const terms = work + workBlocks + 32768 + 256;
  const first = v128.splat<T>(max);
  const second = v128.splat<T>(logarithm);
  let total: T = 0;
  for (let chunk = 0; chunk < columns; chunk += reduceChunk) {
    const end = min(chunk + reduceChunk, columns);
    startLanes<T>(reduceKindSum);
    for (let at = chunk; at < end; at += blockElementsOf<T>()) {
      const count = min(blockElementsOf<T>(), end - at);
      const place = <usize>at * sizeof<T>();
      for (let i: usize = 0; i < <usize>count * sizeof<T>(); i += 16) {
        const distance = v128.sub<T>(second, v128.sub<T>(v128.load(logits + place + i), first));
        v128.store(terms + i, v128.mul<T>(v128.load(labels + place + i), distance));
      }
      takeValues<T>(reduceKindSum, terms, 16, count);
    }
    const sum = combineLanes<T>(reduceKindSum);
    total = chunk == 0 ? sum : total + sum;
  }
  return total;
}

/** The sum of a row of labels, in lanes and chunks. */
function sumOfLabels<T>(labels: usize, columns: i32): T {
  let total: T = 0;
  for (let chunk = 0; chunk < columns; chunk += reduceChunk) {
    startLanes<T>(reduceKindSum);
    takeValues<T>(reduceKindSum, labels + <usize>chunk * sizeof<T>(), 16, min(reduceChunk, columns - chunk));
    const sum = combineLanes<T>(reduceKindSum);
    total = chunk == 0 ? sum : total + sum;
  }
  return total;
}

/** values * weight - y, in the work space. */
function scaleAndSubtract<T>(values: usize, count: i32, weight: T, labels: usize): void {
  const factor = v128.splat<T>(weight);
  while (count > 0) {
    v128.store(values, v128.sub<T>(v128.mul<T>(v128.load(values), factor), v128.load(labels)));
    values += 16;
    labels += 16;
    count -= lanesOf<T>();
  }
}
