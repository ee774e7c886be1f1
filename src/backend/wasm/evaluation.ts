// Makes the expression of a map, a reduce or a gemm ready for assembly/evaluate.ts: the grid cut into rows and columns,
// operands classified, steps given addresses, and decided which values need not be copied on their way.

import { dtypeCode } from '../../contract/dtypes.js';
import { limits } from '../../contract/instructions.js';
import { microCode } from '../../contract/micro-operations.js';
import { fuse, registersOf, stepsOf, type Step } from './fusion.js';
import type { ImageWriter } from './image.js';
import * as layout from './layout.js';
import { isSmall, writeSmallSteps } from './small-evaluation.js';

/** Bytes of an element, by dtype code. */
export const bytesOf: readonly number[] = [1, 1, 4, 4, 8];

/** Elements of a block of an expression that computes in the dtype of that code. */
export function blockElements(compute: number): number {
  return compute === dtypeCode.float64 ? layout.blockElements64 : layout.blockElements32;
}

/** What else there is to know of an evaluation that was written. */
export interface WrittenEvaluation {
  readonly address: number;
  /** Blocks of the whole grid. */
  readonly blocks: number;
  readonly rows: number;
  readonly columns: number;
  /** Whether it can be evaluated by evaluateSmall. */
  readonly isSmall: boolean;
  /** Nanoseconds that an element costs, roughly. */
  readonly elementCost: number;
  /** Offset in workRegisters of the register that was stored to no view (reduce), else -1. */
  readonly result: number;
}

interface Operand {
  readonly view: number;
  readonly buffer: number;
  readonly dtype: number;
  readonly kind: number;
  readonly outer: readonly number[];
  readonly column: number;
}

/** Micro-operations from here on in a list of costly ones take some nanoseconds an element. */
const costly = new Set(
  (
    [
      'exp',
      'expm1',
      'log',
      'log1p',
      'sin',
      'cos',
      'tan',
      'asin',
      'acos',
      'atan',
      'sinh',
      'cosh',
      'tanh',
    ] as const
  ).map((name) => microCode[name]),
);

/** Where a step has its input registers. */
const inputFields = [layout.stepA, layout.stepB, layout.stepC, layout.stepD, layout.stepE];

/**
 * Writes the evaluation that stands in the program at word `tail`.
 * @param dims of the grid as it stands in the program
 * @param keep which of those dimensions to take, the last of them being the columns; the others have size 1
 * @param compute code of the compute dtype
 * @param whole whether the grid, if it is small, is always evaluated in one go
 */
