// The plan of each instruction: what of its fields can be computed beforehand, how it is cut into units (which depends
// on shapes only, never on threads or time), and roughly what they cost.

import { dtypeCode } from '../../contract/dtypes.js';
import {
  fieldOffsets,
  instructionNames,
  precisions,
  randomKinds,
  reduceKinds,
  tailOffsets,
} from '../../contract/instructions.js';
import { blockElements, bytesOf, writeEvaluation } from './evaluation.js';
import type { ImageWriter } from './image.js';
import * as layout from './layout.js';

/** Nanoseconds between looks at the clock within an instruction. */
const sliceCost = 500_000;
/** Elements that a unit of simple work has, about. */
const unitElements = 16384;
/** Nanoseconds of work that a unit should have at least: taking one costs a tenth of a microsecond. */
const leastUnitCost = 4000;

/** Most blocks of a unit of map. */
const mapUnitBlocks = 16;

/** Kernels that have one entry a dtype, from the code of the first dtype that they have. */
const float64Code = dtypeCode.float64;
const computeKernel = (first: number, dtype: number): number => first + dtype - dtypeCode.int32;
const floatKernel = (first: number, dtype: number): number => first + dtype - dtypeCode.float32;

/** What all plans have. */
function begin(
  image: ImageWriter,
  bytes: number,
  kernel: number,
  units: number,
  unitCost: number,
  preparation = 0,
): number {
  const plan = image.reserve(bytes);
  const slice = Math.max(1, Math.floor(sliceCost / Math.max(unitCost, 1)));
  image.put(plan + layout.planKernel, kernel);
  image.put(plan + layout.planUnits, Math.max(1, units));
  image.put(plan + layout.planSlice, Math.min(slice, 0x7fffffff));
  image.put(plan + layout.planCost, Math.min(Math.ceil(Math.min(units, slice) * unitCost) + 20, 1e9));
  image.put(plan + layout.planPreparation, preparation);
  image.costs(units * unitCost);
  return plan;
}

/** Writes the plan of the instruction at word `at` of the program. @returns its address */
export function writePlan(image: ImageWriter, at: number): number {
  const name = instructionNames[image.words[at]];
  switch (name) {
    case 'map':
      return mapPlan(image, at);
    case 'reduce':
      return reducePlan(image, at);
    case 'gemm':
      return gemmPlan(image, at);
    case 'gather':
      return gatherPlan(image, at);
    case 'scatterAdd':
      return scatterAddPlan(image, at);
    case 'copy':
      return copyPlan(image, at);
    case 'random':
      return randomPlan(image, at);
    case 'softmax':
      return softmaxPlan(image, at);
    case 'crossEntropy':
      return crossEntropyPlan(image, at);
    case 'check':
      return checkPlan(image, at);
    case 'loop':
      return loopPlan(image, at);
    case 'boundary':
      return begin(image, layout.planBody, layout.kernelBoundary, 1, 0);
  }
}

function mapPlan(image: ImageWriter, at: number): number {
  const { words } = image;
  const dtype = words[at + fieldOffsets.map.dtype];
  const rank = words[at + fieldOffsets.map.rank];
  const tail = at + tailOffsets.map;
  const dims = Array.from(words.subarray(tail, tail + rank));
  const keep = dims.map((_, d) => d);
  const evaluation = writeEvaluation(image, tail + rank, dims, keep, dtype, true);
  const points = evaluation.rows * evaluation.columns;
  const blocks = Math.max(1, evaluation.blocks);
  const blockCost = (points * evaluation.elementCost) / blocks;
  // Large maps in long units, which memory is read well in; smaller ones in an even number of those that are worth it.
  const least = Math.ceil(leastUnitCost / Math.max(blockCost, 1));
  const unitBlocks = Math.max(1, Math.min(mapUnitBlocks, Math.max(least, Math.ceil(blocks / 8))));
  const units = Math.ceil(evaluation.blocks / unitBlocks);
  const unitCost = (points * evaluation.elementCost) / Math.max(units, 1);
  const isSmall = evaluation.isSmall && units === 1;
  const kernel = computeKernel(isSmall ? layout.kernelSmallMapInt32 : layout.kernelMapInt32, dtype);
  const plan = begin(image, layout.mapPlanBytes, kernel, units, unitCost);
  image.put(plan + layout.mapEvaluation, evaluation.address);
  image.put(plan + layout.mapBlocks, evaluation.blocks);
  image.put(plan + layout.mapUnitBlocks, unitBlocks);
  return plan;
}

