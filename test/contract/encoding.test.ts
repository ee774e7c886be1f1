// What ProgramWriter writes, decoding reads back; expressions get registers that hold what they should.

import { describe, expect, it } from 'vitest';
import { mergeDimensions, restride, rowMajor, sizeOf, type KernelCall } from '../../src/contract/calls.js';
import {
  boundBuffers,
  decodeHeader,
  decodeInstructions,
  decodeProgram,
  dtypeOf,
  gridOf,
} from '../../src/contract/decoding.js';
import { ProgramWriter } from '../../src/contract/encoding.js';
import {
  expression,
  expressionHas,
  registerCode,
  type Expression,
  type ExpressionNode,
} from '../../src/contract/expression.js';
import { headerWords, limits, programMagic, stepWords } from '../../src/contract/instructions.js';
import { microCode, microNames, microOperations } from '../../src/contract/micro-operations.js';
import { denseEvaluation, operand, seeded } from '../support/building.js';

describe('a written program', () => {
  const writer = new ProgramWriter();
  const x = writer.boundBuffer('float32', 24, 'read');
  const y = writer.boundBuffer('float64', 24, 'both');
  const z = writer.arenaBuffer('uint8', 100, 3, 5);
  const view = (o: number, offset: number): number => writer.view([x, y, z][o], offset);
  const moved = writer.newView(x, 5);
  const loop = writer.beginLoop(7, view(2, 0), [{ view: moved, stride: -2 }], 1);
  const map: KernelCall = {
    kernel: 'map',
    dtype: 'float64',
    dims: [2, 3, 4],
    expression: expression(1, (e, a) => [e.mul(a, 0.1), e.add(a, 0.1)]),
    inputs: [operand(0, [2, 3, 4])],
    outputs: [operand(1, [2, 3, 4], [0, 4, 1]), operand(1, [2, 3, 4], [0, 4, 1], 12)],
  };
  writer.call(map, view, 2);
  writer.endLoop(loop);
  writer.call(
    {
      kernel: 'random',
      ...{ kind: 'normal', dtype: 'float64', count: 3, low: -0.5, high: 1e300, state: 2, out: 1 },
    },
    view,
    3,
  );
  const words = writer.finish();
  const program = decodeProgram(words);
  const [decodedLoop, decodedMap, decodedRandom, ...rest] = decodeInstructions(program);

  it('has its header, buffers and views', () => {
    expect(words.length).toBe(decodeHeader(words).totalWords);
    expect(decodeHeader(words).magic).toBe(programMagic);
    expect(decodeHeader(words).constantsAt).toBe(headerWords);
    expect(program.buffers).toEqual([
      { dtype: 'float32', length: 24, arenaByte: -1, bound: 0, writable: false },
      { dtype: 'float64', length: 24, arenaByte: -1, bound: 1, writable: true },
      { dtype: 'uint8', length: 100, arenaByte: 192, bound: -1, writable: true },
    ]);
    expect(program.arenaBytes).toBe(320);
    expect(boundBuffers(words)).toEqual([
      { dtype: 'float32', length: 24, access: 'read' },
      { dtype: 'float64', length: 24, access: 'both' },
    ]);
    expect(program.views[moved]).toEqual({ buffer: 0, offset: 5 });
    // Shared but for the one that a loop moves.
    expect(program.views.filter((v) => v.buffer === 2)).toEqual([{ buffer: 2, offset: 0 }]);
  });

  it('has its loop', () => {
    expect(rest).toEqual([]);
    expect(decodedLoop).toMatchObject({
      name: 'loop',
      pc: 0,
      source: 1,
      moves: [{ view: moved, stride: -2 }],
    });
    expect(decodedLoop.fields).toMatchObject({ count: 7, bodyWords: decodedMap.length, moveCount: 1 });
    expect(program.views[decodedLoop.fields.countView].buffer).toBe(2);
  });

  it('has its map, with dimensions merged where all operands allow it', () => {
    expect(decodedMap).toMatchObject({ name: 'map', source: 2, pc: decodedLoop.length });
    expect(dtypeOf(decodedMap)).toBe('float64');
    expect(gridOf(decodedMap)).toEqual([2, 12]);
    const e = decodedMap.expression!;
    expect(e.inputs.map((o) => [...o.strides])).toEqual([[12, 1]]);
    expect(e.outputs.map((o) => [...o.strides])).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(e.outputs.map((o) => program.views[o.view].offset)).toEqual([0, 12]);
    const constant = [...e.steps].findIndex((code, i) => i % stepWords === 0 && code === microCode.constant);
    expect(program.constants[e.steps[constant + 2]]).toBe(0.1);
  });

  it('has its random, with constants to the bit', () => {
    expect(decodedRandom.fields).toMatchObject({ kind: 1, dtype: 4, count: 3 });
    expect(program.constants[decodedRandom.fields.low]).toBe(-0.5);
    expect(program.constants[decodedRandom.fields.high]).toBe(1e300);
  });

  it('is written again after a reset, into memory that is there', () => {
    writer.reset();
    writer.boundBuffer('bool', 3, 'write');
    const again = writer.finish(words);
    expect(again.buffer).toBe(words.buffer);
    expect(decodeHeader(again)).toMatchObject({
      bufferCount: 1,
      viewCount: 0,
      constantCount: 0,
      codeWords: 0,
    });
    expect(boundBuffers(again)).toEqual([{ dtype: 'bool', length: 3, access: 'write' }]);
  });
});