export function writeEvaluation(
  image: ImageWriter,
  tail: number,
  dims: readonly number[],
  keep: readonly number[],
  compute: number,
  whole: boolean,
): WrittenEvaluation {
  const { words } = image;
  const inputCount = words[tail];
  const outputCount = words[tail + 1];
  const stepCount = words[tail + 2];
  const rank = dims.length;
  const operandCount = inputCount + outputCount;

  // Fewest outer dimensions that number the rows in the same order.
  const last = keep.length - 1;
  const columns = last < 0 ? 1 : dims[keep[last]];
  const at = (operand: number, dimension: number): number =>
    words[tail + 4 + operand * (1 + rank) + 1 + dimension];
  const outerDims: number[] = [];
  const outerStrides: number[][] = Array.from({ length: operandCount }, () => []);
  for (let d = 0; d < last; d++) {
    const size = dims[keep[d]];
    if (size === 1) continue;
    const before = outerDims.length - 1;
    let joins = before >= 0;
    for (let o = 0; joins && o < operandCount; o++) {
      joins = outerStrides[o][before] === at(o, keep[d]) * size;
    }
    if (joins) outerDims[before] *= size;
    else outerDims.push(size);
    const place = outerDims.length - 1;
    for (let o = 0; o < operandCount; o++) outerStrides[o][place] = at(o, keep[d]);
  }
  let rows = 1;
  for (const size of outerDims) rows *= size;
  const block = blockElements(compute);
  const pieces = Math.max(1, Math.ceil(columns / block));
  const blockRows = pieces > 1 ? 1 : Math.max(1, Math.floor(block / Math.max(columns, 1)));

  const operands: Operand[] = [];
  for (let o = 0; o < operandCount; o++) {
    const view = words[tail + 4 + o * (1 + rank)];
    const outer = outerStrides[o];
    const column = last < 0 ? 0 : at(o, keep[last]);
    const buffer = view < 0 ? -1 : image.bufferOf(view);
    operands.push({
      view,
      buffer,
      dtype: view < 0 ? compute : image.dtypeOf(view),
      kind: kindOf(outerDims, outer, columns, column, rows * columns),
      outer,
      column,
    });
  }

  for (const { view, kind } of operands.slice(inputCount)) {
    if (kind === layout.operandLinear) image.overwrites(view, rows * columns);
  }

  const given = stepsOf(words, tail + 4 + operandCount * (1 + rank), stepCount);
  const isZero = (place: number): boolean => Object.is(image.constant(place), 0);
  const all = compute === dtypeCode.float32 ? fuse(given, isZero) : given;
  const flow = new Flow(all, operands, compute);

  const operandAddresses = operands.map((operand, o) => {
    if (operand.view < 0) return 0;
    const address = image.reserve(layout.operandBytes);
    image.put(address + layout.operandSlot, image.slotOf(operand.view));
    image.put(address + layout.operandDtype, operand.dtype);
    image.put(address + layout.operandKind, operand.kind);
    image.put(address + layout.operandColumn, operand.column);
    image.put(address + layout.operandDirect, flow.copied.has(o) || operand.dtype !== compute ? 0 : 1);
    operand.outer.forEach((stride, d) => image.put(address + layout.operandRows + 4 * d, stride));
    return address;
  });

  const constantAddresses = new Map<number, number>();
  for (const { operation, inputs } of all) {
    if (operation === microCode.constant && !constantAddresses.has(inputs[0])) {
      constantAddresses.set(inputs[0], image.splat(inputs[0], compute));
    }
  }

  const steps = image.reserve(0);
  let result = -1;
  let elementCost = 0;
  all.forEach(({ operation, target, inputs }, s) => {
    const [a, b] = inputs;
    if (operation === microCode.store && operands[b].view < 0) {
      result = a * 8;
      return;
    }
    const address = image.reserve(layout.stepBytes);
    elementCost += costly.has(operation) ? 4 : 0.2;
    image.put(address + layout.stepOperation, operation);
    if (operation === microCode.store) {
      image.put(address + layout.stepA, a * 8);
      image.put(address + layout.stepOperand, operandAddresses[b]);
      return;
    }
    image.put(address + layout.stepTarget, target * 8);
    image.put(address + layout.stepBlock, target * layout.registerBytes);
    if (operation === microCode.load) {
      image.put(address + layout.stepOperand, operandAddresses[a]);
    } else if (operation === microCode.constant) {
      image.put(address + layout.stepOperand, constantAddresses.get(a)!);
    } else {
      inputs.forEach((register, i) => image.put(address + inputFields[i], register * 8));
      const output = flow.direct.get(s);
      image.put(address + layout.stepOperand, output === undefined ? 0 : operandAddresses[output]);
    }
  });
  const stepsEnd = image.reserve(0);

  const points = rows * columns;
  let small = { begin: 0, end: 0 };
  if (whole && isSmall(points, bytesOf[compute])) {
    small = writeSmallSteps(image, {
      steps: all,
      outerDims,
      columns,
      points,
      operands: operands.map((operand, o) => ({
        ...operand,
        address: operandAddresses[o],
        slot: image.slotOf(operand.view),
        direct: !flow.copied.has(o) && operand.dtype === compute,
      })),
      outputs: flow.direct,
      compute,
      lanes: 16 / bytesOf[compute],
    });
  }

  const address = image.reserve(layout.evaluationBytes);
  image.put(address + layout.evaluationSmall, small.begin);
  image.put(address + layout.evaluationSmallEnd, small.end);
  image.put(address + layout.evaluationPoints, points);
  image.put(address + layout.evaluationSteps, steps);
  image.put(address + layout.evaluationStepsEnd, stepsEnd);
  image.put(address + layout.evaluationRows, rows);
  image.put(address + layout.evaluationColumns, columns);
  image.put(address + layout.evaluationBlockRows, blockRows);
  image.put(address + layout.evaluationPieces, pieces);
  image.put(address + layout.evaluationOuterRank, outerDims.length);
  outerDims.forEach((size, d) => image.put(address + layout.evaluationDimensions + 4 * d, size));
  const blocks = pieces > 1 ? rows * pieces : Math.ceil(rows / blockRows);
  return {
    address,
    blocks: columns === 0 ? 0 : blocks,
    rows,
    columns,
    isSmall: small.begin > 0,
    elementCost,
    result,
  };
}

