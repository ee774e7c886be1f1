// reduce against plain loops written from the contract: lanes and chunks one by one, float32 by Math.fround.

import { describe, expect, it } from 'vitest';
import { JsBackend } from '../../../src/backend/js/backend.js';
import { rowMajor } from '../../../src/contract/calls.js';
import { newArray, type ComputeDType, type DType, type TypedArray } from '../../../src/contract/dtypes.js';
import { expression, identity } from '../../../src/contract/expression.js';
import type { ReduceKind } from '../../../src/contract/instructions.js';
import { operand, programOf, seeded } from '../../support/building.js';

const backend = new JsBackend();

function reduce(
  kind: ReduceKind,
  dtype: ComputeDType,
  [outer, length, inner]: readonly [number, number, number],
  array: TypedArray,
  type: DType = dtype,
): TypedArray {
  const out = newArray(type, outer * inner);
  const dims = [outer, length, inner];
  const words = programOf(
    [
      { dtype, array },
      { dtype: type, array: out },
    ],
    [
      {
        kernel: 'reduce',
        ...{ kind, dtype, outer, length, inner, out: 1 },
        prologue: {
          expression: identity,
          inputs: [operand(0, dims, rowMajor(dims))],
          outputs: [{ operand: -1, offset: 0, strides: [0, 0, 0] }],
        },
      },
    ],
  );
  backend.execute(words, [array, out], 'reduce', '');
  return out;
}

/** The sum of one row, as the contract words it. */
function sumInLanes(row: readonly number[], round: (x: number) => number): number {
  let total: number | null = null;
  for (let c = 0; c < row.length; c += 1024) {
    const chunk = row.slice(c, c + 1024);
    const lanes = Array.from({ length: 16 }, () => 0);
    chunk.forEach((x, i) => (lanes[i % 16] = round(lanes[i % 16] + x)));
    const eight = [0, 1, 2, 3, 4, 5, 6, 7].map((l) => round(lanes[l] + lanes[l + 8]));
    const four = [0, 1, 2, 3].map((l) => round(eight[l] + eight[l + 4]));
    const two = [0, 1].map((l) => round(four[l] + four[l + 2]));
    const sum = round(two[0] + two[1]);
    total = total === null ? sum : round(total + sum);
  }
  return total ?? 0;
}

/** The sum of one column: element after element in each chunk. */
function sumInOrder(row: readonly number[], round: (x: number) => number): number {
  let total: number | null = null;
  for (let c = 0; c < row.length; c += 1024) {
    const sum = row.slice(c, c + 1024).reduce((a, x) => round(a + x), 0);
    total = total === null ? sum : round(total + sum);
  }
  return total ?? 0;
}

function rowOf(array: TypedArray, length: number, inner: number, o: number, i: number): number[] {
  return Array.from({ length }, (_, r) => array[(o * length + r) * inner + i]);
}

function randomArray(dtype: ComputeDType, length: number): TypedArray {
  const random = seeded(length + 1);
  return newArray(dtype, length).map(() => (dtype === 'int32' ? (random() - 0.5) * 2 ** 32 : random() - 0.4));
}

describe.each(['float32', 'float64'] as const)('sum of %s', (dtype) => {
  const round = dtype === 'float32' ? Math.fround : (x: number): number => x;
  it.each([
    [3, 0, 1],
    [2, 1, 1],
    [5, 15, 1],
    [2, 16, 1],
    [2, 17, 1],
    [1, 127, 1],
    [3, 1024, 1],
    [3, 1025, 1],
    [1, 5000, 1],
    [1, 400_000, 1],
    [2, 9, 4],
    [1, 2100, 7],
    [2, 1500, 300],
    [3, 0, 2],
  ] as const)('over %d x %d x %d is that of lanes and chunks, to the bit', (outer, length, inner) => {
    const array = randomArray(dtype, outer * length * inner);
    const out = reduce('sum', dtype, [outer, length, inner], array);
    const sum = inner === 1 ? sumInLanes : sumInOrder;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        expect(out[o * inner + i]).toBe(sum(rowOf(array, length, inner, o, i), round));
      }
    }
  });
});

it('int32 sums and products wrap', () => {
  const array = randomArray('int32', 3 * 37);
  const [sum, product] = (['sum', 'prod'] as const).map((kind) => reduce(kind, 'int32', [3, 37, 1], array));
  for (let o = 0; o < 3; o++) {
    const row = rowOf(array, 37, 1, o, 0).map(BigInt);
    expect(sum[o]).toBe(
      Number(
        BigInt.asIntN(
          32,
          row.reduce((a, x) => a + x, 0n),
        ),
      ),
    );
    expect(product[o]).toBe(
      Number(
        BigInt.asIntN(
          32,
          row.reduce((a, x) => a * x, 1n),
        ),
      ),
    );
  }
});

