// Evaluates an expression over a block of its grid: `rows` rows of `columns` columns, at most blockElementsOf<T>() points (more
// than one row only if the rows are whole). One loop a step (loops.ts), over blocks that stay in the first cache.
// Operands that have the compute dtype and lie without gaps are read where they are, and written where they are
// wanted. Shared by map, reduce and the epilogue of gemm.

import { microConstant, microLoad, microStore } from './generated/contract';
import {
  evaluationBlockRows,
  evaluationColumns,
  evaluationDimensions,
  evaluationOuterRank,
  evaluationPieces,
  evaluationRows,
  evaluationSmall,
  evaluationSteps,
  evaluationStepsEnd,
  fusedLessProductOverRoot,
  operandColumn,
  operandDirect,
  operandDtype,
  operandKind,
  operandLinear,
  operandRows,
  operandScalar,
  operandSlot,
  stepA,
  stepB,
  stepBlock,
  stepBytes,
  stepC,
  stepD,
  stepE,
  stepOperand,
  stepOperation,
  stepTarget,
  workBlocks,
  workRegisters,
  workRowIndex,
  workSplats,
} from '../src/backend/wasm/layout';
import { loadContiguous, loadScalar, loadStrided, shiftOf, storeContiguous, storeStrided } from './convert';
import { lessProductOverRoot } from './fused-loops';
import { runStep } from './loops';
import { evaluateSmall } from './small-evaluate';
import { lanesOf } from './vector';
import { word, work } from './work';

/** Blocks that an evaluation's grid has. */
export function blockCount(evaluation: usize): i32 {
  const rows = word(evaluation, evaluationRows);
  const pieces = word(evaluation, evaluationPieces);
  if (pieces > 1) return rows * pieces;
  const blockRows = word(evaluation, evaluationBlockRows);
  return (rows + blockRows - 1) / blockRows;
}

/** Evaluates blocks `begin` to `end` (not included) of the grid. */
export function evaluateBlocks<T>(evaluation: usize, begin: i32, end: i32): void {
  const rows = word(evaluation, evaluationRows);
  const columns = word(evaluation, evaluationColumns);
  const pieces = word(evaluation, evaluationPieces);
  if (pieces == 1) {
    const blockRows = word(evaluation, evaluationBlockRows);
    for (let block = begin; block < end; block++) {
      const row = block * blockRows;
      evaluate<T>(evaluation, row, min(blockRows, rows - row), 0, columns);
    }
    return;
  }
  const width = pieceColumns(columns, pieces);
  for (let block = begin; block < end; block++) {
    const row = block / pieces;
    const column = (block - row * pieces) * width;
    evaluate<T>(evaluation, row, 1, column, min(width, columns - column));
  }
}

/** Columns of a piece of a row: a whole number of sixteens, so that pieces are as even as they can be. */
// @ts-ignore: decorator
@inline
function pieceColumns(columns: i32, pieces: i32): i32 {
  return ((columns + pieces - 1) / pieces + 15) & ~15;
}

/** Evaluates the rows of a range that the caller knows to be complete, all columns. */
export function evaluateRows<T>(evaluation: usize, begin: i32, end: i32): void {
  const pieces = word(evaluation, evaluationPieces);
  if (pieces > 1) {
    evaluateBlocks<T>(evaluation, begin * pieces, end * pieces);
    return;
  }
  const columns = word(evaluation, evaluationColumns);
  const blockRows = word(evaluation, evaluationBlockRows);
  for (let row = begin; row < end; row += blockRows) {
    evaluate<T>(evaluation, row, min(blockRows, end - row), 0, columns);
  }
}

