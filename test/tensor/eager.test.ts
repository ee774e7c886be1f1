// The eager interpreter keeps encoded calls: they must not be taken for one another.

import { expect, test } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import * as ops from '../../src/ops/index.js';
import { fill, tensor } from '../../src/tensor/create.js';

setBackend('js');

test('calls that differ in shape, dtype or parameters only', () => {
  const x = tensor([1, 2, 3, 4], [2, 2]);
  for (let turn = 0; turn < 3; turn++) {
    expect(ops.sum(x, 0).arraySync()).toEqual([4, 6]);
    expect(ops.sum(x, 1).arraySync()).toEqual([3, 7]);
    expect(ops.sum(x, 1, true).arraySync()).toEqual([[3], [7]]);
    expect(ops.sum(x.cast('int32'), 1).dtype).toBe('int32');
    expect(ops.pad(tensor([1]), [[0, 1]], 2).arraySync()).toEqual([1, 2]);
    expect(ops.pad(tensor([1]), [[0, 1]], 3).arraySync()).toEqual([1, 3]);
    expect(ops.pad(tensor([1]), [[1, 0]], 3).arraySync()).toEqual([3, 1]);
    expect(Object.is(ops.pad(tensor([1]), [[0, 1]], -0).dataSync()[1], -0)).toBe(true);
    expect(Object.is(ops.pad(tensor([1]), [[0, 1]], 0).dataSync()[1], 0)).toBe(true);
    expect(ops.add(x, 1).arraySync()).toEqual(ops.add(x, fill([2, 2], 1)).arraySync());
    const draw = (seed: number): unknown => ops.randomUniform([2], 0, 1, 'float32', seed).arraySync();
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1)).toEqual(draw(1));
  }
});

test('more shapes than are kept', () => {
  for (let turn = 0; turn < 2; turn++) {
    for (let n = 0; n < 30; n++) expect(ops.sum(fill([n], 2)).arraySync()).toBe(2 * n);
  }
});
