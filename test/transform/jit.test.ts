// jit from outside: arguments and results, what is a constant and what is not, effects in order, the programs it keeps,
// and the errors of those who read what is not there yet.

import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import { RunError } from '../../src/contract/errors.js';
import * as ops from '../../src/ops/index.js';
import { setDefaultDtype } from '../../src/tensor/convert.js';
import { setPrecision } from '../../src/tensor/precision.js';
import { scalar, tensor, tensor1d, tensor2d, variable, zeros } from '../../src/tensor/create.js';
import { Generator } from '../../src/tensor/generator.js';
import { withScope } from '../../src/tensor/op.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { boundary, checkFinite, grad, jit, repeat } from '../../src/transform/index.js';
import { differences } from '../support/bits.js';

beforeAll(() => setBackend('js'));
afterEach(() => vi.restoreAllMocks());

const list = (t: Tensor): number[] => [...t.dataSync()];

/** A function and how often it was run itself, that is, traced. */
function counted<A extends unknown[], R>(
  f: (...args: A) => R,
): { f: (...args: A) => R; traces: () => number } {
  let traces = 0;
  return { f: (...args) => (traces++, f(...args)), traces: () => traces };
}

describe('arguments and results', () => {
  it('may be nested', () => {
    const f = jit(({ a, rest }: { a: Tensor; rest: readonly [Tensor, { b: Tensor }] }, mode: string) => ({
      sum: ops.add(a, rest[0]),
      list: [ops.mul(rest[1].b, mode === 'double' ? 2 : 1), 'text', null] as const,
      mode,
      count: 3,
    }));
    const a = tensor1d([1, 2]);
    const result = f({ a, rest: [tensor1d([10, 20]), { b: tensor1d([5]) }] }, 'double');
    expect(list(result.sum)).toEqual([11, 22]);
    expect(list(result.list[0])).toEqual([10]);
    expect([result.list[1], result.list[2], result.mode, result.count]).toEqual(['text', null, 'double', 3]);
    expect(list(f({ a, rest: [a, { b: a }] }, 'single').list[0])).toEqual([1, 2]);
  });

  it('results are fresh each time, arguments are copied', () => {
    const f = jit((x: Tensor) => x);
    const x = tensor1d([1, 2]);
    const [first, second] = [f(x), f(x)];
    expect(first.view()).not.toBe(x.view());
    expect(first.view()).not.toBe(second.view());
  });

  it('numbers are given to each run, as exact as they are', () => {
    const { f, traces } = counted((x: Tensor, factor: Tensor) => ops.mul(x, factor));
    const jitted = jit(f);
    const x = tensor1d([1, 2], 'float64');
    expect(list(jitted(x, 0.1))).toEqual([0.1, 0.2]);
    expect(list(jitted(x, 3))).toEqual([3, 6]);
    expect(traces()).toBe(1);
    expect(list(jitted(tensor1d([1, 2]), 0.1))).toEqual([Math.fround(0.1), Math.fround(0.2)]);
    expect(jitted(tensor1d([1, 2]), 0.1).dtype).toBe('float32');
  });

  it('numbers can be stacked, returned and reduced', () => {
    const f = jit((a: Tensor, b: Tensor) => [ops.stack([a, b]), a, ops.sum(ops.add(a, b))]);
    expect(f(1, 2).map(list)).toEqual([[1, 2], [1], [3]]);
    expect(f(0.1, 2)[1].dtype).toBe('float32');
  });

  it('numbers cannot be calculated with while tracing', () => {
    expect(() => jit((a: Tensor) => ops.mul(a, 1 - (a as unknown as number)))(3)).toThrow(
      /conversion to a number: this value is known only when the program runs/,
    );
  });

  it('captured numbers and tensors are constants, Variables are read', () => {
    let factor = 2;
    const w = variable(tensor1d([1, 2]));
    const f = jit((x: Tensor) => ops.add(ops.mul(x, factor), w));
    expect(list(f(tensor1d([1, 1])))).toEqual([3, 4]);
    factor = 100;
    w.assign(tensor1d([10, 20]));
    expect(list(f(tensor1d([1, 1])))).toEqual([12, 22]);
  });

  it('a Variable as argument is itself', () => {
    const { f, traces } = counted((w: Tensor) => ops.mul(w, 2));
    const jitted = jit(f);
    const [a, b] = [variable(tensor1d([1])), variable(tensor1d([2]))];
    expect([...list(jitted(a)), ...list(jitted(b))]).toEqual([2, 4]);
    a.assign(tensor1d([7]));
    expect(list(jitted(a))).toEqual([14]);
    expect(traces()).toBe(2);
  });

  it('typed arrays are refused', () => {
    expect(() => jit((x: unknown) => x)(new Float32Array(2))).toThrow(
      /argument 0 is a Float32Array; pass tensor/,
    );
  });

  it('runs the function itself inside another trace or under a tape', () => {
    const square = jit((x: Tensor) => ops.square(x));
    expect(list(jit((x: Tensor) => ops.add(square(x), 1))(tensor1d([3])))).toEqual([10]);
    expect(list(grad((x) => square(x))(tensor1d([3])))).toEqual([6]);
    expect(list(square.eager(tensor1d([3])))).toEqual([9]);
  });

  it('works without inputs, outputs and elements', () => {
    expect(jit(() => undefined)()).toBeUndefined();
    expect(jit((x: Tensor) => ops.add(x, 1))(zeros([0, 3])).shape).toEqual([0, 3]);
    expect(list(jit((x: Tensor) => ops.sum(x, 0))(zeros([0, 3])))).toEqual([0, 0, 0]);
  });
});

