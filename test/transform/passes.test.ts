// Each pass on small graphs: what it makes of them, and what it has to leave alone.

import { beforeAll, describe, expect, it } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import type { KernelCall } from '../../src/contract/calls.js';
import { limits } from '../../src/contract/instructions.js';
import { castTo } from '../../src/ops/cast.js';
import * as ops from '../../src/ops/index.js';
import { ones, tensor } from '../../src/tensor/create.js';
import { Generator } from '../../src/tensor/generator.js';
import type { Tensor, TensorSpec } from '../../src/tensor/tensor.js';
import { Variable } from '../../src/tensor/variable.js';
import { boundary, checkFinite, jit, repeat } from '../../src/transform/index.js';
import { compileGraph, type CompiledGraph } from '../../src/transform/jit/compile.js';
import type { Graph } from '../../src/transform/jit/graph.js';
import { forEachInstruction } from '../../src/transform/jit/graph.js';
import { dropDeadCode } from '../../src/transform/jit/passes/dead-code.js';
import { inlineConstants } from '../../src/transform/jit/passes/inline-constants.js';
import { differences } from '../support/bits.js';
import { graphOf, kernelsOf } from '../support/traced.js';

beforeAll(() => setBackend('js'));

const matrix: TensorSpec = { shape: [8, 6], dtype: 'float32' };
const row: TensorSpec = { shape: [6], dtype: 'float32' };
const scalarSpec: TensorSpec = { shape: [], dtype: 'float32' };

function compiled(
  inputs: readonly TensorSpec[],
  f: (...inputs: Tensor[]) => readonly Tensor[],
): { graph: Graph; plan: CompiledGraph; kernels: string[]; calls: KernelCall[] } {
  const graph = graphOf(inputs, f);
  const plan = compileGraph(graph);
  const calls: KernelCall[] = [];
  forEachInstruction(graph.code, (i) => {
    if (i.kind === 'kernel') calls.push(i.call);
  });
  return { graph, plan, kernels: kernelsOf(graph), calls };
}

/** Checks that the jitted function has the results of the eager one, and returns the kernels of its program. */
function sameBits(inputs: readonly Tensor[], f: (...inputs: Tensor[]) => Tensor[]): string[] {
  expect(differences(jit(f)(...inputs), f(...inputs))).toBe('');
  return compiled(inputs, f).kernels;
}

const values = (shape: number[], scale = 1): Tensor =>
  tensor(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 12.9898) * scale),
    shape,
  );

describe('dead code', () => {
  it('drops what nobody reads, and keeps effects', () => {
    const state = new Generator(1).state;
    const graph = graphOf([matrix], (x) => {
      ops.exp(x);
      ops.matMul(x, x, true);
      checkFinite(x, 'x');
      ops.randomUniform([3], 0, 1, 'float32', { state } as Generator);
      boundary();
      return [ops.neg(x)];
    });
    dropDeadCode(graph);
    expect(kernelsOf(graph)).toEqual(['check', 'random', 'boundary', 'map', 'move']);
  });

  it('drops a loop with nothing in it, and stacks that nobody reads', () => {
    const graph = graphOf([matrix], (x) => {
      const [used] = repeat(8, { x }, (slices) => [ops.sum(slices.x), ops.exp(slices.x)]);
      repeat(8, { x }, (slices) => [ops.neg(slices.x)]);
      return [used];
    });
    dropDeadCode(graph);
    expect(kernelsOf(graph)).toEqual(['loop', 'reduce', 'move', 'end', 'move']);
  });

  it('leaves out the outputs of a cross-entropy that are not needed', () => {
    const { calls } = compiled([matrix, matrix], (z, y) => [ops.softmaxCrossEntropy(z, y)]);
    const call = calls.find((c) => c.kernel === 'crossEntropy')!;
    expect(call.kernel === 'crossEntropy' && call.loss >= 0 && call.delta).toBe(-1);
  });
});

