// map and copy against loops over coordinates, and the conversions of loads and stores.

import { describe, expect, it } from 'vitest';
import { JsBackend } from '../../../src/backend/js/backend.js';
import { rowMajor, sizeOf } from '../../../src/contract/calls.js';
import { newArray, type ComputeDType, type DType, type TypedArray } from '../../../src/contract/dtypes.js';
import { expression, identity } from '../../../src/contract/expression.js';
import { denseEvaluation, operand, programOf } from '../../support/building.js';

const backend = new JsBackend();

const offsetOf = (place: readonly number[], strides: readonly number[]): number =>
  place.reduce((sum, x, d) => sum + x * strides[d], 0);

/** All points of a grid, in row-major order. */
function points(dims: readonly number[]): number[][] {
  return Array.from({ length: sizeOf(dims) }, (_, p) =>
    rowMajor(dims).map((stride, d) => Math.floor(p / stride) % dims[d]),
  );
}

const layouts: [string, number[], number[], number, number[], number][] = [
  ['dense', [700], [1], 0, [1], 0],
  ['row broadcast', [40, 17], [17, 1], 0, [0, 1], 0],
  ['column broadcast', [3, 300], [300, 1], 0, [1, 0], 0],
  ['scalar', [5, 7, 3], [21, 3, 1], 0, [0, 0, 0], 2],
  ['transpose', [31, 20], [20, 1], 0, [1, 31], 0],
  ['reversed', [9, 11], [-11, -1], 98, [11, 1], 0],
  ['every third', [8, 40], [120, 3], 2, [40, 1], 1],
  ['four dimensions', [2, 3, 4, 30], [0, 30, 0, 1], 0, [360, 1, 90, 3], 0],
  ['a dimension of one', [4, 1, 6], [6, 99, 1], 0, [0, 5, 1], 0],
  ['no dimensions', [], [], 3, [], 0],
  ['nothing', [3, 0], [1, 1], 0, [1, 1], 0],
];

describe.each(layouts)('%s', (_name, dims, xStrides, xOffset, yStrides, yOffset) => {
  const x = Float32Array.from({ length: 1100 }, (_, i) => (i % 97) / 8);
  const y = Float32Array.from({ length: 1100 }, (_, i) => i);
  const dense = rowMajor(dims);

  it('map', () => {
    const arrays = [x, y, new Float32Array(sizeOf(dims)), new Float32Array(sizeOf(dims))];
    const words = programOf(
      arrays.map((array) => ({ dtype: 'float32', array })),
      [
        {
          kernel: 'map',
          dtype: 'float32',
          dims,
          expression: expression(2, (e, a, b) => [e.sub(a, e.mul(b, 2)), e.max(a, b)]),
          inputs: [operand(0, dims, xStrides, xOffset), operand(1, dims, yStrides, yOffset)],
          outputs: [operand(2, dims), operand(3, dims)],
        },
      ],
    );
    backend.execute(words, arrays, 'map', '');
    for (const p of points(dims)) {
      const [a, b] = [x[xOffset + offsetOf(p, xStrides)], y[yOffset + offsetOf(p, yStrides)]];
      expect(arrays[2][offsetOf(p, dense)]).toBe(a - 2 * b);
      expect(arrays[3][offsetOf(p, dense)]).toBe(Math.max(a, b));
    }
  });

  it('copy', () => {
    const arrays = [x, new Float32Array(sizeOf(dims) + 5)];
    const words = programOf(
      arrays.map((array) => ({ dtype: 'float32', array })),
      [{ kernel: 'copy', dims, input: operand(0, dims, xStrides, xOffset), out: operand(1, dims, dense, 5) }],
    );
    backend.execute(words, arrays, 'copy', '');
    for (const p of points(dims)) {
      expect(arrays[1][5 + offsetOf(p, dense)]).toBe(x[xOffset + offsetOf(p, xStrides)]);
    }
  });
});

describe('conversions', () => {
  const convert = (from: DType, to: DType, dtype: ComputeDType, values: number[]): number[] => {
    const arrays: TypedArray[] = [newArray(from, values.length), newArray(to, values.length)];
    arrays[0].set(values);
    const dims = [values.length];
    const words = programOf(
      [
        { dtype: from, array: arrays[0] },
        { dtype: to, array: arrays[1] },
      ],
      [{ kernel: 'map', dtype, dims, ...denseEvaluation(identity, dims) }],
    );
    backend.execute(words, arrays, 'cast', '');
    return [...arrays[1]];
  };

  it('floats become integers towards zero, saturating, NaN 0', () => {
    const values = [1.9, -1.9, 255.9, 300, -5, 3e9, -3e9, Infinity, -Infinity, NaN, -0.5];
    const low = -2147483648;
    const high = 2147483647;
    const asInt32 = [1, -1, 255, 300, -5, high, low, high, low, 0, 0];
    const asUint8 = [1, 0, 255, 255, 0, 255, 0, 255, 0, 0, 0];
    for (const dtype of ['float32', 'float64'] as const) {
      expect(convert(dtype, 'int32', dtype, values).map((x) => x + 0)).toEqual(asInt32);
      expect(convert(dtype, 'uint8', dtype, values)).toEqual(asUint8);
      expect(convert(dtype, 'int32', 'int32', values).map((x) => x + 0)).toEqual(asInt32);
    }
  });

  it('anything but zero is true, NaN too', () => {
    expect(convert('float32', 'bool', 'float32', [0, -0, 0.25, NaN, -3, 1e-45])).toEqual([0, 0, 1, 1, 1, 1]);
    expect(convert('int32', 'bool', 'int32', [0, 256, -1])).toEqual([0, 1, 1]);
  });

  it('int32 becomes uint8 by its low bits, and float32 rounded to nearest', () => {
    expect(convert('int32', 'uint8', 'int32', [256, -1, 511, 7])).toEqual([0, 255, 255, 7]);
    expect(convert('int32', 'float32', 'float32', [16777217, 16777219])).toEqual([16777216, 16777220]);
    expect(convert('int32', 'float64', 'float64', [16777217])).toEqual([16777217]);
    expect(convert('float64', 'float32', 'float64', [0.1, 1e40])).toEqual([Math.fround(0.1), Infinity]);
    expect(convert('float64', 'float64', 'float32', [0.1])).toEqual([Math.fround(0.1)]);
  });
});