describe('effects', () => {
  it('stay in order: reads before and after an assignment', () => {
    const w = variable(tensor1d([1, 2]));
    const f = (x: Tensor): Tensor[] => {
      const before = ops.mul(w, 1);
      w.assign(ops.add(w, x));
      const between = ops.mul(w, 10);
      w.assign(ops.mul(w, 2));
      return [before, between, ops.add(w, 0), w.clone()];
    };
    const jitted = jit(f);
    const x = tensor1d([1, 1]);
    expect(jitted(x).map(list)).toEqual([
      [1, 2],
      [20, 30],
      [4, 6],
      [4, 6],
    ]);
    expect(list(w)).toEqual([4, 6]);
    expect(jitted(x).map(list)).toEqual([
      [4, 6],
      [50, 70],
      [10, 14],
      [10, 14],
    ]);
  });

  it('what was read stays what it was', () => {
    const w = variable(tensor1d([1, 2]));
    const view = w.clone();
    jit(() => void w.assign(ops.add(w, 5)))();
    expect([list(w), list(view)]).toEqual([
      [6, 7],
      [1, 2],
    ]);
  });

  it('a generator advances as it does eagerly', () => {
    const numbers = (generator: Generator): Tensor[] => [
      ops.randomUniform([5], 0, 1, 'float32', generator),
      ops.randomNormal([3], 0, 1, 'float64', generator),
      ops.permutation(7, generator),
      generator.state.clone(),
    ];
    const [a, b] = [new Generator(42), new Generator(42)];
    const jitted = jit(() => numbers(a));
    for (let i = 0; i < 3; i++) expect(differences(jitted(), numbers(b))).toBe('');
    expect(list(a.state)).toEqual(list(b.state));
    expect(list(a.state)[2]).toBe(9);
  });

  it('a draw whose numbers nobody uses counts', () => {
    const [a, b] = [new Generator(5), new Generator(5)];
    const numbers = (generator: Generator): Tensor => {
      ops.randomUniform([3], 0, 1, 'float32', generator);
      return ops.randomUniform([3], 0, 1, 'float32', generator);
    };
    expect(list(jit(() => numbers(a))())).toEqual(list(numbers(b)));
    expect(list(a.state)).toEqual([5, 0, 2, 0]);
  });

  it('a generator that is set before and between draws goes on from there', () => {
    const numbers = (generator: Generator, start: Tensor): Tensor[] => {
      generator.state.assign(start);
      const first = ops.randomUniform([4], 0, 1, 'float32', generator);
      const between = generator.state.clone();
      generator.state.assign(ops.add(start, 1));
      return [first, between, ops.randomUniform([4], 0, 1, 'float32', generator)];
    };
    const [a, b] = [new Generator(1), new Generator(2)];
    const jitted = jit((start: Tensor) => numbers(a, start));
    for (const key of [7, 8]) {
      const start = tensor1d([key, 0, 0, 0], 'int32');
      expect(differences(jitted(start), numbers(b, start))).toBe('');
      expect(list(a.state)).toEqual(list(b.state));
    }
  });

  it('a seed draws the same numbers every time', () => {
    const f = jit(() => ops.randomUniform([4], 0, 1, 'float32', 7));
    expect(list(f())).toEqual(list(f()));
    expect(list(f())).toEqual(list(ops.randomUniform([4], 0, 1, 'float32', 7)));
  });
});