describe('constants', () => {
  it('are inlined where all their elements are the same', () => {
    const { plan } = compiled([matrix], (x) => [ops.add(ops.mul(x, 3), ones([8, 6]))]);
    expect(plan.bound.map((b) => b.origin.kind)).toEqual(['argument', 'result']);
  });

  it('are bound where they differ', () => {
    const { plan } = compiled([matrix], (x) => [ops.add(x, tensor([1, 2, 3, 4, 5, 6]))]);
    expect(plan.bound.map((b) => b.origin.kind)).toContain('constant');
  });

  it('are computed with at compile time, rounding as the kernels do', () => {
    const f = (x: Tensor): Tensor[] => [ops.mul(x, ops.div(ops.mul(tensor(0.1), 3), 7))];
    expect(sameBits([values([8, 6])], f)).toEqual(['map']);
    const graph = graphOf([matrix], f);
    inlineConstants(graph);
    dropDeadCode(graph);
    expect(kernelsOf(graph)).toEqual(['map', 'move']);
  });

  it('keep the sign of a zero', () => {
    sameBits([tensor([-0, 0, 1])], (x) => [
      ops.add(x, 0),
      ops.add(x, -0),
      ops.sub(x, 0),
      ops.mul(x, 1),
      ops.div(x, 1),
    ]);
  });
});

describe('fusion of maps', () => {
  it('makes one map of a chain', () => {
    expect(
      sameBits([values([8, 6]), values([6])], (x, b) => [ops.tanh(ops.mul(ops.add(x, b), 0.5))]),
    ).toEqual(['map']);
  });

  it('stores what is needed elsewhere as well', () => {
    const f = (x: Tensor): Tensor[] => {
      const y = ops.exp(x);
      return [y, ops.mul(y, 2), ops.matMul(y, y, true)];
    };
    expect(sameBits([values([8, 6])], f)).toEqual(['map', 'gemm']);
  });

  it('computes a value once that is written twice', () => {
    const { calls } = compiled([matrix], (x) => [ops.add(ops.exp(x), ops.mul(ops.exp(x), 2))]);
    expect(calls).toHaveLength(1);
    const [map] = calls;
    const exps = map.kernel === 'map' ? map.expression.nodes.filter((n) => n.operation === 'exp') : [];
    expect(exps).toHaveLength(1);
  });

  it('does not compute a row again for every row of a matrix', () => {
    expect(sameBits([values([8, 6]), values([6])], (x, b) => [ops.add(x, ops.exp(b))])).toEqual([
      'map',
      'map',
    ]);
  });

  it('looks through reshapes', () => {
    const f = (x: Tensor, b: Tensor): Tensor[] => [
      ops.add(ops.reshape(ops.exp(ops.add(x, b)), [2, 4, 6]), values([4, 1])),
    ];
    expect(sameBits([values([8, 6]), values([6])], f)).toEqual(['map']);
  });

  it('does not look through transposes', () => {
    expect(sameBits([values([8, 6])], (x) => [ops.exp(ops.transpose(ops.neg(x)))])).toEqual([
      'map',
      'copy',
      'map',
    ]);
  });

  it('keeps roundings to another dtype', () => {
    const narrow = (x: Tensor): Tensor[] => [
      ops.mul(castTo(castTo(ops.mul(x, 1 / 3), 'float32'), 'float64'), 3),
    ];
    expect(sameBits([castTo(values([8, 6]), 'float64')], narrow)).toEqual(['map', 'map']);
    const integer = (x: Tensor): Tensor[] => [
      ops.mul(castTo(castTo(ops.mul(x, 10), 'int32'), 'float32'), 0.5),
    ];
    expect(sameBits([values([8, 6])], integer)).toEqual(['map', 'map']);
    const bytes = (x: Tensor): Tensor[] => [
      ops.mul(castTo(castTo(ops.mul(x, 300), 'uint8'), 'float32'), 0.5),
    ];
    sameBits([values([8, 6])], bytes);
  });

  it('passes bool and uint8 from one dtype to the other', () => {
    const f = (x: Tensor, y: Tensor): Tensor[] => [
      ops.where(ops.logicalAnd(ops.greater(x, 0), ops.less(y, 0.5)), x, y),
      castTo(ops.logicalOr(castTo(x, 'bool'), ops.equal(x, y)), 'float32'),
    ];
    expect(sameBits([values([8, 6]), values([8, 6], 2)], f)).toEqual(['map']);
    const pixels = castTo(ops.abs(values([8, 6], 255)), 'uint8');
    expect(sameBits([pixels], (x) => [ops.div(castTo(x, 'float32'), 255)])).toEqual(['map']);
  });

  it('does not mix integers into floats', () => {
    const large = tensor([2 ** 24 + 1, -(2 ** 30) - 3, 7], [3], 'int32');
    const f = (x: Tensor): Tensor[] => [ops.mul(castTo(ops.add(x, 1), 'float32'), 1.5)];
    expect(sameBits([large], f)).toEqual(['map', 'map']);
  });

  it('stops where an expression would need too many registers or steps', () => {
    const f = (x: Tensor): Tensor[] => {
      let y = x;
      for (let i = 0; i < limits.steps; i++) y = ops.sub(ops.mul(y, 0.999), 0.001 * i);
      return [y];
    };
    const kernels = sameBits([values([5])], f);
    expect(kernels.length).toBeGreaterThan(1);
    expect(kernels.length).toBeLessThan(10);
    expect(new Set(kernels)).toEqual(new Set(['map']));
  });

  it('does not cross a boundary', () => {
    const { kernels } = compiled([row], (x) => {
      const y = ops.exp(x);
      boundary();
      return [ops.neg(y)];
    });
    expect(kernels).toEqual(['map', 'boundary', 'map']);
  });
});

