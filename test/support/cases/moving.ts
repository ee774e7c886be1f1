// Cases of gather, scatterAdd and copy.

import { type GridOperand, type KernelCall } from '../../../src/contract/calls.js';
import { operand, seeded } from '../building.js';
import { type Case, computes, allDTypes, values, input, output, single } from './shared.js';

export function* indexCases(): Generator<Case> {
  const shapes = [
    [1, 10, 4, 1],
    [1, 60, 33, 784],
    [3, 7, 5, 2],
    [2, 5, 0, 3],
    [4, 1, 9, 17],
    [1, 127, 1025, 1],
    [2, 4, 3, 0],
  ];
  for (const [outer, axis, count, inner] of shapes) {
    const random = seeded(count + inner);
    const indices = Int32Array.from({ length: count }, () => Math.floor(random() * axis));
    const shape = `${outer}x${axis}x${inner} by ${count}`;
    const common = { outer, axis, count, inner, indices: 1, out: 2 };
    for (const dtype of allDTypes) {
      const from = input(dtype, values(dtype, outer * axis * inner, inner));
      const arrays = [from, input('int32', indices), output(dtype, outer * count * inner)];
      yield single(`gather ${dtype} ${shape}`, [], arrays, { kernel: 'gather', ...common, input: 0 });
    }
    for (const dtype of computes) {
      const updates = input(dtype, values(dtype, outer * count * inner, inner + 1));
      const arrays = [updates, input('int32', indices), output(dtype, outer * axis * inner)];
      const call: KernelCall = { kernel: 'scatterAdd', dtype, ...common, updates: 0 };
      yield single(`scatterAdd ${dtype} ${shape}`, [`scatterAdd ${dtype}`], arrays, call);
    }
  }
}

export function* copyCases(): Generator<Case> {
  const layouts: [string, number[], number[], number, number[], number][] = [
    ['transpose', [33, 17], [1, 33], 0, [17, 1], 0],
    ['transpose of three', [5, 9, 7], [1, 35, 5], 0, [63, 7, 1], 0],
    ['slice', [4, 67], [100, 1], 7, [67, 1], 0],
    ['into a part', [9, 31], [31, 1], 0, [40, 1], 3],
    ['reverse', [127], [-1], 126, [1], 0],
    ['broadcast', [8, 16], [0, 1], 0, [16, 1], 0],
    ['dense', [2049], [1], 0, [1], 0],
    ['empty', [3, 0], [1, 1], 0, [1, 1], 0],
    ['a single one', [], [], 2, [], 1],
    ['six dimensions', [2, 3, 2, 2, 3, 2], [1, 2, 6, 12, 24, 72], 0, [72, 24, 12, 6, 2, 1], 0],
  ];
  for (const [name, dims, from, fromOffset, to, toOffset] of layouts) {
    for (const dtype of allDTypes) {
      const reach = (strides: number[], offset: number): number =>
        1 + offset + dims.reduce((sum, size, d) => sum + Math.max(0, (size - 1) * strides[d]), 0);
      const arrays = [
        input(dtype, values(dtype, reach(from, fromOffset), 8)),
        output(dtype, reach(to, toOffset)),
      ];
      const place = (index: number, strides: number[], offset: number): GridOperand =>
        operand(index, dims, strides, offset);
      const call: KernelCall = {
        kernel: 'copy',
        dims,
        input: place(0, from, fromOffset),
        out: place(1, to, toOffset),
      };
      yield single(`copy ${dtype}, ${name}`, [], arrays, call);
    }
  }
}
