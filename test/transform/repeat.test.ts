// repeat: loops with slices, stacks and Variables, eager and jitted.

import { beforeAll, describe, expect, it } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import * as ops from '../../src/ops/index.js';
import { scalar, tensor, tensor1d, tensor2d, variable, zeros } from '../../src/tensor/create.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { jit, repeat } from '../../src/transform/index.js';
import { differences } from '../support/bits.js';

beforeAll(() => setBackend('js'));

const list = (t: Tensor): number[] => [...t.dataSync()];

/** Runs a function eagerly and jitted, checks that both give the same, and returns the results. */
function both(inputs: readonly Tensor[], f: (...inputs: Tensor[]) => Tensor[]): Tensor[] {
  const eager = f(...inputs);
  const jitted = jit(f);
  expect(differences(jitted(...inputs), eager)).toBe('');
  expect(differences(jitted(...inputs), eager)).toBe('');
  return eager;
}

describe('repeat', () => {
  it('sees a row, or some rows, each turn, and stacks what it returns', () => {
    const x = tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
    const [single, pairs] = both([x], (t) => [
      ...repeat(4, { t }, (s) => [ops.add(s.t, 1)]),
      ...repeat(2, [{ tensor: t, rows: 2 }], ([rows]) => [ops.sum(rows, 0)]),
    ]);
    expect([single.shape, list(single)]).toEqual([
      [4, 2],
      [2, 3, 4, 5, 6, 7, 8, 9],
    ]);
    expect([pairs.shape, list(pairs)]).toEqual([
      [2, 2],
      [4, 6, 12, 14],
    ]);
  });

  it('leaves rows over', () => {
    const [sums] = both([tensor1d([1, 2, 3, 4, 5])], (x) =>
      repeat(2, [{ tensor: x, rows: 2 }], ([rows]) => [ops.sum(rows)]),
    );
    expect(list(sums)).toEqual([3, 7]);
  });

  it('a single turn is no loop', () => {
    const w = variable(scalar(1));
    const [a, b] = both(
      [
        tensor2d([
          [1, 2],
          [3, 4],
        ]),
      ],
      (x) => {
        w.assign(scalar(1));
        return repeat(1, { x, all: { tensor: x, rows: 2 } }, (s) => {
          w.assign(ops.add(w, ops.sum(s.all)));
          return [s.x, ops.mul(s.all, w)];
        });
      },
    );
    expect([a.shape, list(a), b.shape, list(b)]).toEqual([
      [1, 2],
      [1, 2],
      [1, 2, 2],
      [11, 22, 33, 44],
    ]);
  });

  it('carries Variables from turn to turn', () => {
    const w = variable(scalar(1));
    const f = (x: Tensor): Tensor[] => {
      w.assign(scalar(1));
      return repeat(4, { x }, (s) => {
        const before = ops.mul(w, 1);
        w.assign(ops.add(ops.mul(w, 2), s.x));
        return [before, w.clone()];
      });
    };
    const [before, after] = both([tensor1d([1, 0, 2, 0])], f);
    expect([list(before), list(after)]).toEqual([
      [1, 3, 6, 14],
      [3, 6, 14, 28],
    ]);
    expect(list(w)).toEqual([28]);
  });

  it('nests, with slices of slices', () => {
    const x = tensor(
      Array.from({ length: 24 }, (_, i) => i),
      [2, 3, 4],
    );
    const total = variable(scalar(0));
    const [out] = both([x], (t) => {
      total.assign(scalar(0));
      return repeat(2, { t }, ({ t: plane }) => {
        const [rows] = repeat(3, { plane }, ({ plane: row }) => {
          total.assign(ops.add(total, ops.max(row)));
          return [ops.mul(row, total)];
        });
        return [rows, ops.sum(rows)];
      });
    });
    expect(out.shape).toEqual([2, 3, 4]);
    expect(list(total)).toEqual([3 + 7 + 11 + 15 + 19 + 23]);
  });

  it('uses values from outside, and returns them, in every turn', () => {
    const [sums, same, ones] = both([tensor1d([1, 2, 3])], (x) => {
      const outside = ops.exp(x);
      return repeat(3, { x }, (s) => [ops.sum(ops.mul(outside, s.x)), outside, tensor1d([1])]);
    });
    expect([sums.shape, same.shape, ones.shape]).toEqual([[3], [3, 3], [3, 1]]);
  });

  it('keeps an old value of a Variable that a turn changes', () => {
    const w = variable(tensor1d([1, 2]));
    const [stacked, after] = both([], () => {
      w.assign(tensor1d([1, 2]));
      const before = w.clone();
      const [s] = repeat(3, [], () => {
        w.assign(ops.add(w, before));
        return [ops.add(w, 0)];
      });
      return [s, ops.sub(w, before)];
    });
    expect([list(stacked), list(after)]).toEqual([
      [2, 4, 3, 6, 4, 8],
      [3, 6],
    ]);
  });

  it('slices Variables and what was computed', () => {
    const w = variable(tensor1d([1, 2, 3]));
    const [a, b] = both([tensor1d([4, 5, 6])], (x) => {
      const y = ops.square(x);
      return repeat(3, { w, y }, (s) => [ops.mul(s.w, s.y), s.w]);
    });
    expect([list(a), list(b)]).toEqual([
      [16, 50, 108],
      [1, 2, 3],
    ]);
  });

  it('draws new random numbers each turn', () => {
    const generator = new Generator(3);
    const f = (): Tensor[] => {
      generator.setSeed(3);
      return repeat(3, [], () => [ops.randomUniform([2], 0, 1, 'float32', generator)]);
    };
    const eager = f();
    expect(new Set(list(eager[0])).size).toBe(6);
    const jitted = jit(() => repeat(3, [], () => [ops.randomUniform([2], 0, 1, 'float32', generator)]));
    generator.setSeed(3);
    expect(differences(jitted(), eager)).toBe('');
  });

  it('makes as many turns as a tensor says, zeros for the rest', () => {
    const f = (n: Tensor, x: Tensor): Tensor[] =>
      repeat({ max: 4, value: n }, { x }, (s) => [ops.add(s.x, 10), s.x]);
    const x = tensor1d([1, 2, 3, 4]);
    const turns = (n: number): Tensor => scalar(n, 'int32');
    expect(both([turns(2), x], f).map(list)).toEqual([
      [11, 12, 0, 0],
      [1, 2, 0, 0],
    ]);
    expect(both([turns(0), x], f).map(list)).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(both([turns(4), x], f)[0].shape).toEqual([4]);
    expect(() => f(turns(5), x)).toThrow(/asked for 5 turns, it may make 0 \.\. 4/);
    expect(() => jit(f)(turns(5), x)).toThrow(/asked for 5 turns, it may make 0 \.\. 4/);
    // A second run finds other rows written by the first.
    const jitted = jit(f);
    jitted(turns(4), x);
    expect(list(jitted(turns(1), x)[0])).toEqual([11, 0, 0, 0]);
    const inArena = jit((n: Tensor) => [
      ops.neg(f(n, x)[0]),
      ops.matMul(ops.reshape(x, [2, 2]), ops.reshape(x, [2, 2])),
    ]);
    inArena(turns(4));
    expect(list(inArena(turns(1))[0]).map((v) => v + 0)).toEqual([-11, 0, 0, 0]);
  });

  it('does nothing without turns, and refuses what is not there', () => {
    expect(repeat(0, [], () => [scalar(1)])).toEqual([]);
    expect(jit(() => repeat(0, [], () => [scalar(1)]))()).toEqual([]);
    expect(() => repeat(-1, [], () => [])).toThrow(/expected a whole number of turns, got -1/);
    expect(() => repeat(1.5, [], () => [])).toThrow(/got 1.5/);
    expect(() => repeat(3, { x: zeros([2, 4]) }, () => [])).toThrow(
      /expected slice x to have at least 3 rows \(3 turns of 1\), got a tensor of shape \[2, 4\]/,
    );
    expect(() => repeat(3, [{ tensor: zeros([4]), rows: 0 }], () => [])).toThrow(/slice 0 .* rows >= 1/);
    expect(() => repeat({ max: 2, value: scalar(1) }, [], () => [])).toThrow(/rank-0 int32, got float32/);
  });
});
