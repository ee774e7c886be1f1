// Which elements an instruction touches: the reach of each operand from the start of its view, by its sizes and strides.
// What the checker compares with the lengths of buffers.

import { tailOffsets, type InstructionName } from './instructions.js';

/** How an instruction uses one view: the elements it may touch, counted from the view's start. */
export interface OperandRange {
  readonly view: number;
  /** Whether elements are written; else they are only read. */
  readonly written: boolean;
  /** First and last element that may be touched; the first is the larger if there is none. */
  readonly lowest: number;
  readonly highest: number;
}

/** Size and stride of one dimension that an operand is stepped along. */
type Dimension = readonly [size: number, stride: number];

const rows = (...sizes: number[]): Dimension[] => {
  const dimensions: Dimension[] = [];
  let stride = 1;
  for (let d = sizes.length - 1; d >= 0; d--) {
    dimensions.push([sizes[d], stride]);
    stride *= sizes[d];
  }
  return dimensions;
};

const matrices = (batch: number, step: number, count: number, ld: number, columns: number): Dimension[] => [
  [batch, step],
  [count, ld],
  [columns, 1],
];

/**
 * The operands of an instruction whose fields and tail have been checked, but for whether they stay in their buffers.
 * @param f its fields
 * @param at place of its first word
 */
export function operandRanges(
  words: Int32Array,
  at: number,
  name: InstructionName,
  f: Readonly<Record<string, number>>,
): OperandRange[] {
  const ranges: OperandRange[] = [];
  const add = (view: number, written: boolean, dimensions: readonly Dimension[]): void => {
    if (view < 0) return;
    let lowest = 0;
    let highest = 0;
    for (const [size, stride] of dimensions) {
      if (size === 0) {
        ranges.push({ view, written, lowest: 1, highest: 0 });
        return;
      }
      const reach = (size - 1) * stride;
      if (reach < 0) lowest += reach;
      else highest += reach;
    }
    ranges.push({ view, written, lowest, highest });
  };
  const expression = (tail: number, dims: ArrayLike<number>): void => {
    const inputCount = words[tail];
    const operandCount = inputCount + words[tail + 1];
    for (let o = 0; o < operandCount; o++) {
      const operand = tail + 4 + o * (1 + dims.length);
      const dimensions: Dimension[] = [];
      for (let d = 0; d < dims.length; d++) dimensions.push([dims[d], words[operand + 1 + d]]);
      add(words[operand], o >= inputCount, dimensions);
    }
  };
  const tail = at + tailOffsets[name];
  switch (name) {
    case 'map':
      expression(tail + f.rank, words.subarray(tail, tail + f.rank));
      break;
    case 'reduce':
      add(f.out, true, rows(f.outer, f.inner));
      expression(tail, [f.outer, f.length, f.inner]);
      break;
    case 'gemm': {
      const [aRows, aColumns] = f.transposeA ? [f.k, f.m] : [f.m, f.k];
      const [bRows, bColumns] = f.transposeB ? [f.n, f.k] : [f.k, f.n];
      add(f.a, false, matrices(f.batch, f.strideA, aRows, f.lda, aColumns));
      add(f.b, false, matrices(f.batch, f.strideB, bRows, f.ldb, bColumns));
      add(f.out, true, matrices(f.batch, f.strideC, f.m, f.ldc, f.n));
      expression(tail, [f.batch, f.m, f.n]);
      break;
    }
    case 'gather':
      add(f.input, false, rows(f.outer, f.axis, f.inner));
      add(f.indices, false, rows(f.count));
      add(f.out, true, rows(f.outer, f.count, f.inner));
      break;
    case 'scatterAdd':
      add(f.updates, false, rows(f.outer, f.count, f.inner));
      add(f.indices, false, rows(f.count));
      add(f.out, true, rows(f.outer, f.axis, f.inner));
      break;
    case 'copy': {
      const stride = (side: number, d: number): number => words[tail + (1 + side) * f.rank + d];
      const dims = Array.from(words.subarray(tail, tail + f.rank));
      add(
        f.input,
        false,
        dims.map((size, d): Dimension => [size, stride(0, d)]),
      );
      add(
        f.out,
        true,
        dims.map((size, d): Dimension => [size, stride(1, d)]),
      );
      break;
    }
    case 'random':
      add(f.state, true, rows(4));
      add(f.out, true, rows(f.count));
      break;
    case 'softmax':
      add(f.input, false, rows(f.rows, f.columns));
      add(f.out, true, rows(f.rows, f.columns));
      break;
    case 'crossEntropy':
      add(f.logits, false, rows(f.rows, f.columns));
      add(f.labels, false, f.sparse ? rows(f.rows) : rows(f.rows, f.columns));
      add(f.loss, true, rows(f.rows));
      add(f.delta, true, rows(f.rows, f.columns));
      break;
    case 'loop':
      add(f.countView, false, rows(1));
      break;
    case 'check':
      add(f.input, false, rows(f.count));
      break;
    case 'boundary':
      break;
  }
  return ranges;
}

/** The sizes whose product is the number of points that an instruction works on, which limits.elements bounds. */
export function gridSizes(
  words: Int32Array,
  at: number,
  name: InstructionName,
  f: Readonly<Record<string, number>>,
) {
  switch (name) {
    case 'map':
    case 'copy':
      return words.subarray(at + tailOffsets[name], at + tailOffsets[name] + f.rank);
    case 'reduce':
      return [f.outer, f.length, f.inner];
    case 'gemm':
      return [f.batch, f.m, f.n];
    case 'gather':
    case 'scatterAdd':
      return [f.outer, Math.max(f.axis, f.count), f.inner];
    case 'softmax':
    case 'crossEntropy':
      return [f.rows, f.columns];
    default:
      return [];
  }
}