describe.each([
  [1, 300, 1],
  [4, 21, 5],
  [1, 33, 300],
] as const)('over %d x %d x %d', (outer, length, inner) => {
  const array = randomArray('float32', outer * length * inner).map((x) => Math.round(x * 20));
  const rows = Array.from({ length: outer * inner }, (_, p) =>
    rowOf(array, length, inner, Math.floor(p / inner), p % inner),
  );
  it('finds extrema and their first places', () => {
    const grid = [outer, length, inner] as const;
    expect([...reduce('max', 'float32', grid, array)]).toEqual(rows.map((row) => Math.max(...row)));
    expect([...reduce('min', 'float32', grid, array)]).toEqual(rows.map((row) => Math.min(...row)));
    expect([...reduce('argMax', 'float32', grid, array, 'int32')]).toEqual(
      rows.map((row) => row.indexOf(Math.max(...row))),
    );
    expect([...reduce('argMin', 'float32', grid, array, 'int32')]).toEqual(
      rows.map((row) => row.indexOf(Math.min(...row))),
    );
  });
  it('tells any from all', () => {
    const grid = [outer, length, inner] as const;
    for (const shift of [0, 8, 100]) {
      const shifted = array.map((x) => Math.max(x + shift, 0));
      const truth = rows.map((row) => row.map((x) => x + shift > 0));
      expect([...reduce('any', 'float32', grid, shifted, 'bool')]).toEqual(
        truth.map((t) => Number(t.includes(true))),
      );
      expect([...reduce('all', 'float32', grid, shifted, 'bool')]).toEqual(
        truth.map((t) => Number(!t.includes(false))),
      );
    }
  });
});

it('propagates NaN, whose first place wins', () => {
  for (const inner of [1, 2]) {
    const array = new Float64Array(9 * inner);
    array.set([1, 5, NaN, 9, NaN].flatMap((x) => Array.from({ length: inner }, () => x)));
    expect(reduce('max', 'float64', [1, 9, inner], array)[0]).toBeNaN();
    expect(reduce('min', 'float64', [1, 9, inner], array)[0]).toBeNaN();
    expect(reduce('argMax', 'float64', [1, 9, inner], array, 'int32')[0]).toBe(2);
    expect(reduce('argMin', 'float64', [1, 9, inner], array, 'int32')[0]).toBe(2);
    expect(reduce('any', 'float64', [1, 9, inner], new Float64Array(9 * inner).fill(NaN), 'bool')[0]).toBe(1);
  }
});

it('gives the neutral element of nothing', () => {
  const none = new Float32Array(0);
  const of = (kind: ReduceKind, type: DType = 'float32'): number =>
    reduce(kind, 'float32', [1, 0, 1], none, type)[0];
  expect([of('sum'), of('prod'), of('max'), of('min'), of('any', 'bool'), of('all', 'bool')]).toEqual([
    0,
    1,
    -Infinity,
    Infinity,
    0,
    1,
  ]);
  expect(reduce('max', 'int32', [1, 0, 1], new Int32Array(0))[0]).toBe(-2147483648);
  expect(reduce('min', 'int32', [1, 0, 1], new Int32Array(0))[0]).toBe(2147483647);
});

it('evaluates a prologue of several inputs, and converts what it stores', () => {
  const x = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const y = Float32Array.of(0.5, 1);
  const out = new Int32Array(2);
  const dims = [1, 3, 2];
  const words = programOf(
    [
      { dtype: 'uint8', array: x },
      { dtype: 'float32', array: y },
      { dtype: 'int32', array: out },
    ],
    [
      {
        kernel: 'reduce',
        ...{ kind: 'sum', dtype: 'float32', outer: 1, length: 3, inner: 2, out: 2 },
        prologue: {
          expression: expression(2, (e, a, b) => e.mul(a, b)),
          inputs: [operand(0, dims), operand(1, dims, [0, 0, 1])],
          outputs: [{ operand: -1, offset: 0, strides: [0, 0, 0] }],
        },
      },
    ],
  );
  backend.execute(words, [x, y, out], 'reduce', '');
  // (1 + 3 + 5) / 2 towards zero, 2 + 4 + 6
  expect([...out]).toEqual([4, 12]);
});