/** Evaluates an expression by its nodes, in float64, for add, sub, mul and max. */
function evaluate(e: Expression, inputs: readonly number[]): number[] {
  const values = [...inputs];
  for (const node of e.nodes) values.push(valueOf(node, values));
  return e.outputs.map((o) => values[o]);
}

function valueOf(node: ExpressionNode, values: readonly number[]): number {
  if (node.operation === 'constant') return node.value;
  const [a, b] = node.arguments.map((v) => values[v]);
  switch (node.operation) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'max':
      return Math.max(a, b);
    default:
      throw new Error(node.operation);
  }
}

/** The same by its registers, which start as NaN: nothing may be read before it is written. */
function run(e: Expression, inputs: readonly number[]): number[] {
  const code = registerCode(e)!;
  const registers = new Array<number>(code.registers).fill(NaN);
  const outputs: number[] = [];
  let stored = false;
  for (let s = 0; s < code.steps.length; s += stepWords) {
    const [operation, out, a, b] = code.steps.subarray(s, s + stepWords);
    if (operation === microCode.store) {
      outputs[b - e.inputs] = registers[a];
      stored = true;
      continue;
    }
    // An output may take the place of any input: all loads come before the first store.
    expect(stored).toBe(false);
    expect(out).toBeLessThan(code.registers);
    if (operation === microCode.load) registers[out] = inputs[a];
    else if (operation === microCode.constant) registers[out] = code.constants[a];
    else {
      const name = microNames[operation] as 'add';
      registers[out] = valueOf({ operation: name, arguments: [0, 1] }, [registers[a], registers[b]]);
    }
  }
  return outputs;
}