describe('programs kept', () => {
  it('one for each combination of shapes, dtypes and other arguments', () => {
    const { f, traces } = counted((x: Tensor, training: boolean) => (training ? ops.neg(x) : x.clone()));
    const jitted = jit(f);
    for (let i = 0; i < 3; i++) {
      jitted(tensor1d([1, 2]), true);
      jitted(tensor1d([1, 2, 3]), true);
      jitted(tensor1d([1, 2, 3]), false);
      jitted(tensor1d([1, 2, 3], 'int32'), true);
      jitted(tensor2d([[1, 2, 3]]), true);
    }
    expect(traces()).toBe(5);
  });

  it('strings are told from structure', () => {
    const { f, traces } = counted((_: unknown) => 0);
    const jitted = jit(f);
    jitted(['[', ']']);
    jitted([[], '']);
    jitted({ a: 'b' });
    jitted({ 'a"': 'b' });
    expect(traces()).toBe(4);
  });

  it('depend on the default dtype, the precision and the backend', () => {
    const { f, traces } = counted((x: Tensor) => ops.add(x, zeros([1])));
    const jitted = jit(f);
    expect(jitted(tensor1d([1], 'int32')).dtype).toBe('float32');
    setDefaultDtype('float64');
    try {
      expect(jitted(tensor1d([1], 'int32')).dtype).toBe('float64');
    } finally {
      setDefaultDtype('float32');
    }
    setPrecision('bf16');
    try {
      jitted(tensor1d([1], 'int32'));
    } finally {
      setPrecision('float32');
    }
    setBackend('js', { threads: 1 });
    jitted(tensor1d([1], 'int32'));
    expect(traces()).toBe(4);
  });

  it('the last 64; one warning names what changes', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { f, traces } = counted((x: { rows: Tensor }) => ops.neg(x.rows));
    const jitted = jit(f, { name: 'grow' });
    for (let n = 1; n <= 70; n++) jitted({ rows: zeros([n]) });
    expect(traces()).toBe(70);
    jitted({ rows: zeros([70]) });
    jitted({ rows: zeros([7]) });
    expect(traces()).toBe(70);
    jitted({ rows: zeros([1]) });
    expect(traces()).toBe(71);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0][0]).toMatch(
      /jit\(grow\) has been traced 17 times, as argument 0\.rows was float32\[16\] and is now float32\[17\]/,
    );
  });

  it('can be given back', () => {
    const { f, traces } = counted((x: Tensor) => ops.matMul(x, x));
    const jitted = jit(f);
    jitted(zeros([2, 2]));
    jitted.dispose();
    jitted(zeros([2, 2]));
    expect(traces()).toBe(2);
    jitted[Symbol.dispose]();
    jitted(zeros([2, 2]));
    expect(traces()).toBe(3);
  });
});