describe('prologues and epilogues', () => {
  it('a map before a sum becomes its prologue', () => {
    expect(
      sameBits([values([8, 6]), values([8, 6])], (x, y) => [ops.sum(ops.square(ops.sub(x, y)), 1)]),
    ).toEqual(['reduce']);
    expect(sameBits([values([4, 5, 6]), values([6])], (x, b) => [ops.max(ops.mul(x, b), [0, 1])])).toEqual([
      'reduce',
    ]);
  });

  it('a map that is needed elsewhere does not', () => {
    const f = (x: Tensor): Tensor[] => {
      const y = ops.exp(x);
      return [ops.sum(y), y];
    };
    expect(sameBits([values([8, 6])], f)).toEqual(['map', 'reduce']);
  });

  it('bias and activation become the epilogue of a product', () => {
    const f = (x: Tensor, w: Tensor, b: Tensor): Tensor[] => [ops.relu(ops.add(ops.matMul(x, w), b))];
    const inputs = [values([8, 6]), values([6, 5]), values([5])];
    expect(sameBits(inputs, f)).toEqual(['gemm']);
    const { plan } = compiled(inputs, f);
    // The product itself lies where the result goes.
    expect(plan.arena.bytes).toBe(0);
  });

  it('the derivative of an activation joins the product of the gradient', () => {
    const f = (d: Tensor, w: Tensor, h: Tensor): Tensor[] => [
      ops.mul(ops.matMul(d, w, false, true), ops.mul(h, ops.sub(1, h))),
    ];
    expect(sameBits([values([8, 6]), values([5, 6]), values([8, 5])], f)).toEqual(['gemm']);
  });

  it('an update that streams several large matrices stays apart, a small one does not', () => {
    const f = (x: Tensor, d: Tensor, m: Tensor, v: Tensor): Tensor[] => {
      const g = ops.matMul(x, d, true);
      const nextM = ops.add(ops.mul(m, 0.9), g);
      const nextV = ops.add(ops.mul(v, 0.99), ops.square(g));
      return [nextM, nextV, ops.div(nextM, ops.sqrt(nextV))];
    };
    const large = [values([4, 100]), values([4, 90]), values([100, 90]), ops.abs(values([100, 90]))];
    expect(sameBits(large, f)).toEqual(['gemm', 'map']);
    const small = [values([4, 10]), values([4, 9]), values([10, 9]), ops.abs(values([10, 9]))];
    expect(sameBits(small, f)).toEqual(['gemm']);
  });

  it('leaves a map alone that broadcasts a product over more points', () => {
    const f = (x: Tensor, y: Tensor): Tensor[] => [ops.add(ops.matMul(x, x, false, true), y)];
    expect(sameBits([values([1, 6]), values([8, 6])], f)).toEqual(['gemm', 'map']);
  });
});