/** Rows of a unit of work on rows: so many that it is worth it, and that units are about the same. */
function rowsOfUnit(rows: number, elements: number, cost: number): number {
  const most = Math.max(1, Math.floor(unitElements / Math.max(1, elements)));
  const wanted = Math.min(most, Math.ceil(leastUnitCost / cost));
  return Math.max(1, Math.ceil(rows / Math.max(1, Math.ceil(rows / wanted))));
}

function reducePlan(image: ImageWriter, at: number): number {
  const { words } = image;
  const field = fieldOffsets.reduce;
  const dtype = words[at + field.dtype];
  const [outer, length, inner] = [words[at + field.outer], words[at + field.length], words[at + field.inner]];
  const out = words[at + field.out];
  const keep = inner === 1 ? [0, 1] : [0, 1, 2];
  const dims = [outer, length, inner];
  const whole = inner === 1 || outer === 1;
  const evaluation = writeEvaluation(image, at + tailOffsets.reduce, dims, keep, dtype, whole);
  const pieces = Math.max(1, Math.ceil(inner / blockElements(dtype)));
  const columns = Math.ceil(inner / pieces / 16) * 16;
  const rowElements = Math.max(1, length * Math.min(inner, columns));
  const isSearch = words[at + field.kind] >= reduceKinds.argMax;
  const rowCost = rowElements * (evaluation.elementCost + (isSearch ? 5 : 0.5)) + 20;
  const unitRows = pieces > 1 ? 1 : rowsOfUnit(outer, rowElements, rowCost);
  const units = inner === 0 ? 0 : Math.ceil(outer / unitRows) * pieces;
  const unitCost = Math.min(unitRows, outer) * rowCost;
  const kernel = computeKernel(layout.kernelReduceInt32, dtype);
  const plan = begin(image, layout.reducePlanBytes, kernel, units, unitCost);
  image.overwrites(out, outer * inner);
  image.put(plan + layout.reducePlanKind, words[at + field.kind]);
  image.put(plan + layout.reducePlanOuter, inner === 0 ? 0 : outer);
  image.put(plan + layout.reducePlanLength, length);
  image.put(plan + layout.reducePlanInner, inner);
  image.put(plan + layout.reducePlanOut, image.slotOf(out));
  image.put(plan + layout.reducePlanOutDtype, image.dtypeOf(out));
  image.put(plan + layout.reducePlanEvaluation, evaluation.address);
  image.put(plan + layout.reducePlanRegister, evaluation.result);
  image.put(plan + layout.reducePlanUnitRows, unitRows);
  image.put(plan + layout.reducePlanColumns, pieces > 1 ? columns : inner);
  image.put(plan + layout.reducePlanPieces, pieces);
  return plan;
}

/**
 * Units of rows of gemm: so many that one packs at most 120 rows and takes some milliseconds at most; where the rows
 * allow it a multiple of 4, or 2, so that threads get the same. Each unit has the same number of panels of rows, or one
 * more; of fewer than 18 rows it would wait for the panels of B.
 */
function gemmRowUnits(m: number, n: number, k: number): number {
  const rows = Math.floor(5e7 / Math.max(1, n * k) / 30) * 30;
  const most = Math.max(30, Math.min(120, rows));
  const panels = (height: number): number => Math.ceil(Math.ceil(m / height) / (most / height));
  const least = Math.max(panels(layout.gemmRowsPlain), panels(layout.gemmRowsRelaxed));
  const even = Math.ceil(least / 4) * 4;
  if (m >= 18 * even) return even;
  return least <= 2 && m >= 36 ? 2 : least;
}

