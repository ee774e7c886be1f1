// The arena: no value lies where another one is still needed, and never more memory than the values need apart.

import { beforeAll, describe, expect, it } from 'vitest';
import { setBackend } from '../../src/backend/select.js';
import { compileGraph } from '../../src/transform/jit/compile.js';
import { add, exp, matMul, relu, reshape, sigmoid, sum } from '../../src/ops/index.js';
import { repeat } from '../../src/transform/index.js';
import { programSeeds, randomProgram } from '../support/random-programs.js';
import { graphOf, overwrittenValue, separateBytes } from '../support/traced.js';

beforeAll(() => setBackend('js'));

describe('arena of random programs', () => {
  it.each(programSeeds)('seed %i', (seed) => {
    const program = randomProgram(seed, { length: 24 });
    const graph = graphOf(program.inputs, (...inputs) => program.run(inputs));
    const compiled = compileGraph(graph);
    expect(overwrittenValue(graph, compiled)).toBeNull();
    expect(compiled.arena.bytes).toBeLessThanOrEqual(compiled.arena.naiveBytes);
    expect(compiled.arena.naiveBytes).toBeGreaterThanOrEqual(separateBytes(graph, compiled));
  });
});

describe('arena', () => {
  const square = { shape: [64, 64], dtype: 'float32' } as const;
  const bytes = 64 * 64 * 4;

  it('lets a chain of products alternate between two blocks', () => {
    const graph = graphOf([square], (x) => {
      let y = x;
      for (let i = 0; i < 6; i++) y = matMul(y, x);
      return [sum(y)];
    });
    const { arena } = compileGraph(graph);
    expect(arena.naiveBytes).toBeGreaterThanOrEqual(6 * bytes);
    expect(arena.bytes).toBe(2 * bytes);
  });

  it('keeps what a loop reads from outside through the whole loop', () => {
    const graph = graphOf([square], (x) => {
      const outside = matMul(x, x);
      const [stacked] = repeat(3, [], () => {
        const inside = matMul(matMul(outside, x), x);
        return [sum(inside)];
      });
      return [stacked];
    });
    const compiled = compileGraph(graph);
    expect(overwrittenValue(graph, compiled)).toBeNull();
    expect(compiled.arena.bytes).toBe(3 * bytes);
  });

  it('shares the memory of a reshaped tensor', () => {
    const graph = graphOf([square], (x) => {
      const product = matMul(x, x);
      return [sum(matMul(reshape(product, [32, 128]), reshape(product, [128, 32])))];
    });
    expect(compileGraph(graph).arena.bytes).toBe(bytes + 32 * 32 * 4);
  });

  it('works in place where a value dies', () => {
    const big = { shape: [100, 100], dtype: 'float32' } as const;
    const graph = graphOf([big], (x) => {
      const a = matMul(x, x);
      const b = sigmoid(a);
      const c = matMul(relu(add(exp(a), b)), x);
      return [sum(c)];
    });
    const compiled = compileGraph(graph);
    // The product with its epilogue in one block, the next product in another.
    expect(compiled.arena.bytes).toBe(2 * Math.ceil((100 * 100 * 4) / 64) * 64);
    expect(compiled.arena.blocks).toHaveLength(2);
  });
});