describe('small maps beside one another', () => {
  it('become one instruction, though neither reads the other', () => {
    const f = (x: Tensor, y: Tensor): Tensor[] => [
      ops.exp(x),
      ops.mul(ops.reshape(y, [6, 8]), 2),
      ops.sum(x),
    ];
    expect(sameBits([values([8, 6]), values([8, 6])], f)).toEqual(['map', 'reduce']);
  });

  it('stay apart if they are large, of another size or another dtype', () => {
    const two = (x: Tensor, y: Tensor): Tensor[] => [ops.exp(x), ops.neg(y)];
    expect(sameBits([values([50, 50]), values([50, 50])], two)).toEqual(['map', 'map']);
    expect(sameBits([values([5]), values([6])], two)).toEqual(['map', 'map']);
    expect(sameBits([values([5]), castTo(values([5], 9), 'float64')], two)).toEqual(['map', 'map']);
  });

  it('stay apart if one needs what is made from the other in between', () => {
    const f = (x: Tensor): Tensor[] => {
      const y = ops.exp(x);
      return [y, ops.div(y, ops.sum(y)), ops.mul(x, ops.max(y))];
    };
    expect(sameBits([values([12])], f)).toEqual(['map', 'reduce', 'reduce', 'map']);
  });
});

describe('writing values where they go', () => {
  const variable = (): Variable => new Variable(Float32Array.from([1, 2, 3, 4, 5, 6]), [6], 'float32');

  it('updates a Variable in place', () => {
    const w = variable();
    const { kernels, plan } = compiled([row], (g) => {
      w.assign(ops.sub(w, ops.mul(g, 0.1)));
      return [];
    });
    expect(kernels).toEqual(['map']);
    expect(plan.arena.bytes).toBe(0);
  });

  it('updates a Variable of one element in place, whatever strides say', () => {
    const w = new Variable(Float32Array.of(2), [1], 'float32');
    const { kernels } = compiled([{ shape: [1, 1], dtype: 'float32' }], (g) => {
      w.assign(ops.sub(w, ops.reshape(ops.matMul(g, g), [1])));
      return [];
    });
    expect(kernels).toEqual(['gemm']);
  });

  it('copies at the end where the old value is read later', () => {
    const w = variable();
    const f = (g: Tensor): Tensor[] => {
      const before = w.clone();
      w.assign(ops.mul(g, 2));
      return [ops.max(before), ops.argMax(w)];
    };
    const graph = graphOf([row], f);
    compileGraph(graph);
    expect(kernelsOf(graph)).toContain('copy');
    const eager = f(values([6]));
    w.assign(tensor([1, 2, 3, 4, 5, 6]));
    expect(differences(jit(f)(values([6])), eager)).toBe('');
  });

  it('does not write a Variable before something that may fail', () => {
    const w = variable();
    const { kernels } = compiled([row], (g) => {
      const next = ops.add(w, g);
      ops.matMul(ops.reshape(next, [2, 3]), ops.reshape(g, [3, 2]));
      w.assign(next);
      checkFinite(g, 'gradient');
      return [];
    });
    expect(kernels).toEqual(['map', 'check', 'copy']);
  });

  it('swaps two Variables', () => {
    const [a, b] = [variable(), new Variable(new Float32Array(6), [6], 'float32')];
    const swap = jit(() => {
      const [x, y] = [a.clone(), b.clone()];
      a.assign(y);
      b.assign(x);
    });
    swap();
    expect([...a.dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...b.dataSync()]).toEqual([1, 2, 3, 4, 5, 6]);
    swap();
    swap();
    expect([...b.dataSync()]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('writes results and slices of stacks without a copy', () => {
    const { kernels, plan } = compiled([matrix], (x) => {
      const [rows] = repeat(8, { x }, (slices) => [ops.exp(slices.x)]);
      return [rows];
    });
    expect(kernels).toEqual(['loop', 'map', 'end']);
    expect(plan.arena.bytes).toBe(0);
  });

  it('copies what is returned and captured, argument and result', () => {
    const { kernels } = compiled([row], (x) => [x, x]);
    expect(kernels).toEqual(['copy', 'copy']);
  });

  it('keeps one value that is assigned to two Variables and returned', () => {
    const [a, b] = [variable(), variable()];
    const f = (x: Tensor): Tensor[] => {
      const y = ops.mul(x, 3);
      a.assign(y);
      b.assign(y);
      return [y, ops.add(a, b)];
    };
    const eager = f(values([6]));
    expect(differences(jit(f)(values([6])), eager)).toBe('');
    expect(differences([a, b], [eager[0], eager[0]])).toBe('');
  });

  it('fuses scalars into scalars only', () => {
    const { kernels } = compiled([scalarSpec, row], (a, x) => [ops.mul(x, ops.add(ops.exp(a), 1))]);
    expect(kernels).toEqual(['map', 'map']);
  });
});