/** Blocks of k: a panel of B has at most 16 KiB, half of an ordinary first cache, so that a panel of A fits beside it. */
function gemmBlocks(k: number, bytes: number, panelBytes: number): number {
  const longest = bytes === 8 ? 384 : Math.min(16384 / panelBytes, 512);
  return Math.max(1, Math.ceil(k / longest));
}

function gemmPlan(image: ImageWriter, at: number): number {
  const { words } = image;
  const field = fieldOffsets.gemm;
  const get = (name: keyof typeof field): number => words[at + field[name]];
  const dtype = get('dtype');
  const bytes = bytesOf[dtype];
  const k = get('k');
  let [batch, m, n] = [get('batch'), get('m'), get('n')];
  let a = { slot: image.slotOf(get('a')), row: get('lda'), column: 1, batch: get('strideA') };
  let b = { slot: image.slotOf(get('b')), row: get('ldb'), column: 1, batch: get('strideB') };
  if (get('transposeA')) a = { ...a, row: 1, column: a.row };
  if (get('transposeB')) b = { ...b, row: 1, column: b.row };
  let outRow = get('ldc');
  let outBatch = get('strideC');

  let keep = [0, 1, 2];
  const tail = at + tailOffsets.gemm;
  if (n === 1 && m > 1 && outRow === 1) {
    // A column of the output is a row of the transposed product, along which vectors can run.
    [a, b] = [
      { slot: b.slot, row: 1, column: b.row, batch: b.batch },
      { slot: a.slot, row: a.column, column: a.row, batch: a.batch },
    ];
    [n, m] = [m, 1];
    outRow = n;
    keep = [0, 1];
  } else if (batch > 1 && b.batch === 0 && a.batch === m * a.row && outBatch === m * outRow) {
    // Entries that share B and follow each other are one product with more rows.
    m *= batch;
    [batch, outBatch, a.batch] = [1, 0, 0];
  }
  const hasEpilogue = words[tail + 2] > 0;
  const dims = [get('batch'), get('m'), get('n')];
  const epilogue = hasEpilogue ? writeEvaluation(image, tail, dims, keep, dtype, batch === 1) : null;

  const precision = get('precision');
  const flops = 2 * m * n * k;
  const rounding = precision !== precisions.full;
  const small = k === 0 || (!rounding && (m <= 4 || flops <= 16384));
  const width = image.panelBytes / bytes;
  const packs = !small && (rounding || b.column !== 1 || m >= 24);
  const ownB = packs && batch > 1 && b.batch !== 0;
  const packColumns = 64;
  const packUnits = packs && !ownB ? Math.ceil(n / packColumns) : 0;
  const rowUnits = gemmRowUnits(m, n, k);
  const empty = batch * m * n === 0;
  const units = empty ? 0 : small || ownB ? batch : packUnits + batch * rowUnits;
  const kBlocks = gemmBlocks(k, bytes, image.panelBytes);
  const kernel = floatKernel(small ? layout.kernelSmallGemmFloat32 : layout.kernelGemmFloat32, dtype);
  const unitCost = (flops * batch * (bytes / 4)) / 40 / Math.max(units, 1);
  const plan = begin(image, layout.gemmPlanBytes, kernel, units, unitCost, empty ? 0 : packUnits);
  image.put(plan + layout.gemmPlanBatch, batch);
  image.put(plan + layout.gemmPlanM, empty ? 0 : m);
  image.put(plan + layout.gemmPlanN, empty ? 0 : n);
  image.put(plan + layout.gemmPlanK, k);
  image.put(plan + layout.gemmPlanA, a.slot);
  image.put(plan + layout.gemmPlanARow, a.row * bytes);
  image.put(plan + layout.gemmPlanAColumn, a.column * bytes);
  image.put(plan + layout.gemmPlanABatch, a.batch * bytes);
  image.put(plan + layout.gemmPlanB, b.slot);
  image.put(plan + layout.gemmPlanBRow, b.row * bytes);
  image.put(plan + layout.gemmPlanBColumn, b.column * bytes);
  image.put(plan + layout.gemmPlanBBatch, b.batch * bytes);
  image.put(plan + layout.gemmPlanOut, image.slotOf(get('out')));
  image.put(plan + layout.gemmPlanOutRow, outRow * bytes);
  image.put(plan + layout.gemmPlanOutBatch, outBatch * bytes);
  image.put(plan + layout.gemmPlanEpilogue, epilogue && !empty ? epilogue.address : 0);
  image.put(plan + layout.gemmPlanPrecision, precision);
  image.put(plan + layout.gemmPlanPackUnits, packUnits);
  image.put(plan + layout.gemmPlanPackColumns, packColumns);
  image.put(plan + layout.gemmPlanRowUnits, rowUnits);
  image.put(plan + layout.gemmPlanKBlock, Math.ceil(k / kBlocks));
  image.put(plan + layout.gemmPlanPanel, image.panelBytes);
  if (get('ldc') === get('n') && (batch === 1 || get('strideC') === get('m') * get('n'))) {
    image.overwrites(get('out'), dims[0] * dims[1] * dims[2]);
  }
  if (packs && !empty) {
    const area = Math.ceil((Math.ceil(n / width) * width * k * bytes) / 64) * 64;
    if (ownB) image.put(plan + layout.gemmPlanOwnB, area);
    image.packedBytes = Math.max(image.packedBytes, ownB ? area * image.packers : area);
    image.packedWords.push(plan + layout.gemmPlanPackedB);
  }
  return plan;
}