/** Evaluates one block; what its registers hold stays in the work space until the next. */
export function evaluate<T>(evaluation: usize, row: i32, rows: i32, column: i32, columns: i32): void {
  if (word(evaluation, evaluationSmall) != 0) {
    evaluateSmall<T>(evaluation);
    return;
  }
  const count = rows * columns;
  const outerRank = word(evaluation, evaluationOuterRank);
  if (outerRank > 1) splitRow(evaluation, outerRank, row);
  const whole = (count & (lanesOf<T>() - 1)) == 0;
  const registers = work + workRegisters;
  const blocks = work + workBlocks;
  let step = load<usize>(evaluation + evaluationSteps);
  const end = load<usize>(evaluation + evaluationStepsEnd);
  for (; step < end; step += stepBytes) {
    const operation = word(step, stepOperation);
    const target = registers + word(step, stepTarget);
    const operand = load<usize>(step + stepOperand);
    if (operation > microConstant) {
      let out = blocks + word(step, stepBlock);
      if (operand != 0 && whole) out = linearAddress(evaluation, operand, row, column);
      const registerA = registers + word(step, stepA);
      const a = load<usize>(registerA);
      const aStep = load<usize>(registerA, 4);
      const registerB = registers + word(step, stepB);
      const b = load<usize>(registerB);
      const bStep = load<usize>(registerB, 4);
      const registerC = registers + word(step, stepC);
      const c = load<usize>(registerC);
      const cStep = load<usize>(registerC, 4);
      const registerD = registers + word(step, stepD);
      const d = load<usize>(registerD);
      const dStep = load<usize>(registerD, 4);
      if (isFloat<T>() && sizeof<T>() == 4 && operation == fusedLessProductOverRoot) {
        const registerE = registers + word(step, stepE);
        const e = load<usize>(registerE);
        const eStep = load<usize>(registerE, 4);
        const to = out + ((<usize>count) << 2);
        lessProductOverRoot(to, out, a, aStep, b, bStep, c, cStep, d, dStep, e, eStep);
      } else {
        runStep<T>(operation, count, out, a, aStep, b, bStep, c, cStep, d, dStep);
      }
      store<usize>(target, out);
      store<usize>(target, 16, 4);
    } else if (operation == microLoad) {
      loadOperand<T>(evaluation, operand, row, rows, column, columns, target, blocks + word(step, stepBlock));
    } else if (operation == microConstant) {
      store<usize>(target, operand);
      store<usize>(target, 0, 4);
    } else {
      const from = registers + word(step, stepA);
      storeOperand<T>(
        evaluation,
        operand,
        row,
        rows,
        column,
        columns,
        load<usize>(from),
        load<usize>(from, 4),
      );
    }
  }
}

/** Writes the index of a row along each outer dimension to the work space. */
function splitRow(evaluation: usize, outerRank: i32, row: i32): void {
  for (let d = outerRank - 1; d >= 0; d--) {
    const at = (<usize>d) << 2;
    const size = load<i32>(evaluation + evaluationDimensions + at);
    const rest = row / size;
    store<i32>(work + workRowIndex + at, row - rest * size);
    row = rest;
  }
}

/** Address of an element of an operand whose elements follow each other over the whole grid. */
// @ts-ignore: decorator
@inline
function linearAddress(evaluation: usize, operand: usize, row: i32, column: i32): usize {
  const element = row * word(evaluation, evaluationColumns) + column;
  return (
    load<usize>(load<usize>(operand + operandSlot)) +
    ((<usize>element) << shiftOf(word(operand, operandDtype)))
  );
}

/** Elements from the start of an operand to the block's first row. */
// @ts-ignore: decorator
@inline
function rowOffset(operand: usize, outerRank: i32, row: i32): i32 {
  if (outerRank == 1) return row * word(operand, operandRows);
  let offset = 0;
  for (let d = 0; d < outerRank; d++) {
    const at = (<usize>d) << 2;
    offset += load<i32>(work + workRowIndex + at) * load<i32>(operand + operandRows + at);
  }
  return offset;
}

/** Elements from one row to the next, whose indices follow those in `index`, which are moved on. */
function nextRow(evaluation: usize, operand: usize, outerRank: i32, index: usize): i32 {
  if (outerRank == 1) return word(operand, operandRows);
  let offset = 0;
  for (let d = outerRank - 1; d >= 0; d--) {
    const at = (<usize>d) << 2;
    const stride = load<i32>(operand + operandRows + at);
    const next = load<i32>(index + at) + 1;
    offset += stride;
    if (next < load<i32>(evaluation + evaluationDimensions + at)) {
      store<i32>(index + at, next);
      break;
    }
    store<i32>(index + at, 0);
    offset -= stride * next;
  }
  return offset;
}

