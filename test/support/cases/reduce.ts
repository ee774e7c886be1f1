// Cases of reduce: every kind and dtype, over rows, columns and the middle, with special values and prologues.

import { rowMajor, sizeOf, type KernelCall } from '../../../src/contract/calls.js';
import { newArray, type ComputeDType, type DType, type TypedArray } from '../../../src/contract/dtypes.js';
import { expression, identity } from '../../../src/contract/expression.js';
import { reduceKinds, type ReduceKind } from '../../../src/contract/instructions.js';
import { operand, seeded } from '../building.js';
import { type Case, sizes, computes, specials, values, input, output, single } from './shared.js';

/** What a reduce of a kind writes. */
const reducedType = (kind: ReduceKind, dtype: ComputeDType): DType =>
  kind === 'argMax' || kind === 'argMin' ? 'int32' : kind === 'any' || kind === 'all' ? 'bool' : dtype;

export function* reduceCases(): Generator<Case> {
  for (const kind of Object.keys(reduceKinds) as ReduceKind[]) {
    for (const dtype of computes) {
      const grids = sizes.map((n) => [2, n, 1]);
      grids.push(
        [3, 17, 5],
        [1, 127, 300],
        [2, 1030, 3],
        [1, 0, 4],
        [0, 5, 1],
        [1, 1, 1],
        [4, 3, 257],
        [1, 5000, 1],
      );
      for (const grid of grids) {
        const [, length, inner] = grid;
        if ((kind === 'argMax' || kind === 'argMin') && length === 0) continue;
        const array = reduceValues(kind, dtype, sizeOf(grid), length * 7 + inner);
        yield reduceCase(`reduce ${kind} ${dtype} of ${grid.join(' x ')}`, kind, dtype, grid, array);
      }
      if (dtype === 'int32') continue;
      for (const inner of [1, 6]) {
        const grid = [specials(dtype).length, 37, inner];
        const array = reduceValues(kind, dtype, sizeOf(grid), 9);
        // One special value in each row, at a place of its own; and twice the same, for the first of equals.
        specials(dtype).forEach((x, row) => {
          array[(row * 37 + ((row * 5) % 37)) * inner] = x;
          array[(row * 37 + ((row * 5 + 9) % 37)) * inner] = x;
        });
        yield reduceCase(`reduce ${kind} ${dtype} with special values, ${inner}`, kind, dtype, grid, array);
      }
    }
  }
  // With work before it, and conversions at both ends.
  const square = expression(2, (e, x, y) => e.mul(e.sub(x, y), e.sub(x, y)));
  const grid = [3, 67, 4];
  const arrays = [
    input('uint8', values('uint8', sizeOf(grid), 3)),
    input('float32', values('float32', 4, 4)),
    output('float64', 12),
  ];
  yield single('reduce of a prologue', [], arrays, {
    kernel: 'reduce',
    kind: 'sum',
    dtype: 'float32',
    outer: 3,
    length: 67,
    inner: 4,
    out: 2,
    prologue: {
      expression: square,
      inputs: [operand(0, grid), operand(1, grid, [0, 0, 1])],
      outputs: [{ operand: -1, offset: 0, strides: [0, 0, 0] }],
    },
  });
  // An inner dimension of one element may have any stride: what is read must go by the reduced one's.
  for (const [along, inner] of [
    [1, 0],
    [2, 1],
    [0, 1],
  ]) {
    const rows = [input('uint8', values('uint8', 400, 5)), input('int32', values('int32', 400, 6))];
    yield single(`reduce of rows with strides ${along}, ${inner}`, [], [...rows, output('int32', 3)], {
      kernel: 'reduce',
      kind: 'sum',
      dtype: 'int32',
      outer: 3,
      length: 65,
      inner: 1,
      out: 2,
      prologue: {
        expression: expression(2, (e, x, y) => e.add(x, y)),
        inputs: [0, 1].map((o) => operand(o, [3, 65, 1], [130, along, inner])),
        outputs: [{ operand: -1, offset: 0, strides: [0, 0, 0] }],
      },
    });
  }
}

/** Values whose product neither overflows nor vanishes; some equal ones; zeros and ones for any and all. */
function reduceValues(kind: ReduceKind, dtype: ComputeDType, length: number, seed: number): TypedArray {
  const array = newArray(dtype, length);
  const random = seeded(seed);
  for (let i = 0; i < length; i++) {
    const x = random();
    if (kind === 'any') array[i] = x < 0.005 ? 1 : 0;
    else if (kind === 'all') array[i] = x < 0.005 ? 0 : 3;
    else if (dtype === 'int32') array[i] = kind === 'sum' ? (x - 0.5) * 2 ** 31 : (x - 0.5) * 40;
    else if (kind === 'prod') array[i] = 0.9 + 0.2 * x;
    else array[i] = kind === 'sum' ? x - 0.3 : Math.round((x - 0.5) * 200) / 8;
  }
  return array;
}

function reduceCase(
  name: string,
  kind: ReduceKind,
  dtype: ComputeDType,
  grid: readonly number[],
  array: TypedArray,
): Case {
  const [outer, length, inner] = grid;
  const out = reducedType(kind, dtype);
  const prologue = {
    expression: identity,
    inputs: [operand(0, grid, rowMajor(grid))],
    outputs: [{ operand: -1, offset: 0, strides: [0, 0, 0] }],
  };
  const call: KernelCall = { kernel: 'reduce', kind, dtype, outer, length, inner, out: 1, prologue };
  return single(name, [`reduce ${kind} ${dtype}`], [input(dtype, array), output(out, outer * inner)], call);
}