function gatherPlan(image: ImageWriter, at: number): number {
  const { words } = image;
  const field = fieldOffsets.gather;
  const [outer, count, inner] = [words[at + field.outer], words[at + field.count], words[at + field.inner]];
  const bytes = bytesOf[image.dtypeOf(words[at + field.out])];
  const unit = Math.max(1, Math.floor((unitElements * 4) / (inner * bytes + 16)));
  const units = Math.ceil((outer * count) / unit);
  const plan = begin(
    image,
    layout.gatherPlanBytes,
    layout.kernelGather,
    units,
    Math.min(unit, outer * count) * (inner * bytes * 0.1 + 5),
  );
  image.overwrites(words[at + field.out], outer * count * inner);
  image.put(plan + layout.gatherPlanOuter, outer);
  image.put(plan + layout.gatherPlanAxis, words[at + field.axis]);
  image.put(plan + layout.gatherPlanCount, count);
  image.put(plan + layout.gatherPlanInner, inner);
  image.put(plan + layout.gatherPlanInput, image.slotOf(words[at + field.input]));
  image.put(plan + layout.gatherPlanIndices, image.slotOf(words[at + field.indices]));
  image.put(plan + layout.gatherPlanOut, image.slotOf(words[at + field.out]));
  image.put(plan + layout.gatherPlanElementBytes, bytes);
  image.put(plan + layout.gatherPlanUnit, unit);
  return plan;
}

function scatterAddPlan(image: ImageWriter, at: number): number {
  const { words } = image;
  const field = fieldOffsets.scatterAdd;
  const dtype = words[at + field.dtype];
  const [outer, count, inner] = [words[at + field.outer], words[at + field.count], words[at + field.inner]];
  const axis = words[at + field.axis];
  // At least 64 columns, so that units do not share lines of the cache.
  const columns = Math.max(64, Math.ceil(unitElements / Math.max(1, count + axis) / 16) * 16);
  const pieces = Math.ceil(inner / columns);
  const unitCost = Math.min(inner, columns) * (count + axis) * 0.5;
  const kernel = computeKernel(layout.kernelScatterAddInt32, dtype);
  const plan = begin(image, layout.gatherPlanBytes, kernel, outer * pieces, unitCost);
  image.overwrites(words[at + field.out], outer * axis * inner);
  image.put(plan + layout.gatherPlanOuter, outer);
  image.put(plan + layout.gatherPlanAxis, axis);
  image.put(plan + layout.gatherPlanCount, count);
  image.put(plan + layout.gatherPlanInner, inner);
  image.put(plan + layout.gatherPlanInput, image.slotOf(words[at + field.updates]));
  image.put(plan + layout.gatherPlanIndices, image.slotOf(words[at + field.indices]));
  image.put(plan + layout.gatherPlanOut, image.slotOf(words[at + field.out]));
  image.put(plan + layout.gatherPlanElementBytes, bytesOf[dtype]);
  image.put(plan + layout.gatherPlanUnit, columns);
  image.put(plan + layout.gatherPlanPieces, Math.max(1, pieces));
  return plan;
}