function kindOf(
  dims: readonly number[],
  strides: readonly number[],
  columns: number,
  column: number,
  points: number,
): number {
  if (points <= 1) return layout.operandLinear;
  let linear = columns === 1 || column === 1;
  let scalar = columns === 1 || column === 0;
  let step = columns;
  for (let d = dims.length - 1; d >= 0; d--) {
    linear &&= strides[d] === step;
    scalar &&= strides[d] === 0;
    step *= dims[d];
  }
  return linear ? layout.operandLinear : scalar ? layout.operandScalar : layout.operandStrided;
}

/**
 * What may be left where it is. An input is read in place, and the last operation before a store writes in place,
 * unless an output that lies in the same buffer could be written before an input is used for the last time.
 */
class Flow {
  /** Inputs to be copied. */
  readonly copied = new Set<number>();
  /** Step -> output that its values go to at once. */
  readonly direct = new Map<number, number>();

  constructor(steps: readonly Step[], operands: readonly Operand[], compute: number) {
    const count = steps.length;
    const isStore = (step: Step): boolean => step.operation === microCode.store;
    const stores = steps.findIndex(isStore);
    const firstStore = stores < 0 ? count : stores;
    if (!steps.slice(firstStore).every(isStore)) {
      // Something is computed after a store: no order is to be taken for granted.
      for (let o = 0; o < operands.length; o++) this.copied.add(o);
      return;
    }
    // Step that wrote each register, and for loads the last step that uses the value.
    const writer = new Int32Array(limits.registers).fill(-1);
    const lastUse = new Int32Array(count).fill(-1);
    steps.forEach((step, s) => {
      for (const register of registersOf(step)) if (writer[register] >= 0) lastUse[writer[register]] = s;
      if (!isStore(step)) writer[step.target] = s;
    });
    for (let s = firstStore; s < count; s++) {
      const [register, out] = steps[s].inputs;
      const definition = writer[register];
      const operation = definition < 0 ? microCode.load : steps[definition].operation;
      const { kind, dtype, buffer, view } = operands[out];
      if (operation === microCode.load) {
        // Another store may overwrite what this one has yet to read.
        if (definition >= 0 && count - firstStore > 1) this.copied.add(steps[definition].inputs[0]);
        continue;
      }
      if (operation === microCode.constant || view < 0) continue;
      if (kind !== layout.operandLinear || dtype !== compute || this.direct.has(definition)) continue;
      let safe = true;
      for (let l = 0; safe && l < firstStore; l++) {
        if (steps[l].operation !== microCode.load || operands[steps[l].inputs[0]].buffer !== buffer) continue;
        safe = lastUse[l] <= definition;
      }
      if (safe) this.direct.set(definition, out);
    }
  }
}