describe('registers', () => {
  it('of random expressions hold what the nodes say', () => {
    const random = seeded(3);
    const pick = (n: number): number => Math.floor(random() * n);
    const names = ['add', 'sub', 'mul', 'max'] as const;
    for (let round = 0; round < 500; round++) {
      const inputs = 1 + pick(4);
      const count = pick(30);
      const nodes = Array.from({ length: count }, (_, i): ExpressionNode => {
        if (random() < 0.2) return { operation: 'constant', value: pick(10) - 5 };
        return { operation: names[pick(4)], arguments: [pick(inputs + i), pick(inputs + i)] };
      });
      const outputs = Array.from({ length: 1 + pick(3) }, () => pick(inputs + count));
      const e: Expression = { inputs, nodes, outputs };
      const values = Array.from({ length: inputs }, () => random() - 0.5);
      expect(run(e, values)).toEqual(evaluate(e, values));
    }
  });

  it('are used again as soon as their value is not needed any more', () => {
    const chain = expression(2, (e, a, b) => {
      let x = e.add(a, b);
      for (let i = 0; i < 50; i++) x = e.mul(x, b);
      return x;
    });
    expect(registerCode(chain)).toMatchObject({ registers: 2, stepCount: 2 + 51 + 1 });
  });

  it('leave out what no output needs', () => {
    const e = expression(2, (w, a, b) => {
      w.exp(b);
      w.constant(4);
      return w.neg(a);
    });
    expect([...registerCode(e)!.steps].filter((_, i) => i % stepWords === 0)).toEqual([
      microCode.load,
      microCode.neg,
      microCode.store,
    ]);
  });

  it('are refused beyond what an instruction has', () => {
    const sum = (count: number): Expression =>
      expression(1, (e, a) => {
        const kept = Array.from({ length: count }, (_, i) => e.add(a, e.constant(i)));
        return kept.reduce((x, y) => e.mul(x, y));
      });
    expect(registerCode(sum(10))).not.toBeNull();
    expect(registerCode(sum(limits.registers + 1))).toBeNull();
    const wide = expression(limits.operands, (e, ...x) => x.reduce((a, b) => e.add(a, b)));
    expect(registerCode(wide)).toBeNull();
    const writer = new ProgramWriter();
    const call: KernelCall = { kernel: 'map', dtype: 'float32', dims: [1], ...denseEvaluation(wide, [1]) };
    expect(() => writer.call(call, () => 0)).toThrow('more registers');
  });
});

it('an expression has a dtype only if all its operations have it', () => {
  expect(
    expressionHas(
      expression(1, (e, a) => e.neg(a)),
      'int32',
    ),
  ).toBe(true);
  expect(
    expressionHas(
      expression(1, (e, a) => e.floor(a)),
      'int32',
    ),
  ).toBe(false);
  expect(
    expressionHas(
      expression(1, (e, a) => e.floor(a)),
      'float32',
    ),
  ).toBe(true);
});

it('the vocabulary has every operation, and plain numbers are constants that are shared', () => {
  expression(3, (e, a, b, c) => {
    for (const [name, { arity }] of Object.entries(microOperations)) {
      if (arity === 0) continue;
      const method = (e as unknown as Record<string, (...x: unknown[]) => { value: number }>)[name];
      expect(method.apply(e, [a, b, c].slice(0, arity)).value).toBeGreaterThan(2);
    }
    expect(e.constant(0)).not.toBe(e.constant(-0));
    expect(e.constant(2)).toBe(e.constant(2));
    return a;
  });
});

describe('grids', () => {
  const walk = (dims: readonly number[], strides: readonly number[]): number[] =>
    Array.from({ length: sizeOf(dims) }, (_, p) =>
      rowMajor(dims).reduce((sum, s, d) => sum + (Math.floor(p / s) % dims[d]) * strides[d], 0),
    );

  it('merged, visit the same elements in the same order', () => {
    const random = seeded(7);
    const pick = (n: number): number => Math.floor(random() * n);
    for (let round = 0; round < 200; round++) {
      const dims = Array.from({ length: pick(5) }, () => 1 + pick(3));
      const strides = [rowMajor(dims), rowMajor(dims).map((s) => (random() < 0.3 ? 0 : s))];
      const merged = mergeDimensions(dims, strides);
      strides.forEach((s, i) => expect(walk(merged.dims, merged.strides[i])).toEqual(walk(dims, s)));
      expect(merged.dims.every((d) => d > 1)).toBe(true);
    }
    expect(mergeDimensions([4, 5, 6], [rowMajor([4, 5, 6])])).toEqual({ dims: [120], strides: [[1]] });
  });

  it('restrided, visit the same elements over other dimensions', () => {
    const check = (dims: number[], strides: number[], target: number[]): void => {
      const found = restride(dims, strides, target);
      expect(found).not.toBeNull();
      expect(walk(target, found!)).toEqual(walk(dims, strides));
    };
    check([6, 4], [4, 1], [2, 3, 4]);
    check([2, 3, 4], [12, 4, 1], [24]);
    check([6, 4], [1, 6], [3, 2, 2, 2]);
    check([5], [0], [1, 5, 1]);
    check([2, 6], [0, 1], [2, 2, 3]);
    expect(restride([2, 6], [0, 1], [4, 3])).toBeNull();
    expect(restride([6, 4], [1, 6], [24])).toBeNull();
  });
});