function copyPlan(image: ImageWriter, at: number): number {
  const { words } = image;
  const field = fieldOffsets.copy;
  const rank = words[at + field.rank];
  const input = words[at + field.input];
  const bytes = bytesOf[image.dtypeOf(input)];
  const tail = at + tailOffsets.copy;
  const dim = (d: number): number => words[tail + d];
  const inputStride = (d: number): number => words[tail + rank + d] * bytes;
  const outStride = (d: number): number => words[tail + 2 * rank + d] * bytes;
  let rows = 1;
  let dense = true;
  for (let d = rank - 1, step = bytes; d >= 0; d--) {
    dense &&= dim(d) === 1 || outStride(d) === step;
    step *= dim(d);
    if (d < rank - 1) rows *= dim(d);
  }
  const columns = rank > 0 ? dim(rank - 1) : 1;
  if (columns === 0) rows = 0;
  // A multiple of 4: transposes take four rows at a time.
  const unitRows = Math.ceil(unitElements / Math.max(1, columns) / 4) * 4;
  const plan = begin(
    image,
    layout.copyPlanBytes,
    layout.kernelCopy,
    Math.ceil(rows / unitRows),
    Math.min(unitRows, rows) * columns * 0.7,
  );
  if (dense) image.overwrites(words[at + field.out], rows * columns);
  image.put(plan + layout.copyPlanInput, image.slotOf(input));
  image.put(plan + layout.copyPlanOut, image.slotOf(words[at + field.out]));
  image.put(plan + layout.copyPlanElementBytes, bytes);
  image.put(plan + layout.copyPlanRows, rows);
  image.put(plan + layout.copyPlanColumns, columns);
  image.put(plan + layout.copyPlanInputColumn, rank > 0 ? inputStride(rank - 1) : bytes);
  image.put(plan + layout.copyPlanOutColumn, rank > 0 ? outStride(rank - 1) : bytes);
  image.put(plan + layout.copyPlanUnitRows, unitRows);
  image.put(plan + layout.copyPlanOuterRank, Math.max(0, rank - 1));
  for (let d = 0; d < rank - 1; d++) {
    image.put(plan + layout.copyPlanDimensions + 4 * d, dim(d));
    image.put(plan + layout.copyPlanInputStrides + 4 * d, inputStride(d));
    image.put(plan + layout.copyPlanOutStrides + 4 * d, outStride(d));
  }
  return plan;
}

function randomPlan(image: ImageWriter, at: number): number {
  const { words } = image;
  const field = fieldOffsets.random;
  const kind = words[at + field.kind];
  const count = words[at + field.count];
  // A permutation is made by one unit: every swap depends on those before.
  const unit = kind === randomKinds.permutation ? Math.max(count, 1) : unitElements;
  const plan = begin(
    image,
    layout.randomPlanBytes,
    layout.kernelRandom,
    Math.ceil(count / unit),
    Math.min(unit, count) * 8,
  );
  image.overwrites(words[at + field.out], count);
  image.put(plan + layout.randomPlanKind, kind);
  image.put(plan + layout.randomPlanDtype, words[at + field.dtype]);
  image.put(plan + layout.randomPlanCount, count);
  image.put(plan + layout.randomPlanState, image.slotOf(words[at + field.state]));
  image.put(plan + layout.randomPlanOut, image.slotOf(words[at + field.out]));
  image.put(plan + layout.randomPlanUnit, unit);
  image.putDouble(plan + layout.randomPlanLow, image.constant(words[at + field.low]));
  image.putDouble(plan + layout.randomPlanHigh, image.constant(words[at + field.high]));
  return plan;
}

