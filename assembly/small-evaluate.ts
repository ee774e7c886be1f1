// Evaluates an expression over a grid of a few vectors, as src/backend/wasm/small-evaluation.ts has made it ready. The
// operations of small networks have their loops here: a call costs more than what it computes.

import { microAdd, microConstant, microLoad, microMul, microSub } from './generated/contract';
import {
  evaluationPoints,
  evaluationSmall,
  evaluationSmallEnd,
  fusedDifferenceProduct,
  fusedLessProduct,
  fusedLessProductOverRoot,
  fusedProduct3,
  operandDirect,
  operandDtype,
  operandKind,
  operandScalar,
  smallStepA,
  smallStepB,
  smallStepBytes,
  smallStepC,
  smallStepD,
  smallStepE,
  smallStepOperation,
  smallStepValue,
  workRegisters,
} from '../src/backend/wasm/layout';
import { loadContiguous, loadElement, shiftOf, storeContiguous, storeElement } from './convert';
import { lessProductOverRoot } from './fused-loops';
import { runStep } from './loops';
import { word, work } from './work';

/** Evaluates all of a grid. */
export function evaluateSmall<T>(evaluation: usize): void {
  const count = word(evaluation, evaluationPoints);
  const bytes = <usize>count * sizeof<T>();
  const stepsEnd = load<usize>(evaluation + evaluationSmallEnd);
  for (let step = load<usize>(evaluation + evaluationSmall); step < stepsEnd; step += smallStepBytes) {
    const operation = word(step, smallStepOperation);
    let out = load<usize>(load<usize>(step + smallStepValue));
    if (operation > microConstant) {
      let a = load<usize>(load<usize>(step + smallStepA));
      let b = load<usize>(load<usize>(step + smallStepB));
      let c = load<usize>(load<usize>(step + smallStepC));
      const end = out + bytes;
      switch (operation) {
        case microAdd:
          for (; out < end; out += 16) {
            v128.store(out, v128.add<T>(v128.load(a), v128.load(b)));
            a += 16;
            b += 16;
          }
          continue;
        case microSub:
          for (; out < end; out += 16) {
            v128.store(out, v128.sub<T>(v128.load(a), v128.load(b)));
            a += 16;
            b += 16;
          }
          continue;
        case microMul:
          for (; out < end; out += 16) {
            v128.store(out, v128.mul<T>(v128.load(a), v128.load(b)));
            a += 16;
            b += 16;
          }
          continue;
        case fusedLessProduct:
          for (; out < end; out += 16) {
            v128.store(out, v128.sub<T>(v128.load(a), v128.mul<T>(v128.load(b), v128.load(c))));
            a += 16;
            b += 16;
            c += 16;
          }
          continue;
        case fusedProduct3:
          for (; out < end; out += 16) {
            v128.store(out, v128.mul<T>(v128.load(a), v128.mul<T>(v128.load(b), v128.load(c))));
            a += 16;
            b += 16;
            c += 16;
          }
          continue;
        case fusedDifferenceProduct:
          for (; out < end; out += 16) {
            v128.store(out, v128.mul<T>(v128.sub<T>(v128.load(a), v128.load(b)), v128.load(c)));
            a += 16;
            b += 16;
            c += 16;
          }
          continue;
        case fusedLessProductOverRoot:
          if (isFloat<T>() && sizeof<T>() == 4) {
            const d = load<usize>(load<usize>(step + smallStepD));
            const e = load<usize>(load<usize>(step + smallStepE));
            lessProductOverRoot(end, out, a, 16, b, 16, c, 16, d, 16, e, 16);
          }
          continue;
        default: {
          const d = load<usize>(load<usize>(step + smallStepD));
          runStep<T>(operation, count, out, a, 16, b, 16, c, 16, d, 16);
        }
      }
    } else if (operation == microConstant) {
      const register = work + workRegisters + word(step, smallStepA);
      store<usize>(register, out);
      store<usize>(register, 16, 4);
    } else {
      const address = load<usize>(load<usize>(step + smallStepA));
      const operand = load<usize>(step + smallStepB);
      const places = load<usize>(step + smallStepC);
      if (operation == microLoad) {
        loadSmall<T>(out, count, address, operand, places, word(step, smallStepD) != 0);
      } else storeSmall<T>(out, count, address, operand, places);
    }
  }
}

/** @param isRuns whether the elements of each vector follow each other */
function loadSmall<T>(
  value: usize,
  count: i32,
  address: usize,
  operand: usize,
  places: usize,
  isRuns: bool,
): void {
  const dtype = word(operand, operandDtype);
  const end = value + <usize>count * sizeof<T>();
  if (word(operand, operandKind) == operandScalar) {
    const x = v128.splat<T>(loadElement<T>(address, dtype));
    for (; value < end; value += 16) v128.store(value, x);
  } else if (places == 0) loadContiguous<T>(value, count, address, dtype);
  else if (isRuns && word(operand, operandDirect) != 0) {
    for (; value < end; value += 16) {
      v128.store(value, v128.load(address + load<usize>(places) * sizeof<T>()));
      places += 64 / sizeof<T>();
    }
  } else {
    const shift = shiftOf(dtype);
    for (; value < end; value += sizeof<T>()) {
      store<T>(value, loadElement<T>(address + (load<usize>(places) << shift), dtype));
      places += 4;
    }
  }
}

function storeSmall<T>(value: usize, count: i32, address: usize, operand: usize, places: usize): void {
  const dtype = word(operand, operandDtype);
  if (places == 0) {
    storeContiguous<T>(address, dtype, count, value, 16);
    return;
  }
  const shift = shiftOf(dtype);
  const end = value + <usize>count * sizeof<T>();
  for (; value < end; value += sizeof<T>()) {
    storeElement<T>(address + (load<usize>(places) << shift), dtype, load<T>(value));
    places += 4;
  }
}