describe('errors', () => {
  it('reading a value while tracing names the line and what to do', () => {
    const read = jit((x: Tensor) => {
      const y = ops.exp(x);
      return ops.add(y, y.dataSync()[0]);
    });
    expect(() => read(tensor1d([1]))).toThrow(
      /dataSync: this value is known only when the program runs.*\(read at .*jit\.test\.ts:\d+:\d+\)+; it was made by exp at .*jit\.test\.ts.*where.*runEagerly/,
    );
    const w = variable(tensor1d([1]));
    expect(() => jit(() => ops.mul(w, w.dataSync()[0]))()).toThrow(/dataSync: this value is known only/);
  });

  it('a symbolic tensor that got out is refused', () => {
    let leaked: Tensor | null = null;
    jit((x: Tensor) => (leaked = ops.neg(x)).clone())(tensor1d([1]));
    expect(() => ops.add(leaked!, 1)).toThrow(/known only when the program runs/);
    expect(() => jit(() => ops.add(leaked!, 1))()).toThrow(/known only when the program runs/);
  });

  it('a failed trace leaves nothing behind', () => {
    const f = jit((x: Tensor) => ops.matMul(x, x));
    expect(() => f(zeros([2, 3]))).toThrow(/matMul/);
    expect(list(ops.add(tensor1d([1]), 1))).toEqual([2]);
    expect(f(zeros([2, 2])).shape).toEqual([2, 2]);
  });

  it('a failed run names op, layer and line, and leaves the Variables of completed steps', () => {
    const w = variable(tensor1d([0]));
    const table = tensor1d([10, 20, 30]);
    const f = jit((rows: Tensor) => {
      repeat(4, { rows }, ({ rows: index }) => {
        w.assign(
          ops.add(
            w,
            withScope('embedding', () => ops.gather(table, ops.reshape(index, [1]))),
          ),
        );
        boundary();
      });
    });
    f(tensor([0, 1, 2, 0], [4], 'int32'));
    expect(list(w)).toEqual([70]);
    let error: unknown;
    try {
      f(tensor([0, 1, 5, 0], [4], 'int32'));
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(RunError);
    expect((error as RunError).message).toMatch(
      /^embedding: gather: index 5 is outside 0 \.\. 2\. Made at .*jit\.test\.ts:\d+/,
    );
    expect((error as RunError).reason).toBe('indexOutOfRange');
    expect(list(w)).toEqual([100]);
    f(tensor([0, 0, 0, 0], [4], 'int32'));
    expect(list(w)).toEqual([140]);
  });

  it('checkFinite fails in both worlds', () => {
    const f = (x: Tensor): Tensor => {
      const y = ops.log(x);
      checkFinite(y, 'the logarithm');
      return y;
    };
    const bad = tensor1d([1, -1]);
    expect(() => f(bad)).toThrow(/the logarithm: a value is NaN or infinite \(element 1\)/);
    expect(() => jit(f)(bad)).toThrow(/the logarithm: a value is NaN or infinite \(element 1\)/);
    expect(list(jit(f)(tensor1d([1])))).toEqual([0]);
    checkFinite(tensor1d([1], 'int32'), 'integers');
  });
});

describe('looking into programs', () => {
  it('print shows the instructions and the arena', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const f = jit((x: Tensor, w: Tensor) => ops.relu(ops.matMul(x, w)), { name: 'layer' });
    const text = f.print(zeros([2, 3]), zeros([3, 4]));
    expect(text).toMatch(/^layer\n/);
    expect(text).toMatch(/gemm .*max/);
    expect(text).toMatch(/arena: 0 bytes \(\d+ if every value had its own memory\)/);
    expect(log).toHaveBeenCalledWith(text);
  });

  it('profile times each instruction', () => {
    const w = variable(scalar(0));
    const f = jit((x: Tensor) => {
      const [y] = repeat(5, [], () => {
        w.assign(ops.add(w, 1));
        return [ops.matMul(x, x)];
      });
      return ops.sum(y);
    });
    const entries = f.profile(zeros([16, 16]));
    expect(list(w)).toEqual([5]);
    expect(entries.find((e) => e.instruction === 'gemm')).toMatchObject({
      op: 'matMul',
      scope: '',
      count: 5,
    });
    expect(entries.find((e) => e.instruction === 'reduce')?.count).toBe(1);
    expect(entries.reduce((sum, e) => sum + e.share, 0)).toBeCloseTo(1, 6);
    for (let i = 1; i < entries.length; i++) {
      expect(entries[i].milliseconds).toBeLessThanOrEqual(entries[i - 1].milliseconds);
    }
  });
});