/** What softmax and crossEntropy have in common. */
function rowsPlan(image: ImageWriter, kernel: number, rows: number, columns: number, option: number): number {
  const cost = columns * 3 + 120;
  const unit = rowsOfUnit(rows, 4 * columns, cost);
  const units = columns === 0 ? 0 : Math.ceil(rows / unit);
  const plan = begin(image, layout.rowsPlanBytes, kernel, units, Math.min(unit, rows) * cost);
  image.put(plan + layout.rowsPlanRows, rows);
  image.put(plan + layout.rowsPlanColumns, columns);
  image.put(plan + layout.rowsPlanUnit, unit);
  image.put(plan + layout.rowsPlanOption, option);
  return plan;
}

function softmaxPlan(image: ImageWriter, at: number): number {
  const { words } = image;
  const field = fieldOffsets.softmax;
  const kernel = floatKernel(layout.kernelSoftmaxFloat32, words[at + field.dtype]);
  const [rows, columns] = [words[at + field.rows], words[at + field.columns]];
  const plan = rowsPlan(image, kernel, rows, columns, words[at + field.log]);
  image.put(plan + layout.rowsPlanInput, image.slotOf(words[at + field.input]));
  image.overwrites(words[at + field.out], rows * columns);
  image.put(plan + layout.rowsPlanSecond, image.slotOf(words[at + field.out]));
  return plan;
}

function crossEntropyPlan(image: ImageWriter, at: number): number {
  const { words } = image;
  const field = fieldOffsets.crossEntropy;
  const kernel = floatKernel(layout.kernelCrossEntropyFloat32, words[at + field.dtype]);
  const labels = words[at + field.labels];
  const option = words[at + field.sparse] ? image.dtypeOf(labels) : -1;
  const [rows, columns] = [words[at + field.rows], words[at + field.columns]];
  const plan = rowsPlan(image, kernel, rows, columns, option);
  image.put(plan + layout.rowsPlanInput, image.slotOf(words[at + field.logits]));
  image.overwrites(words[at + field.loss], rows);
  image.overwrites(words[at + field.delta], rows * columns);
  image.put(plan + layout.rowsPlanSecond, image.slotOf(labels));
  image.put(plan + layout.rowsPlanLoss, image.slotOf(words[at + field.loss]));
  image.put(plan + layout.rowsPlanDelta, image.slotOf(words[at + field.delta]));
  return plan;
}

function checkPlan(image: ImageWriter, at: number): number {
  const { words } = image;
  const field = fieldOffsets.check;
  const dtype = words[at + field.dtype];
  const count = words[at + field.count];
  const kernel = dtype === float64Code ? layout.kernelCheckFloat64 : layout.kernelCheckFloat32;
  const plan = begin(
    image,
    layout.checkPlanBytes,
    kernel,
    Math.ceil(count / unitElements),
    Math.min(unitElements, count) * 0.2,
  );
  image.put(plan + layout.checkPlanCount, count);
  image.put(plan + layout.checkPlanInput, image.slotOf(words[at + field.input]));
  image.put(plan + layout.checkPlanUnit, unitElements);
  return plan;
}

function loopPlan(image: ImageWriter, at: number): number {
  const { words } = image;
  const field = fieldOffsets.loop;
  const moveCount = words[at + field.moveCount];
  const plan = begin(image, layout.loopPlanBytes, layout.kernelLoop, 1, 0);
  image.put(plan + layout.loopPlanCount, words[at + field.count]);
  image.put(plan + layout.loopPlanCountSlot, image.slotOf(words[at + field.countView]));
  const moves = image.reserve(8 * moveCount);
  for (let i = 0; i < moveCount; i++) {
    const view = words[at + tailOffsets.loop + 2 * i];
    const stride = words[at + tailOffsets.loop + 2 * i + 1];
    image.put(moves + 8 * i, image.slotOf(view));
    image.put(moves + 8 * i + 4, stride * bytesOf[image.dtypeOf(view)]);
  }
  image.put(plan + layout.loopPlanMoves, moves);
  image.put(plan + layout.loopPlanMovesEnd, moves + 8 * moveCount);
  return plan;
}