/** A copy of the block's row index, for a walk over its rows. */
// @ts-ignore: decorator
@inline
function walkIndex(): usize {
  memory.copy(work + workRowIndex + 32, work + workRowIndex, 32);
  return work + workRowIndex + 32;
}

/** Sets a register to one element, for all points. */
function loadRepeated<T>(target: usize, address: usize, dtype: i32): void {
  const splat = work + workSplats + 8 * (target - work - workRegisters); // splatBytes for 8 bytes of a register
  loadScalar<T>(splat, address, dtype);
  store<usize>(target, splat);
  store<usize>(target, 0, 4);
}

/** Sets a register to the block of an input: to its place in memory, to one vector for all, or to a converted copy. */
function loadOperand<T>(
  evaluation: usize,
  operand: usize,
  row: i32,
  rows: i32,
  column: i32,
  columns: i32,
  target: usize,
  block: usize,
): void {
  const kind = word(operand, operandKind);
  const dtype = word(operand, operandDtype);
  const direct = word(operand, operandDirect) != 0;
  if (kind == operandLinear) {
    const address = linearAddress(evaluation, operand, row, column);
    if (!direct) loadContiguous<T>(block, rows * columns, address, dtype);
    store<usize>(target, direct ? address : block);
    store<usize>(target, 16, 4);
    return;
  }
  const start = load<usize>(load<usize>(operand + operandSlot));
  if (kind == operandScalar) {
    loadRepeated<T>(target, start, dtype);
    return;
  }
  const shift = shiftOf(dtype);
  const outerRank = word(evaluation, evaluationOuterRank);
  const stride = word(operand, operandColumn);
  let address = start + ((<usize>(rowOffset(operand, outerRank, row) + column * stride)) << shift);
  if (rows == 1) {
    if (stride == 0) {
      loadRepeated<T>(target, address, dtype);
      return;
    }
    if (stride != 1) loadStrided<T>(block, columns, address, dtype, stride);
    else if (!direct) loadContiguous<T>(block, columns, address, dtype);
    store<usize>(target, stride == 1 && direct ? address : block);
    store<usize>(target, 16, 4);
    return;
  }
  store<usize>(target, block);
  store<usize>(target, 16, 4);
  const index = walkIndex();
  for (;;) {
    // Whole vectors are written: what they write beyond a row, the next row overwrites.
    if (stride == 1) loadContiguous<T>(block, columns, address, dtype);
    else loadStrided<T>(block, columns, address, dtype, stride);
    if (--rows == 0) return;
    block += <usize>columns * sizeof<T>();
    address += (<usize>nextRow(evaluation, operand, outerRank, index)) << shift;
  }
}

/** Writes a register's block to an output, unless it is there already. */
function storeOperand<T>(
  evaluation: usize,
  operand: usize,
  row: i32,
  rows: i32,
  column: i32,
  columns: i32,
  from: usize,
  step: usize,
): void {
  const dtype = word(operand, operandDtype);
  if (word(operand, operandKind) == operandLinear) {
    const address = linearAddress(evaluation, operand, row, column);
    if (address != from) storeContiguous<T>(address, dtype, rows * columns, from, step);
    return;
  }
  const shift = shiftOf(dtype);
  const outerRank = word(evaluation, evaluationOuterRank);
  const stride = word(operand, operandColumn);
  let address = load<usize>(load<usize>(operand + operandSlot));
  address += (<usize>(rowOffset(operand, outerRank, row) + column * stride)) << shift;
  const index = walkIndex();
  for (;;) {
    if (stride == 1) storeContiguous<T>(address, dtype, columns, from, step);
    else storeStrided<T>(address, dtype, columns, stride, from, step);
    if (--rows == 0) return;
    if (step) from += <usize>columns * sizeof<T>();
    address += (<usize>nextRow(evaluation, operand, outerRank, index)) << shift;
  }
}
